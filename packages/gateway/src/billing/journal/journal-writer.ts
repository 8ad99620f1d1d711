// The worker's side of the usage journal: a call is written down before its reply ends.
// One write(2) per call puts the line into the kernel, where it survives `kill -9` of this process; `sync` (called every
// few milliseconds by a timer) bounds what a power cut can take. A reply that begins before its end is known, as a stream
// does, is written down twice: `begin` before its status line goes out, `append` before its last byte. When this process
// dies in between, the beginning is what is left of it; a new segment repeats the beginnings that are still open, so that
// the older ones can be deleted. Files are named `INSTANCE.SEGMENT.v3.journal`; the
// primary reads them and deletes them (journal-reader.ts).
import { closeSync, fdatasync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { IntrusiveList, ListNode } from '../../core/intrusive-list.ts'
import { BEGINNING, END_OF_SEGMENT, formatJournalLine, formatReceiptLine, formatReturnLine } from './journal-line.ts'
import { instanceName } from './journal-liveness.ts'
import type { UsageRecord } from '../usage/usage-record.ts'

const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024
/** What is kept in memory while the disk refuses to take it. */
const BACKLOG_BYTES = 8 * 1024 * 1024

export interface JournalWriterOptions {
  /** Made when it is missing, 0700. */
  readonly dir: string
  /** The worker's name, letters, digits, `_` and `-`. Process id and random letters are added: a file name is never used twice. */
  readonly instance: string
  readonly segmentBytes?: number
  /** Instead of write(2), for tests of disks that refuse. */
  readonly write?: (fd: number, text: string) => number
}

/** A reply that has begun and not ended, as the journal has it. */
export type Beginning = ListNode<string>

export interface JournalWriter {
  /** The name with what was added to it, as the files carry it. */
  readonly instance: string
  /**
   * One write(2). When the disk refuses (full, gone), the line waits in memory and goes first next time; throws only
   * when that memory is full too, and then the call is not recorded.
   */
  append(record: UsageRecord, beginning?: Beginning | null): void
  /** The same at the next `flush`, or along with whatever is written before it. */
  add(record: UsageRecord, beginning?: Beginning | null): void
  /** One write(2) for all that was added. Throws as `append` does. */
  flush(): void
  /**
   * The reply is about to begin; `record` says how it would count if nothing more were heard of it. Its end is appended with
   * what this returns. Never throws.
   * @param before what was said of the same reply earlier, and holds no more
   */
  begin(record: UsageRecord, before?: Beginning | null): Beginning
  /**
   * Money that was drawn for a slice of this worker goes back to its wallet, after all that was written or added before.
   * Throws as `append` does; then it did not go back.
   */
  giveBack(sliceId: string, nanos: number): void
  /** True when something was appended since the last `sync`. */
  readonly dirty: boolean
  /** Bytes that the disk has refused so far; 0 = all is well. */
  readonly backlogBytes: number
  /** Resolves when everything appended so far is on the disk; rejects with the disk's error. */
  sync(): Promise<void>
  /** Ends the segment, so that the reader may delete it. */
  close(): Promise<void>
}

/** Neither the disk nor the memory for what it refuses had room for these. */
export class LostLines extends Error {
  override readonly name = 'LostLines'
  readonly lines: string

  constructor(message: string, lines: string) {
    super(message)
    this.lines = lines
  }
}

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  return new FileJournalWriter(options)
}

class FileJournalWriter implements JournalWriter {
  readonly instance: string
  readonly #dir: string
  readonly #segmentBytes: number
  readonly #writeSync: (fd: number, text: string) => number
  /** Lines of beginnings without an end. */
  readonly #open = new IntrusiveList<string>()
  #segment = 0
  #fd = -1
  #written = 0
  #dirty = false
  /** The last write ended in the middle of a line. */
  #torn = false
  /** Lines that wait for `flush`. */
  #added = ''
  /** Texts of whole lines that the disk has refused. */
  #backlog: string[] = []
  #backlogBytes = 0
  /** What the disk was told to do, one after the other: a file is closed only after the flush that was under way. */
  #disk: Promise<void> = Promise.resolve()

