// Recorded exchanges with the Gemini API and Vertex AI. They are not part of this repository: these tests read them from
// `../shared/data/fixtures` beside it, and say that they were skipped where that folder is absent.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, AnswerPart } from '../../core/answer.ts'
import type { Conversation } from '../../core/conversation.ts'
import { collect, replay } from '../../core/__fixtures__/answer-events.ts'
import {
  cut,
  decode,
  decodeStream,
  encodeStream,
  GEMINI_2,
  GEMINI_3,
  hasRecordings,
  json,
  readRecordings,
  replyContext,
  send,
} from './__fixtures__/contexts.ts'
import { geminiClient } from './index.ts'
import { decodeAnswer } from './response.ts'

const { streams, answers, requests } = readRecordings()

/** What the gateway says of itself: the public id and its own. Calls without an id get one when they are read again. */
function ours(answer: Answer): Answer {
  const choices = answer.choices.map(({ parts, finish }) => ({
    parts: parts.map((part) => (part.type === 'tool-call' && part.id === '' ? { ...part, id: 'call_abc123_0' } : part)),
    finish,
  }))
  return { ...answer, choices, id: 'abc123', model: publicModel(answer), createdAtSeconds: 0 }
}

/** The generation says how searches are counted, also when the reply is read again. */
function publicModel(answer: Answer): string {
  return answer.model.startsWith('gemini-2') ? 'gemini-2.5-public' : 'public-model'
}

/** A stream tells its tier with its usage, mostly too late for its start; and Vertex AI in words of its own. */
function withoutTier(answer: Answer | null): object {
  const usage = answer?.usage
  return { ...answer, serviceTier: undefined, usage: usage ? { ...usage, serviceTier: '' } : usage }
}

describe.skipIf(!hasRecordings)('recorded exchanges (skipped without ../shared/data)', () => {
  it('there are some', () => {
    expect([streams.length, answers.length, requests.length]).toEqual([22, 111, 121])
  })

  it.each(streams)('$name: any split gives the same events, and the stream is whole', ({ value }) => {
    const whole = decodeStream([value])
    expect(whole).toMatchObject({ broken: null, finished: true })
    fc.assert(
      fc.property(fc.array(fc.nat(value.length), { maxLength: 20 }), (places) => {
        expect(decodeStream(cut(value, places))).toEqual(whole)
      }),
      { numRuns: 40 },
    )
  })

  it.each(streams)('$name: written and read again it is the same answer', ({ value }) => {
    const { events } = decodeStream([value])
    const answer = collect(events)
    const written = Buffer.from(encodeStream(events, replyContext({ publicModel: publicModel(answer) })))
    expect(withoutTier(collect(decodeStream([written]).events))).toEqual(withoutTier(ours(answer)))
    // The other form says the same.
    const whole = json(geminiClient.encodeAnswer(answer, replyContext({ publicModel: publicModel(answer) })))
    expect(withoutTier(decodeAnswer(whole))).toEqual(withoutTier(ours(answer)))
  })

  it.each(answers)('$name: written and read again it is the same answer, whole and streamed', ({ value }) => {
    const answer = decodeAnswer(value)
    if (answer === null) throw new Error('not an answer')
    expect(
      decodeAnswer(json(geminiClient.encodeAnswer(answer, replyContext({ publicModel: publicModel(answer) })))),
    ).toEqual(ours(answer))
    const written = Buffer.from(
      encodeStream(replay(answer), replyContext({ publicModel: publicModel(answer), arrayStream: true })),
    )
    expect(withoutTier(collect(decodeStream([written]).events))).toEqual(withoutTier(ours(answer)))
  })

  it.each(answers)('$name: nothing that the model said is missing', ({ value }) => {
    const answer = decodeAnswer(value)
    const said = JSON.stringify(answer?.choices.map(({ parts }) => parts.map(withoutSeal)))
    const wire = (value['candidates'] as { content?: { parts?: Record<string, unknown>[] } }[]).flatMap(
      ({ content }) => content?.parts ?? [],
    )
    for (const { text, functionCall } of wire) {
      if (typeof text === 'string') expect(said).toContain(JSON.stringify(text).slice(1, -1))
      if (functionCall !== undefined) expect(said).toContain((functionCall as { name: string }).name)
    }
  })

  it.each(requests)('$name: a request keeps all that it says', ({ value }) => {
    const before = decode(value)
    const byBudget = before.reasoning.budgetTokens !== undefined
    const { body, dropped } = send(before, {
      ...(byBudget ? GEMINI_2 : GEMINI_3),
      efforts: ['minimal', 'low', 'medium', 'high'],
      canSkipThinking: true,
      strictTools: true,
      toolResultMedia: true,
    })
    expect(dropped).toBe('')
    expect(canonical(decode(body))).toEqual(canonical(before))
  })
})

function withoutSeal(part: AnswerPart): object {
  const { seal: _, ...rest } = { seal: undefined, ...part }
  return rest
}

/** Without what is said in other words: where things stood, which turns were next to each other, empty text. */
function canonical(conversation: Conversation): unknown {
  const { turns, extensions, sampling, ...rest } = conversation
  const merged: { role: string; parts: object[] }[] = []
  for (const { role, parts } of turns) {
    const bare = parts.filter((part) => part.type !== 'text' || !/^(?:\(no content\))?$/.test(part.text) || part.seal)
    if (merged.at(-1)?.role === role) merged.at(-1)?.parts.push(...bare)
    else merged.push({ role, parts: bare })
  }
  const { n: _, ...sampled } = sampling
  const whole = { ...rest, turns: merged, sampling: sampled, extensions: Object.values(extensions) }
  return JSON.parse(JSON.stringify(whole, (key, value: unknown) => (key === 'at' ? undefined : value)))
}
