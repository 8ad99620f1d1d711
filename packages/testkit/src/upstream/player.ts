// Plays one plan on one socket: writes at deadlines, stops while the socket is full, and ends as the plan says.
import type { Socket } from 'node:net'
import { type Deadline, deadlines, nowMs } from '../deadlines.ts'
import type { Ledger, OpenEntry } from './ledger.ts'
import type { Plan, Write } from './plan.ts'

export class Player {
  readonly #socket: Socket
  readonly #plan: Plan
  readonly #entry: OpenEntry
  readonly #ledger: Ledger
  readonly #onDone: () => void
  #startMs = 0
  /** Paced writes so far. */
  #paces = 0
  #next: Write | undefined
  #deadline: Deadline | undefined
  #stopped = false

  /** `onDone` is called when the plan ends with the connection still good for another request. */
  constructor(socket: Socket, plan: Plan, entry: OpenEntry, ledger: Ledger, onDone: () => void) {
    this.#socket = socket
    this.#plan = plan
    this.#entry = entry
    this.#ledger = ledger
    this.#onDone = onDone
  }

  start(): void {
    this.#startMs = nowMs() + this.#plan.delayMs
    if (this.#plan.delayMs > 0) this.#deadline = deadlines.at(this.#startMs, this.#step)
    else this.#step()
  }

  /** The client has gone, or the server closes: write no more. */
  stop(): void {
    this.#stopped = true
    if (this.#deadline !== undefined) this.#deadline.cancelled = true
    this.#plan.writes.return?.()
  }

  readonly #step = (): void => {
    for (;;) {
      if (this.#stopped) return
      if (this.#socket.writableNeedDrain) {
        this.#socket.once('drain', this.#step)
        return
      }
      const write = this.#next ?? this.#take()
      if (write === undefined) {
        this.#end()
        return
      }
      if (write.paced && this.#plan.gapMs > 0) {
        const dueMs = this.#startMs + this.#paces * this.#plan.gapMs
        if (dueMs > nowMs() + 0.5) {
          this.#next = write
          this.#deadline = deadlines.at(dueMs, this.#step)
          return
        }
        this.#paces += 1
      }
      this.#next = undefined
      this.#write(write)
      if (this.#plan.oneByOne) {
        setImmediate(this.#step)
        return
      }
    }
  }

  #take(): Write | undefined {
    const { done, value } = this.#plan.writes.next()
    return done === true ? undefined : value
  }

  #write(write: Write): void {
    const entry = this.#entry
    if (write.bytes.length > 0) {
      entry.firstByteAtMs ??= nowMs()
      entry.status ??= this.#plan.status
      this.#socket.write(write.bytes)
    }
    if (write.kind === 'head') this.#ledger.served(entry, this.#plan.promptTokens, 0)
    if (write.kind !== 'event') return
    entry.eventsWritten += 1
    if (write.tokens > 0) this.#ledger.served(entry, 0, write.tokens)
    this.#ledger.changed()
  }

  #end(): void {
    const { ending, broken } = this.#plan
    if (ending === 'stall') return
    const finish = (): void => {
      if (this.#stopped) return
      this.#ledger.end(this.#entry, broken ? 'fault' : 'complete')
      if (ending === 'rst') this.#socket.resetAndDestroy()
      else if (ending === 'fin') this.#socket.end()
      else this.#onDone()
    }
    // Only when the kernel has it all: a reset throws away what has not left yet, and the ledger does not boast.
    if (this.#socket.writableLength === 0) finish()
    else this.#socket.write('', finish)
  }
}
