import { describe, expect, it } from 'vitest'
import { collect } from '../../core/__fixtures__/answer-events.ts'
import type { AnswerEvent } from '../../core/answer.ts'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { answer, checked, EVERYTHING, json, streamOf, text, thought } from './__fixtures__/emitted.ts'
import { openaiResponsesClient } from './index.ts'
import { encode, eventsOf, follow, replyContext } from './__fixtures__/support.ts'

describe('a streamed answer', () => {
  it('says everything in the order of the specification', () => {
    const types = streamOf(EVERYTHING).map(({ type }) => type.replace('response.', ''))
    expect(types).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'reasoning_text.delta',
      'reasoning_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.annotation.added',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
  })

  it('H84: ends with the same response as the whole answer, under one id', () => {
    const events = streamOf(EVERYTHING)
    const snapshots = events.flatMap((event) =>
      event['response'] === undefined ? [] : [event['response'] as JsonObject],
    )
    expect(snapshots.map(({ id, status }) => [id, status])).toEqual([
      ['resp_abc123', 'in_progress'],
      ['resp_abc123', 'in_progress'],
      ['resp_abc123', 'completed'],
    ])
    expect(snapshots[0]).toMatchObject({ usage: null, completed_at: null, output: [] })
    expect(snapshots.at(-1)).toEqual(json(EVERYTHING))
  })

  it('H87: numbers rise by one, and an item keeps its id', () => {
    const ids = new Map<unknown, Set<unknown>>()
    for (const event of streamOf(EVERYTHING)) {
      const id = event['item_id'] ?? (event['item'] as JsonObject | undefined)?.['id']
      if (id === undefined) continue
      const known = ids.get(event['output_index']) ?? new Set()
      ids.set(event['output_index'], known.add(id))
    }
    expect([...ids.values()].map((set) => set.size)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('H88: text behind reasoning has an item and a part of its own', () => {
    const events = streamOf(answer([text('a'), thought('b'), text('c')]))
    const added = events.filter(({ type }) => type === 'response.output_item.added')
    expect(added.map(({ output_index, item }) => [output_index, (item as JsonObject)['type']])).toEqual([
      [0, 'message'],
      [1, 'reasoning'],
      [2, 'message'],
    ])
    expect(
      events.filter(({ type, output_index }) => type === 'response.content_part.added' && output_index === 2),
    ).toHaveLength(1)
  })

  it('H26: a call without arguments says {} in its pieces too', () => {
    const place = { choice: 0, part: 0 }
    const events: AnswerEvent[] = [
      { type: 'start', id: '', model: '', createdAtSeconds: 0 },
      { type: 'part-start', ...place, opened: { type: 'tool-call', id: 'c', name: 'f', kind: 'function' } },
      { type: 'part-end', ...place },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
    ]
    const stream = checked(encode(events))
    expect(stream.filter(({ type }) => type.includes('arguments'))).toMatchObject([
      { delta: '{}' },
      { arguments: '{}', name: 'f' },
    ])
  })

  it('H43: half a surrogate pair, U+2028 and NUL pass as escapes, and only valid UTF-8 is sent', () => {
    const place = { choice: 0, part: 0 }
    const pieces = ['\ud83d', '\ude00 \u2028', '\u0000é']
    const events: AnswerEvent[] = [
      { type: 'part-start', ...place, opened: { type: 'text' } },
      ...pieces.map((piece): AnswerEvent => ({ type: 'part-delta', ...place, text: piece })),
      { type: 'part-end', ...place },
    ]
    const stream = encode(events)
    expect(Buffer.from(stream).toString()).toBe(stream)
    expect(stream).toContain('"delta":"\\ud83d"')
    expect(follow(stream).answer.choices[0]?.parts).toMatchObject([{ text: pieces.join('') }])
  })

  it('H90: an answer that ends without a word still has its terminal event', () => {
    expect(checked(encode([])).map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ])
  })

  it.each([
    ['upstream_error', 'server_error'],
    ['rate_limit_exceeded', 'rate_limit_exceeded'],
    ['invalid_request', 'invalid_prompt'],
  ] as const)(
    'H82, H89, H90: a failure (%s) closes what is open, says the error in both forms, and fails the response with it',
    (code, inside) => {
      const encoder = openaiResponsesClient.streamEncoder(replyContext())
      const place = { choice: 0, part: 0 }
      let stream = encoder.push({ type: 'start', id: '', model: '', createdAtSeconds: 0 })
      stream += encoder.push({ type: 'part-start', ...place, opened: { type: 'text' } })
      stream += encoder.push({ type: 'part-delta', ...place, text: 'Half' })
      stream += encoder.fail(new GatewayError(code, 'It broke.'))
      expect(encoder.end()).toBe('')
      const events = checked(stream)
      expect(events.slice(-5)).toMatchObject([
        { type: 'response.output_text.done', text: 'Half' },
        { type: 'response.content_part.done' },
        { type: 'response.output_item.done', item: { status: 'incomplete' } },
        { type: 'error', code, message: 'It broke.', param: null, error: { code, message: 'It broke.', param: null } },
        {
          type: 'response.failed',
          response: {
            status: 'failed',
            error: { code: inside, message: 'It broke.' },
            output: [{ status: 'incomplete', content: [{ text: 'Half' }] }],
          },
        },
      ])
    },
  )

  it("a provider's own code stays, because agents act on it", () => {
    const error = new GatewayError('invalid_request', 'Too long.', {
      provider: { status: 400, code: 'context_length_exceeded', type: 'invalid_request_error' },
    })
    const events = eventsOf(openaiResponsesClient.streamEncoder(replyContext()).fail(error))
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'error',
      'response.failed',
    ])
    expect(events.at(-1)).toMatchObject({ response: { error: { code: 'context_length_exceeded' } } })
    const { status, body } = openaiResponsesClient.encodeError(error, 'req-1')
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { error: { message: 'Too long.', type: 'invalid_request_error', param: null, code: 'context_length_exceeded' } },
    ])
  })

  it('parts that overlap are said one behind the other, and a ping is a comment', () => {
    const opened = (id: string): AnswerEvent & { type: 'part-start' } => ({
      type: 'part-start',
      choice: 0,
      part: Number(id),
      opened: { type: 'tool-call', id, name: 'f', kind: 'function' },
    })
    const events: AnswerEvent[] = [
      opened('0'),
      opened('1'),
      { type: 'part-delta', choice: 0, part: 1, text: '{"b":' },
      { type: 'ping' },
      { type: 'part-delta', choice: 0, part: 0, text: '{}' },
      { type: 'part-delta', choice: 0, part: 1, text: '2}' },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-end', choice: 0, part: 1 },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
    ]
    const stream = encode(events)
    expect(stream).toContain(': ping\n\n')
    const items = checked(stream).filter(({ type }) => type === 'response.output_item.done')
    expect(items).toMatchObject([{ item: { arguments: '{}' } }, { item: { arguments: '{"b":2}' } }])
    expect(collect(follow(stream).events)).toEqual(follow(stream).answer)
  })
})
