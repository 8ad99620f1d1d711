// A reply through `node:http`: for requests that are not plain (see plain/plain-head.ts).
//
// Waiting for `drain` alone would hang for ever when the client leaves while it is slow, so `close` is heard as well.
//
// Once its head is out, the chunks of a stream are framed here and written to the socket: `node:http` makes four writes of
// each and gathers them again, which takes twice as long (measured: 11 us against 6).

import type { ServerResponse } from 'node:http'
import type { ReplyListener, ReplySink } from '../relay/reply-sink.ts'

/** Above the usual 60 s of a load balancer in front, so that it is never us who close a connection in use. */
export const KEEP_ALIVE_SECONDS = 75

/** Up to here a chunk is written as one text along with its frame. */
const LONGEST_COPY_BYTES = 16 * 1024

export class HttpSink implements ReplySink {
  listener: ReplyListener | null = null
  readonly #response: ServerResponse
  readonly #extraHeaders: readonly string[]
  readonly #writeStallTimeoutMs: number
  #ended = false
  /** Chunks carry their length; false towards clients of HTTP/1.0. */
  #chunked = false
  /** The head has gone out, and some of the body with it. */
  #flowing = false
  #waitsForDrain = false

  /**
   * @param extraHeaders flat, sent with every reply of this request (CORS, `connection: close`)
   * @param writeStallTimeoutMs how long the client may read nothing of a reply that has ended
   */
  constructor(response: ServerResponse, extraHeaders: readonly string[], writeStallTimeoutMs: number) {
    this.#response = response
    this.#extraHeaders = extraHeaders
    this.#writeStallTimeoutMs = writeStallTimeoutMs
    response.on('close', () => {
      const { listener } = this
      this.listener = null
      if (!this.#ended) listener?.replyGone()
    })
  }

  get closed(): boolean {
    return this.#ended || this.#response.destroyed
  }

  get headersSent(): boolean {
    return this.#response.headersSent
  }

  head(status: number, headers: string[]): void {
    if (this.closed || this.#response.headersSent) return
    this.#response.writeHead(status, this.#withExtra(headers))
    this.#chunked = this.#response.chunkedEncoding
    // Its header says so already; from here on `node:http` passes on what it is given.
    this.#response.chunkedEncoding = false
    this.#response.on('drain', () => this.listener?.replyDrained())
  }

  write(chunk: Buffer | string): boolean {
    if (this.closed) return true
    if (!this.#chunked)
      return typeof chunk === 'string' ? this.#response.write(chunk, 'latin1') : this.#response.write(chunk)
    const { length } = chunk
    // A chunk without a byte would be the end.
    if (length === 0) return true
    if (typeof chunk === 'string' || length <= LONGEST_COPY_BYTES) {
      const text = typeof chunk === 'string' ? chunk : chunk.toString('latin1')
      return this.#put(`${length.toString(16)}\r\n${text}\r\n`)
    }
    this.#put(`${length.toString(16)}\r\n`)
    this.#response.write(chunk)
    return this.#put('\r\n')
  }

  #put(text: string): boolean {
    const { socket } = this.#response
    // Behind another reply on the same connection there is no socket yet.
    if (!this.#flowing || socket === null) {
      this.#flowing = true
      return this.#response.write(text, 'latin1')
    }
    if (socket.write(text, 'latin1')) return true
    if (!this.#waitsForDrain) {
      this.#waitsForDrain = true
      socket.once('drain', () => {
        this.#waitsForDrain = false
        this.listener?.replyDrained()
      })
    }
    return false
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    if (this.closed || this.#response.headersSent) return
    this.#ended = true
    const all = this.#withExtra(headers)
    all.push('content-length', String(body.length))
    this.#response.writeHead(status, all)
    if (typeof body === 'string') this.#response.end(body, 'latin1')
    else this.#response.end(body)
    this.#watchRest()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#chunked) this.#response.end('0\r\n\r\n', 'latin1')
    else this.#response.end()
    this.#watchRest()
  }

  cut(): void {
    if (this.#ended) return
    // The listener is told through `close`, which comes on its own.
    this.#response.destroy()
  }

  /** The relay is through with this reply; what the client has not taken yet is ours to give up. */
  #watchRest(): void {
    if (this.#response.writableLength > 0) this.#response.setTimeout(this.#writeStallTimeoutMs)
  }

  #withExtra(headers: string[]): string[] {
    for (const part of this.#extraHeaders) headers.push(part)
    return headers
  }
}
