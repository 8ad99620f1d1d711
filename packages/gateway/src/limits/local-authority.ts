// The authority in the same process: for tests, for embedding, and for calls that the primary itself makes.
// Synchronous: the answer is there when `admit` returns.

import type { KeyLimits } from '../identity/principal.ts'
import { type Admission, type Admitted, type LimitAuthority, UNLIMITED, isUnlimited } from './authority.ts'
import { LimitBook } from './limit-book.ts'

export class LocalAuthority implements LimitAuthority {
  readonly #book: LimitBook

  /** Share the book with a `LeaseServer` where both answer for the same keys. */
  constructor(book: LimitBook = new LimitBook()) {
    this.#book = book
  }

  admit(scope: string, limits: KeyLimits, tokens: number): Admission {
    if (isUnlimited(limits)) return UNLIMITED
    const nowMs = this.#book.nowMs
    return this.#book.figures(scope, nowMs).admit(limits, tokens, nowMs)
  }

  settle(
    scope: string,
    _limits: KeyLimits,
    admission: Admitted,
    reservedTokens: number,
    actualTokens: number,
    refundRequest = false,
  ): void {
    if (admission === UNLIMITED) return
    const nowMs = this.#book.nowMs
    const figures = this.#book.figures(scope, nowMs)
    if (admission.slot) figures.releaseSlots(1)
    const requests = refundRequest && admission.requests !== null ? 1 : 0
    const unused = admission.tokens === null ? 0 : reservedTokens - actualTokens
    figures.giveBack(admission.admittedAtMs, requests, Math.max(0, unused), nowMs)
    figures.charge(Math.max(0, -unused), nowMs)
  }
}
