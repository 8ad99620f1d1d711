// The official client reads what we write, over a real socket.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, AnswerEvent } from '../../core/answer.ts'
import { replayAnswer } from '../../core/collect-answer.ts'
import { GatewayError } from '../../core/errors.ts'
import { parseJsonObject } from '../../core/json.ts'
import { openaiChatClient } from './index.ts'
import { decode, replyContext } from './__fixtures__/support.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const ANSWER: Answer = {
  id: 'up',
  model: 'upstream',
  createdAtSeconds: 0,
  choices: [
    {
      parts: [
        {
          type: 'reasoning',
          text: 'Hm',
          summary: [],
          redacted: false,
          seal: { dialect: 'anthropic-messages', data: 'S' },
        },
        { type: 'text', text: 'Let me look. ', annotations: [] },
        { type: 'text', text: '🔎', annotations: [] },
        { type: 'tool-call', id: 'toolu_1', name: 'look', kind: 'function', input: '{"city":"Zürich"}' },
        { type: 'tool-call', id: '', name: 'now', kind: 'function', input: '{}' },
      ],
      finish: { reason: 'tool-calls' },
    },
  ],
  usage: tokenUsage({ input: 10, cacheRead: 4, output: 5, reasoning: 2 }),
}

const TOOLS = ['look', 'now'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object' } },
}))
const MESSAGES = [{ role: 'user' as const, content: 'Hi' }]

let server: Server
let client: OpenAI

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const conversation = decode(parseJsonObject(Buffer.concat(pieces).toString()) ?? {})
      const context = replyContext({ conversation, publicModel: conversation.model, costJson: () => '0.000000001' })
      if (conversation.model === 'refused') {
        const { status, body } = openaiChatClient.encodeError(
          new GatewayError('model_not_found', 'No such model.'),
          'r',
        )
        response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      } else if (conversation.stream) {
        const encoder = openaiChatClient.streamEncoder(context)
        const events: AnswerEvent[] = []
        replayAnswer(ANSWER, (event) => void events.push(event))
        response.writeHead(200, { 'content-type': encoder.contentType })
        const broken = conversation.model === 'broken'
        for (const event of broken ? events.slice(0, 6) : events) response.write(encoder.push(event) || encoder.ping())
        response.end(broken ? encoder.fail(new GatewayError('upstream_error', 'It broke.')) : encoder.end())
      } else {
        const body = JSON.stringify(openaiChatClient.encodeAnswer(ANSWER, context))
        response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  client = new OpenAI({ apiKey: 'sk-test', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

const EXPECTED_CALLS = [
  { id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"city":"Zürich"}' } },
  { id: 'call_abc123_0_1', type: 'function', function: { name: 'now', arguments: '{}' } },
]

describe('the official client', () => {
  it('reads an answer', async () => {
    const completion = await client.chat.completions.create({ model: 'm', messages: MESSAGES, tools: TOOLS })
    expect(completion.model).toBe('m')
    expect(completion.choices[0]!.message).toMatchObject({ content: 'Let me look. 🔎', tool_calls: EXPECTED_CALLS })
    expect(completion.usage).toMatchObject({ total_tokens: 15, cost: 1e-9 })
  })

  it('puts a stream with tools together', async () => {
    const stream = client.chat.completions.stream({
      model: 'm',
      messages: MESSAGES,
      tools: TOOLS,
      stream_options: { include_usage: true },
    })
    const text: string[] = []
    stream.on('content', (delta) => text.push(delta))
    const completion = await stream.finalChatCompletion()
    expect(text.join('')).toBe('Let me look. 🔎')
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { role: 'assistant', content: 'Let me look. 🔎', tool_calls: EXPECTED_CALLS },
    })
    expect(completion.usage).toMatchObject({ prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4 } })
  })

  it('throws where a stream breaks', async () => {
    const stream = await client.chat.completions.create({ model: 'broken', messages: MESSAGES, stream: true })
    const read = async (): Promise<number> => {
      let chunks = 0
      for await (const _ of stream) chunks += 1
      return chunks
    }
    await expect(read()).rejects.toThrow('It broke.')
  })

  it('throws what a refusal says', async () => {
    const asked = client.chat.completions.create({ model: 'refused', messages: MESSAGES })
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'model_not_found', type: 'invalid_request_error' })
  })
})
