import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SseEvent, SseReader } from './sse-reader.ts'

function read(parts: readonly Uint8Array[]): SseEvent[] {
  const events: SseEvent[] = []
  const reader = new SseReader((event) => events.push(event))
  for (const part of parts) reader.push(part)
  return events
}

const ODD = Buffer.from(
  '\u{feff}: a comment\r\ndata:without space\r\n\r\nevent: named\ndata: first\ndata: second 🙂\n\n' +
    'event: alone\n\ndata\n\ndata:  two spaces\r\rid: 7\ndata: last\r\n\r\ndata: never dispatched\n',
)

test('reads BOM, comments, mixed line ends, several data lines and events without data', () => {
  expect(read([ODD])).toEqual([
    { event: 'message', data: 'without space' },
    { event: 'named', data: 'first\nsecond 🙂' },
    { event: 'message', data: '' },
    { event: 'message', data: ' two spaces' },
    { event: 'message', data: 'last' },
  ])
})

test('reads the same events in any chunking', () => {
  const whole = read([ODD])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: ODD.length }), { maxLength: 30 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), ODD.length]
      const parts = edges.slice(1).map((end, index) => ODD.subarray(edges[index], end))
      expect(read(parts)).toEqual(whole)
    }),
  )
  expect(read([...ODD].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
})
