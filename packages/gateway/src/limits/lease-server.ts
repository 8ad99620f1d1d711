// The primary's side of the limits: it answers its workers from the ledger, whichever that is, and says who they are.

import type { LedgerAsk, LedgerReply, LedgerReturn, LimitLedger } from './limit-ledger.ts'

export class LeaseServer {
  readonly #ledger: LimitLedger
  readonly #instance: string

  /** @param instance names this process among all that use the ledger */
  constructor(ledger: LimitLedger, instance = 'local') {
    this.#ledger = ledger
    this.#instance = instance
  }

  answer(workerId: number, ask: LedgerAsk): LedgerReply | Promise<LedgerReply> {
    return this.#ledger.ask({ ...ask, holder: this.#holder(workerId) })
  }

  accept(workerId: number, back: LedgerReturn): void {
    this.#ledger.give({ ...back, holder: this.#holder(workerId) })
  }

  /** Frees the slots of a worker that is gone. */
  workerGone(workerId: number): void {
    this.#ledger.holderGone(this.#holder(workerId))
  }

  #holder(workerId: number): string {
    return `${this.#instance}:${workerId}`
  }
}
