// The official SDK as a judge: it is a client of a server that sends what our encoders make.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic, { APIError, RateLimitError } from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../core/answer.ts'
import { replayAnswer } from '../../core/collect-answer.ts'
import { GatewayError } from '../../core/errors.ts'
import { envelope, replyContext } from './__fixtures__/contexts.ts'
import { encodeTokenCount } from './count-tokens.ts'
import { encodeError } from './errors.ts'
import { encodeAnswer } from './response.ts'
import { MessagesStreamEncoder } from './stream-encoder.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const ANSWER: Answer = {
  id: 'upstream',
  model: 'upstream-model',
  createdAtSeconds: 0,
  choices: [
    {
      parts: [
        {
          type: 'reasoning',
          text: 'Think of Zürich 🌦.',
          summary: [],
          redacted: false,
          seal: { dialect: 'gemini', data: 'thought' },
        },
        { type: 'text', text: 'Let me look: "🌦"\n', annotations: [] },
        {
          type: 'tool-call',
          id: 'call_1',
          name: 'get_weather',
          kind: 'function',
          input: '{"city":"Zürich","days":[1,2]}',
        },
        { type: 'tool-call', id: '', name: 'now', kind: 'function', input: '{}' },
      ],
      finish: { reason: 'tool-calls' },
    },
  ],
  usage: tokenUsage({ input: 100, cacheRead: 60, cacheWrite5m: 10, output: 50, reasoning: 20 }),
}

const CONTENT = [
  {
    type: 'thinking',
    thinking: 'Think of Zürich 🌦.',
    signature: envelope.close({ dialect: 'gemini', data: 'thought' }),
  },
  { type: 'text', text: 'Let me look: "🌦"\n', citations: null },
  { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Zürich', days: [1, 2] } },
  { type: 'tool_use', id: 'toolu_Reply1_3', name: 'now', input: {} },
]

const PARAMS = { model: 'm', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] }

describe('what we send, read by the official SDK', () => {
  let server: Server
  let client: Anthropic
  let reply: { readonly status?: number; readonly type: string; readonly body: string }

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume()
      request.on('end', () => {
        response.writeHead(reply.status ?? 200, { 'content-type': reply.type })
        // A byte at a time: the SDK must not depend on how we flush.
        for (const byte of Buffer.from(reply.body)) response.write(Buffer.of(byte))
        response.end()
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    client = new Anthropic({ apiKey: 'sk-test', baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 })
  })

  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  function streamed(answer: Answer, over = {}): string {
    const encoder = new MessagesStreamEncoder(replyContext(over))
    let out = encoder.ping()
    replayAnswer(answer, (event) => {
      out += encoder.push(event) + encoder.ping()
    })
    return out + encoder.end()
  }

  it('a stream of thinking, text and tools becomes the final message', async () => {
    reply = { type: 'text/event-stream', body: streamed(ANSWER, { costJson: () => '0.00012' }) }
    const message = await client.messages.stream(PARAMS).finalMessage()
    expect(message).toMatchObject({
      id: 'msg_Reply1',
      type: 'message',
      role: 'assistant',
      model: 'public-model',
      content: CONTENT,
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 30, cache_read_input_tokens: 60, cache_creation_input_tokens: 10, output_tokens: 50 },
    })
    expect(message.content).toHaveLength(4)
  })

  it('the JSON form says the same', async () => {
    reply = { type: 'application/json', body: JSON.stringify(encodeAnswer(ANSWER, replyContext())) }
    const message = await client.messages.create(PARAMS)
    expect(message).toMatchObject({
      id: 'msg_Reply1',
      model: 'public-model',
      content: CONTENT,
      stop_reason: 'tool_use',
    })
    expect(message.usage).toMatchObject({
      input_tokens: 30,
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
    })
  })

  it('H69: a refusal and its explanation arrive', async () => {
    const [choice] = ANSWER.choices
    const refused: Answer = {
      ...ANSWER,
      choices: [{ parts: [{ type: 'refusal', text: 'I will not.' }], finish: { reason: 'stop' } }],
    }
    const filtered: Answer = {
      ...ANSWER,
      choices: [{ parts: choice!.parts.slice(1, 2), finish: { reason: 'content-filter', detail: 'self-harm' } }],
    }
    for (const [answer, explanation] of [
      [refused, 'I will not.'],
      [filtered, 'self-harm'],
    ] as const) {
      reply = { type: 'text/event-stream', body: streamed(answer) }
      const message = await client.messages.stream(PARAMS).finalMessage()
      expect(message).toMatchObject({ stop_reason: 'refusal', stop_details: { type: 'refusal', explanation } })
    }
  })

  it('an error in the middle of a stream is thrown', async () => {
    const encoder = new MessagesStreamEncoder(replyContext())
    let out = encoder.push({ type: 'start', id: '', model: '', createdAtSeconds: 0 })
    out += encoder.push({ type: 'part-start', choice: 0, part: 0, opened: { type: 'text' } })
    out += encoder.push({ type: 'part-delta', choice: 0, part: 0, text: 'Hal' })
    reply = { type: 'text/event-stream', body: out + encoder.fail(new GatewayError('upstream_error', 'It broke off.')) }
    const failure = await client.messages
      .stream(PARAMS)
      .finalMessage()
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(APIError)
    expect(failure).toMatchObject({ type: 'overloaded_error', apiMessage: 'It broke off.' })
  })

  it("an error reply becomes the SDK's class for it", async () => {
    const { status, body } = encodeError(
      new GatewayError('rate_limit_exceeded', 'Rate limit exceeded: 10 RPM.'),
      'req_1',
    )
    reply = { status, type: 'application/json', body }
    const failure = await client.messages.create(PARAMS).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RateLimitError)
    expect(failure).toMatchObject({ status: 429, type: 'rate_limit_error' })
  })

  it('count_tokens is answered', async () => {
    reply = { type: 'application/json', body: JSON.stringify(encodeTokenCount(17)) }
    expect(await client.messages.countTokens({ model: 'm', messages: PARAMS.messages })).toEqual({ input_tokens: 17 })
  })
})
