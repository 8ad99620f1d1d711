// The official SDK reads what we emit: our bytes, on a real socket.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, AnswerPart } from '../../core/answer.ts'
import { GatewayError } from '../../core/errors.ts'
import { isJsonObject, parseJson } from '../../core/json.ts'
import { openaiResponsesClient } from './index.ts'
import { envelope, replyContext, streamOf } from './__fixtures__/support.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const ANSWER: Answer = {
  id: 'up',
  model: 'up',
  createdAtSeconds: 1_700_000_000,
  usage: tokenUsage({ input: 9, cacheRead: 1, output: 7, reasoning: 3 }),
  choices: [
    {
      finish: { reason: 'tool-calls' },
      parts: [
        { type: 'reasoning', text: '', summary: ['a', 'b'], redacted: false },
        {
          type: 'reasoning',
          text: 'raw',
          summary: [],
          redacted: false,
          seal: { dialect: 'anthropic-messages', data: 'sig' },
        },
        { type: 'text', text: '{"ok":', annotations: [{ dialect: 'gemini', url: 'https://example.com', value: {} }] },
        {
          type: 'text',
          text: 'true}',
          annotations: [],
          logprobs: [{ token: 'true', logprob: -1, bytes: null, top_logprobs: [] }],
        },
        {
          type: 'tool-call',
          id: 'c1',
          name: 'f',
          kind: 'function',
          input: '{"a":1}',
          seal: { dialect: 'gemini', data: 'ts' },
        },
        { type: 'tool-call', id: 'c2', name: 'g', kind: 'custom', input: 'ls' },
        { type: 'media', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } },
        { type: 'refusal', text: 'no more' },
      ] satisfies AnswerPart[],
    },
  ],
}

let server: Server
let client: OpenAI

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = parseJson(Buffer.concat(chunks).toString())
      if (!isJsonObject(body)) throw new Error('not an object')
      const conversation = openaiResponsesClient.decodeRequest(body, { model: null, stream: null, envelope })
      const context = replyContext({ conversation, requestBody: body })
      const encoder = openaiResponsesClient.streamEncoder(context)
      if (!conversation.stream) {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(openaiResponsesClient.encodeAnswer(ANSWER, context)))
        return
      }
      response.setHeader('content-type', encoder.contentType)
      response.end(body['model'] === 'broken' ? brokenStream(encoder) : `${encoder.ping()}${streamOf(ANSWER, context)}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none', maxRetries: 0 })
})

afterAll(() => new Promise((resolve) => void server.close(resolve)))

function brokenStream(encoder: ReturnType<typeof openaiResponsesClient.streamEncoder>): string {
  const opened = { type: 'part-start', choice: 0, part: 0, opened: { type: 'text' } } as const
  return (
    encoder.push(opened) +
    encoder.push({ type: 'part-delta', choice: 0, part: 0, text: 'Half' }) +
    encoder.fail(new GatewayError('upstream_error', 'It broke.'))
  )
}

const asked = {
  model: 'm',
  input: [{ role: 'user' as const, content: 'Hi' }],
  instructions: 'Be brief.',
  tools: [
    { type: 'function' as const, name: 'f', parameters: { type: 'object' }, strict: false },
    { type: 'custom' as const, name: 'g' },
  ],
}

describe('the official SDK', () => {
  it('reads a whole answer', async () => {
    const reply = await client.responses.create(asked)
    expect(reply.output_text).toBe('{"ok":true}')
    expect(reply.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'reasoning',
      'message',
      'function_call',
      'reasoning',
      'custom_tool_call',
      'image_generation_call',
      'message',
    ])
    expect(reply.usage?.total_tokens).toBe(16)
  })

  it('reads a stream, event by event', async () => {
    const types: string[] = []
    let text = ''
    for await (const event of await client.responses.create({ ...asked, stream: true })) {
      types.push(event.type)
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    expect(text).toBe('{"ok":true}')
    expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed'])
  })

  it('collects a stream into the same response as the whole answer', async () => {
    const whole = await client.responses.create(asked)
    const collected = await client.responses.stream(asked).finalResponse()
    expect(collected.output_text).toBe('{"ok":true}')
    const envelopes = (key: string, value: unknown): unknown =>
      key === 'parsed' || key === 'parsed_arguments' ? undefined : value
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, envelopes))
    expect(plain(collected.output)).toEqual(plain(whole.output))
    expect(collected.usage).toEqual(whole.usage)
  })

  it('H82: takes an error in mid-stream for one', async () => {
    const stream = await client.responses.create({ ...asked, model: 'broken', stream: true })
    let text = ''
    const reading = (async () => {
      for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
    })()
    await expect(reading).rejects.toThrow('It broke.')
    expect(text).toBe('Half')
  })
})
