// Saves of all workers, one transaction for all that wait: while one is on its way to the disk the next fills up, so
// under load there are fewer transactions and nobody waits for more than two of them.

import type { ResponseStore, Save, SaveOutcome } from '../response-store.ts'

/** Whoever else needs the database waits for all of them, on SQLite. */
const MOST_AT_ONCE = 32
/** Of texts, so that one transaction does not take long. */
const MOST_CHARACTERS = 4 * 1024 * 1024

interface Waiting {
  readonly save: Save
  readonly resolve: (outcome: SaveOutcome) => void
  readonly reject: (reason: unknown) => void
}

export interface CommitQueueOptions {
  readonly store: Pick<ResponseStore, 'commit'>
  readonly now: () => number
  /** Transactions at the same time: 1 on SQLite. */
  readonly lanes: number
}

export class CommitQueue {
  readonly #options: CommitQueueOptions
  readonly #waiting: Waiting[] = []
  #busy = 0
  readonly counts = { saves: 0, transactions: 0, refused: 0 }

  constructor(options: CommitQueueOptions) {
    this.#options = options
  }

  async commit(save: Save): Promise<SaveOutcome> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ save, resolve, reject })
      if (this.#busy < this.#options.lanes) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#busy += 1
    try {
      // Those that come in the same turn of the event loop go together.
      await Promise.resolve()
      for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#write(batch)
    } finally {
      this.#busy -= 1
    }
  }

  #take(): Waiting[] {
    let characters = 0
    let count = 0
    for (const { save } of this.#waiting) {
      characters += save.response.shell.length
      for (const { content } of save.objects) characters += content.length
      if (count === MOST_AT_ONCE || (count > 0 && characters > MOST_CHARACTERS)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const { store, now } = this.#options
    try {
      const outcomes = await store.commit(
        batch.map(({ save }) => save),
        now(),
      )
      this.counts.transactions += 1
      for (const [index, { resolve }] of batch.entries()) {
        const outcome = outcomes[index] ?? { kind: 'full' }
        if (outcome.kind === 'stored') this.counts.saves += 1
        if (outcome.kind === 'full') this.counts.refused += 1
        resolve(outcome)
      }
    } catch (error) {
      // What is wrong with one of them must not be the others' trouble.
      if (batch.length > 1) for (const one of batch) await this.#write([one])
      else batch[0]?.reject(error)
    }
  }
}
