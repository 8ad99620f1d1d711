// What a worker owes the ledger for one scope, collected so that a thousand settled calls make one message.

import type { ScopeReturn, UnspentUnits } from './limit-ledger.ts'
import type { LimitedScope } from './limits.ts'

export class GiveBacks {
  readonly #units = new Map<number, { requests: number; tokens: number }>()
  #slots = 0
  #usedTokens = 0

  get empty(): boolean {
    return this.#units.size === 0 && this.#slots === 0 && this.#usedTokens === 0
  }

  addUnits(bookedAtMs: number, requests: number, tokens: number): void {
    if (requests === 0 && tokens === 0) return
    const unspent = this.#units.get(bookedAtMs)
    if (unspent === undefined) {
      this.#units.set(bookedAtMs, { requests, tokens })
    } else {
      unspent.requests += requests
      unspent.tokens += tokens
    }
  }

  addSlots(slots: number): void {
    this.#slots += slots
  }

  addUsedTokens(tokens: number): void {
    this.#usedTokens += tokens
  }

  /** All of it; nothing is owed afterwards. Budgets are never leased, so no cost is among it. */
  drain(scope: LimitedScope): ScopeReturn {
    const units: UnspentUnits[] = []
    for (const [bookedAtMs, { requests, tokens }] of this.#units)
      units.push({ bookedAtMs, requests, tokens, costNanos: 0 })
    const all = { scope, slots: this.#slots, units, usedTokens: this.#usedTokens, usedCostNanos: 0 }
    this.#units.clear()
    this.#slots = 0
    this.#usedTokens = 0
    return all
  }
}
