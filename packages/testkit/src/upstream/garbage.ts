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
    yield* inTwo(event, dressed, 1 + dice(dressed.length - 1))
  }
}

/**
 * The same for binary frames, which have no other dress: cut anywhere, and when `broken` one byte of one frame is turned, so that its
 * checksum is wrong.
 */
export function* garbageFrames(events: Iterable<StreamEvent>, seed: number, broken: boolean): Generator<Write> {
  const random = seededRandom(seed)
  const dice = (sides: number): number => Math.floor(random() * sides)
  const victim = broken ? 1 + dice(3) : -1
  let index = 0
  for (const event of events) {
    const frame = Buffer.from(event.bytes)
    const at = dice(frame.length)
    if (index === victim) frame[at] = (frame[at] ?? 0) ^ 0x40
    index += 1
    yield* inTwo(event, frame, 1 + dice(frame.length - 1))
  }
}

function* inTwo(event: StreamEvent, bytes: Buffer, cut: number): Generator<Write> {
  yield { bytes: chunked(bytes.subarray(0, cut)), kind: 'part', paced: event.kind === 'delta', tokens: 0 }
  yield { bytes: chunked(bytes.subarray(cut)), kind: 'event', paced: false, tokens: event.tokens }
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

function dress(bytes: string | Buffer, lineEnd: string, style: number): string {
  let text = bytes.toString().replaceAll('\r\n', '\n')
  if (style === 1) text = text.replace(/^data: /gm, 'data:')
  // JSON may have a line break after any top-level comma; the standard joins the lines again.
  if (style === 2) text = text.replace(/^(data: \{"[a-z]+":"[^"]*"),/, '$1,\ndata: ')
  return text.replaceAll('\n', lineEnd)
}
