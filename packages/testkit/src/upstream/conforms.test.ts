// What the fake says in OpenAI's dialects fits OpenAI's own description of its API, which lies beside the repository in
// ../shared/data/openapi; without it there is no judge.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from '../clients/http.ts'
import { eventSchemaName, loadOpenaiSchemas } from '../openapi-validator.ts'
import { type FakeUpstream, startFakeProvider } from './fake-upstream.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'

const schemas = loadOpenaiSchemas()

let upstream: FakeUpstream
beforeAll(async () => {
  upstream = await startFakeProvider({ openai: { reasoningField: 'none' } })
})
afterAll(() => upstream.close())

const ANSWERS: readonly (readonly [string, ScriptedAnswer])[] = [
  ['text', { text: 'Hello' }],
  ['everything', { reasoning: 'Hm.', text: 'So.', toolCalls: [{ name: 'f', arguments: { a: 1 } }, { name: 'g' }] }],
  ['a refusal', { refusal: 'No.' }],
  ['a cut', { text: 'And then', stop: 'max_tokens' }],
  ['a filter', { text: 'And', stop: 'content_filter' }],
  ['sealed reasoning', { reasoning: { text: 'Hm.', redacted: true }, text: 'So.' }],
  ['cached usage', { text: 'a', usage: { input: 100, cacheRead: 50, cacheWrite5m: 10, output: 9, reasoning: 3 } }],
]
const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }
const TOOLS = [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false }]
const RESPONSES = {
  model: 'gpt-5',
  input: 'Hi',
  tools: TOOLS,
  include: ['reasoning.encrypted_content'],
  reasoning: { effort: 'low' },
}

describe.skipIf(schemas === null)('by OpenAI’s own description (needs ../shared/data/openapi)', () => {
  test.each(ANSWERS)('chat, whole and streamed: %s', async (_, answer) => {
    upstream.answer(answer, { times: 2 })
    const whole = await call(`${upstream.origin}/v1/chat/completions`, { body: CHAT })
    expect(schemas!.validate('CreateChatCompletionResponse', whole.json)).toEqual([])
    const stream_options = { include_usage: true }
    const stream = await call(`${upstream.origin}/v1/chat/completions`, {
      body: { ...CHAT, stream: true, stream_options },
    })
    for (const chunk of stream.data) expect(schemas!.validate('CreateChatCompletionStreamResponse', chunk)).toEqual([])
  })

  test.each(ANSWERS)('Responses, whole and streamed: %s', async (_, answer) => {
    upstream.answer(answer, { times: 2 })
    const whole = await call(`${upstream.origin}/v1/responses`, { body: RESPONSES })
    expect(schemas!.validate('Response', whole.json)).toEqual([])
    const stream = await call(`${upstream.origin}/v1/responses`, { body: { ...RESPONSES, stream: true } })
    const events = stream.data as { type: string; sequence_number: number }[]
    for (const event of events) expect(schemas!.validate(eventSchemaName(event.type), event)).toEqual([])
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(stream.events.map((event) => event.event)).toEqual(events.map((event) => event.type))
  })
})
