// Server-sent events as ugly as the standard allows, and uglier.
import { seededRandom } from '../random.ts'
import type { StreamEvent } from './dialects/dialect.ts'
import { chunked, part, type Write } from './plan.ts'

/**
 * The same events in odd dress: BOM, comments, CR and CRLF, `data:` without a space, JSON over several `data:` lines, `event:`
 * without data, and chunks that cut lines and UTF-8 characters in two. A right reader sees the same events. With `broken` there
 * is also half JSON, and NUL bytes. Same seed, same bytes.
 */
export function* garbageWrites(events: Iterable<StreamEvent>, seed: number, broken: boolean): Generator<Write> {
  const random = seededRandom(seed)
  const dice = (sides: number): number => Math.floor(random() * sides)
  const lineEnds = ['\n', '\r\n', '\r'] as const
  if (dice(2) === 0) yield part(chunked('\u{feff}'))
  for (const event of events) {
    const lineEnd = lineEnds[dice(3)] ?? '\n'
    if (dice(4) === 0) yield part(chunked(`: TESTKIT PROCESSING${lineEnd}${lineEnd}`))
    if (dice(6) === 0) yield part(chunked(`event: nothing${lineEnd}${lineEnd}`))
    if (broken && dice(4) === 0) yield part(chunked(BROKEN[dice(BROKEN.length)] ?? ''))
    const dressed = Buffer.from(dress(event.bytes, lineEnd, dice(3)))
    const cut = 1 + dice(dressed.length - 1)
    yield { bytes: chunkedBytes(dressed.subarray(0, cut)), kind: 'part', paced: event.kind === 'delta', tokens: 0 }
    yield { bytes: chunkedBytes(dressed.subarray(cut)), kind: 'event', paced: false, tokens: event.tokens }
  }
}

const BROKEN = [
  'data: {"id":"chatcmpl-\n\n',
  'data: {"choices":[{"delta":{"content":"\0"}}]}\n\n',
  'data: \0\0\0\n\n',
  'da',
  'ta: \n\n\n\ndata\n\n',
  'data: [1,2\ndata: ,3\n\n',
  '}}\n\n',
]

function dress(bytes: string, lineEnd: string, style: number): string {
  let text = bytes
  if (style === 1) text = text.replace(/^data: /gm, 'data:')
  // JSON may have a line break after any top-level comma; the standard joins the lines again.
  if (style === 2) text = text.replace(/^(data: \{"[a-z]+":"[^"]*"),/, '$1,\ndata: ')
  return text.replaceAll('\n', lineEnd)
}

function chunkedBytes(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}
