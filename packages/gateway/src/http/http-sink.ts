// A reply over HTTP.
//
// Waiting for `drain` alone would hang for ever when the client leaves while it is slow, so `close` is heard as well.

import type { ServerResponse } from 'node:http'
import type { ReplyListener, ReplySink } from '../relay/reply-sink.ts'
import { setPlainHead } from './reply-head.ts'

/** Above the usual 60 s of a load balancer in front, so that it is never us who close a connection in use. */
export const KEEP_ALIVE_SECONDS = 75

export class HttpSink implements ReplySink {
  listener: ReplyListener | null = null
  readonly #response: ServerResponse
  readonly #extraHeaders: readonly string[]
  readonly #writeStallTimeoutMs: number
  #ended = false

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
    this.#response.on('drain', () => this.listener?.replyDrained())
  }

  write(chunk: Buffer | string): boolean {
    if (this.closed) return true
    return typeof chunk === 'string' ? this.#response.write(chunk, 'latin1') : this.#response.write(chunk)
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    if (this.closed || this.#response.headersSent) return
    this.#ended = true
    const plain = typeof body === 'string' && this.#extraHeaders.length === 0
    if (!plain || !setPlainHead(this.#response, status, headers, body.length, KEEP_ALIVE_SECONDS)) {
      const all = this.#withExtra(headers)
      all.push('content-length', String(body.length))
      this.#response.writeHead(status, all)
    }
    if (typeof body === 'string') this.#response.end(body, 'latin1')
    else this.#response.end(body)
    this.#watchRest()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#response.end()
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
