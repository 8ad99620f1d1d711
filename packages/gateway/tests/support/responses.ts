// A client of the Responses API, as tests need it: each answer as its response object, however it came.

import { expect } from 'vitest'
import type { TestGateway } from './gateway.ts'

export interface ToldItem {
  readonly id?: string
  readonly type: string
  readonly status?: string
  readonly call_id?: string
  readonly encrypted_content?: string
  readonly content?: readonly { readonly type: string; readonly text?: string }[]
}

export interface ToldResponse {
  readonly id: string
  readonly status: string
  readonly store: boolean
  readonly model: string
  readonly output: readonly ToldItem[]
  /** All that was said, as the SDKs have it. */
  readonly output_text: string
  readonly [name: string]: unknown
}

export interface ToldEvent {
  readonly type: string
  readonly sequence_number: number
  readonly response?: ToldResponse
  readonly [name: string]: unknown
}

type Caller = Pick<TestGateway, 'url' | 'key'>

/** Expects an answer; of a stream, whose numbers and ids are checked, the last response. */
export async function askResponse(gateway: Caller, body: Record<string, unknown>): Promise<ToldResponse> {
  if (body['stream'] === true) {
    const events: ToldEvent[] = []
    for await (const event of readEvents(gateway, body)) events.push(event)
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
    const ids = new Set(events.flatMap(({ response }) => (response === undefined ? [] : [response.id])))
    expect([...ids]).toHaveLength(1)
    const last = events.at(-1)?.response
    if (last === undefined) throw new Error(`The stream has no last response: ${JSON.stringify(events)}`)
    return withText(last)
  }
  const response = await fetch(`${gateway.url}/responses`, request(gateway, body))
  const text = await response.text()
  expect([response.status, text]).toEqual([200, expect.stringContaining('"output"')])
  return withText(JSON.parse(text) as ToldResponse)
}

/** The events of a stream as they come. Leaving the loop closes the connection. */
export async function* readEvents(gateway: Caller, body: Record<string, unknown>): AsyncGenerator<ToldEvent> {
  const response = await fetch(`${gateway.url}/responses`, request(gateway, { stream: true, ...body }))
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status} ${await response.text()}`)
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (data === undefined || data === '[DONE]') continue
      const told = JSON.parse(data) as ToldEvent
      expect(event).toContain(`event: ${told.type}\n`)
      yield told
    }
  }
}

function request({ key }: Caller, body: Record<string, unknown>): RequestInit {
  return {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

function withText(response: ToldResponse): ToldResponse {
  const texts = response.output.flatMap(({ content }) => content ?? []).map(({ text }) => text ?? '')
  return { ...response, output_text: texts.join('') }
}
