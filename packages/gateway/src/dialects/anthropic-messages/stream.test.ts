import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerEvent } from '../../core/answer.ts'
import { replayAnswer } from '../../core/collect-answer.ts'
import { GatewayError } from '../../core/errors.ts'
import { decodeStream, withoutSpaces, envelope, replyContext, STREAMS, streamNamed } from './__fixtures__/contexts.ts'
import { decodeRequest } from './decode-request.ts'
import { decodeAnswer, encodeAnswer } from './response.ts'
import { MessagesStreamEncoder } from './stream-encoder.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const bytesOf = (...events: object[]): Buffer =>
  Buffer.from(
    events.map((event) => `event: ${Reflect.get(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
  )

const start = (id = 'msg_1', usage: object = { input_tokens: 5, output_tokens: 1 }): object => ({
  type: 'message_start',
  message: { id, type: 'message', role: 'assistant', model: 'claude-x', content: [], usage },
})
const block = (index: number, content_block: object): object => ({ type: 'content_block_start', index, content_block })
const delta = (index: number, delta: object): object => ({ type: 'content_block_delta', index, delta })
const stop = (index: number): object => ({ type: 'content_block_stop', index })
const done = (stop_reason: string | null, usage: object = { output_tokens: 7 }): object[] => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
  { type: 'message_stop' },
]
const TEXT = { type: 'text', text: '' }

function partsOf(bytes: Buffer): unknown {
  return decodeStream(bytes).answer.choices[0]?.parts
}

describe('reading a stream', () => {
  it('gives the same events however the bytes are split', () => {
    for (const [name, bytes] of STREAMS) {
      const { events } = decodeStream(bytes)
      expect(decodeStream(bytes, [...bytes.keys()]).events, `${name}, byte by byte`).toEqual(events)
      fc.assert(
        fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }), (cuts) => {
          expect(decodeStream(bytes, cuts).events).toEqual(events)
        }),
        { numRuns: 1_000 },
      )
    }
  })

  it('reads thinking, redacted thinking, text and two calls with their usage', () => {
    const { answer, decoder } = decodeStream(streamNamed('thinking-and-tools'))
    expect(answer).toEqual({
      id: 'msg_01',
      model: 'claude-x',
      createdAtSeconds: 0,
      serviceTier: 'default',
      choices: [
        {
          parts: [
            {
              type: 'reasoning',
              text: 'Weather in Zürich 🌦 and the time.',
              summary: [],
              redacted: false,
              seal: { dialect: 'anthropic-messages', data: 'EqQBCgIYAhIM+/==' },
            },
            {
              type: 'reasoning',
              text: '',
              summary: [],
              redacted: true,
              seal: { dialect: 'anthropic-messages', data: 'EmwKAhgBEgy3va3p' },
            },
            { type: 'text', text: 'Let me look.\u2028', annotations: [] },
            {
              type: 'tool-call',
              id: 'toolu_01',
              name: 'get_weather',
              kind: 'function',
              input: '{"city": "Zürich", "id": 12345678901234567890}',
            },
            { type: 'tool-call', id: 'toolu_02', name: 'now', kind: 'function', input: '{}' },
          ],
          finish: { reason: 'tool-calls' },
        },
      ],
      usage: tokenUsage({ input: 100, cacheRead: 50, cacheWrite5m: 10, cacheWrite1h: 20, output: 89, reasoning: 40 }),
    })
    expect([decoder.finished, decoder.ended, decoder.broken]).toEqual([true, true, null])
  })

  it('H22: calls are parts of their own, in the order in which they begin', () => {
    const { events } = decodeStream(streamNamed('thinking-and-tools'))
    const opened = events.filter((event) => event.type === 'part-start').map(({ part, opened }) => [part, opened.type])
    expect(opened).toEqual([
      [0, 'reasoning'],
      [1, 'reasoning'],
      [2, 'text'],
      [3, 'tool-call'],
      [4, 'tool-call'],
    ])
    const closed = events.filter((event) => event.type === 'part-end').map(({ part }) => part)
    expect(closed).toEqual([0, 1, 2, 3, 4])
  })

  it('H26: a tool without arguments has the arguments {}', () => {
    const bytes = bytesOf(
      start(),
      block(0, { type: 'tool_use', id: 't', name: 'now', input: {} }),
      stop(0),
      ...done('tool_use'),
    )
    expect(partsOf(bytes)).toMatchObject([{ name: 'now', input: '{}' }])
  })

  it('takes arguments that came with the beginning of a call', () => {
    const begun = { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }
    expect(partsOf(bytesOf(start(), block(0, begun), stop(0), ...done('tool_use')))).toMatchObject([
      { input: '{"a":1}' },
    ])
    const fed = bytesOf(
      start(),
      block(0, begun),
      delta(0, { type: 'input_json_delta', partial_json: '{"a":2}' }),
      stop(0),
      ...done('tool_use'),
    )
    expect(partsOf(fed)).toMatchObject([{ input: '{"a":2}' }])
  })

  it('H27: arguments that were cut off stay as the model wrote them', () => {
    const bytes = bytesOf(
      start(),
      block(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"a": [1, ' }),
      stop(0),
      ...done('max_tokens'),
    )
    const { answer } = decodeStream(bytes)
    expect(answer.choices[0]).toMatchObject({ parts: [{ input: '{"a": [1, ' }], finish: { reason: 'length' } })
  })

  it('H42: numbers beyond a double reach the arguments as they were written', () => {
    expect(partsOf(streamNamed('thinking-and-tools'))).toMatchObject([
      {},
      {},
      {},
      { input: expect.stringContaining('12345678901234567890') },
      {},
    ])
    expect(JSON.stringify(partsOf(streamNamed('server-tools')))).toContain('"n":1.0')
  })

  it('H43: a lone surrogate, U+2028 and NUL pass through both ways', () => {
    const pieces = ['\ud83d', '\ude00 \u2028 \u0000']
    const bytes = bytesOf(
      start(),
      block(0, TEXT),
      ...pieces.map((text) => delta(0, { type: 'text_delta', text })),
      stop(0),
      ...done('end_turn'),
    )
    const { events, answer } = decodeStream(bytes)
    expect(answer.choices[0]?.parts).toMatchObject([{ text: pieces.join('') }])
    const encoder = new MessagesStreamEncoder(replyContext())
    const out = Buffer.from(events.map((event) => encoder.push(event)).join('') + encoder.end())
    expect(out.toString('utf8')).not.toContain('\ufffd')
    expect(decodeStream(out).answer.choices[0]?.parts).toMatchObject([{ text: pieces.join('') }])
  })

  it('H50: a signature behind empty thinking is kept', () => {
    const bytes = bytesOf(
      start(),
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'signature_delta', signature: 'sig' }),
      stop(0),
      ...done('end_turn'),
    )
    expect(partsOf(bytes)).toEqual([
      {
        type: 'reasoning',
        text: '',
        summary: [],
        redacted: false,
        seal: { dialect: 'anthropic-messages', data: 'sig' },
      },
    ])
  })

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop-sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context-window'],
    ['tool_use', 'tool-calls'],
    ['refusal', 'refusal'],
    ['pause_turn', 'pause'],
    ['a word of a later day', 'stop'],
  ])('H70: %s means %s', (word, reason) => {
    const { answer } = decodeStream(bytesOf(start(), block(0, TEXT), stop(0), ...done(word)))
    expect(answer.choices[0]?.finish.reason).toBe(reason)
  })

  it('H69: a refusal keeps its explanation', () => {
    const stop_details = { type: 'refusal', category: 'cyber', explanation: 'Not this.' }
    const end = { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details }, usage: { output_tokens: 1 } }
    const { answer } = decodeStream(bytesOf(start(), end, { type: 'message_stop' }))
    expect(answer.choices[0]?.finish).toEqual({ reason: 'refusal', detail: 'Not this.' })
  })

  it('H76: a doubled message_start begins once, a spliced one takes over', () => {
    const doubled = decodeStream(
      bytesOf(
        start(),
        start(),
        block(0, TEXT),
        delta(0, { type: 'text_delta', text: 'Hi' }),
        stop(0),
        ...done('end_turn'),
      ),
    )
    expect(doubled.events.filter((event) => event.type === 'start')).toHaveLength(1)
    expect(doubled.answer).toMatchObject({ choices: [{ parts: [{ text: 'Hi' }] }], usage: { input: 5, output: 7 } })
    const spliced = decodeStream(
      bytesOf(
        start('msg_a', { input_tokens: 50, cache_read_input_tokens: 9, output_tokens: 1 }),
        block(0, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{"x' }),
        start('msg_b'),
        block(0, { type: 'tool_use', id: 'b', name: 'f', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{"x":1}' }),
        stop(0),
        ...done('tool_use'),
      ),
    )
    expect(spliced.events.filter((event) => event.type === 'start')).toHaveLength(1)
    expect(spliced.answer.choices[0]?.parts).toMatchObject([
      { id: 'a', input: '{"x' },
      { id: 'b', input: '{"x":1}' },
    ])
    expect(spliced.answer.usage).toMatchObject({ input: 5, cacheRead: 0, output: 7 })
    const ends = spliced.events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []))
    expect(ends).toEqual([0, 1])
  })

  it('H79: an error event closes what is open, and says which status it stands for', () => {
    const { events, decoder } = decodeStream(streamNamed('overloaded'))
    expect(events.slice(-2)).toEqual([
      { type: 'part-end', choice: 0, part: 0 },
      {
        type: 'failure',
        status: 529,
        body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      },
    ])
    expect([decoder.finished, decoder.ended]).toEqual([false, false])
  })

  it('keeps blocks that only Anthropic understands whole, and bills what was compacted', () => {
    const { answer } = decodeStream(streamNamed('server-tools'))
    expect(answer.choices[0]).toMatchObject({
      parts: [
        { type: 'foreign', kind: 'server_tool_use', value: { id: 'srvtoolu_01', input: { query: 'news' } } },
        { type: 'foreign', kind: 'web_search_tool_result' },
        { type: 'text', text: 'All is well.', annotations: [{ url: 'https://news.example/', title: 'News' }] },
        { type: 'foreign', kind: 'compaction', value: { content: 'The past in short.' } },
      ],
      finish: { reason: 'pause' },
    })
    expect(answer.usage).toMatchObject({ input: 1_005, output: 140 })
  })

  it('a stream that breaks off is not finished, and its parts are closed', () => {
    const { events, decoder } = decodeStream(
      bytesOf(start(), block(0, TEXT), delta(0, { type: 'text_delta', text: 'Hi' })),
    )
    expect(decoder.finished).toBe(false)
    expect(events.at(-1)).toEqual({ type: 'part-end', choice: 0, part: 0 })
    expect(events.some((event) => event.type === 'finish')).toBe(false)
  })

  it('a stream that only lacks its farewell is finished', () => {
    const { answer, decoder } = decodeStream(bytesOf(start(), block(0, TEXT), stop(0), done('max_tokens')[0]!))
    expect([decoder.finished, decoder.ended]).toEqual([true, false])
    expect(answer.choices[0]?.finish.reason).toBe('length')
  })

  it('follows a server that leaves out starts, stops and the ends of a call', () => {
    const { answer } = decodeStream(
      bytesOf(
        delta(0, { type: 'text_delta', text: 'Hi' }),
        block(1, { type: 'tool_use', id: 't', name: 'f', input: {} }),
        delta(7, { type: 'input_json_delta', partial_json: 'lost' }),
        ...done('end_turn'),
      ),
    )
    expect(answer.choices[0]).toMatchObject({
      parts: [{ text: 'Hi' }, { name: 'f' }],
      finish: { reason: 'tool-calls' },
    })
  })

  it('says why bytes cannot be followed', () => {
    expect(decodeStream(Buffer.from('event: message_start\ndata: <html>\n\n')).decoder.broken).toBe(
      'an event is not a JSON object',
    )
  })

  it('any JSON in any event gives events and no exception', () => {
    const types = [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'error',
    ]
    const anyEvent = fc.record(
      {
        type: fc.constantFrom(...types),
        index: fc.oneof(fc.nat({ max: 2 }), fc.jsonValue()),
        message: fc.jsonValue(),
        content_block: fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('text', 'thinking', 'tool_use', 'x'),
            text: fc.jsonValue(),
            input: fc.jsonValue(),
          }),
        ),
        delta: fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('text_delta', 'input_json_delta', 'x'),
            text: fc.jsonValue(),
            partial_json: fc.jsonValue(),
          }),
        ),
        usage: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    )
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), (events) => {
        const decoded = decodeStream(bytesOf(...events))
        const open = new Set<number>()
        for (const event of decoded.events) {
          if (event.type === 'part-start') open.add(event.part)
          if (event.type === 'part-end') open.delete(event.part)
        }
        expect([...open]).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('writing a stream', () => {
  function write(events: readonly AnswerEvent[], over = {}): string {
    const encoder = new MessagesStreamEncoder(replyContext(over))
    return events.map((event) => encoder.push(event)).join('') + encoder.end()
  }

  /** `message_start`, `content_block_start 0`, … */
  function outline(out: string): string[] {
    return out
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => {
        const data = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as { type: string; index?: number }
        expect(event.startsWith(`event: ${data.type}\n`)).toBe(true)
        return data.index === undefined ? data.type : `${data.type} ${data.index}`
      })
  }

  it('what was written reads as what was meant, streamed and whole', () => {
    for (const [name, bytes] of STREAMS) {
      if (name === 'overloaded.sse') continue
      const { events, answer } = decodeStream(bytes)
      const context = replyContext()
      const ours = { ...answer, id: 'msg_Reply1', model: 'public-model' }
      expect(decodeStream(Buffer.from(write(events))).answer, name).toEqual(ours)
      expect(decodeAnswer(encodeAnswer(answer, context)), name).toEqual(withoutSpaces(ours))
      const replayed: AnswerEvent[] = []
      replayAnswer(answer, (event) => replayed.push(event))
      expect(decodeStream(Buffer.from(write(replayed))).answer, name).toEqual(ours)
    }
  })

  it('H57: message_start tells an estimate, message_delta the truth', () => {
    const { events } = decodeStream(streamNamed('thinking-and-tools'))
    const out = write(events, { estimatedInputTokens: 0 })
    expect(out).toContain('"usage":{"input_tokens":1,')
    expect(out).toContain('"usage":{"input_tokens":20,"cache_creation_input_tokens":30,"cache_read_input_tokens":50')
    expect(write(events)).toContain('"usage":{"input_tokens":12,')
  })

  it('H23: overlapping calls become blocks one behind the other', () => {
    const call = (part: number): AnswerEvent => ({
      type: 'part-start',
      choice: 0,
      part,
      opened: { type: 'tool-call', id: `call_${part}`, name: 'f', kind: 'function' },
    })
    const piece = (part: number, text: string): AnswerEvent => ({ type: 'part-delta', choice: 0, part, text })
    const end = (part: number): AnswerEvent => ({ type: 'part-end', choice: 0, part })
    const out = write([call(0), piece(0, '{"a"'), call(1), piece(1, '{}'), piece(0, ':1}'), end(0), end(1)])
    expect(outline(out)).toEqual([
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_stop 1',
      'message_delta',
      'message_stop',
    ])
  })

  it('H16: a failure closes the open block before it says so', () => {
    const encoder = new MessagesStreamEncoder(replyContext())
    encoder.push({ type: 'start', id: '', model: '', createdAtSeconds: 0 })
    encoder.push({ type: 'part-start', choice: 0, part: 0, opened: { type: 'text' } })
    encoder.push({ type: 'part-delta', choice: 0, part: 0, text: 'Hal' })
    const out = encoder.fail(new GatewayError('upstream_error', 'The upstream broke off.'))
    expect(outline(out)).toEqual(['content_block_stop 0', 'error'])
    expect(out).toContain('"error":{"type":"overloaded_error","message":"The upstream broke off."}')
  })

  it('pings are events of their own', () => {
    expect(new MessagesStreamEncoder(replyContext()).ping()).toBe('event: ping\ndata: {"type":"ping"}\n\n')
  })

  it('summaries are one block of thinking, signed with our envelope', () => {
    const base = { choice: 0, part: 0 }
    const seal = { dialect: 'openai-responses', data: 'gAAA', itemId: 'rs_1' } as const
    const out = write([
      { type: 'part-start', ...base, opened: { type: 'reasoning', form: 'summary', redacted: false } },
      { type: 'part-delta', ...base, text: 'One.' },
      { type: 'section', ...base },
      { type: 'part-delta', ...base, text: 'Two.' },
      { type: 'seal', ...base, seal },
      { type: 'part-end', ...base },
    ])
    const [part] = decodeStream(Buffer.from(out)).answer.choices[0]!.parts
    expect(part).toMatchObject({ type: 'reasoning', text: 'One.\n\nTwo.' })
    const signature = part?.type === 'reasoning' ? (part.seal?.data ?? '') : ''
    expect(envelope.open(signature, 'anthropic-messages')).toEqual({ ...seal, origin: envelope.origin })
  })

  it.each(['before', 'behind'] as const)('H40: a seal of a call comes back on that call (%s)', (place) => {
    const call = (part: number): AnswerEvent => ({
      type: 'part-start',
      choice: 0,
      part,
      opened: { type: 'tool-call', id: `call_${part}`, name: 'f', kind: 'function' },
    })
    const seal: AnswerEvent = { type: 'seal', choice: 0, part: 0, seal: { dialect: 'gemini', data: 'thought' } }
    const piece: AnswerEvent = { type: 'part-delta', choice: 0, part: 0, text: '{}' }
    const end = (part: number): AnswerEvent => ({ type: 'part-end', choice: 0, part })
    const first = place === 'before' ? [seal, piece] : [piece, seal]
    const out = write([call(0), ...first, end(0), call(1), end(1)])
    const content = encodeAnswer({ ...decodeStream(Buffer.from(out)).answer }, replyContext())['content']
    const messages = [{ role: 'assistant', content: content ?? null }]
    const { turns } = decodeRequest({ model: 'm', messages }, { model: null, stream: null, envelope })
    expect(turns[0]?.parts).toMatchObject([
      { type: 'tool-call', id: 'call_0', seal: { dialect: 'gemini', data: 'thought' } },
      { type: 'tool-call', id: 'call_1' },
    ])
    expect(turns[0]?.parts[1]).not.toHaveProperty('seal')
  })
})
