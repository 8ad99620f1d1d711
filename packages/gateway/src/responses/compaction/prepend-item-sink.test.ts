import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ReplyListener, ReplySink } from '../../relay/reply-sink.ts'
import { PrependItemSink } from './prepend-item-sink.ts'

class Kept implements ReplySink {
  closed = false
  headersSent = false
  listener: ReplyListener | null = null
  status = 0
  text = ''
  finished = false

  head(status: number): void {
    this.status = status
    this.headersSent = true
  }

  write(chunk: Buffer | string): boolean {
    this.text += typeof chunk === 'string' ? Buffer.from(chunk, 'latin1').toString() : chunk.toString()
    return true
  }

  reply(status: number, _headers: string[], body: Buffer | string): void {
    this.head(status)
    this.write(body)
    this.end()
  }

  finish(last: Buffer | string): void {
    this.finished = true
    this.write(last)
    this.end()
  }

  end(): void {
    this.closed = true
  }

  cut(): void {
    this.closed = true
  }
}

const item = { type: 'compaction', id: 'cmp_1', encrypted_content: 'opaque' }
const said = { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'größer 🦉' }] }
const EVENTS = [
  { type: 'response.created', sequence_number: 0, response: { id: 'resp_1', output: [] } },
  { type: 'response.in_progress', sequence_number: 1, response: { id: 'resp_1', output: [] } },
  { type: 'response.output_item.added', sequence_number: 2, output_index: 0, item: { id: 'msg_1' } },
  { type: 'response.output_text.delta', sequence_number: 3, output_index: 0, delta: 'größer "output_index":7 🦉' },
  { type: 'response.output_item.done', sequence_number: 4, output_index: 0, item: said },
  { type: 'response.completed', sequence_number: 5, response: { id: 'resp_1', output: [said], n: 1.5 } },
]
const STREAM = Buffer.from(
  `${EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')}: ping\n\ndata: [DONE]\n\n`,
)

function eventsOf(text: string): readonly Record<string, unknown>[] {
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Record<string, unknown>)
}

it('the item comes first, whatever the pieces in which the stream comes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 6 }), fc.boolean(), (cuts, asText) => {
      const kept = new Kept()
      const sink = new PrependItemSink(kept, item)
      sink.head(200, ['content-type', 'text/event-stream; charset=utf-8'])
      let at = 0
      for (const cut of cuts.toSorted((a, b) => a - b)) {
        const piece = STREAM.subarray(at, cut)
        sink.write(asText ? piece.toString('latin1') : piece)
        at = cut
      }
      sink.finish(STREAM.subarray(at))
      expect([kept.finished, kept.closed]).toEqual([true, true])
      const events = eventsOf(kept.text)
      expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
      expect(events.map((event) => event['type'])).toEqual([
        ...EVENTS.slice(0, 2).map(({ type }) => type),
        'response.output_item.added',
        'response.output_item.done',
        ...EVENTS.slice(2).map(({ type }) => type),
      ])
      expect(events.slice(2, 7).map((event) => event['output_index'])).toEqual([0, 0, 1, 1, 1])
      expect(events[5]?.['delta']).toBe('größer "output_index":7 🦉')
      expect(events.at(-1)?.['response']).toEqual({ id: 'resp_1', output: [item, said], n: 1.5 })
      expect(kept.text).toMatch(/: ping\n\ndata: \[DONE\]\n\n$/)
    }),
  )
})

it('in JSON too, but not in an error', () => {
  const kept = new Kept()
  new PrependItemSink(kept, item).reply(200, [], Buffer.from(JSON.stringify({ id: 'resp_1', output: [said] })))
  expect(JSON.parse(kept.text)).toEqual({ id: 'resp_1', output: [item, said] })
  const refused = new Kept()
  new PrependItemSink(refused, item).reply(429, [], '{"error":{"code":"rate_limit_exceeded"}}')
  expect([refused.status, refused.text]).toEqual([429, '{"error":{"code":"rate_limit_exceeded"}}'])
})
