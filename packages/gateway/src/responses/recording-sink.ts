// An answer on its way to its client, recorded. Everything passes on untouched but the end: the terminal event of a
// stream, or the body of a JSON reply, waits until what it says is stored, so that whoever reads it can go on from it in
// the same moment.

import { JsonScanError, scanObject } from '../core/json-scan.ts'
import { eventName, readPayload } from '../dialects/pass-events.ts'
import type { ReplyListener, ReplySink } from '../relay/reply-sink.ts'
import { unicodeOf } from './input-text.ts'

export interface Recorder {
  /** What was written so far can be read by whoever replays it; absent = nobody does. */
  flushed?(): Promise<void>
  /**
   * Never rejects.
   * @param response raw JSON of the whole object, as Unicode text
   * @returns false = it is not kept, and is to say so
   */
  save(response: string): Promise<boolean>
}

const TERMINAL: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

export class RecordingSink implements ReplySink {
  readonly #inner: ReplySink
  readonly #recorder: Recorder
  /** What comes at the end is under way, and nothing comes behind it. */
  #ending = false

  constructor(inner: ReplySink, recorder: Recorder) {
    this.#inner = inner
    this.#recorder = recorder
  }

  get closed(): boolean {
    return this.#ending || this.#inner.closed
  }

  get headersSent(): boolean {
    return this.#ending || this.#inner.headersSent
  }

  get listener(): ReplyListener | null {
    return this.#inner.listener
  }

  set listener(listener: ReplyListener | null) {
    this.#inner.listener = listener
  }

  head(status: number, headers: string[]): void {
    this.#inner.head(status, headers)
  }

  write(chunk: Buffer | string): boolean {
    return this.#inner.write(chunk)
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    if (this.closed) return
    if (status !== 200) {
      this.#inner.reply(status, headers, body)
      return
    }
    this.#ending = true
    const text = bytesAsText(body)
    this.#recorder
      .save(unicodeOf(text))
      .then((kept) => this.#inner.reply(status, headers, kept ? body : withoutStore(text, 0)))
      .catch(() => this.#inner.cut())
  }

  finish(last: Buffer | string): void {
    if (this.closed) return
    const text = bytesAsText(last)
    const end = findEnd(text)
    if (end === null) {
      this.#inner.write(last)
      this.#inner.end()
      return
    }
    this.#ending = true
    if (end.start > 0) this.#inner.write(text.slice(0, end.start))
    this.#saveEvent(end)
      .then((kept) => {
        const { name, payload, response, stop } = end
        const event = kept
          ? text.slice(end.start, stop)
          : `event: ${name}\ndata: ${withoutStore(payload, response.start)}\n\n`
        this.#inner.write(event + text.slice(stop))
        this.#inner.end()
      })
      .catch(() => this.#inner.cut())
  }

  end(): void {
    this.#inner.end()
  }

  cut(): void {
    this.#inner.cut()
  }

  async #saveEvent({ payload, response }: End): Promise<boolean> {
    try {
      await this.#recorder.flushed?.()
    } catch {
      // Whatever replays it goes without.
    }
    return await this.#recorder.save(unicodeOf(payload.slice(response.start, response.stop)))
  }
}

interface End {
  readonly name: string
  /** One character a byte. */
  readonly payload: string
  /** Within the payload. */
  readonly response: { readonly start: number; readonly stop: number }
  /** Of the event, blank line included. */
  readonly start: number
  readonly stop: number
}

/** The terminal event; null = there is none that could be read. @param text whole events, one character a byte */
function findEnd(text: string): End | null {
  let start = 0
  while (start < text.length) {
    const boundary = text.indexOf('\n\n', start)
    const stop = boundary === -1 ? text.length : boundary + 2
    const event = text.slice(start, stop)
    if (TERMINAL.has(eventName(event))) {
      const payload = readPayload(event)
      const response = payload === null ? null : responseIn(payload)
      if (payload !== null && response !== null) return { name: eventName(event), payload, response, start, stop }
    }
    start = stop
  }
  return null
}

function responseIn(payload: string): End['response'] | null {
  let found: End['response'] | null = null
  try {
    scanObject(payload, 0, (name, start, stop) => {
      if (name !== 'response') return false
      found = { start, stop }
      return true
    })
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error
  }
  return found
}

/** The same with `"store": false`. @param start of the response object in the text */
function withoutStore(text: string, start: number): string {
  let changed = text
  scanObject(
    text,
    start,
    (name, from, to) => {
      if (name !== 'store') return false
      changed = `${text.slice(0, from)}false${text.slice(to)}`
      return true
    },
    false,
  )
  return changed
}

/** One character a byte. */
function bytesAsText(chunk: Buffer | string): string {
  return typeof chunk === 'string' ? chunk : chunk.toString('latin1')
}
