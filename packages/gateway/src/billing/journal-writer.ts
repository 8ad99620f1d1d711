// The worker's side of the usage journal: a call is written down before its reply ends.
// One write(2) per call puts the line into the kernel, where it survives `kill -9` of this process; `sync` (called every
// few milliseconds by a timer) bounds what a power cut can take. Files are named `INSTANCE.SEGMENT.journal`; the
// primary reads them and deletes them (journal-reader.ts).
import { closeSync, fdatasync, mkdirSync, openSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { END_OF_SEGMENT, formatJournalLine } from './journal-line.ts'
import type { UsageRecord } from './usage-record.ts'

const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024
/** What is kept in memory while the disk refuses to take it. */
const BACKLOG_BYTES = 8 * 1024 * 1024

export interface JournalWriterOptions {
  /** Made when it is missing, 0700. */
  readonly dir: string
  /** The worker's name, letters, digits, `_` and `-`. Process id and random letters are added: a file name is never used twice. */
  readonly instance: string
  readonly segmentBytes?: number
}

export interface JournalWriter {
  /** The name with what was added to it, as the files carry it. */
  readonly instance: string
  /**
   * One write(2). When the disk refuses (full, gone), the line waits in memory and goes first next time; throws only
   * when that memory is full too, and then the call is not recorded.
   */
  append(record: UsageRecord): void
  /** True when something was appended since the last `sync`. */
  readonly dirty: boolean
  /** Bytes that the disk has refused so far; 0 = all is well. */
  readonly backlogBytes: number
  /** Resolves when everything appended so far is on the disk; rejects with the disk's error. */
  sync(): Promise<void>
  /** Ends the segment, so that the reader may delete it. */
  close(): Promise<void>
}

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  return new FileJournalWriter(options)
}

class FileJournalWriter implements JournalWriter {
  readonly instance: string
  readonly #dir: string
  readonly #segmentBytes: number
  #segment = 0
  #fd = -1
  #written = 0
  #dirty = false
  /** The last write ended in the middle of a line. */
  #torn = false
  #backlog: string[] = []
  #backlogBytes = 0
  /** What the disk was told to do, one after the other: a file is closed only after the flush that was under way. */
  #disk: Promise<void> = Promise.resolve()

  constructor(options: JournalWriterOptions) {
    if (!/^[\w-]+$/.test(options.instance)) throw new Error(`"${options.instance}" cannot be part of a file name.`)
    this.instance = `${options.instance}-${process.pid}-${randomBytes(5).toString('hex')}`
    this.#dir = options.dir
    this.#segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 })
    this.#openNext()
  }

  get dirty(): boolean {
    return this.#dirty
  }

  get backlogBytes(): number {
    return this.#backlogBytes
  }

  append(record: UsageRecord): void {
    const line = formatJournalLine(record)
    if (this.#backlogBytes > 0) {
      this.#keep(line)
      this.#retry()
      return
    }
    if (!this.#write(line)) this.#keep(line)
  }

  async sync(): Promise<void> {
    if (this.#backlogBytes > 0) this.#retry()
    const fd = this.#fd
    if (this.#dirty && fd !== -1) {
      this.#dirty = false
      this.#disk = this.#disk.then(() => flush(fd))
    }
    try {
      await this.#disk
    } catch (error) {
      this.#dirty = true
      this.#disk = Promise.resolve()
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#fd !== -1) this.#end()
    await this.sync()
  }

  /** /!\ Hot path. False when the disk did not take the whole line. */
  #write(line: string): boolean {
    const text = this.#torn ? `\n${line}` : line
    let taken: number
    try {
      if (this.#fd === -1) this.#openNext()
      taken = writeSync(this.#fd, text)
    } catch {
      return false
    }
    this.#dirty = true
    this.#written += taken
    this.#torn = taken < Buffer.byteLength(text)
    if (this.#torn) return false
    if (this.#written >= this.#segmentBytes) this.#end()
    return true
  }

  /** The next write opens the next segment. */
  #end(): void {
    const fd = this.#fd
    this.#fd = -1
    this.#torn = false
    try {
      writeSync(fd, `\n${END_OF_SEGMENT}\n`)
    } catch {
      // Without its end mark the segment stays until this worker is gone; nothing is lost.
    }
    this.#disk = this.#disk.then(() => flush(fd)).finally(() => closeSync(fd))
    // `sync` and `close` wait for the same promise and report what went wrong.
    this.#disk.catch(() => {})
  }

  #openNext(): void {
    const name = `${this.instance}.${String(this.#segment + 1).padStart(6, '0')}.journal`
    this.#fd = openSync(join(this.#dir, name), 'ax', 0o600)
    this.#segment++
    this.#written = 0
  }

  #keep(line: string): void {
    const bytes = Buffer.byteLength(line)
    if (this.#backlogBytes + bytes > BACKLOG_BYTES) {
      throw new Error(
        `The usage journal in ${this.#dir} cannot be written, and its ${BACKLOG_BYTES} bytes of memory are full.`,
      )
    }
    this.#backlog.push(line)
    this.#backlogBytes += bytes
  }

  #retry(): void {
    const waiting = this.#backlog
    let done = 0
    for (const line of waiting) {
      if (!this.#write(line)) break
      this.#backlogBytes -= Buffer.byteLength(line)
      done++
    }
    if (done > 0) this.#backlog = waiting.slice(done)
  }
}

function flush(fd: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  fdatasync(fd, (error) => (error ? reject(error) : resolve()))
  return promise
}
