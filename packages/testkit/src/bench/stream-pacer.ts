// Writes the content chunks of streamed answers at their deadlines: chunk k of a stream is due at start + k * gap,
// whatever happened to the chunk before it, so a slow reader does not slow the schedule. All streams of a block share
// one gap, which makes the queue of what is due a plain first-in first-out list.
import type { Socket } from 'node:net'
import { nowUs } from './clock.ts'
import { STAMP_DIGITS, STAMP_PREFIX } from './workload.ts'

type Pending = { socket: Socket; remaining: number; dueUs: number; gapUs: number; finished: () => void }

/** Below this distance a timer of Node is too coarse and the event loop spins instead. */
const TIMER_COARSE_US = 3_000

export class StreamPacer {
  readonly #template: Buffer
  readonly #stampAt: number
  #queue: Pending[] = []
  #head = 0
  #ticking = false

  /** `template` is one framed content chunk with a stamp of zeros in it. */
  constructor(template: Buffer) {
    this.#template = template
    this.#stampAt = template.indexOf(STAMP_PREFIX) + STAMP_PREFIX.length
  }

  /** Writes `count` content chunks to `socket`, then calls `finished`; nothing more once the socket is gone. */
  start(socket: Socket, count: number, gapUs: number, finished: () => void): void {
    const stream: Pending = { socket, remaining: count, dueUs: nowUs(), gapUs, finished }
    if (gapUs === 0) {
      this.#pour(stream)
      return
    }
    // The first token leaves at once: time to first token is then all the gateway's doing.
    if (this.#write(stream)) this.#enqueue(stream)
    if (!this.#ticking) {
      this.#ticking = true
      setImmediate(this.#tick)
    }
  }

  /** As fast as the socket takes them, each chunk in a write of its own. */
  #pour(stream: Pending): void {
    while (this.#write(stream)) {
      if (stream.socket.writableLength > 0) {
        stream.socket.once('drain', () => this.#pour(stream))
        return
      }
    }
  }

  /** Returns whether the stream has chunks left. */
  #write(stream: Pending): boolean {
    if (stream.socket.destroyed) return false
    if (stream.remaining === 0) {
      stream.finished()
      return false
    }
    stream.remaining--
    const bytes = Buffer.from(this.#template)
    let stamp = Math.round(nowUs())
    for (let at = this.#stampAt + STAMP_DIGITS - 1; at >= this.#stampAt; at--) {
      bytes[at] = 48 + (stamp % 10)
      stamp = Math.floor(stamp / 10)
    }
    stream.socket.write(bytes)
    return true
  }

  #enqueue(stream: Pending): void {
    stream.dueUs += stream.gapUs
    this.#queue.push(stream)
  }

  readonly #tick = (): void => {
    const now = nowUs()
    for (let next = this.#queue[this.#head]; next !== undefined && next.dueUs <= now; next = this.#queue[this.#head]) {
      this.#head++
      if (this.#write(next)) this.#enqueue(next)
    }
    if (this.#head > 4096) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    const next = this.#queue[this.#head]
    if (next === undefined) {
      this.#queue = []
      this.#head = 0
      this.#ticking = false
    } else if (next.dueUs - now > TIMER_COARSE_US) {
      setTimeout(this.#tick, (next.dueUs - now - TIMER_COARSE_US) / 1000)
    } else {
      setImmediate(this.#tick)
    }
  }
}
