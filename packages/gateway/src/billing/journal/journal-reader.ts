// The primary's side of the usage journal: brings the workers' lines into the database, each exactly once.
// Rows and the position up to which a segment has been read are committed together, so a crash anywhere repeats or
// skips nothing. A reply that had begun when its worker died gets its row then, and what the worker had drawn from wallets
// and not spent goes back to them. A segment is deleted when its end was read, or its worker is dead, and the rows survive a power cut.
// When the database refuses (full, locked), the files stay where they are and the next `drain` tries again.
import { open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../core/error-code.ts'
import { paceFor } from '../../core/pace.ts'
import { journalDirectoryName } from './journal-directory.ts'
import { END_OF_SEGMENT, followBeginnings, parseJournalLines, type JournalFormat } from './journal-line.ts'
import { instanceIsAlive } from './journal-liveness.ts'
import type { JournalReceipt } from '../usage/receipts.ts'
import type { JournalRow, JournalTarget, SliceReturn } from '../usage/usage-store.ts'

/** What two seconds of a busy machine make: the more rows at once, the fewer roll-ups are written for each. */
const DEFAULT_BATCH_ROWS = 4000
const LINE_US = 2
const USUAL_LINE_BYTES = 200
/** Of a dead worker's files at one go; some 2 ms. */
const FOLLOW_BYTES = 256 * 1024
/** Room for the longest line that the writer makes, whatever the batch. */
const SMALLEST_READ_BYTES = 32 * 1024
/** Release 0.1 named no format. */
const FILE_NAME = /^([\w-]+)\.(\d{6,})(?:\.v([23]))?\.journal$/
const FORMATS: Readonly<Record<string, JournalFormat>> = { 2: 2, 3: 3 }

export interface JournalReaderOptions {
  readonly dir: string
  readonly database: { readonly usage: JournalTarget }
  /** Rows per transaction, about. */
  readonly batchRows?: number
  /** Whether the worker of this instance may still write; the default asks the system for its process. */
  readonly isAlive?: (instance: string) => boolean
  /** Told of lines that made no sense. */
  readonly onMalformed?: (count: number, fileName: string) => void
}

export interface JournalReader {
  /** Reads everything that is there when it is called; returns the number of rows. One run at a time. */
  drain(): Promise<number>
}

export function createJournalReader(options: JournalReaderOptions): JournalReader {
  const drainOptions = { ...options, buffer: Buffer.allocUnsafe(readBytes(options.batchRows ?? DEFAULT_BATCH_ROWS)) }
  let running: Promise<number> | undefined
  let next: Promise<number> | undefined
  const drain = (): Promise<number> => {
    if (running === undefined) {
      running = drainDirectory(drainOptions).finally(() => {
        running = undefined
      })
      return running
    }
    // What was written after that run had passed by must not wait for somebody to ask again.
    next ??= running
      .catch(() => 0)
      .then(() => {
        next = undefined
        return drain()
      })
    return next
  }
  return { drain }
}

/** Of one reader, whose runs are one at a time. */
interface DrainOptions extends JournalReaderOptions {
  /** What is read goes here. A new one each time would have V8 mark the whole heap every few seconds, for nothing else. */
  readonly buffer: Buffer
}

function readBytes(batchRows: number): number {
  return Math.max(SMALLEST_READ_BYTES, batchRows * USUAL_LINE_BYTES)
}

interface Segment {
  readonly fileName: string
  readonly instance: string
  readonly segment: number
  readonly format: JournalFormat
}

async function drainDirectory(options: DrainOptions): Promise<number> {
  const isAlive = options.isAlive ?? instanceIsAlive
  const segments = await listSegments(options.dir)
  if (segments === null) return 0
  const directory = journalDirectoryName(options.dir)
  let rows = 0
  for (const [instance, own = []] of Map.groupBy(segments, (segment) => segment.instance)) {
    // Asked before reading: a worker that dies after its last line was read is dead next time too.
    const alive = isAlive(instance)
    let isEnded = true
    for (const segment of own) {
      const outcome = await drainSegment(options, directory, segment)
      rows += outcome.rows
      isEnded = outcome.ended
      if (isEnded && alive) await removeSegment(options, segment)
    }
    if (alive) continue
    rows += await endJournal(options, directory, own, isEnded)
    for (const segment of own) await removeSegment(options, segment)
  }
  await forgetDeleted(options, directory, segments)
  return rows
}

/** Null without a directory. */
async function listSegments(dir: string): Promise<readonly Segment[] | null> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
  const segments: Segment[] = []
  for (const fileName of names.sort()) {
    const [, instance, segment, mark] = FILE_NAME.exec(fileName) ?? []
    if (instance === undefined || segment === undefined) continue
    segments.push({ fileName, instance, segment: Number(segment), format: FORMATS[mark ?? ''] ?? 1 })
  }
  return segments
}

