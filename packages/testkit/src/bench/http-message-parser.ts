// One incremental HTTP/1.1 message parser for both ends of the benchmark: the load generator reads replies with it,
// the mock upstream reads requests. It understands exactly what those two meet (Content-Length, chunked, no body) and
// hands body bytes on as ranges of the buffer they came in, because every microsecond spent here is a microsecond
// that cannot be used to load the server under test.

/** Receives what the parser finds. Ranges are only valid during the call. */
export type MessageEvents = {
  /** The start line and header lines, latin1, without the closing empty line. */
  onHead(head: string): void
  onBody(bytes: Buffer, start: number, end: number): void
  onEnd(): void
}

type State = 'head' | 'fixed' | 'size' | 'chunk' | 'chunk-end' | 'trailer'

const CRLF = '\r\n'
const HEAD_END = '\r\n\r\n'
const EMPTY = Buffer.alloc(0)

export class HttpMessageParser {
  readonly #events: MessageEvents
  #state: State = 'head'
  #rest: Buffer = EMPTY
  #remaining = 0

  constructor(events: MessageEvents) {
    this.#events = events
  }

  /** True between two messages: a connection may be reused only then. */
  get idle(): boolean {
    return this.#state === 'head' && this.#rest.length === 0
  }

  feed(incoming: Buffer): void {
    const bytes = this.#rest.length === 0 ? incoming : Buffer.concat([this.#rest, incoming])
    let at = 0
    while (at < bytes.length) {
      const next = this.#step(bytes, at)
      if (next === -1) break
      at = next
    }
    // What could not be used yet is copied: the socket's own buffer is reused by the next read.
    this.#rest = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at))
  }

  /** Consumes one piece and returns the new position, or -1 when more bytes are needed. */
  #step(bytes: Buffer, at: number): number {
    if (this.#state === 'head') return this.#head(bytes, at)
    if (this.#state === 'fixed' || this.#state === 'chunk') return this.#payload(bytes, at)
    if (this.#state === 'chunk-end') {
      if (bytes.length - at < 2) return -1
      this.#state = 'size'
      return at + 2
    }
    const end = bytes.indexOf(CRLF, at)
    if (end === -1) return -1
    if (this.#state === 'size') this.#size(bytes.toString('latin1', at, end))
    else if (end === at) this.#finish()
    return end + 2
  }

  #payload(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#remaining)
    this.#remaining -= end - at
    this.#events.onBody(bytes, at, end)
    if (this.#remaining > 0) return end
    if (this.#state === 'fixed') this.#finish()
    else this.#state = 'chunk-end'
    return end
  }

  #size(line: string): void {
    this.#remaining = Number.parseInt(line, 16)
    if (Number.isNaN(this.#remaining)) throw new Error('Malformed chunk size')
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk'
  }

  #head(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(HEAD_END, at)
    if (end === -1) return -1
    const head = bytes.toString('latin1', at, end)
    const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(head)
    // The state is set before the call, so that a handler may already ask whether the message is over.
    if (length !== null) {
      this.#remaining = Number(length[1])
      this.#state = 'fixed'
    } else if (/\r\ntransfer-encoding:[ \t]*chunked/i.test(head)) {
      this.#state = 'size'
    } else {
      this.#remaining = 0
      this.#state = 'fixed'
    }
    this.#events.onHead(head)
    if (this.#state === 'fixed' && this.#remaining === 0) this.#finish()
    return end + HEAD_END.length
  }

  #finish(): void {
    this.#state = 'head'
    this.#events.onEnd()
  }
}
