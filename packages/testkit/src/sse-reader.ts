/** One server-sent event, as a client must understand it. */
export interface SseEvent {
  /** The `event:` field, or 'message'. */
  readonly event: string
  /** The `data:` lines, joined by newlines. */
  readonly data: string
}

/**
 * Reads server-sent events from bytes, in any chunking, by the rules of the HTML standard: CRLF, LF and CR end a line, a
 * leading BOM is dropped, comments and events without data are skipped, an event that no empty line ends is not dispatched.
 */
export class SseReader {
  readonly #onEvent: (event: SseEvent) => void
  readonly #decoder = new TextDecoder('utf-8')
  #line = ''
  #afterCr = false
  #event = ''
  #data: string[] = []
  /** Comment lines seen so far, without their colon. */
  readonly comments: string[] = []

  constructor(onEvent: (event: SseEvent) => void) {
    this.#onEvent = onEvent
  }

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true })
    if (text === '') return
    if (this.#afterCr && text.startsWith('\n')) text = text.slice(1)
    this.#afterCr = text.endsWith('\r')
    const lines = (this.#line + text).split(/\r\n|\n|\r/)
    this.#line = lines.pop() ?? ''
    for (const line of lines) this.#endOfLine(line)
  }

  /** True when bytes of an unfinished event or line are left over. */
  get pending(): boolean {
    return this.#line !== '' || this.#data.length > 0
  }

  #endOfLine(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) this.#onEvent({ event: this.#event || 'message', data: this.#data.join('\n') })
      this.#event = ''
      this.#data = []
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) {
      this.comments.push(line.slice(1))
      return
    }
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#event = value
  }
}
