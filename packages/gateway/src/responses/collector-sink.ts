// Where the answer to a call of our own goes: kept until it is whole, for whoever asked.

import type { ReplyListener, ReplySink } from '../relay/reply-sink.ts'

export interface Collected {
  /** 0 = there was none: it was cut off, or nobody waits for it any more. */
  readonly status: number
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[]
  /** UTF-8. */
  readonly body: string
}

const NOTHING: Collected = Object.freeze({ status: 0, headers: [], body: '' })

export class CollectorSink implements ReplySink {
  closed = false
  headersSent = false
  listener: ReplyListener | null = null
  readonly collected: Promise<Collected>
  readonly #mostBytes: number
  #resolve: (collected: Collected) => void = () => undefined
  #status = 0
  #headers: readonly string[] = []
  #chunks: Buffer[] = []
  #bytes = 0

  /** @param mostBytes of a body; a larger one is let go of, as if it had been cut off */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
    this.collected = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  head(status: number, headers: string[]): void {
    this.headersSent = true
    this.#status = status
    this.#headers = headers
  }

  write(chunk: Buffer | string): boolean {
    if (this.closed) return true
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk
    this.#bytes += bytes.length
    if (this.#bytes > this.#mostBytes) this.abandon()
    else this.#chunks.push(bytes)
    return true
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    this.head(status, headers)
    this.write(body)
    this.end()
  }

  end(): void {
    if (this.closed) return
    this.closed = true
    this.#resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks).toString('utf8') })
    this.#chunks = []
  }

  cut(): void {
    if (this.closed) return
    this.closed = true
    this.#chunks = []
    this.#resolve(NOTHING)
  }

  /** Nobody waits for it any more: the call ends as if its client had left. */
  abandon(): void {
    if (this.closed) return
    this.cut()
    this.listener?.replyGone()
  }
}
