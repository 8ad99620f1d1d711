// The workers of this gateway, as their primary reaches them: who is there, what each is asked to give back, what it answers.

import { restOf, type Slice } from '../wallets/wallet-store.ts'
import { NOTHING_RETURNED, type RecallAnswer, SILENCE, together } from './recall-answer.ts'
import type { KnownSlice, Recalled, RecallOrder, SlicesValid } from './slice-messages.ts'
import type { Timer } from './timer.ts'

/** A worker answers a recall in a turn of its event loop. */
const ANSWER_MS = 1_000

/** A worker, as the primary reaches it. */
export interface SliceHolder {
  recall(order: RecallOrder): void
  renew(valid: SlicesValid): void
}

interface Worker {
  readonly reach: SliceHolder
  /** Known with its first draw. */
  holder: string
}

export interface WorkerRecallsOptions {
  /** Which life of this gateway its slices are of. */
  readonly life: () => number
  readonly timer: Timer
}

export class WorkerRecalls {
  readonly #options: WorkerRecallsOptions
  readonly #workers = new Map<number, Worker>()
  readonly #recalls = new Map<number, (answer: RecallAnswer) => void>()
  #nextRecall = 1

  constructor(options: WorkerRecallsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#workers.size
  }

  has(workerId: number): boolean {
    return this.#workers.has(workerId)
  }

  add(workerId: number, reach: SliceHolder): void {
    this.#workers.set(workerId, { reach, holder: '' })
  }

  /** @returns the journal that it wrote; '' where it has never drawn */
  remove(workerId: number): string {
    const holder = this.#workers.get(workerId)?.holder ?? ''
    this.#workers.delete(workerId)
    return holder
  }

  /** The worker writes this journal. */
  introduce(workerId: number, holder: string): void {
    const worker = this.#workers.get(workerId)
    if (worker !== undefined) worker.holder = holder
  }

  renew(valid: SlicesValid): void {
    for (const { reach } of this.#workers.values()) reach.renew(valid)
  }

  /** All but the asker, who needs what he has. Their return lines are in the journals, which are to be brought in. */
  async recall(accountId: string, slices: readonly Slice[], asker: number | null): Promise<RecallAnswer> {
    const answers = [...this.#workers].map(async ([id, worker]) =>
      id === asker || worker.holder === ''
        ? NOTHING_RETURNED
        : await this.#recallWorker(accountId, worker, this.knownOf(slices, worker.holder)),
    )
    return (await Promise.all(answers)).reduce(together, NOTHING_RETURNED)
  }

  answered({ id, returnedNanos, complete }: Recalled): void {
    this.#recalls.get(id)?.({ returnedNanos, complete })
  }

  /** Of slices that only a worker of this gateway can give back: is there one to each, as far as anything is left in it? */
  canReachAll(slices: readonly Slice[]): boolean {
    const holders = new Set([...this.#workers.values()].map(({ holder }) => holder))
    return slices.every((slice) => restOf(slice) === 0 || holders.has(slice.holder))
  }

  /** What a worker should know of its slice: an answer may have been lost. */
  knownOf(slices: readonly Slice[], holder: string): KnownSlice | null {
    const slice = slices.find((slice) => slice.holder === holder && slice.state === 'open')
    return slice === undefined
      ? null
      : { sliceId: slice.sliceId, grantedNanos: slice.grantedNanos, life: this.#options.life() }
  }

  async #recallWorker(accountId: string, { reach }: Worker, known: KnownSlice | null): Promise<RecallAnswer> {
    const id = this.#nextRecall++
    const { promise, resolve } = Promise.withResolvers<RecallAnswer>()
    this.#recalls.set(id, resolve)
    const stop = this.#options.timer(() => resolve(SILENCE), ANSWER_MS)
    reach.recall({ kind: 'recall', id, accountId, known })
    const answer = await promise
    stop()
    this.#recalls.delete(id)
    return answer
  }
}
