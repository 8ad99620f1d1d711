import { describe, expect, it } from 'vitest'
import type { Candidate } from '../routing/candidate.ts'
import { Attempt, type AttemptOwner } from './attempt.ts'
import type { Conversion } from './conversion.ts'

/** Writes down what it is told. */
function owner(): AttemptOwner & { readonly heard: string[] } {
  const heard: string[] = []
  return {
    heard,
    openBody: () => ({ push: () => heard.push('data'), end: () => heard.push('end') }),
    attemptRefused: () => heard.push('refused'),
    attemptFailed: (_attempt, cause) => heard.push(`failed: ${cause}`),
    attemptDrained: () => heard.push('drained'),
  }
}

const conversion: Conversion = {
  dialect: 'openai-chat',
  body: Buffer.alloc(0),
  dropped: '',
  passesLargeReplies: false,
  watch: null,
  streamReader: () => expect.unreachable(),
  readJson: () => expect.unreachable(),
}

const controller = {
  abort: () => {},
  pause: () => {},
  resume: () => {},
}

function begin(): { attempt: Attempt; listener: ReturnType<typeof owner>; candidate: { inFlight: number } } {
  const candidate = { inFlight: 0 }
  const listener = owner()
  const attempt = new Attempt(listener, candidate as Candidate, conversion, 0)
  attempt.onRequestStart(controller)
  attempt.onResponseStart(controller, 200, new Map())
  return { attempt, listener, candidate }
}

describe('an attempt whose answer is complete before its reply is', () => {
  it('is over when the upstream ends the reply, and says so', () => {
    const { attempt, listener, candidate } = begin()
    attempt.onResponseData(controller, Buffer.from('a'))
    attempt.detach()
    attempt.onResponseData(controller, Buffer.from('b'))
    attempt.onResponseEnd()
    expect(listener.heard).toEqual(['data', 'drained'])
    expect(candidate.inFlight).toBe(0)
  })

  it('is over when the upstream breaks off instead, and that is no failure any more', () => {
    const { attempt, listener, candidate } = begin()
    attempt.detach()
    attempt.onResponseError(controller, new Error('reset'))
    expect(listener.heard).toEqual(['drained'])
    expect(candidate.inFlight).toBe(0)
  })
})

describe('an attempt that was given up', () => {
  it('is heard of no more', () => {
    const { attempt, listener, candidate } = begin()
    attempt.abandon('nobody waits')
    attempt.onResponseError(controller, new Error('aborted'))
    expect(listener.heard).toEqual([])
    expect(candidate.inFlight).toBe(0)
  })
})
