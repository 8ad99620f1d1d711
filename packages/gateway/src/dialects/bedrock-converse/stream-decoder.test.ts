import { bedrockEvent, bedrockException, encodeFrame } from '@fairlead/testkit/bedrock-frames.ts'
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import fc from 'fast-check'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent } from '../../core/answer.ts'
import { collect } from '../../core/__fixtures__/answer-events.ts'
import { recordings } from './__fixtures__/recorded.ts'
import { ConverseStreamDecoder } from './stream-decoder.ts'
import { tokenUsage } from '../../core/token-usage.ts'

interface Decoded {
  readonly events: AnswerEvent[]
  readonly finished: boolean
  readonly ended: boolean
  readonly broken: string | null
}

function decode(chunks: readonly Buffer[]): Decoded {
  const events: AnswerEvent[] = []
  const decoder = new ConverseStreamDecoder()
  const emit = (event: AnswerEvent): void => void events.push(event)
  for (const chunk of chunks) decoder.push(chunk, emit)
  decoder.end(emit)
  return { events, finished: decoder.finished, ended: decoder.ended, broken: decoder.broken }
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
}

const delta = (contentBlockIndex: number, value: object) =>
  bedrockEvent('contentBlockDelta', { contentBlockIndex, delta: value, p: 'abcdef' })
