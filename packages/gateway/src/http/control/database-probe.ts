// Whether the database is well, by writing to it; asked at most once a second however often the open pages are called.
import type { Database } from '../../store/database.ts'

const FRESH_MS = 1000

export class DatabaseProbe {
  readonly #database: Pick<Database, 'check'>
  readonly #now: () => number
  #asked: Promise<string | undefined> | undefined
  #askedAtMs = 0

  constructor(database: Pick<Database, 'check'>, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /** Undefined when all is well, else the reason, for the operator only: it may name files. */
  problem(): Promise<string | undefined> {
    const nowMs = this.#now()
    if (this.#asked === undefined || nowMs - this.#askedAtMs >= FRESH_MS) {
      this.#askedAtMs = nowMs
      this.#asked = this.#database.check().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
    }
    return this.#asked
  }
}
