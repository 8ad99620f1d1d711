// Streams that go through to a client of the same dialect.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../core/errors.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import { PASS_DIALECTS, type ClientDialectName } from './pass-dialects.ts'
import type { StreamReader } from './pass-events.ts'

interface Sample {
  readonly stream: string
  /** The upstream's name of the model, as it stands in the stream. */
  readonly upstreamModel: string
  readonly usage: Partial<TokenUsage>
  /** An error as the first event, and its payload. */
  readonly errorFirst: string
  /** What a failure of ours says in the stream. */
  readonly failure: RegExp
}

const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const data = (value: object): string => `data: ${JSON.stringify(value)}\r\n\r\n`

const response = { id: 'resp_1', object: 'response', created_at: 1, status: 'in_progress', model: 'gpt-5-2025-08-07' }

const SAMPLES: Readonly<Record<Exclude<ClientDialectName, 'openai-chat'>, Sample>> = {
  // Sequence: Anthropic, "Streaming messages".
  'anthropic-messages': {
    upstreamModel: 'claude-sonnet-4-5-20250929',
    stream: [
      event('message_start', {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-5-20250929',
          content: [],
          stop_reason: null,
          usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 2, output_tokens: 1 },
        },
      }),
      event('content_block_start', {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'text', text: '' },
      }),
      event('ping', { type: 'ping' }),
      event('content_block_delta', {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: 'Héllo 😀' },
      }),
      event('content_block_stop', { type: 'content_block_stop', index: 0 }),
      event('message_delta', {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: 15 },
      }),
      event('message_stop', { type: 'message_stop' }),
    ].join(''),
    usage: { input: 17, cacheRead: 5, cacheWrite5m: 2, output: 15 },
    errorFirst: event('error', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    failure: /^event: error\ndata: \{"type":"error".*"message":"It broke\."/,
  },
  'openai-responses': {
    upstreamModel: 'gpt-5-2025-08-07',
    stream: [
      event('response.created', { type: 'response.created', sequence_number: 0, response }),
      event('response.output_text.delta', {
        type: 'response.output_text.delta',
        sequence_number: 1,
        delta: 'Héllo 😀',
      }),
      event('response.completed', {
        type: 'response.completed',
        sequence_number: 2,
        response: {
          ...response,
          status: 'completed',
          usage: {
            input_tokens: 9,
            input_tokens_details: { cached_tokens: 4 },
            output_tokens: 3,
            output_tokens_details: { reasoning_tokens: 1 },
            total_tokens: 12,
          },
        },
      }),
      'data: [DONE]\n\n',
    ].join(''),
    usage: { input: 9, cacheRead: 4, output: 3, reasoning: 1 },
    errorFirst: event('error', {
      type: 'error',
      sequence_number: 0,
      code: 'server_error',
      message: 'Overloaded',
      param: null,
    }),
    failure: /^event: error\ndata: \{"type":"error".*\n\nevent: response\.failed\ndata: .*"status":"failed"/,
  },
  // Google separates its events by CRLF.
  gemini: {
    upstreamModel: 'gemini-2.5-flash-001',
    stream: [
      data({
        candidates: [{ content: { role: 'model', parts: [{ text: 'Héllo 😀' }] }, index: 0 }],
        usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
        modelVersion: 'gemini-2.5-flash-001',
      }),
      data({
        candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP', index: 0 }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, thoughtsTokenCount: 2, totalTokenCount: 14 },
        modelVersion: 'gemini-2.5-flash-001',
      }),
    ].join(''),
    usage: { input: 9, output: 5, reasoning: 2 },
    errorFirst: data({ error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } }),
    failure: /^data: \{"error":\{"code":503,"message":"It broke\."/,
  },
}

function open(name: ClientDialectName): StreamReader {
  return PASS_DIALECTS[name].streamReader({ publicModelJson: '"public-id"', usageAsked: false, costJson: () => null })
}

function follow(name: ClientDialectName, text: string, cuts: readonly number[]): { out: string; reader: StreamReader } {
  const reader = open(name)
  const bytes = Buffer.from(text)
  const out: Buffer[] = []
  const keep = (piece: Buffer | string | null): void => {
    if (piece !== null) out.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  }
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)
  for (const [index, start] of [0, ...ends].entries()) {
    const part = bytes.subarray(start, ends[index] ?? bytes.length)
    if (part.length > 0) keep(reader.push(part))
  }
  keep(reader.end())
  return { out: Buffer.concat(out).toString(), reader }
}

describe.each(Object.entries(SAMPLES) as [ClientDialectName, Sample][])('a stream of %s', (name, sample) => {
  const expected = sample.stream.replaceAll('\r\n', '\n').replaceAll(sample.upstreamModel, 'public-id')

  it('leaves as it came, but for the name of the model, however it was split', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        const { out, reader } = follow(name, sample.stream, cuts)
        expect(out).toBe(expected)
        expect(reader.usage).toMatchObject(sample.usage)
        expect(reader).toMatchObject({ sawOutput: true, sawFinish: true, errorPayload: null, broken: null })
      }),
      { numRuns: 1_000 },
    )
  })

  it('is not complete when it breaks off before its end', () => {
    const { reader } = follow(name, sample.stream.slice(0, sample.stream.indexOf('Héllo') + 40), [])
    expect(reader.sawFinish).toBe(false)
    expect(reader.done).toBe(false)
  })

  it('that begins with an error says so before anything has gone out', () => {
    const { out, reader } = follow(name, sample.errorFirst + sample.stream, [])
    expect(reader.sawOutput).toBe(false)
    expect(reader.errorPayload).toContain('Overloaded')
    expect(out).toBe('')
  })

  it('can be ended by an error of ours in the words of the dialect', () => {
    const reader = open(name)
    reader.push(Buffer.from(sample.stream.slice(0, sample.stream.indexOf('Héllo') + 300)))
    expect(reader.fail(new GatewayError('upstream_error', 'It broke.'))).toMatch(sample.failure)
  })

  it('that is no JSON is broken', () => {
    const { reader } = follow(name, 'event: message_start\ndata: {"type": "message_start", nonsense\n\n', [])
    if (name !== 'openai-responses') expect(reader.broken).toBe('an event that is not JSON')
    expect(reader.sawFinish).toBe(false)
  })
})

it('a stream of openai-responses is over with its last response, whether or not a mark comes behind it', () => {
  const { stream, upstreamModel } = SAMPLES['openai-responses']
  const reader = open('openai-responses')
  const out = reader.push(Buffer.from(stream.replace('data: [DONE]\n\n', '')))
  expect(reader.done).toBe(true)
  const text = typeof out === 'string' ? Buffer.from(out, 'latin1').toString() : String(out)
  expect(text).toBe(`${stream.replace('data: [DONE]\n\n', '').replaceAll(upstreamModel, 'public-id')}data: [DONE]\n\n`)
})