async function drainSegment(
  options: DrainOptions,
  directory: string,
  { fileName, instance, segment, format }: Segment,
): Promise<{ rows: number; ended: boolean }> {
  const { buffer } = options
  const { usage } = options.database
  await using file = await open(join(options.dir, fileName), 'r')
  let position = await usage.position(instance, segment)
  // What is written meanwhile waits for the next run. Else a busy worker would keep one run going, in transactions of the few
  // lines that came during the one before.
  const { size } = await file.stat()
  let total = 0
  while (position < size) {
    const taken = await readWholeLines(file, buffer, position, size)
    if (taken === 0) break
    const { malformed, ...batch } = await parseInPieces(buffer.subarray(0, taken), format)
    await usage.append(batch, { instance, segment, from: position, position: position + taken, directory })
    if (malformed > 0) options.onMalformed?.(malformed, fileName)
    position += taken
    total += batch.rows.length
  }
  return { rows: total, ended: await hasEndMark(file, position) }
}

/** @param lines whole lines, or a buffer full of something else */
async function parseInPieces(
  lines: Buffer,
  format: JournalFormat,
): Promise<{
  rows: readonly JournalRow[]
  returns: readonly SliceReturn[]
  receipts: readonly JournalReceipt[]
  malformed: number
}> {
  const rows: JournalRow[] = []
  const returns: SliceReturn[] = []
  const receipts: JournalReceipt[] = []
  let malformed = 0
  // Of a stream there are two lines for one row.
  const pace = paceFor(lines.length / (2 * USUAL_LINE_BYTES))
  const pieceBytes = pace.piece(LINE_US) * USUAL_LINE_BYTES
  for (let at = 0; at < lines.length;) {
    await pace.pause()
    const end = endOfPiece(lines, at, at + pieceBytes)
    // Piece by piece: making text of half a second's lines at once took .7 ms.
    const text = lines.toString('utf8', at, end)
    malformed += parseJournalLines(text, rows, { format, returns, receipts })
    at = end
  }
  return { rows, returns, receipts, malformed }
}

/** Behind the last line feed before `wanted`; behind the first one after it where a line is longer than that. */
function endOfPiece(lines: Buffer, from: number, wanted: number): number {
  if (wanted >= lines.length) return lines.length
  const before = lines.lastIndexOf(10, wanted - 1)
  const last = before < from ? lines.indexOf(10, wanted) : before
  return last === -1 ? lines.length : last + 1
}

/**
 * What is left to do for a dead worker whose lines are all in: replies that had begun get their rows, because their
 * clients have a status line, and the money that it had drawn and not spent goes back. Committed together with a
 * position behind the end of the last segment, which says that this was done.
 */
async function endJournal(
  { dir, database }: JournalReaderOptions,
  directory: string,
  segments: readonly Segment[],
  isEnded: boolean,
): Promise<number> {
  const last = segments.at(-1)
  if (last === undefined) return 0
  const { size, mtimeMs } = await stat(join(dir, last.fileName))
  const from = await database.usage.position(last.instance, last.segment)
  if (from > size) return 0
  const begun = isEnded ? [] : await withoutEnd(dir, segments)
  // The last that was heard of their worker is when it ended, as far as anybody knows.
  const rows = begun.map((row) => ({
    ...row,
    durationMs: Math.max(row.durationMs, Math.round(mtimeMs - row.startedAtMs)),
  }))
  const batch = { rows, returns: [], closes: last.instance }
  await database.usage.append(batch, { ...last, from, position: size + 1, directory })
  return rows.length
}

async function withoutEnd(dir: string, segments: readonly Segment[]): Promise<readonly JournalRow[]> {
  const begun = new Map<string, JournalRow>()
  for (const { fileName, format } of segments) {
    await using file = await open(join(dir, fileName), 'r')
    const buffer = Buffer.allocUnsafe(FOLLOW_BYTES)
    const { size } = await file.stat()
    for (let at = 0, taken = 0; (taken = await readWholeLines(file, buffer, at, size)) > 0; at += taken)
      followBeginnings(buffer.toString('utf8', 0, taken), begun, format)
  }
  return [...begun.values()]
}

/** Bytes up to the last line feed before `end`; 0 = no whole line yet. */
async function readWholeLines(file: FileHandle, buffer: Buffer, position: number, end: number): Promise<number> {
  const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position), position)
  const lines = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
  // A full buffer without a line feed is no line of ours: pass over it.
  return lines === 0 && bytesRead === buffer.length ? bytesRead : lines
}

async function hasEndMark(file: FileHandle, position: number): Promise<boolean> {
  const mark = `\n${END_OF_SEGMENT}\n`
  if (position < mark.length) return false
  const { buffer } = await file.read(Buffer.alloc(mark.length), 0, mark.length, position - mark.length)
  return buffer.toString('latin1') === mark
}

/**
 * The order matters: the rows must survive a power cut before the file goes, and the position may go only after the
 * file, or its lines would be read again.
 */
async function removeSegment({ dir, database }: JournalReaderOptions, segment: Segment): Promise<void> {
  await database.usage.flush()
  await unlink(join(dir, segment.fileName))
  await using directory = await open(dir, 'r')
  await directory.sync()
  await database.usage.forget(segment.instance, segment.segment)
}

/** Positions whose file is gone: a crash came between the two deletions. */
async function forgetDeleted(
  { database }: JournalReaderOptions,
  directory: string,
  present: readonly Segment[],
): Promise<void> {
  const names = new Set(present.map((segment) => `${segment.instance}.${segment.segment}`))
  for (const { instance, segment } of await database.usage.positions(directory)) {
    if (!names.has(`${instance}.${segment}`)) await database.usage.forget(instance, segment)
  }
}