  constructor(options: JournalWriterOptions) {
    if (!/^[\w-]+$/.test(options.instance)) throw new Error(`"${options.instance}" cannot be part of a file name.`)
    this.instance = instanceName(options.instance)
    this.#writeSync = options.write ?? ((fd, text) => writeSync(fd, text))
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

  begin(record: UsageRecord, before: Beginning | null = null): Beginning {
    if (before !== null) this.#open.remove(before)
    const line = BEGINNING + formatJournalLine(record)
    const beginning = new ListNode(line)
    this.#open.add(beginning)
    try {
      this.#put(receiptLine(record) + line)
    } catch {
      // The memory for what the disk refuses is full. The end will say so.
    }
    return beginning
  }

  append(record: UsageRecord, beginning: Beginning | null = null): void {
    this.add(record, beginning)
    this.flush()
  }

  add(record: UsageRecord, beginning: Beginning | null = null): void {
    if (beginning !== null) this.#open.remove(beginning)
    this.#added += receiptLine(record) + formatJournalLine(record)
  }

  flush(): void {
    const lines = this.#added
    this.#added = ''
    if (lines !== '') this.#put(lines)
  }

  giveBack(sliceId: string, nanos: number): void {
    this.flush()
    this.#put(formatReturnLine({ sliceId, nanos }))
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
    this.flush()
    // With replies that never ended the segment has no end either: the reader finds them when this process is gone.
    if (this.#fd !== -1 && this.#open.size === 0) this.#end()
    await this.sync()
    if (this.#fd === -1) return
    closeSync(this.#fd)
    this.#fd = -1
  }

  /** @param lines whole ones */
  #put(lines: string): void {
    if (this.#backlogBytes === 0) {
      const rest = this.#write(lines)
      if (rest !== '') this.#keep(rest)
      return
    }
    // What waits goes first: an end must not stand before its beginning.
    this.#keep(lines)
    this.#retry()
  }

  /** /!\ Hot path. @returns the lines that the disk did not take whole; '' = all are there */
  #write(lines: string): string {
    const text = this.#torn ? `\n${lines}` : lines
    let taken: number
    try {
      if (this.#fd === -1) this.#openNext()
      taken = this.#writeSync(this.#fd, text)
    } catch {
      return lines
    }
    this.#dirty = true
    this.#written += taken
    if (taken < Buffer.byteLength(text)) return this.#tearAt(text, taken)
    this.#torn = false
    if (this.#written >= this.#segmentBytes) this.#rotate()
    return ''
  }

  /** A line that was written in part is written again, those before it are not: nobody is counted twice. */
  #tearAt(text: string, taken: number): string {
    const bytes = Buffer.from(text)
    const rest = bytes.subarray(bytes.subarray(0, taken).lastIndexOf('\n') + 1)
    this.#torn = taken > bytes.length - rest.length
    return rest.toString('utf8')
  }

  /** Open beginnings are in the next segment before this one has its end, and may be deleted. */
  #rotate(): void {
    if (this.#open.size === 0) {
      this.#end()
      return
    }
    const full = this.#fd
    try {
      this.#openNext()
      const lines = [...this.#open].join('')
      if (this.#writeSync(this.#fd, lines) < Buffer.byteLength(lines)) throw new Error('the disk is full')
    } catch {
      // The segment grows beyond its size until there is room for the next.
      if (this.#fd !== full) {
        closeSync(this.#fd)
        rmSync(this.#path(), { force: true })
      }
      this.#fd = full
      this.#written = 0
      return
    }
    this.#end(full)
  }

  /** The next write opens the next segment, unless it is open. */
  #end(fd = this.#fd): void {
    if (fd === this.#fd) this.#fd = -1
    this.#torn = false
    try {
      this.#writeSync(fd, `\n${END_OF_SEGMENT}\n`)
    } catch {
      // Without its end mark the segment stays until this worker is gone; nothing is lost.
    }
    this.#disk = this.#disk.then(() => flush(fd)).finally(() => closeSync(fd))
    // `sync` and `close` wait for the same promise and report what went wrong.
    this.#disk.catch(() => {})
  }

  #openNext(): void {
    this.#segment++
    this.#fd = openSync(this.#path(), 'ax', 0o600)
    this.#written = 0
  }

  #path(): string {
    return join(this.#dir, `${this.instance}.${String(this.#segment).padStart(6, '0')}.v3.journal`)
  }

  #keep(lines: string): void {
    const bytes = Buffer.byteLength(lines)
    if (this.#backlogBytes + bytes > BACKLOG_BYTES) {
      const message = `The usage journal in ${this.#dir} cannot be written, and its ${BACKLOG_BYTES} bytes of memory are full.`
      throw new LostLines(message, lines)
    }
    this.#backlog.push(lines)
    this.#backlogBytes += bytes
  }

  #retry(): void {
    const waiting = this.#backlog
    for (const [index, lines] of waiting.entries()) {
      const rest = this.#write(lines)
      this.#backlogBytes -= Buffer.byteLength(lines) - Buffer.byteLength(rest)
      if (rest === '') continue
      // A disk that takes nothing is asked often: nothing is copied for it.
      if (index > 0 || rest !== lines) this.#backlog = [rest, ...waiting.slice(index + 1)]
      return
    }
    this.#backlog = []
  }
}

/** What the picker says about a call stands before it; most calls are not its. */
function receiptLine({ receipt }: UsageRecord): string {
  return receipt === undefined ? '' : formatReceiptLine(receipt)
}

function flush(fd: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  fdatasync(fd, (error) => (error ? reject(error) : resolve()))
  return promise
}
