// The primary's clockwork of usage: twice a second it brings in what the workers wrote down, and every ten minutes it
// sums up days that are over and deletes what is too old, in small steps with pauses between them. Whatever else becomes too
// old in the database goes in the same round.
import { setTimeout as sleep } from 'node:timers/promises'
import type { UsageRetention } from '../../config/config.ts'
import { createJournalReader, type JournalReader } from '../journal/journal-reader.ts'
import type { RetentionCutoffs, UsageStore } from './usage-store.ts'

const DRAIN_MS = 500
const FIRST_UPKEEP_MS = 60_000
const UPKEEP_MS = 600_000
/** Between two steps of some 5 ms: the chores take a fifth of the database at most. */
const PAUSE_MS = 20
/** A database that is away stays so for a while: one line in the log is enough. */
const COMPLAIN_EVERY_MS = 30_000
const DAY_MS = 86_400_000

export interface UsageKeeperOptions {
  readonly journalDir: string
  readonly database: { readonly usage: UsageStore }
  readonly log: {
    error(fields: object, message: string): void
    warn(fields: object, message: string): void
    info(fields: object, message: string): void
  }
  readonly keep: () => UsageRetention
  readonly chores?: readonly Chore[]
}

/** One short transaction. @returns whether more is left to do */
export type Chore = (nowMs: number) => Promise<boolean>

export class UsageKeeper implements AsyncDisposable {
  readonly #options: UsageKeeperOptions
  readonly #reader: JournalReader
  readonly #end = new AbortController()
  #drainTimer: NodeJS.Timeout | undefined
  #upkeep: Promise<void> = Promise.resolve()
  #complainedMs = -Infinity
  #failing = false

  constructor(options: UsageKeeperOptions) {
    const { journalDir: dir, database, log } = options
    this.#options = options
    this.#reader = createJournalReader({
      dir,
      database,
      onMalformed: (lines, file) =>
        log.warn({ lines, file }, 'lines of the usage journal make no sense and are left out'),
    })
  }

  start(): void {
    this.#drainTimer = setInterval(() => void this.#tryDrain(), DRAIN_MS).unref()
    this.#upkeep = this.#upkeepForEver()
  }

  /** Rejects when the database cannot take what is there; it stays in the journal. */
  async drain(): Promise<void> {
    await this.#reader.drain()
  }

  async #tryDrain(): Promise<void> {
    try {
      await this.#reader.drain()
      if (this.#failing) this.#options.log.info({}, 'usage goes into the database again')
      this.#failing = false
    } catch (error) {
      this.#failing = true
      this.#complain(error, 'usage could not be brought into the database; it stays in the journal')
    }
  }

  async #upkeepForEver(): Promise<void> {
    const { signal } = this.#end
    const { database, keep, chores } = this.#options
    let waitMs = FIRST_UPKEEP_MS
    while (!signal.aborted) {
      await sleep(waitMs, undefined, { ref: false, signal }).catch(() => {})
      if (signal.aborted) return
      waitMs = UPKEEP_MS
      try {
        await doUpkeep(database.usage, keep(), Date.now(), signal, { chores })
      } catch (error) {
        this.#complain(error, 'what is old could not be summed up or deleted; this is tried again')
      }
    }
  }

  #complain(error: unknown, message: string): void {
    const nowMs = performance.now()
    if (nowMs - this.#complainedMs < COMPLAIN_EVERY_MS) return
    this.#complainedMs = nowMs
    this.#options.log.error({ err: error }, message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#drainTimer)
    this.#end.abort()
    await this.#upkeep
    await this.#tryDrain()
  }
}

/** Until nothing is left to do, or it is told to end. */
export async function doUpkeep(
  usage: UsageStore,
  keep: UsageRetention,
  nowMs: number,
  signal: AbortSignal,
  {
    chores = [],
    pauseMs = PAUSE_MS,
  }: { readonly chores?: readonly Chore[] | undefined; readonly pauseMs?: number } = {},
): Promise<void> {
  const cutoffs = cutoffsOf(keep, nowMs)
  const steps: readonly Chore[] = [() => usage.sumNextDay(nowMs), () => usage.deleteOld(cutoffs), ...chores]
  for (const step of steps) {
    while (!signal.aborted && (await step(nowMs))) await sleep(pauseMs, undefined, { ref: false })
  }
}

function cutoffsOf(keep: UsageRetention, nowMs: number): RetentionCutoffs {
  const before = (days: number): number => (days === 0 ? -Infinity : nowMs - days * DAY_MS)
  return {
    recordsBeforeMs: before(keep.keepRecordsDays),
    hoursBeforeMs: before(keep.keepHoursDays),
    daysBeforeMs: before(keep.keepDaysDays),
  }
}
