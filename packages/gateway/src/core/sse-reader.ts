// Server-sent events out of bytes that may be split anywhere: a UTF-8 character over two reads, CR and LF over two
// reads, several events in one (H01-H05). The parsing is `eventsource-parser`'s; here are bytes, bounds and the end.

import { createParser, type EventSourceParser } from 'eventsource-parser'

/** A larger event is not part of an answer. Characters. */
const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024

export type OnSseEvent = (event: string | undefined, data: string) => void

export class SseReader {
  /** Why the stream cannot be read any further. */
  broken: string | null = null
  readonly #decoder = new TextDecoder()
  readonly #parser: EventSourceParser

  constructor(onEvent: OnSseEvent) {
    this.#parser = createParser({
      onEvent: ({ event, data }) => onEvent(event, data),
      onError: ({ type, message }) => {
        // Unknown fields and bad retry times are no reason to stop.
        if (type === 'max-buffer-size-exceeded') this.broken = message
      },
      maxBufferSize: MAX_EVENT_CHARACTERS,
    })
  }

  push(chunk: Buffer): void {
    this.#feed(this.#decoder.decode(chunk, { stream: true }))
  }

  /** A last event without its blank line counts too. */
  end(): void {
    this.#feed(`${this.#decoder.decode()}\n\n`)
  }

  #feed(text: string): void {
    if (this.broken === null && text !== '') this.#parser.feed(text)
  }
}
