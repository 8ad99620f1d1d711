// The ways in which good writes go bad, each a generator over the writes of a good reply.
import type { Reply, StreamEvent, StreamReply } from './dialects/dialect.ts'
import type { ChunkDamage } from './fault.ts'
import { garbageFrames, garbageWrites } from './garbage.ts'
import { eventWrite, goodWrites, headWrite, LAST_CHUNK, part, streamHead, wholeHead, type Write } from './plan.ts'

/** Everything up to `after` events; an empty paced write holds the place of the event that does not come. */
export function* cut(reply: Reply, after: number, midEvent: boolean): Generator<Write> {
  if (after < 0) return
  let events = 0
  for (const write of goodWrites(reply)) {
    const dies = write.kind === 'event' ? events === after || reply.kind === 'whole' : write.kind === 'part'
    if (dies) {
      const half = midEvent || reply.kind === 'whole'
      const bytes = Buffer.from(write.bytes)
      yield part(half ? bytes.subarray(0, bytes.length >> 1) : '', write.paced)
      return
    }
    if (write.kind === 'event') events += 1
    yield write
  }
}

/** A stream in the odd dress of garbage.ts. */
export function* garbled(reply: StreamReply, seed: number, broken: boolean): Generator<Write> {
  yield streamHead(reply.headers)
  const binary = reply.headers['content-type'] === 'application/vnd.amazon.eventstream'
  yield* binary ? garbageFrames(reply.events, seed, broken) : garbageWrites(reply.events, seed, broken)
  yield part(LAST_CHUNK)
}

/** `after` events, then `error`, then a proper end of the body. */
export function* failing(reply: StreamReply, after: number, error: StreamEvent): Generator<Write> {
  yield streamHead(reply.headers)
  let events = 0
  for (const event of reply.events) {
    if (events === after) break
    events += 1
    yield eventWrite(event)
  }
  yield { ...eventWrite(error), paced: after > 0 }
  yield part(LAST_CHUNK)
}

/** Headers of a stream and nothing in it. */
export function* emptyStream(reply: StreamReply): Generator<Write> {
  yield streamHead(reply.headers)
  yield part(LAST_CHUNK)
}

/** All events but the one that says that this was all. */
export function* withoutDone(reply: StreamReply): Generator<StreamEvent> {
  for (const event of reply.events) if (event.kind !== 'done') yield event
}

/** The same bytes, each its own write. `head`: those of the head too. */
export function* byteByByte(writes: Iterable<Write>, head: boolean, paced: boolean): Generator<Write> {
  for (const write of writes) {
    if (write.kind === 'head' && !head) {
      yield write
      continue
    }
    const bytes = Buffer.from(write.bytes)
    const last = bytes.length - 1
    for (let index = 0; index < last; index += 1)
      yield part(bytes.subarray(index, index + 1), paced || (index === 0 && write.paced))
    // The last byte carries the event's name and tokens: only now has the client got it.
    yield { ...write, bytes: bytes.subarray(last), paced }
  }
}

/** `after` events, then one whose chunk is framed wrongly. */
export function* badlyChunked(reply: Reply, after: number, how: ChunkDamage): Generator<Write> {
  const events = reply.kind === 'stream' ? reply.events : [{ kind: 'delta' as const, bytes: reply.body, tokens: 0 }]
  yield reply.kind === 'stream'
    ? streamHead(reply.headers)
    : headWrite(reply.status, { ...reply.headers, 'transfer-encoding': 'chunked' })
  let count = 0
  for (const event of events) {
    if (count === after) {
      const size = Buffer.byteLength(event.bytes)
      const start = {
        'not-hex': 'zz\r\n',
        'too-small': `${(size >> 1).toString(16)}\r\n`,
        'no-crlf': size.toString(16),
      }[how]
      yield part(Buffer.concat([Buffer.from(start), Buffer.from(event.bytes), CRLF]), event.kind === 'delta')
      return
    }
    count += 1
    yield eventWrite(event)
  }
}

const CRLF = Buffer.from('\r\n')

function bodyOf(reply: Reply): Buffer {
  if (reply.kind === 'whole') return Buffer.from(reply.body)
  return Buffer.concat(Array.from(reply.events, (event) => Buffer.from(event.bytes)))
}

/** The whole body under a Content-Length that is not its length. */
export function* wrongLength(reply: Reply, kind: 'short' | 'long'): Generator<Write> {
  const body = bodyOf(reply)
  const length = kind === 'short' ? body.length + 100 : Math.max(0, body.length - 10)
  const status = reply.kind === 'whole' ? reply.status : 200
  yield headWrite(status, { ...reply.headers, 'content-length': String(length), connection: 'keep-alive' })
  yield part(body)
}

/** Half of the body, properly framed. */
export function* truncated(reply: Reply): Generator<Write> {
  const body = bodyOf(reply)
  const half = body.subarray(0, body.length >> 1)
  const { headers, promptTokens } = reply
  const status = reply.kind === 'whole' ? reply.status : 200
  yield wholeHead({ kind: 'whole', status, headers, body: half, promptTokens, completionTokens: 0 })
  yield part(half)
}

/** Head, events and end in a single write. */
export function* onePacket(reply: Reply): Generator<Write> {
  const writes = [...goodWrites(reply)]
  const tokens = writes.reduce((sum, write) => sum + write.tokens, 0)
  yield { bytes: Buffer.concat(writes.map((write) => Buffer.from(write.bytes))), kind: 'event', paced: false, tokens }
}
