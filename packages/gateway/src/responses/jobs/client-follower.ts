// A client that watches background work which it has just begun: it sees what is kept, as whoever comes later does. When
// it leaves, the work goes on.

import type { ReplyListener, ReplySink } from '../../relay/reply-sink.ts'
import { replay, type NextEvents } from './follow.ts'

export class ClientFollower implements ReplyListener {
  readonly #sink: ReplySink
  readonly #headers: string[]
  #drained: (() => void) | null = null
  #isGone = false

  constructor(sink: ReplySink, headers: string[]) {
    this.#sink = sink
    this.#headers = headers
    sink.listener = this
  }

  /** Resolves when the stream has ended, or the client is gone. */
  async follow(next: NextEvents): Promise<void> {
    this.#sink.head(200, this.#headers)
    try {
      for await (const event of replay(next, 0)) {
        if (this.#isGone || this.#sink.closed) return
        if (this.#sink.write(Buffer.from(event, 'utf8'))) continue
        await new Promise<void>((resolve) => {
          this.#drained = resolve
        })
      }
      this.#sink.listener = null
      this.#sink.end()
    } catch (error) {
      this.cut()
      throw error
    }
  }

  cut(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#sink.cut()
    this.#drained?.()
  }

  replyGone(): void {
    this.#isGone = true
    this.#drained?.()
  }

  replyDrained(): void {
    this.#drained?.()
  }
}
