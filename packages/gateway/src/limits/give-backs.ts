// What a worker owes the primary for one scope, collected so that a thousand settled calls make one message.

import type { LimitReturn } from './lease-messages.ts'

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

  /** The message that says it all; nothing is owed afterwards. */
  drain(scope: string): LimitReturn {
    const units = [...this.#units].map(([bookedAtMs, { requests, tokens }]) => ({ bookedAtMs, requests, tokens }))
    const message: LimitReturn = {
      kind: 'limit-return',
      scope,
      slots: this.#slots,
      units,
      usedTokens: this.#usedTokens,
    }
    this.#units.clear()
    this.#slots = 0
    this.#usedTokens = 0
    return message
  }
}
