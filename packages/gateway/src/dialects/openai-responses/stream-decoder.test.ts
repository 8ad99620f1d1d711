import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyRefusal } from '../openai-chat/errors.ts'
import { follow, read, response, sse, type UpstreamEvent } from './__fixtures__/support.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const message = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] }
const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 15,
}

const created: UpstreamEvent = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-x', created_at: 7, service_tier: 'auto' },
}
const added = (output_index: number, item: object): UpstreamEvent => ({
  type: 'response.output_item.added',
  output_index,
  item,
})
const done = (output_index: number, item: object): UpstreamEvent => ({
  type: 'response.output_item.done',
  output_index,
  item,
})
const at = (type: string, output_index: number, more: object): UpstreamEvent => ({
  type: `response.${type}`,
  output_index,
  ...more,
})
const completed = (output: readonly object[] = [], more: object = {}): UpstreamEvent => ({
  type: 'response.completed',
  response: response(output, { usage, ...more }),
})

/** Everything that this dialect has, in one stream. */
const FULL: readonly UpstreamEvent[] = [
  created,
  { type: 'response.in_progress', response: {} },
  added(0, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'EARLY' }),
  at('reasoning_summary_part.added', 0, { summary_index: 0, part: { type: 'summary_text', text: '' } }),
  at('reasoning_summary_text.delta', 0, { summary_index: 0, delta: 'Erst ä' }),
  at('reasoning_summary_text.done', 0, { summary_index: 0, text: 'Erst ä' }),
  at('reasoning_summary_part.done', 0, { summary_index: 0, part: { type: 'summary_text', text: 'Erst ä' } }),
  at('reasoning_summary_part.added', 0, { summary_index: 1, part: { type: 'summary_text', text: '' } }),
  at('reasoning_summary_text.delta', 0, { summary_index: 1, delta: 'Dann 🙂' }),
  done(0, {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ text: 'Erst ä' }, { text: 'Dann 🙂' }],
    encrypted_content: 'LATE',
  }),
  added(1, { type: 'web_search_call', id: 'ws_1', status: 'in_progress' }),
  at('web_search_call.searching', 1, { item_id: 'ws_1' }),
  done(1, { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } }),
  added(2, message),
  at('content_part.added', 2, { content_index: 0, part }),
  at('output_text.delta', 2, { content_index: 0, delta: 'Hal', logprobs: [], obfuscation: 'xx' }),
  at('output_text.delta', 2, { content_index: 0, delta: 'lo 🌍', logprobs: [{ token: 'lo', logprob: -1 }] }),
  at('output_text.annotation.added', 2, {
    content_index: 0,
    annotation_index: 0,
    annotation: { type: 'url_citation', url: 'https://example.com', title: 'E', start_index: 0, end_index: 3 },
  }),
  at('output_text.done', 2, { content_index: 0, text: 'Hallo 🌍', logprobs: [] }),
  at('content_part.done', 2, {
    content_index: 0,
    part: { ...part, text: 'Hallo 🌍', annotations: [{ type: 'url_citation' }] },
  }),
  at('content_part.added', 2, { content_index: 1, part: { type: 'refusal', refusal: '' } }),
  at('refusal.delta', 2, { content_index: 1, delta: 'Nein' }),
  at('refusal.done', 2, { content_index: 1, refusal: 'Nein.' }),
  done(2, {
    ...message,
    content: [
      { ...part, text: 'Hallo 🌍' },
      { type: 'refusal', refusal: 'Nein.' },
    ],
  }),
  added(3, { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', namespace: 'ns', arguments: '' }),
  at('function_call_arguments.delta', 3, { delta: '{"a":' }),
  at('function_call_arguments.delta', 3, { delta: '1.0}' }),
  at('function_call_arguments.done', 3, { arguments: '{"a":1.0}', name: 'f' }),
  done(3, { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'f', namespace: 'ns', arguments: '{"a":1.0}' }),
  added(4, { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c2', name: 'exec', input: '' }),
  at('custom_tool_call_input.delta', 4, { delta: 'ls -' }),
  at('custom_tool_call_input.done', 4, { input: 'ls -l' }),
  done(4, { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c2', name: 'exec', input: 'ls -l' }),
  added(5, { type: 'reasoning', id: 'rs_2', summary: [] }),
  at('content_part.added', 5, { content_index: 0, part: { type: 'reasoning_text', text: '' } }),
  at('reasoning_text.delta', 5, { content_index: 0, delta: 'Hm.' }),
  done(5, { type: 'reasoning', id: 'rs_2', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] }),
  completed(),
]

describe("an upstream's stream", () => {
  it('becomes an answer with all its parts', () => {
    const { answer, finished, broken } = follow(sse(...FULL))
    expect([finished, broken]).toEqual([true, null])
    expect(answer).toMatchObject({
      id: 'resp_1',
      model: 'gpt-x',
      createdAtSeconds: 7,
      usage: tokenUsage({ input: 10, cacheRead: 4, cacheWrite5m: 1, cacheWrite1h: 0, output: 5, reasoning: 2 }),
    })
    expect(answer.choices).toMatchObject([
      {
        finish: { reason: 'refusal' },
        parts: [
          { type: 'reasoning', text: '', summary: ['Erst ä', 'Dann 🙂'], seal: { data: 'LATE', itemId: 'rs_1' } },
          { type: 'foreign', kind: 'web_search_call', value: { status: 'completed' } },
          {
            type: 'text',
            text: 'Hallo 🌍',
            annotations: [{ url: 'https://example.com', start: 0, end: 3 }],
            logprobs: [{ token: 'lo' }],
          },
          { type: 'refusal', text: 'Nein.' },
          { type: 'tool-call', id: 'c1', name: 'f', namespace: 'ns', kind: 'function', input: '{"a":1.0}' },
          { type: 'tool-call', id: 'c2', name: 'exec', kind: 'custom', input: 'ls -l' },
          { type: 'reasoning', text: 'Hm.', summary: [], seal: { data: '', itemId: 'rs_2' } },
        ],
      },
    ])
  })

  it('H05: split anywhere, gives the same events', () => {
    for (const stream of [
      sse(...FULL),
      sse(...FULL).replaceAll('\n', '\r\n'),
      `\uFEFF: hi\n\n${sse(...FULL)}data: [DONE]`,
    ]) {
      const bytes = Buffer.from(stream)
      const { events } = follow(bytes)
      expect(
        follow(
          bytes,
          Array.from({ length: bytes.length }, (_, index) => index),
        ).events,
      ).toEqual(events)
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
          expect(follow(bytes, cuts).events).toEqual(events)
        }),
        { numRuns: 350 },
      )
    }
  })

  it('what only comes whole is said all the same', () => {
    const items = [
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'a' },
          { type: 'summary_text', text: 'b' },
        ],
        encrypted_content: 'E',
      },
      {
        ...message,
        content: [
          { ...part, text: 'Hi', logprobs: [{ token: 'Hi', logprob: 0 }] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      { type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '' },
      { type: 'custom_tool_call', id: 'ct', call_id: 'd', name: 'g', input: '' },
      { type: 'compaction', id: 'cmp', encrypted_content: 'X' },
    ]
    const whole = read(response(items, { usage }))
    // Only in the last event; only as items; as items that were announced.
    const inTheEnd = follow(sse(created, completed(items)))
    const asItems = follow(sse(created, ...items.map((item, index) => done(index, item)), completed(items)))
    const announced = items.flatMap((item, index) => [
      added(index, { ...item, content: [], summary: [] }),
      done(index, item),
    ])
    const asAnnounced = follow(sse(created, ...announced, completed(items)))
    for (const { answer } of [inTheEnd, asItems, asAnnounced]) {
      expect(answer.choices).toEqual(whole.choices)
      expect(answer.usage).toEqual(whole.usage)
    }
  })

  it('parts whose pieces are missing are made up from their ends, without saying anything twice', () => {
    const { answer } = follow(
      sse(
        created,
        added(0, message),
        at('output_text.delta', 0, { content_index: 0, delta: 'Hel' }),
        at('output_text.done', 0, { content_index: 0, text: 'Hello' }),
        at('content_part.done', 0, { content_index: 0, part: { ...part, text: 'Hello!' } }),
        done(0, { ...message, content: [{ ...part, text: 'Hello! ignored' }] }),
        at('reasoning_summary_text.done', 1, { summary_index: 0, text: 'why' }),
        at('reasoning_text.done', 2, { content_index: 0, text: 'because' }),
        at('function_call_arguments.done', 3, { arguments: '{"lost":true}' }),
        completed(),
      ),
    )
    expect(answer.choices[0]?.parts).toMatchObject([
      { type: 'text', text: 'Hello!' },
      { type: 'reasoning', summary: ['why'] },
      { type: 'reasoning', text: 'because' },
    ])
  })

  it("raw reasoning by Open Responses' names is the same", () => {
    const { answer } = follow(
      sse(
        created,
        added(0, { type: 'reasoning', id: 'rs', summary: [] }),
        at('reasoning.delta', 0, { content_index: 0, delta: 'h' }),
        at('reasoning.done', 0, { content_index: 0, text: 'hm' }),
        done(0, { type: 'reasoning', id: 'rs', summary: [] }),
        completed(),
      ),
    )
    expect(answer.choices[0]?.parts).toMatchObject([{ type: 'reasoning', text: 'hm', summary: [] }])
  })

  it('H87: ids that change with each event, and missing or doubled numbers, do no harm', () => {
    const { answer } = follow(
      sse(
        created,
        { ...added(0, { ...message, id: 'a' }), sequence_number: 5 },
        at('output_text.delta', 0, { item_id: 'b', content_index: 0, delta: 'x', sequence_number: 5 }),
        at('output_text.delta', 0, { item_id: 'c', content_index: 0, delta: 'y' }),
        done(0, { ...message, id: 'd', content: [{ ...part, text: 'xy' }] }),
        completed([{ ...message, id: 'e', content: [{ ...part, text: 'xy' }] }]),
      ),
    )
    expect(answer.choices[0]?.parts).toMatchObject([{ type: 'text', text: 'xy' }])
  })

  it('items without a place belong to the one before', () => {
    const { answer } = follow(
      sse(
        created,
        {
          type: 'response.output_item.added',
          item: { type: 'function_call', call_id: 'c', name: 'f', arguments: '' },
        },
        { type: 'response.function_call_arguments.delta', delta: '{}' },
        completed(),
      ),
    )
    expect(answer.choices[0]?.parts).toMatchObject([{ type: 'tool-call', id: 'c', input: '{}' }])
  })

  it.each([
    [{ reason: 'max_output_tokens' }, 'length'],
    [{ reason: 'content_filter' }, 'content-filter'],
    [null, 'length'],
  ])('H89: an incomplete response (%j) ends with %s', (incomplete_details, reason) => {
    const incomplete = {
      type: 'response.incomplete',
      response: response([], { status: 'incomplete', incomplete_details, usage }),
    }
    const { answer, finished } = follow(sse(created, incomplete))
    expect([answer.choices[0]?.finish.reason, finished]).toEqual([reason, true])
  })

  it.each([
    [
      'flat',
      { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null, sequence_number: 3 },
      429,
    ],
    [
      'nested',
      {
        type: 'error',
        error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'Long.', param: 'input' },
      },
      400,
    ],
    [
      'a failed response',
      { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: 'Oh.' } } },
      500,
    ],
    [
      'a failed response of the client',
      { type: 'response.failed', response: { error: { code: 'invalid_prompt', message: 'No.' } } },
      400,
    ],
    ['overload', { type: 'response.failed', response: { error: { code: 'server_is_overloaded', message: 'x' } } }, 503],
    ['no word', { type: 'response.failed', response: { status: 'failed', error: null } }, 500],
  ])('H82: an error is read in every form: %s', (_, event, status) => {
    const { events, finished } = follow(
      sse(created, added(0, message), at('output_text.delta', 0, { content_index: 0, delta: 'x' }), event, completed()),
    )
    expect(finished).toBe(false)
    expect(events.slice(-2)).toMatchObject([{ type: 'part-end' }, { type: 'failure', status }])
  })

  it('the body of a failure is one that can be classified', () => {
    const nested = {
      type: 'error',
      error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'Long.' },
    }
    const failure = follow(sse(created, nested)).events.at(-1)
    if (failure?.type !== 'failure') throw new Error('no failure')
    expect(classifyRefusal(failure.status, failure.body, null)).toMatchObject({
      kind: 'client-fault',
      error: { code: 'context_length_exceeded', message: 'Long.' },
    })
  })

  it('H16: a stream that breaks off closes its parts and is not finished', () => {
    const { events, finished } = follow(sse(...FULL.slice(0, 17)))
    expect(finished).toBe(false)
    expect(events.filter(({ type }) => type === 'part-start')).toHaveLength(
      events.filter(({ type }) => type === 'part-end').length,
    )
    expect(events.some(({ type }) => type === 'finish')).toBe(false)
  })

  it('an event that is not JSON breaks the stream', () => {
    expect(follow(`${sse(created)}data: {"type":\n\n`).broken).not.toBeNull()
    expect(follow('data: 7\n\n').broken).not.toBeNull()
  })

  it('any events at all are followed without a crash, and every part that is opened is closed', () => {
    const types = [...new Set(FULL.map(({ type }) => type)), 'error', 'response.failed', 'response.unknown', '']
    const item = fc.record(
      {
        type: fc.constantFrom('message', 'reasoning', 'function_call', 'custom_tool_call', 'web_search_call', '', 7),
        id: fc.oneof(fc.string(), fc.constant(null)),
        content: fc.oneof(
          fc.array(fc.record({ type: fc.constantFrom('output_text', 'refusal', 'reasoning_text'), text: fc.string() })),
          fc.jsonValue(),
        ),
        summary: fc.oneof(fc.array(fc.record({ text: fc.string() })), fc.jsonValue()),
        arguments: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    const event = fc.record(
      {
        type: fc.constantFrom(...types),
        output_index: fc.oneof(fc.nat(3), fc.jsonValue()),
        content_index: fc.nat(2),
        summary_index: fc.nat(3),
        delta: fc.oneof(fc.string(), fc.jsonValue()),
        text: fc.string(),
        item,
        part: fc.oneof(
          item,
          fc.record({ type: fc.constantFrom('output_text', 'refusal', 'reasoning_text'), text: fc.string() }),
        ),
        response: fc.oneof(fc.record({ output: fc.array(item), status: fc.string() }), fc.jsonValue()),
        annotation: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (list) => {
        const { events } = follow(sse(...list))
        const open = new Set<number>()
        let next = 0
        for (const each of events) {
          if (each.type === 'part-start') {
            expect(each.part).toBe(next)
            next += 1
            open.add(each.part)
          } else if (each.type === 'part-end') expect(open.delete(each.part)).toBe(true)
          else if ('part' in each) expect(open.has(each.part)).toBe(true)
        }
        expect(open.size).toBe(0)
      }),
      { numRuns: 1_000 },
    )
  })
})
