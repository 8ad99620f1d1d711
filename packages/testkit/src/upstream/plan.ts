// A reply as a list of writes: what the player (player.ts) puts on the wire, and when. It is lazy, so that a stream of ten thousand
// events costs nothing before its time.
import { STATUS_CODES } from 'node:http'
import type { Reply, StreamEvent, WholeReply } from './dialects/dialect.ts'

export interface Write {
  readonly bytes: string | Buffer
  /** `head`: status line and headers. `event`: one event, or a whole JSON body. `part`: any other bytes. */
  readonly kind: 'head' | 'event' | 'part'
  /** Wait for the next deadline (start + k * gapMs) before this one. */
  readonly paced: boolean
  /** Completion tokens that the client has once these bytes are out. */
  readonly tokens: number
}

/** How an exchange ends once everything is written. `stall`: it does not. */
export type Ending = 'keep-alive' | 'fin' | 'rst' | 'stall'

export interface Plan {
  readonly delayMs: number
  readonly gapMs: number
  readonly writes: Iterator<Write>
  readonly ending: Ending
  /** True when the ending is not what the client deserved. */
  readonly broken: boolean
  /** True when every write shall reach the kernel on its own, with a turn of the event loop between them. */
  readonly oneByOne: boolean
  readonly promptTokens: number
  /** What the status line says. */
  readonly status: number
}

export function part(bytes: string | Buffer, paced = false): Write {
  return { bytes, kind: 'part', paced, tokens: 0 }
}

export function headWrite(status: number, headers: Readonly<Record<string, string>>): Write {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`
  return { bytes: `${text}date: ${new Date().toUTCString()}\r\n\r\n`, kind: 'head', paced: false, tokens: 0 }
}

/** The bytes of an event as one HTTP chunk. */
export function chunked(bytes: string | Buffer): string | Buffer {
  if (typeof bytes === 'string') return `${Buffer.byteLength(bytes).toString(16)}\r\n${bytes}\r\n`
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

export function eventWrite(event: StreamEvent): Write {
  return { bytes: chunked(event.bytes), kind: 'event', paced: event.kind === 'delta', tokens: event.tokens }
}

export const LAST_CHUNK = '0\r\n\r\n'

export function streamHead(headers: Readonly<Record<string, string>>): Write {
  return headWrite(200, { ...headers, 'transfer-encoding': 'chunked', connection: 'keep-alive' })
}

export function wholeHead(reply: WholeReply, contentLength = Buffer.byteLength(reply.body)): Write {
  return headWrite(reply.status, {
    ...reply.headers,
    'content-length': String(contentLength),
    connection: 'keep-alive',
  })
}

export function* goodWrites(reply: Reply): Generator<Write> {
  if (reply.kind === 'whole') {
    yield wholeHead(reply)
    yield { bytes: reply.body, kind: 'event', paced: false, tokens: reply.completionTokens }
    return
  }
  yield streamHead(reply.headers)
  for (const event of reply.events) yield eventWrite(event)
  yield part(LAST_CHUNK)
}