const stop = (contentBlockIndex: number) => bedrockEvent('contentBlockStop', { contentBlockIndex, p: 'ab' })
const call = (contentBlockIndex: number, toolUseId: string, name: string) =>
  bedrockEvent('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } })
const START = bedrockEvent('messageStart', { role: 'assistant', p: 'abc' })
const finish = (stopReason: string, more: object = {}) => bedrockEvent('messageStop', { stopReason, ...more })
const METADATA = bedrockEvent('metadata', {
  usage: { inputTokens: 10, outputTokens: 7, totalTokens: 27, cacheReadInputTokens: 4, cacheWriteInputTokens: 6 },
  metrics: { latencyMs: 5 },
})

/** By hand, after the API reference: thought, words, two calls (one without arguments), usage. */
const WHOLE = Buffer.concat([
  START,
  delta(0, { reasoningContent: { text: 'Let me ' } }),
  delta(0, { reasoningContent: { text: 'think…' } }),
  delta(0, { reasoningContent: { signature: 'c2lnbmF0dXJl' } }),
  stop(0),
  delta(1, { text: 'Grüße, ' }),
  delta(1, { text: '世界 😀' }),
  stop(1),
  call(2, 'tooluse_a', 'get_weather'),
  delta(2, { toolUse: { input: '{"city": "Ber' } }),
  delta(2, { toolUse: { input: 'lin", "id": 12345678901234567890}' } }),
  stop(2),
  call(3, 'tooluse_b', 'now'),
  delta(3, { toolUse: { input: '' } }),
  stop(3),
  finish('tool_use'),
  METADATA,
])

describe('a stream of Converse', () => {
  it('opens parts that are not announced, keeps the signature, counts usage', () => {
    const { events, ...state } = decode([WHOLE])
    expect(state).toEqual({ finished: true, ended: true, broken: null })
    expect(events.map((event) => ('part' in event ? `${event.type} ${event.part}` : event.type))).toEqual([
      'start',
      'part-start 0',
      'part-delta 0',
      'part-delta 0',
      'seal 0',
      'part-end 0',
      'part-start 1',
      'part-delta 1',
      'part-delta 1',
      'part-end 1',
      'part-start 2',
      'part-delta 2',
      'part-delta 2',
      'part-end 2',
      'part-start 3',
      'part-delta 3',
      'part-end 3',
      'finish',
      'usage',
    ])
    expect(collect(events)).toEqual({
      id: '',
      model: '',
      createdAtSeconds: 0,
      choices: [
        {
          parts: [
            {
              type: 'reasoning',
              text: 'Let me think…',
              summary: [],
              redacted: false,
              seal: { dialect: 'bedrock-converse', data: 'c2lnbmF0dXJl' },
            },
            { type: 'text', text: 'Grüße, 世界 😀', annotations: [] },
            {
              type: 'tool-call',
              id: 'tooluse_a',
              name: 'get_weather',
              kind: 'function',
              input: '{"city": "Berlin", "id": 12345678901234567890}',
            },
            { type: 'tool-call', id: 'tooluse_b', name: 'now', kind: 'function', input: '{}' },
          ],
          finish: { reason: 'tool-calls' },
        },
      ],
      usage: tokenUsage({ input: 20, cacheRead: 4, cacheWrite5m: 6, cacheWrite1h: 0, output: 7, reasoning: 0 }),
    })
  })

  it('gives the same events however its bytes are split', () => {
    const { events } = decode([WHOLE])
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(decode(split(WHOLE, cuts)).events).toEqual(events)
      }),
      { numRuns: 1_000 },
    )
  })

  it('H26: a tool without arguments was called with {}, not with nothing', () => {
    const { events } = decode([START, call(0, 'a', 'now'), stop(0), finish('tool_use')])
    expect(events).toContainEqual({ type: 'part-delta', choice: 0, part: 0, text: '{}' })
  })

  it('H27: arguments that were cut off stay as they are, with the reason', () => {
    const { events } = decode([
      START,
      call(0, 'a', 'f'),
      delta(0, { toolUse: { input: '{"a": "b' } }),
      finish('max_tokens'),
    ])
    const answer = collect(events)
    expect(answer.choices[0]?.parts[0]).toMatchObject({ input: '{"a": "b' })
    expect(answer.choices[0]?.finish).toEqual({ reason: 'length' })
  })

  it('H42: numbers of arguments keep every digit', () => {
    const { events } = decode([
      START,
      call(0, 'a', 'f'),
      delta(0, { toolUse: { input: '{"id":9007199254740993}' } }),
      stop(0),
    ])
    expect(collect(events).choices[0]?.parts[0]).toMatchObject({ input: '{"id":9007199254740993}' })
  })

  it.each([
    ['throttlingException', 429],
    ['modelNotReadyException', 429],
    ['validationException', 400],
    ['modelTimeoutException', 408],
    ['modelStreamErrorException', 500],
    ['internalServerException', 500],
    ['serviceUnavailableException', 503],
  ])('H81: %s in mid-stream closes what is open and is a failure with status %i', (type, status) => {
    const { events, finished, broken } = decode([
      START,
      delta(0, { text: 'Hel' }),
      bedrockException(type, 'It went wrong'),
      finish('end_turn'),
    ])
    expect(events.slice(-2)).toMatchObject([
      { type: 'part-end', part: 0 },
      { type: 'failure', status },
    ])
    const failure = events.at(-1)
    expect(failure?.type === 'failure' && JSON.parse(failure.body)).toMatchObject({
      error: { message: 'It went wrong' },
    })
    expect({ finished, broken }).toEqual({ finished: false, broken: null })
  })

  it('H81: an error frame speaks in its headers', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'Sorry' }
    const { events } = decode([START, encodeFrame(headers, '')])
    expect(events.at(-1)).toMatchObject({
      type: 'failure',
      status: 500,
      body: expect.stringContaining('Sorry') as string,
    })
  })

  it('H81: a cut frame and a wrong checksum are damage, and what was open is closed', () => {
    const bytes = Buffer.concat([START, delta(0, { text: 'Hello' }), delta(0, { text: ' you' })])
    const cut = decode([bytes.subarray(0, -3)])
    expect(cut).toMatchObject({ finished: false, broken: 'the stream ended in the middle of a message' })
    expect(cut.events.at(-1)).toEqual({ type: 'part-end', choice: 0, part: 0 })
    const bent = Buffer.from(bytes)
    bent.writeUInt8((bent.at(-10) ?? 0) ^ 1, bent.length - 10)
    expect(decode([bent]).broken).toBe('a message has a wrong checksum')
    expect(collect(decode([bent]).events).choices[0]?.parts).toEqual([{ type: 'text', text: 'Hello', annotations: [] }])
  })

  it('a stream without messageStop is not finished, one without metadata has not ended', () => {
    expect(decode([START, delta(0, { text: 'Hello' }), stop(0)])).toMatchObject({ finished: false, broken: null })
    expect(decode([START, finish('end_turn')])).toMatchObject({ finished: true, ended: false })
    expect(decode([START, METADATA, finish('end_turn')])).toMatchObject({ finished: true, ended: true })
  })

  it('redacted reasoning is a part of its own, its pieces joined as bytes', () => {
    const pieces = ['first', 'second'].map((text) => Buffer.from(text).toString('base64'))
    const { events } = decode([
      START,
      ...pieces.map((redactedContent) => delta(0, { reasoningContent: { redactedContent } })),
      stop(0),
      finish('end_turn'),
    ])
    expect(collect(events).choices[0]?.parts).toEqual([
      {
        type: 'reasoning',
        text: '',
        summary: [],
        redacted: true,
        seal: { dialect: 'bedrock-converse', data: Buffer.from('firstsecond').toString('base64') },
      },
    ])
  })

  it('citations, calls of the provider’s own tools and images keep their content', () => {
    const citation = { title: 'Doc', location: { web: { url: 'https://example.com/a' } } }
    const { events } = decode([
      START,
      bedrockEvent('contentBlockStart', {
        contentBlockIndex: 0,
        start: { toolUse: { toolUseId: 's', name: 'grounding', type: 'server_tool_use' } },
      }),
      delta(0, { toolUse: { input: '{}' } }),
      stop(0),
      delta(1, { text: 'So it is.' }),
      delta(1, { citation }),
      stop(1),
      bedrockEvent('contentBlockStart', { contentBlockIndex: 2, start: { image: { format: 'png' } } }),
      delta(2, { image: { source: { bytes: Buffer.from('a picture').toString('base64') } } }),
      stop(2),
      finish('end_turn'),
    ])
    expect(collect(events).choices[0]).toMatchObject({
      parts: [
        { type: 'foreign', kind: 'toolUse' },
        {
          type: 'text',
          text: 'So it is.',
          annotations: [{ url: 'https://example.com/a', title: 'Doc', value: citation }],
        },
        { type: 'media', source: { mediaType: 'image/png', data: Buffer.from('a picture').toString('base64') } },
      ],
      finish: { reason: 'stop' },
    })
  })

  it('a payload that is not JSON is damage; kinds of events that are not known are not', () => {
    expect(
      decode([START, encodeFrame({ ':event-type': 'messageStop', ':message-type': 'event' }, '{"a')]).broken,
    ).toMatch(/JSON/)
    expect(decode([START, bedrockEvent('somethingNew', { a: 1 }), finish('end_turn')])).toMatchObject({
      finished: true,
      broken: null,
    })
  })

  it('any JSON in any event never breaks the order of events', () => {
    const types = [
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
      'x',
    ]
    const index = fc.oneof(fc.nat(3), fc.jsonValue())
    const inner = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        { text: 'a' },
        { toolUse: { toolUseId: 'a', name: 'b' } },
        { toolUse: { input: '{' } },
        { image: { format: 'png' } },
      ),
      fc.record({
        reasoningContent: fc.oneof(
          fc.jsonValue(),
          fc.constantFrom({ text: 'a' }, { signature: 'b' }, { redactedContent: 'YQ==' }),
        ),
      }),
      fc.record({ citation: fc.jsonValue() }),
    )
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.record({
        contentBlockIndex: index,
        delta: inner,
        start: inner,
        stopReason: fc.jsonValue(),
        usage: fc.jsonValue(),
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...types), payload), { maxLength: 12 }), (frames) => {
        const { events } = decode(frames.map(([type, body]) => bedrockEvent(type, body as object)))
        const open = new Set<number>()
        let next = 0
        for (const event of events) {
          if (!('part' in event)) continue
          if (event.type === 'part-start') {
            expect(event.part).toBe(next)
            next += 1
            open.add(event.part)
          } else expect(open.has(event.part)).toBe(true)
          if (event.type === 'part-end') open.delete(event.part)
        }
        expect(open.size).toBe(0)
      }),
      { numRuns: 1_000 },
    )
  })

  // The SDK speaks HTTP/2 to this service, also in the clear.
  it("is read the same by AWS's own SDK", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      for (const chunk of split(WHOLE, [7, 100, 333])) response.write(chunk)
      response.end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const client = new BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: 'm', messages: [] }))
    let text = ''
    let stopReason: string | undefined
    for await (const event of stream ?? []) {
      text += event.contentBlockDelta?.delta?.text ?? event.contentBlockDelta?.delta?.toolUse?.input ?? ''
      stopReason ??= event.messageStop?.stopReason
    }
    client.destroy()
    server.close()
    expect(text).toBe('Grüße, 世界 😀{"city": "Berlin", "id": 12345678901234567890}')
    expect(stopReason).toBe('tool_use')
  })
})

describe.skipIf(recordings === null)('recorded streams (where ../shared/data lies beside the repository)', () => {
  const streams = recordings?.streams ?? []

  it('are there', () => expect(streams.length).toBeGreaterThan(15))

  it.each(streams)('$name decodes, and the same however it is split', ({ bytes }) => {
    const { events, finished, broken } = decode([bytes])
    expect({ finished, broken }).toEqual({ finished: true, broken: null })
    expect(events[0]?.type).toBe('start')
    const answer = collect(events)
    expect(answer.choices[0]?.parts.length).toBeGreaterThan(0)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(decode(split(bytes, cuts)).events).toEqual(events)
      }),
      { numRuns: 40 },
    )
  })
})
