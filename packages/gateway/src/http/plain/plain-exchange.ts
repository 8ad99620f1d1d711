// One plain request and its reply: what the port and the relay see of it.
//
// /!\ Hot path.

import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewayError } from '../../core/errors.ts'
import type { ClientDialectName } from '../../dialects/pass-dialects.ts'
import type { ReplyListener, ReplySink } from '../../relay/reply-sink.ts'
import { errorReply } from '../answers.ts'
import type { BodyCallback, BodyOwner, BodyReader } from '../read-body.ts'
import type { RequestHead } from '../request-head.ts'
import { checkedHead, commonHead, lastLines } from './head-text.ts'
import type { PlainConnection } from './plain-connection.ts'

/** Up to here a chunk is written as one text along with its frame. */
const LONGEST_COPY_BYTES = 16 * 1024
const LAST_CHUNK = '0\r\n\r\n'

export interface PlainRequest {
  readonly requestId: string
  readonly headers: IncomingHttpHeaders
  /** Path and query, in their one spelling. */
  readonly url: string
  /** Header lines of every reply of this request, flat. */
  readonly extra: readonly string[]
  /** Whether the connection ends with the reply. */
  readonly closes: boolean
}

export class PlainExchange implements ReplySink, BodyOwner, RequestHead {
  readonly method = 'POST'
  readonly url: string
  readonly headers: IncomingHttpHeaders
  listener: ReplyListener | null = null
  headersSent = false
  readonly #connection: PlainConnection
  readonly #bodies: BodyReader
  readonly #requestId: string
  readonly #extra: readonly string[]
  readonly #closes: boolean
  #isOver = false
  /** The head of a stream that waits for its first chunk, so that both go out together. */
  #heldHead = ''

  constructor(connection: PlainConnection, bodies: BodyReader, request: PlainRequest) {
    this.#connection = connection
    this.#bodies = bodies
    this.url = request.url
    this.headers = request.headers
    this.#requestId = request.requestId
    this.#extra = request.extra
    this.#closes = request.closes
  }

  get closed(): boolean {
    return this.#isOver || this.#connection.socket.destroyed
  }

  get socket(): Socket {
    return this.#connection.socket
  }

  get destroyed(): boolean {
    return this.#connection.socket.destroyed
  }

  /** As `BodyReader.open`. Once at most. */
  readBody(callback: BodyCallback): void {
    const whole = this.#connection.wholeBody
    if (whole !== null) this.#bodies.whole(this, whole, callback)
    else this.#connection.intake = this.#bodies.open(this, callback)
  }

  /** Answers by itself, which may be before the body has come. */
  refuse(dialect: ClientDialectName, error: GatewayError): void {
    if (this.closed || this.headersSent) return
    const { status, headers, body } = errorReply(dialect, error, this.#requestId, this.#extra)
    const closes = this.#closes || !this.#connection.canDropBody
    if (closes && !this.#closes) headers.push('connection', 'close')
    headers.push('content-length', String(body.length))
    this.#end(checkedHead(status, headers) + lastLines(closes) + body.toString('latin1'), closes)
  }

  sink(): ReplySink {
    return this
  }

  head(status: number, headers: string[]): void {
    if (this.closed || this.headersSent) return
    this.headersSent = true
    this.#heldHead = `${checkedHead(status, this.#withExtra(headers))}Transfer-Encoding: chunked\r\n${lastLines(this.#closes)}`
  }

  write(chunk: Buffer | string): boolean {
    const { length } = chunk
    // A chunk without a byte would be the end.
    if (this.closed || length === 0) return true
    const head = this.#heldHead
    this.#heldHead = ''
    const { socket } = this.#connection
    if (typeof chunk === 'string') return socket.write(`${head}${length.toString(16)}\r\n${chunk}\r\n`, 'latin1')
    if (length <= LONGEST_COPY_BYTES)
      return socket.write(`${head}${length.toString(16)}\r\n${chunk.toString('latin1')}\r\n`, 'latin1')
    socket.cork()
    socket.write(`${head}${length.toString(16)}\r\n`, 'latin1')
    socket.write(chunk)
    const isFast = socket.write('\r\n', 'latin1')
    socket.uncork()
    return isFast
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    if (this.closed || this.headersSent) return
    this.headersSent = true
    const isCommon = status === 200 && typeof body === 'string' && this.#extra.length === 0
    const head = isCommon ? commonHead(headers) : checkedHead(status, this.#withExtra(headers))
    const text = `${head}content-length: ${body.length}\r\n${lastLines(this.#closes)}`
    if (typeof body === 'string') {
      this.#end(text + body, this.#closes)
    } else if (body.length <= LONGEST_COPY_BYTES) {
      this.#end(text + body.toString('latin1'), this.#closes)
    } else {
      const { socket } = this.#connection
      socket.cork()
      socket.write(text, 'latin1')
      socket.write(body)
      socket.uncork()
      this.#end('', this.#closes)
    }
  }

  end(): void {
    if (!this.closed) this.#end(this.#heldHead + LAST_CHUNK, this.#closes)
  }

  finish(last: Buffer | string): void {
    if (this.closed) return
    const { length } = last
    if (length === 0 || length > LONGEST_COPY_BYTES) {
      this.write(last)
      this.end()
      return
    }
    const text = typeof last === 'string' ? last : last.toString('latin1')
    this.#end(`${this.#heldHead}${length.toString(16)}\r\n${text}\r\n${LAST_CHUNK}`, this.#closes)
  }

  cut(): void {
    // The listener is told through the end of the connection, which comes on its own.
    if (!this.closed) this.#connection.socket.destroy()
  }

  // --- what the connection reports ---

  drained(): void {
    this.listener?.replyDrained()
  }

  gone(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { listener } = this
    this.listener = null
    listener?.replyGone()
  }

  #end(text: string, closes: boolean): void {
    this.headersSent = true
    this.#isOver = true
    this.listener = null
    this.#connection.ended(text, closes)
  }

  #withExtra(headers: string[]): string[] {
    for (const part of this.#extra) headers.push(part)
    return headers
  }
}
