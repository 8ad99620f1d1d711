// The primary's side of the usage journal: brings the workers' lines into the database, each exactly once.
// Rows and the position up to which a segment has been read are committed together, so a crash anywhere repeats or
// skips nothing. A segment is deleted when its end was read, or its worker is dead, and the rows survive a power cut.
// When the database refuses (full, locked), the files stay where they are and the next `drain` tries again.
import { open, readdir, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { END_OF_SEGMENT, parseJournalLines } from './journal-line.ts'
import type { UsageStore } from './usage-store.ts'

const DEFAULT_BATCH_ROWS = 1000
const USUAL_LINE_BYTES = 200
/** Room for the longest line that the writer makes, whatever the batch. */
const SMALLEST_READ_BYTES = 32 * 1024
const FILE_NAME = /^([\w-]+)\.(\d{6,})\.journal$/

export interface JournalReaderOptions {
  readonly dir: string
  readonly database: { readonly usage: UsageStore }
  /** Rows per transaction, about; 1000 take some 3 ms of the event loop. */
  readonly batchRows?: number
  /** Whether the worker of this instance may still write; the default asks the system for its process id. */
  readonly isAlive?: (instance: string) => boolean
  /** Told of lines that made no sense. */
  readonly onMalformed?: (count: number, fileName: string) => void
}

export interface JournalReader {
  /** Reads everything that is there when it is called; returns the number of rows. One run at a time. */
  drain(): Promise<number>
}

export function createJournalReader(options: JournalReaderOptions): JournalReader {
  let running: Promise<number> | undefined
  let next: Promise<number> | undefined
  const drain = (): Promise<number> => {
    if (running === undefined) {
      running = drainDirectory(options).finally(() => {
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

interface Segment {
  readonly fileName: string
  readonly instance: string
  readonly segment: number
}

async function drainDirectory(options: JournalReaderOptions): Promise<number> {
  const isAlive = options.isAlive ?? processIsAlive
  const segments = await listSegments(options.dir)
  let rows = 0
  for (const segment of segments) {
    // Asked before reading: a worker that dies after its last line was read is dead next time too.
    const alive = isAlive(segment.instance)
    const outcome = await drainSegment(options, segment)
    rows += outcome.rows
    if (outcome.ended || !alive) await removeSegment(options, segment)
  }
  await forgetDeleted(options, segments)
  return rows
}

async function listSegments(dir: string): Promise<readonly Segment[]> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
  const segments: Segment[] = []
  for (const fileName of names.sort()) {
    const [, instance, segment] = FILE_NAME.exec(fileName) ?? []
    if (instance !== undefined && segment !== undefined) segments.push({ fileName, instance, segment: Number(segment) })
  }
  return segments
}

async function drainSegment(
  options: JournalReaderOptions,
  { fileName, instance, segment }: Segment,
): Promise<{ rows: number; ended: boolean }> {
  const { usage } = options.database
  await using file = await open(join(options.dir, fileName), 'r')
  const buffer = Buffer.allocUnsafe(
    Math.max(SMALLEST_READ_BYTES, (options.batchRows ?? DEFAULT_BATCH_ROWS) * USUAL_LINE_BYTES),
  )
  let position = await usage.position(instance, segment)
  let total = 0
  for (;;) {
    const taken = await readWholeLines(file, buffer, position)
    if (taken === 0) break
    const { rows, malformed } = parseJournalLines(buffer.toString('utf8', 0, taken))
    await usage.append(rows, position, { instance, segment, position: position + taken })
    if (malformed > 0) options.onMalformed?.(malformed, fileName)
    position += taken
    total += rows.length
  }
  return { rows: total, ended: await hasEndMark(file, position) }
}

/** Bytes up to the last line feed that is there; 0 = no whole line yet. */
async function readWholeLines(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
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
async function forgetDeleted({ database }: JournalReaderOptions, present: readonly Segment[]): Promise<void> {
  const names = new Set(present.map((segment) => `${segment.instance}.${segment.segment}`))
  for (const { instance, segment } of await database.usage.positions()) {
    if (!names.has(`${instance}.${segment}`)) await database.usage.forget(instance, segment)
  }
}

/** The writer puts its process id into the instance's name. A number that another process has got since only delays the deletion. */
function processIsAlive(instance: string): boolean {
  const pid = Number(/-(\d+)-[0-9a-f]+$/.exec(instance)?.[1])
  if (!Number.isInteger(pid)) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
