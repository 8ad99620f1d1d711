// Where a run of background work answers: nobody is there, so what is said is kept. A stream's events are gathered and
// kept in batches; the final object is the responder's to save.

import type { ReplyListener, ReplySink } from '../../relay/reply-sink.ts'
import type { JobEvent } from '../keeper.ts'
import { eventsOf, isKept, numbered } from './job-events.ts'

const FLUSH_MS = 100
/** More than this waiting to be kept holds the upstream up. */
const MOST_WAITING_CHARACTERS = 256 * 1024

/** How a run ended, as far as its sink can tell. */
export type RunEnd =
  /** The reply is complete; whether it was saved, the job's lease tells. */
  | { readonly kind: 'ended' }
  /** Nothing of it had been said. */
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly retryAfterSeconds: number | null
      readonly body: string
    }
  | { readonly kind: 'aborted' }

export interface JobSinkOptions {
  /** Null = nobody will want to see the events. */
  readonly keep: ((events: readonly JobEvent[]) => Promise<'kept' | 'lost'>) | null
  /** `sequence_number` of the first event. */
  readonly next: number
  /** The job is somebody else's by now. */
  lost(): void
  /** Told once. */
  ended(end: RunEnd): void
}

export class JobSink implements ReplySink {
  listener: ReplyListener | null = null
  headersSent = false
  closed = false
  readonly #options: JobSinkOptions
  #next: number
  #waiting: JobEvent[] = []
  #waitingCharacters = 0
  #isFull = false
  #timer: NodeJS.Timeout | null = null
  #keeping: Promise<void> = Promise.resolve()

  constructor(options: JobSinkOptions) {
    this.#options = options
    this.#next = options.next
  }

  /** Of the next event. */
  get next(): number {
    return this.#next
  }

  head(): void {
    this.headersSent = true
  }

  write(chunk: Buffer | string): boolean {
    if (this.closed || this.#options.keep === null) return true
    for (const event of eventsOf(typeof chunk === 'string' ? chunk : chunk.toString('latin1'))) {
      if (isKept(event)) this.add((sequence) => Buffer.from(numbered(event.data, sequence), 'latin1').toString('utf8'))
    }
    this.#isFull = this.#waitingCharacters > MOST_WAITING_CHARACTERS
    if (this.#isFull) void this.flushed()
    return !this.#isFull
  }

  /** An event of ours. @param textOf JSON */
  add(textOf: (sequence: number) => string): void {
    if (this.#options.keep === null) return
    const text = textOf(this.#next)
    this.#waiting.push({ sequence: this.#next, text })
    this.#waitingCharacters += text.length
    this.#next += 1
    this.#timer ??= setTimeout(() => void this.flushed(), FLUSH_MS)
  }

  /** Resolves when all that was written so far is kept, or the job is lost. */
  async flushed(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const { keep } = this.#options
    const events = this.#waiting
    if (keep !== null && events.length > 0) {
      this.#waiting = []
      this.#waitingCharacters = 0
      // One batch behind the other: they are kept without gaps.
      this.#keeping = this.#keeping.then(async () => {
        if ((await keep(events)) === 'lost') this.#options.lost()
      })
    }
    await this.#keeping
    if (!this.#isFull) return
    this.#isFull = false
    this.listener?.replyDrained()
  }

  reply(status: number, headers: string[], body: Buffer | string): void {
    this.headersSent = true
    const text = typeof body === 'string' ? Buffer.from(body, 'latin1').toString('utf8') : body.toString('utf8')
    this.#end({ kind: 'refused', status, retryAfterSeconds: retryAfterIn(headers), body: text })
  }

  end(): void {
    this.#end({ kind: 'ended' })
  }

  cut(): void {
    this.#end({ kind: 'ended' })
  }

  /** Nobody waits for this run any more: its upstream is let go of. */
  abort(): void {
    if (this.closed) return
    const { listener } = this
    this.#end({ kind: 'aborted' })
    listener?.replyGone()
  }

  #end(end: RunEnd): void {
    if (this.closed) return
    this.closed = true
    this.listener = null
    this.#options.ended(end)
  }
}

function retryAfterIn(headers: readonly string[]): number | null {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'retry-after')
  const seconds = at === -1 ? NaN : Number(headers[at + 1])
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}
