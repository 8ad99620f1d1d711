// The primary's side of the limits: it owns the book, answers a worker's calls one by one where a limit is small, and
// lends units by the hundred where it is large.
//
// Why a lent unit is booked at the end of its lease: the worker may spend it at any moment until then, and a unit that
// is booked no earlier than it is spent cannot leave the window too soon. The worker counts the lease from when it
// asked, which was before the primary granted it, so no two clocks need to agree.
// Slots are different: no time frees them, only a settled call, an idle worker that gives them back, or its death.

import type { KeyLimits } from '../identity/principal.ts'
import {
  LEASE_MS,
  type LeaseGrant,
  type LeaseWish,
  type LimitAsk,
  type LimitReply,
  type LimitReturn,
  largestLease,
} from './lease-messages.ts'
import { LimitBook, type ScopeFigures, windowState } from './limit-book.ts'

/** Never lend more than this part of what is left: near the limit the leases shrink, and the last units are asked for singly. */
const LEFT_PART = 4

export class LeaseServer {
  readonly #book: LimitBook
  /** Slots that a worker holds, by scope: what its death must free. */
  readonly #slots = new Map<number, Map<string, number>>()

  constructor(book: LimitBook = new LimitBook()) {
    this.#book = book
  }

  answer(workerId: number, { scope, limits, tokens, lease }: LimitAsk): LimitReply {
    const nowMs = this.#book.nowMs
    const figures = this.#book.figures(scope, nowMs)
    const admission = tokens === null ? null : figures.admit(limits, tokens, nowMs)
    if (admission?.ok === true && admission.slot) this.#hold(workerId, scope, 1)
    const refused = admission?.ok === false
    const grant = lease === null || refused ? null : lend(figures, limits, lease, nowMs)
    if (grant !== null && grant.slots > 0) this.#hold(workerId, scope, grant.slots)
    return { admission, lease: grant }
  }

  accept(workerId: number, { scope, slots, units, usedTokens }: LimitReturn): void {
    const nowMs = this.#book.nowMs
    const figures = this.#book.figures(scope, nowMs)
    if (slots > 0) figures.releaseSlots(this.#unhold(workerId, scope, slots))
    for (const { bookedAtMs, requests, tokens } of units) figures.giveBack(bookedAtMs, requests, tokens, nowMs)
    figures.charge(usedTokens, nowMs)
  }

  /** Frees the slots of a worker that is gone. Its leased units may have been spent, so they stay in the window. */
  workerGone(workerId: number): void {
    const held = this.#slots.get(workerId)
    this.#slots.delete(workerId)
    for (const [scope, slots] of held ?? []) this.#book.figures(scope, this.#book.nowMs).releaseSlots(slots)
  }

  #hold(workerId: number, scope: string, slots: number): void {
    let held = this.#slots.get(workerId)
    if (held === undefined) this.#slots.set(workerId, (held = new Map()))
    held.set(scope, (held.get(scope) ?? 0) + slots)
  }

  /** A worker can only give back what it holds; one whose death was already settled holds nothing. */
  #unhold(workerId: number, scope: string, slots: number): number {
    const held = this.#slots.get(workerId)
    const count = held?.get(scope) ?? 0
    if (count <= slots) held?.delete(scope)
    else held?.set(scope, count - slots)
    return Math.min(count, slots)
  }
}

function lend(figures: ScopeFigures, limits: KeyLimits, wish: LeaseWish, nowMs: number): LeaseGrant | null {
  const requestWindow = figures.requests(limits)
  const tokenWindow = figures.tokens(limits)
  const { tokensEach } = wish
  const limited = requestWindow !== null || tokenWindow !== null
  let requests = limited ? wish.requests : 0
  if (requestWindow !== null) requests = Math.min(requests, share(requestWindow.limit, requestWindow.remaining(nowMs)))
  if (tokenWindow !== null) {
    requests = Math.min(requests, Math.floor(share(tokenWindow.limit, tokenWindow.remaining(nowMs)) / tokensEach))
  }
  const tokens = tokenWindow === null ? 0 : requests * tokensEach
  const { concurrency } = limits
  const slots = concurrency === undefined ? 0 : Math.min(wish.slots, share(concurrency, concurrency - figures.slots))
  if (requests <= 0 && slots <= 0) return null
  const bookedAtMs = nowMs + LEASE_MS
  if (requests > 0) {
    requestWindow?.take(nowMs, requests, bookedAtMs)
    tokenWindow?.reserve(nowMs, tokens, bookedAtMs)
  }
  figures.slots += slots
  return {
    bookedAtMs,
    requests,
    tokens,
    slots,
    requestState: windowState(requestWindow, nowMs),
    tokenState: windowState(tokenWindow, nowMs),
  }
}

function share(limit: number, left: number): number {
  return Math.max(0, Math.min(largestLease(limit), Math.floor(left / LEFT_PART)))
}
