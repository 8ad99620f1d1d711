import { loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent, AnswerPart } from '../../core/answer.ts'
import { GatewayError } from '../../core/errors.ts'
import { arrayOf, objectOf, stringOf, type JsonObject } from '../../core/json.ts'
import { openaiChatClient } from './index.ts'
import {
  ask,
  chunksOf,
  decode,
  envelope,
  essence,
  follow,
  json,
  read,
  replyContext,
  stream,
  streamEvents,
  withoutPlaces,
} from './__fixtures__/support.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const USAGE = tokenUsage({ input: 10, cacheRead: 4, cacheWrite5m: 1, cacheWrite1h: 1, output: 5, reasoning: 2 })

function answerOf(parts: readonly AnswerPart[], more: object = {}): Parameters<typeof stream>[0] {
  return {
    id: 'up',
    model: 'upstream',
    createdAtSeconds: 1,
    choices: [{ parts, finish: { reason: 'stop' } }],
    usage: USAGE,
    ...more,
  }
}

function deltasOf(text: string): JsonObject[] {
  return chunksOf(text).flatMap((one) => {
    const delta = objectOf(objectOf(arrayOf(one['choices'])?.[0])?.['delta'])
    return delta === undefined ? [] : [delta]
  })
}

describe('a stream for a client', () => {
  it('names the public model and ids of its own, and ends with [DONE]', () => {
    const text = stream(answerOf([{ type: 'text', text: 'Hi', annotations: [] }]))
    expect(text).toBe(
      [
        head('{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}'),
        head('{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}'),
        head('{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}'),
        'data: [DONE]\n\n',
      ].join(''),
    )
  })

  it('H08: tells the usage, with its cost, only when it was asked for, and null before', () => {
    const context = replyContext({
      conversation: ask({ stream: true, stream_options: { include_usage: true } }),
      costJson: ({ output }) => `0.0000000${output}`,
    })
    const text = stream(answerOf([{ type: 'text', text: 'Hi', annotations: [] }]), context)
    const chunks = chunksOf(text)
    expect(chunks.slice(0, -1).every((one) => one['usage'] === null)).toBe(true)
    expect(text).toContain('"cost":0.00000005}}\n\n')
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    })
    expect(stream(answerOf([]))).not.toContain('usage')
  })

  it('H12: says the role once per choice', () => {
    const { choices } = answerOf([{ type: 'text', text: 'Hi', annotations: [] }])
    const roles = deltasOf(stream(answerOf([], { choices: [...choices, ...choices] }))).filter(
      (delta) => 'role' in delta,
    )
    expect(roles).toHaveLength(2)
  })

  it('H22: numbers calls densely whatever stands between them', () => {
    const call = (id: string, input: string): AnswerPart => ({
      type: 'tool-call',
      id,
      name: 'f',
      kind: 'function',
      input,
    })
    const text: AnswerPart = { type: 'text', text: 'x', annotations: [] }
    const out = stream(answerOf([text, call('a', '{"x":1}'), text, call('', '{}')]))
    const calls = deltasOf(out).flatMap((delta) => arrayOf(delta['tool_calls']) ?? [])
    expect(calls).toMatchObject([
      { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 0, function: { arguments: '{"x":1}' } },
      { index: 1, id: 'call_abc123_0_1' },
      { index: 1, function: { arguments: '{}' } },
    ])
  })

  it('H26: a call whose arguments never came has an empty object', () => {
    const place = { choice: 0, part: 0 }
    const events: AnswerEvent[] = [
      { type: 'start', id: '', model: '', createdAtSeconds: 0 },
      { type: 'part-start', ...place, opened: { type: 'tool-call', id: 'a', name: 'f', kind: 'function' } },
      { type: 'part-end', ...place },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
    ]
    expect(follow(streamEvents(events)).answer.choices[0]).toMatchObject({
      parts: [{ input: '{}' }],
      finish: { reason: 'tool-calls' },
    })
    expect(streamEvents(events)).toContain('{"index":0,"function":{"arguments":"{}"}}')
  })

  it('carries free-text calls as such', () => {
    const out = stream(answerOf([{ type: 'tool-call', id: 'a', name: 'patch', kind: 'custom', input: '*** "x"' }]))
    expect(follow(out).answer.choices[0]!.parts).toEqual([
      { type: 'tool-call', id: 'a', name: 'patch', kind: 'custom', input: '*** "x"' },
    ])
  })

  it('H16: an error in the middle is an event of its own, without an end and without [DONE]', () => {
    const encoder = openaiChatClient.streamEncoder(replyContext())
    encoder.push({ type: 'start', id: '', model: '', createdAtSeconds: 0 })
    const error = encoder.fail(new GatewayError('upstream_error', 'It broke.', { reason: 'all_failed' }))
    expect(error).toBe(
      'data: {"error":{"message":"It broke.","type":"server_error","param":null,"code":"upstream_error","reason":"all_failed"}}\n\n',
    )
    expect(encoder.push({ type: 'finish', choice: 0, finish: { reason: 'stop' } }) + encoder.end()).toBe('')
  })

  it('H39: an answer that is malformed ends in an error, never in success', () => {
    const out = stream(answerOf([], { choices: [{ parts: [], finish: { reason: 'malformed' } }] }))
    expect(out).toContain('data: {"error":{')
    expect(out).not.toContain('[DONE]')
    expect(() => json(answerOf([], { choices: [{ parts: [], finish: { reason: 'malformed' } }] }))).toThrow(
      GatewayError,
    )
  })

  it('H43: writes lone surrogates and line separators so that JSON and UTF-8 stay whole', () => {
    const out = stream(answerOf([{ type: 'text', text: '\ud83d\u2028\u0000', annotations: [] }]))
    expect(out).toContain('{"content":"\\ud83d\u2028\\u0000"}')
    expect(Buffer.from(out).toString()).toBe(out)
  })

  it('keeps the connection alive with a comment', () => {
    expect(openaiChatClient.streamEncoder(replyContext()).ping()).toBe(': ping\n\n')
  })
})

