import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SseReader } from './sse-reader.ts'

type Event = readonly [event: string | undefined, data: string]

function read(chunks: readonly Buffer[]): { events: Event[]; broken: string | null } {
  const events: Event[] = []
  const reader = new SseReader((event, data) => events.push([event, data]))
  for (const chunk of chunks) reader.push(chunk)
  reader.end()
  return { events, broken: reader.broken }
}

const readText = (text: string): Event[] => read([Buffer.from(text)]).events

describe('server-sent events', () => {
  it('H01: a character cut anywhere stays whole', () => {
    const bytes = Buffer.from('data: Grüße 世界 😀\n\n')
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(read([bytes.subarray(0, at), bytes.subarray(at)]).events).toEqual([[undefined, 'Grüße 世界 😀']])
    }
  })

  it('H02: all three line ends, mixed, cut between CR and LF', () => {
    const bytes = Buffer.from('data: a\r\n\r\ndata: b\n\ndata: c\r\rdata: d\r\n\n')
    for (let at = 0; at <= bytes.length; at += 1) {
      const { events } = read([bytes.subarray(0, at), bytes.subarray(at)])
      expect(events.map(([, data]) => data)).toEqual(['a', 'b', 'c', 'd'])
    }
  })

  it('H03: no space, several lines, comments, a name without data, a BOM, no blank line at the end', () => {
    expect(readText('data:a\n\n')).toEqual([[undefined, 'a']])
    expect(readText('data: a\ndata: b\n\n')).toEqual([[undefined, 'a\nb']])
    expect(readText(': OPENROUTER PROCESSING\n\ndata: a\n\n')).toEqual([[undefined, 'a']])
    expect(readText('event: ping\n\nevent: x\ndata: a\n\ndata: b\n\n')).toEqual([
      ['x', 'a'],
      [undefined, 'b'],
    ])
    expect(readText('\uFEFFdata: a\n\n')).toEqual([[undefined, 'a']])
    expect(readText('data: a\n\ndata: [DONE]')).toEqual([
      [undefined, 'a'],
      [undefined, '[DONE]'],
    ])
    expect(readText('data: a\n\nretry: soon\nnonsense\n\n')).toEqual([[undefined, 'a']])
    expect(readText('')).toEqual([])
  })

  it('H05: any split gives the same events', () => {
    const field = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
      fc.constantFrom('event: x', 'id: 1', ': ping', 'data', 'data:', 'other: 1', ''),
    )
    const stream = fc.array(fc.tuple(field, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 20 })
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.flat().join(''))
        const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
        const chunks = [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
        expect(read(chunks)).toEqual(read([bytes]))
      }),
      { numRuns: 1_000 },
    )
  })

  it('an event without end breaks the stream instead of filling the memory', () => {
    const piece = Buffer.alloc(1024 * 1024, 'a')
    const { events, broken } = read([Buffer.from('data: ok\n\ndata: '), ...Array.from({ length: 20 }, () => piece)])
    expect(events).toEqual([[undefined, 'ok']])
    expect(broken).not.toBeNull()
  })

  it('any bytes at all do no harm', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        read(chunks.map((chunk) => Buffer.from(chunk)))
      }),
    )
  })
})
