// A worker's journal with its clockwork: it is synced every 50 ms, and asked again as long as the disk refuses. While it
// does, `isWell` is false and the relay lets nothing new in; what is under way ends normally, its lines wait in memory.
import {
  createJournalWriter,
  LostLines,
  type Beginning,
  type JournalWriter,
  type JournalWriterOptions,
} from './journal-writer.ts'
import type { UsageRecord } from '../usage/usage-record.ts'

/** What a power cut can take, beside what the disk itself needs. */
const JOURNAL_SYNC_MS = 50
/** A disk that is full stays so for a while: one line in the log is enough. */
const COMPLAIN_EVERY_MS = 10_000

export interface JournalKeeperOptions extends JournalWriterOptions {
  readonly log: { error(fields: object, message: string): void; warn(fields: object, message: string): void }
  /** Told when `isWell` has changed. */
  readonly onChange?: () => void
}

export class JournalKeeper implements AsyncDisposable {
  readonly #writer: JournalWriter
  readonly #options: JournalKeeperOptions
  readonly #timer: NodeJS.Timeout
  #wasWell = true
  #syncs = false
  #complainedMs = -Infinity
  /** Replies that wait for their lines. */
  #waiting: (() => void)[] = []

  constructor(options: JournalKeeperOptions) {
    this.#options = options
    this.#writer = createJournalWriter(options)
    this.#timer = setInterval(() => this.#tick(), JOURNAL_SYNC_MS).unref()
  }

  /** The journal's own name, the same for no two workers ever: the holder of this worker's slices. */
  get instance(): string {
    return this.#writer.instance
  }

  /** False while the disk does not take what is written. */
  get isWell(): boolean {
    return this.#writer.backlogBytes === 0
  }

  get backlogBytes(): number {
    return this.#writer.backlogBytes
  }

  /**
   * /!\ Hot path. Never throws: a call whose line cannot be kept in any way must still end.
   * @param beginning what `begin` gave, for a reply whose status line went out before its end was known
   * @param then called once the line is written, at the end of this turn of the event loop; the lines of one turn share one
   * write(2). Absent = it is written when this returns.
   */
  record(record: UsageRecord, beginning: Beginning | null = null, then?: () => void): void {
    if (then === undefined) {
      this.#guarded(() => this.#writer.append(record, beginning))
      return
    }
    this.#writer.add(record, beginning)
    if (this.#waiting.push(then) === 1) setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    this.#guarded(() => this.#writer.flush())
    for (const then of waiting) then()
  }

  #guarded(write: () => void): void {
    try {
      write()
    } catch (error) {
      const lines = error instanceof LostLines ? error.lines : ''
      this.#options.log.error(
        { err: error, lines },
        'usage records are lost to the database; these lines are all of them',
      )
    }
    if (!this.isWell) this.#noteChange()
  }

  /** Before the status line of a reply whose end is not known yet, and again (with what `begin` gave) as it goes on. */
  begin(record: UsageRecord, before: Beginning | null = null): Beginning {
    return this.#writer.begin(record, before)
  }

  /**
   * Money of a slice goes back to its wallet, after every capture that was recorded before.
   * @returns false when the line could not be kept in any way: it is as if it had not been given back
   */
  giveBack(sliceId: string, nanos: number): boolean {
    this.#flush()
    try {
      this.#writer.giveBack(sliceId, nanos)
      return true
    } catch (error) {
      this.#options.log.error({ err: error, sliceId, nanos }, 'money could not be given back to its wallet for now')
      return false
    } finally {
      if (!this.isWell) this.#noteChange()
    }
  }

  #tick(): void {
    if (this.#syncs || (!this.#writer.dirty && this.isWell)) return
    this.#syncs = true
    this.#writer
      .sync()
      .catch((error: unknown) => this.#complain({ err: error }, 'the usage journal could not be flushed to the disk'))
      .finally(() => {
        this.#syncs = false
        this.#noteChange()
      })
  }

  #noteChange(): void {
    if (!this.isWell) {
      const { backlogBytes } = this
      this.#complain({ backlogBytes }, 'the usage journal cannot be written: is the disk full? Nothing new is let in')
    }
    if (this.isWell === this.#wasWell) return
    this.#wasWell = this.isWell
    if (this.isWell) this.#options.log.warn({}, 'the usage journal can be written again')
    this.#options.onChange?.()
  }

  #complain(fields: object, message: string): void {
    const nowMs = performance.now()
    if (nowMs - this.#complainedMs < COMPLAIN_EVERY_MS) return
    this.#complainedMs = nowMs
    this.#options.log.error(fields, message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#flush()
    await this.#writer.close()
  }
}