describe('an answer for a client, whole and as a stream', () => {
  const seals = [
    { dialect: 'anthropic-messages', data: 'SIG-A' },
    { dialect: 'openai-responses', data: 'ENC', itemId: 'rs_1' },
    { dialect: 'gemini', data: 'SIG-G' },
  ] as const

  const sealed: AnswerPart[] = [
    { type: 'reasoning', text: 'One "thought"', summary: [], redacted: false, seal: seals[0] },
    { type: 'reasoning', text: '', summary: [], redacted: true, seal: { ...seals[0], data: 'REDACTED' } },
    { type: 'reasoning', text: '', summary: ['First.', 'Second.'], redacted: false, seal: seals[1] },
    { type: 'reasoning', text: '', summary: [], redacted: false, seal: { ...seals[1], data: 'ENC2' } },
    { type: 'text', text: 'Hi', annotations: [], seal: seals[2] },
    { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{}', seal: seals[2] },
  ]

  it('H40: sealed thinking goes to the client and comes back as it was', () => {
    const answer = answerOf(sealed)
    const { message } = (json(answer)['choices'] as { message: JsonObject }[] & JsonObject)[0]!
    const streamed = deltasOf(stream(answer))
    const replayed = {
      role: 'assistant',
      content: 'Hi',
      reasoning_content: streamed.map((delta) => stringOf(delta['reasoning_content']) ?? '').join(''),
      reasoning_details: streamed.flatMap((delta) => arrayOf(delta['reasoning_details']) ?? []),
      extra_content: streamed.find((delta) => 'extra_content' in delta)?.['extra_content'],
      tool_calls: message['tool_calls'],
    }
    for (const history of [message, replayed]) {
      const [turn] = decode({ model: 'm', messages: [history] }).turns
      const parts = withoutPlaces(turn!.parts)
      const expected = sealed.map((part) => {
        const { annotations: _, ...rest } = part as AnswerPart & { annotations?: unknown }
        return { ...rest, seal: { ...(part as { seal: object }).seal, origin: envelope.origin } }
      })
      expect(parts).toEqual(expected)
    }
    expect(replayed.reasoning_content).toBe('One "thought"\n\nFirst.\n\nSecond.')
    expect(message['reasoning_content']).toBe(replayed.reasoning_content)
  })

  it('H40: a seal of a call comes in a piece of that call, which always names its function', () => {
    const pieces = deltasOf(stream(answerOf(sealed))).flatMap((delta) => arrayOf(delta['tool_calls']) ?? [])
    for (const piece of pieces) expect(piece).toHaveProperty('function.arguments')
    expect(pieces.at(-1)).toHaveProperty('extra_content')
  })

  it.skipIf(loadOpenaiSchemas() === null)('is what OpenAI’s own document wants (../shared/data/openapi)', () => {
    const judge = loadOpenaiSchemas()
    const rich: AnswerPart[] = [
      ...sealed,
      { type: 'refusal', text: 'No.' },
      {
        type: 'text',
        text: 'x',
        annotations: [],
        logprobs: [{ token: 'x', logprob: -1, bytes: null, top_logprobs: [] }],
      },
      { type: 'media', source: { kind: 'base64', mediaType: 'audio/wav', data: 'UklGRg==' } },
      { type: 'media', source: { kind: 'url', url: 'https://a/b.png' } },
      { type: 'tool-call', id: '', name: 'g', kind: 'function', input: '' },
    ]
    const conversation = ask({ stream: true, stream_options: { include_usage: true } })
    const context = replyContext({ conversation, costJson: () => '0.000000001' })
    for (const reason of [
      'stop',
      'stop-sequence',
      'length',
      'context-window',
      'tool-calls',
      'refusal',
      'content-filter',
      'pause',
    ] as const) {
      const answer = answerOf([], {
        choices: [{ parts: rich, finish: { reason, stopSequence: 'x', detail: 'y' } }],
        serviceTier: 'standard',
      })
      expect(judge?.validate('CreateChatCompletionResponse', json(answer, context))).toEqual([])
      const chunks = chunksOf(stream(answer, context))
      expect(chunks.length).toBeGreaterThan(10)
      for (const chunk of chunks) expect(judge?.validate('CreateChatCompletionStreamResponse', chunk)).toEqual([])
    }
  })

  it('H69: a refusal is content_filter with its words', () => {
    const refused = answerOf([], { choices: [{ parts: [], finish: { reason: 'refusal', detail: 'Not this.' } }] })
    expect(json(refused)['choices']).toMatchObject([
      { finish_reason: 'content_filter', message: { content: null, refusal: 'Not this.' } },
    ])
    const expected = { parts: [{ type: 'refusal', text: 'Not this.' }], finish: { reason: 'refusal' } }
    expect(read(json(refused)).choices).toEqual([expected])
    expect(follow(stream(refused)).answer.choices).toEqual([expected])
    const filtered = answerOf([], { choices: [{ parts: [], finish: { reason: 'content-filter' } }] })
    expect(read(json(filtered)).choices[0]!.finish).toEqual({ reason: 'content-filter' })
  })

  it('H71: keeps logprobs, and says null where there are none', () => {
    const logprobs = [{ token: 'é', logprob: -0.5, bytes: [195, 169], top_logprobs: [] }]
    const answer = answerOf([{ type: 'text', text: 'é', annotations: [], logprobs }])
    expect(json(answer)['choices']).toMatchObject([{ logprobs: { content: logprobs, refusal: null } }])
    expect(essence(follow(stream(answer)).answer).choices).toEqual(answer.choices)
    expect(json(answerOf([]))['choices']).toMatchObject([{ logprobs: null }])
  })

  it('H55: counts each token once', () => {
    const usage = json(answerOf([]))['usage']
    expect(usage).toMatchObject({ prompt_tokens: 10, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } })
    expect(read({ choices: [{ message: {} }], usage }).usage).toEqual({
      ...USAGE,
      cacheWrite5m: 2,
      cacheWrite1h: 0,
    })
  })

  it('is read as it was written, whatever it says', () => {
    const words = fc.string({
      minLength: 1,
      unit: fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom('"', '\\', '\n', '{', '}', '\ud83d'),
      ),
    })
    const call = fc.record({
      type: fc.constant('tool-call' as const),
      id: fc.string({ minLength: 1 }),
      name: fc.stringMatching(/^[a-z_]{1,8}$/),
      kind: fc.constantFrom('function' as const, 'custom' as const),
      input: fc.oneof(words, fc.json()),
    })
    const seal = { dialect: 'openai-chat', data: '[]' } as const
    const parts = fc
      .record({
        thought: fc.option(words),
        text: fc.option(words),
        refusal: fc.option(words),
        calls: fc.array(call, { maxLength: 3 }),
      })
      .map(({ thought, text, refusal, calls }): AnswerPart[] => [
        ...(thought === null
          ? []
          : [{ type: 'reasoning' as const, text: thought, summary: [], redacted: false, seal }]),
        ...(text === null ? [] : [{ type: 'text' as const, text, annotations: [] }]),
        ...(refusal === null ? [] : [{ type: 'refusal' as const, text: refusal }]),
        ...calls,
      ])
    const conversation = { ...ask(), usageAsked: true }
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 3 }), (all) => {
        const choices = all.map((one) => ({
          parts: one,
          finish: {
            reason: one.some(({ type }) => type === 'tool-call') ? ('tool-calls' as const) : ('length' as const),
          },
        }))
        const answer = answerOf([], { choices, usage: { ...USAGE, cacheWrite1h: 0 } })
        expect(essence(read(json(answer)))).toEqual(essence(answer))
        expect(essence(follow(stream(answer, replyContext({ conversation }))).answer)).toEqual(essence(answer))
      }),
      { numRuns: 500 },
    )
  })

  it('joins texts, and moves their citations along', () => {
    const annotation = { dialect: 'gemini', url: 'https://a', title: 'A', start: 0, end: 2, value: {} } as const
    const answer = answerOf([
      { type: 'text', text: 'Say: ', annotations: [] },
      { type: 'text', text: 'Hi', annotations: [annotation] },
    ])
    const citation = {
      type: 'url_citation',
      url_citation: { url: 'https://a', title: 'A', start_index: 5, end_index: 7 },
    }
    expect(json(answer)['choices']).toMatchObject([{ message: { content: 'Say: Hi', annotations: [citation] } }])
    expect(deltasOf(stream(answer))).toContainEqual({ annotations: [citation] })
  })

  it('tells which stop sequence matched', () => {
    const answer = answerOf([], { choices: [{ parts: [], finish: { reason: 'stop-sequence', stopSequence: 'END' } }] })
    expect(json(answer)['choices']).toMatchObject([{ finish_reason: 'stop', stop_reason: 'END' }])
    expect(follow(stream(answer)).answer.choices).toEqual(answer.choices)
  })

  it('shows images and sound', () => {
    const wav = Buffer.from('RIFF....WAVEfmt ').toString('base64')
    const answer = answerOf([
      { type: 'text', text: 'Here', annotations: [] },
      { type: 'media', source: { kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
    ])
    expect(read(json(answer)).choices).toEqual(answer.choices)
    expect(follow(stream(answer)).answer.choices).toEqual(answer.choices)
    const spoken = answerOf([{ type: 'media', source: { kind: 'base64', mediaType: 'audio/wav', data: wav } }])
    expect(read(json(spoken)).choices).toEqual(spoken.choices)
    expect(follow(stream(spoken)).answer.choices).toEqual(spoken.choices)
  })
})

function head(choice: string): string {
  return `data: {"id":"chatcmpl-abc123","object":"chat.completion.chunk","created":1800000000,"model":"public-model","choices":[${choice}]}\n\n`
}
