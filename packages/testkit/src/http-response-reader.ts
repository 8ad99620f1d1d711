import { BodyReader, FramingError, framingOf, type HeaderBlock, parseHead } from './http-body.ts'

/** A response as it is known so far. */
export interface RawResponse {
  readonly status: number
  readonly reason: string
  readonly headers: HeaderBlock['headers']
  readonly headerLines: HeaderBlock['lines']
  readonly body: Buffer
  /** True once the framing says that the body is over. */
  readonly complete: boolean
  /** Chunks of a chunked body. */
  readonly chunks: number
}

interface ReaderEvents {
  /** The head of a response is there; 1xx ones are skipped. */
  onHead?: (response: RawResponse) => void
  onPayload?: (payload: Buffer) => void
  onEnd?: (response: RawResponse) => void
}

/**
 * Reads HTTP/1.1 responses from a byte stream, one after another, in any chunking. Strict: a framing error throws
 * FramingError out of `push`.
 */
export class HttpResponseReader {
  readonly #events: ReaderEvents
  #buffered: Buffer = Buffer.alloc(0)
  #current: { head: HeaderBlock; status: number; payload: Buffer[]; body: BodyReader } | undefined
  /** Every response that has ended. */
  readonly finished: RawResponse[] = []

  constructor(events: ReaderEvents = {}) {
    this.#events = events
  }

  /** The response that is running, or undefined between responses. */
  get current(): RawResponse | undefined {
    const running = this.#current
    if (running === undefined) return undefined
    return {
      status: running.status,
      reason: running.head.startLine.slice(13),
      headers: running.head.headers,
      headerLines: running.head.lines,
      body: Buffer.concat(running.payload),
      complete: running.body.ended,
      chunks: running.body.chunks,
    }
  }

  push(bytes: Buffer): void {
    let rest = bytes
    while (rest.length > 0) {
      if (this.#current === undefined) {
        const begun = this.#head(rest)
        if (begun === undefined) return
        rest = begun
      } else {
        rest = this.#current.body.push(rest)
      }
      this.#settle()
    }
  }

  /** The peer has closed: ends a body that runs until then. Throws FramingError when one was cut short. */
  close(): void {
    if (this.#current === undefined) {
      if (this.#buffered.length > 0) throw new FramingError('the connection closed inside a response head')
      return
    }
    this.#current.body.close()
    this.#settle()
  }

  #head(bytes: Buffer): Buffer | undefined {
    const all = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes])
    const end = all.indexOf('\r\n\r\n')
    if (end < 0) {
      this.#buffered = all
      if (all.length > 256 * 1024) throw new FramingError('a response head of more than 256 KiB')
      return undefined
    }
    this.#buffered = Buffer.alloc(0)
    const head = parseHead(all.toString('latin1', 0, end))
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(head.startLine)?.[1])
    if (!Number.isInteger(status)) throw new FramingError(`not a status line: ${JSON.stringify(head.startLine)}`)
    const rest = all.subarray(end + 4)
    if (status >= 100 && status < 200 && status !== 101) return rest
    const bodiless = status === 101 || status === 204 || status === 304
    const payload: Buffer[] = []
    const body = new BodyReader(bodiless ? { kind: 'none' } : framingOf(head.headers, 'until-close'), (part) => {
      payload.push(part)
      this.#events.onPayload?.(part)
    })
    this.#current = { head, status, payload, body }
    const response = this.current
    if (response !== undefined) this.#events.onHead?.(response)
    return rest
  }

  #settle(): void {
    if (this.#current?.body.ended !== true) return
    const response = this.current
    if (response === undefined) return
    this.#current = undefined
    this.finished.push(response)
    this.#events.onEnd?.(response)
  }
}
