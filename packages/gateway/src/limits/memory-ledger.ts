// The ledger of one machine: everything is in this process's memory, and is answered at once, except the first question
// about a quota or a budget, which waits for the usage records.

import { type LimitState, type Refused, tighter } from './authority.ts'
import { DRIFT_MS } from './calendar-count.ts'
import { LimitBook, type LimitBookOptions } from './limit-book.ts'
import {
  LEASE_MS,
  type LeaseGrant,
  type LeaseWish,
  type LedgerAsk,
  type LedgerBooking,
  type LedgerCall,
  type LedgerReply,
  type LedgerReturn,
  type LimitLedger,
  lendable,
  type ScopeStanding,
} from './limit-ledger.ts'
import { isTenants, type LimitedScope } from './limits.ts'
import { type Moment, type Refusal, refusedBy, type ScopeFigures, windowState } from './scope-figures.ts'

export interface CountedUnits {
  readonly bookedAtMs: number
  readonly requests: number
  readonly tokens: number
  readonly slots: number
}

export class MemoryLedger implements LimitLedger {
  readonly #book: LimitBook
  /** Slots by holder and scope: what a holder's death must free. */
  readonly #slots = new Map<string, Map<string, number>>()

  constructor(options: LimitBookOptions = {}) {
    this.#book = new LimitBook(options)
  }

  /** Takes over what another ledger has let through, whether it fits here or not; quotas are not counted twice. */
  count(holder: string, scope: LimitedScope, units: CountedUnits): void {
    const { nowMs } = this.#book.now
    const figures = this.#book.figures(scope.scope, nowMs)
    if (units.requests > 0 || units.tokens > 0)
      figures.bookUnits(scope, units.requests, units.tokens, units.bookedAtMs, nowMs)
    figures.slots += units.slots
    if (units.slots > 0) this.#hold(holder, scope.scope, units.slots)
  }

  /** Slots by scope that a holder has not given back. */
  heldBy(holder: string): ReadonlyMap<string, number> {
    return this.#slots.get(holder) ?? new Map()
  }

  /** Counts days, months and budgets anew from the usage records when they are asked for next. */
  forgetQuotas(): void {
    this.#book.forgetQuotas()
  }

  ask(ask: LedgerAsk): LedgerReply | Promise<LedgerReply> {
    const moment = this.#book.now
    const waits = this.#unknown(ask, moment)
    return waits === null ? this.#answer(ask, moment) : this.#answerAfter(waits, ask)
  }

  give({ holder, scopes }: LedgerReturn): void {
    const moment = this.#book.now
    const { nowMs } = moment
    for (const { scope, slots, units, usedTokens, usedCostNanos } of scopes) {
      const figures = this.#book.figures(scope.scope, nowMs)
      // A new day may have begun, and what is used beyond belongs to it.
      figures.turn(scope, moment)
      if (slots > 0) figures.releaseSlots(this.#unhold(holder, scope.scope, slots))
      for (const { bookedAtMs, requests, tokens, costNanos } of units)
        figures.giveBack(bookedAtMs, requests, tokens, costNanos, nowMs)
      figures.charge(usedTokens, usedCostNanos, nowMs)
    }
  }

  holderGone(holder: string): void {
    const held = this.#slots.get(holder)
    this.#slots.delete(holder)
    const { nowMs } = this.#book.now
    for (const [scope, slots] of held ?? []) this.#book.figures(scope, nowMs).releaseSlots(slots)
  }

  peek(scopes: readonly LimitedScope[]): readonly ScopeStanding[] | Promise<readonly ScopeStanding[]> {
    const moment = this.#book.now
    const waits = scopes
      .map((scope) => this.#book.turn(scope, this.#book.figures(scope.scope, moment.nowMs), moment))
      .filter((promise) => promise !== null)
    return waits.length === 0 ? this.#standings(scopes, moment) : this.#peekAfter(waits, scopes)
  }

  /** Scopes that are remembered; for tests of its bounds. */
  get size(): number {
    return this.#book.size
  }

  async #peekAfter(waits: readonly Promise<void>[], scopes: readonly LimitedScope[]): Promise<ScopeStanding[]> {
    await Promise.all(waits)
    return this.#standings(scopes, this.#book.now)
  }

  #standings(scopes: readonly LimitedScope[], { nowMs }: Moment): ScopeStanding[] {
    return scopes.map((scope) => ({
      scope: scope.scope,
      windows: this.#book.figures(scope.scope, nowMs).standing(scope, nowMs),
    }))
  }

  /** What must be fetched before anybody can answer; null when everything is known. */
  #unknown({ call, leases }: LedgerAsk, moment: Moment): Promise<void>[] | null {
    let waits: Promise<void>[] | null = null
    const check = (scope: LimitedScope): void => {
      const wait = this.#book.turn(scope, this.#book.figures(scope.scope, moment.nowMs), moment)
      if (wait !== null) (waits ??= []).push(wait)
    }
    for (const scope of call?.scopes ?? []) check(scope)
    for (const { scope } of leases) check(scope)
    return waits
  }

  async #answerAfter(waits: readonly Promise<void>[], ask: LedgerAsk): Promise<LedgerReply> {
    await Promise.all(waits)
    // Meanwhile a day may have ended.
    return await this.ask(ask)
  }

  #answer({ holder, call, leases }: LedgerAsk, moment: Moment): LedgerReply {
    const admission = call === null ? null : this.#admit(holder, call, moment)
    if (admission?.ok === false) return { admission, leases: leases.map(() => null) }
    return { admission, leases: leases.map((wish) => this.#lend(holder, wish, moment)) }
  }

  /** Looks at all of the scopes first, so that a call that one refuses has taken nothing of the others. */
  #admit(holder: string, { scopes, tokens, costNanos }: LedgerCall, moment: Moment): LedgerBooking | Refused {
    const { nowMs } = moment
    const all = scopes.map((scope) => this.#book.figures(scope.scope, nowMs))
    if (!scopes.every((scope, index) => all[index]?.fits(scope, tokens, costNanos, nowMs)))
      return refuse(scopes, all, tokens, costNanos, moment)
    for (const [index, scope] of scopes.entries()) {
      all[index]?.book(scope, tokens, costNanos, nowMs)
      if (scope.limits.concurrency !== undefined) this.#hold(holder, scope.scope, 1)
    }
    return { ok: true, bookedAtMs: scopes.map(() => nowMs), ...tightest(scopes, all, nowMs) }
  }

  #lend(holder: string, { scope, requests: wanted, tokensEach, slots: slotsWanted }: LeaseWish, moment: Moment) {
    const figures = this.#book.figures(scope.scope, moment.nowMs)
    const { concurrency } = scope.limits
    const slots =
      concurrency === undefined ? 0 : Math.min(slotsWanted, lendable(concurrency, concurrency - figures.slots))
    const requests = lendableRequests(scope, figures, wanted, tokensEach, moment)
    if (requests <= 0 && slots <= 0) return null
    const { nowMs } = moment
    const bookedAtMs = nowMs + LEASE_MS
    const tokens = scope.limits.tpm === undefined ? 0 : requests * tokensEach
    if (requests > 0) figures.bookUnits(scope, requests, tokens, bookedAtMs, nowMs)
    figures.slots += slots
    if (slots > 0) this.#hold(holder, scope.scope, slots)
    const requestState = windowState(figures.requests(scope), nowMs)
    const tokenState = windowState(figures.tokens(scope), nowMs)
    return { bookedAtMs, requests, tokens, slots, requestState, tokenState } satisfies LeaseGrant
  }

  #hold(holder: string, scope: string, slots: number): void {
    let held = this.#slots.get(holder)
    if (held === undefined) this.#slots.set(holder, (held = new Map()))
    held.set(scope, (held.get(scope) ?? 0) + slots)
  }

  /** A holder can only give back what it holds; one whose death was already settled holds nothing. */
  #unhold(holder: string, scope: string, slots: number): number {
    const held = this.#slots.get(holder)
    const count = held?.get(scope) ?? 0
    if (count <= slots) held?.delete(scope)
    else held?.set(scope, count - slots)
    return Math.min(count, slots)
  }
}

function lendableRequests(
  scope: LimitedScope,
  figures: ScopeFigures,
  wanted: number,
  tokensEach: number,
  { nowMs, wallMs }: Moment,
): number {
  const { rpm, tpm, requestsPerDay, requestsPerMonth } = scope.limits
  const least = Math.min(rpm ?? Infinity, requestsPerDay ?? Infinity, requestsPerMonth ?? Infinity)
  if (least === Infinity && tpm === undefined) return 0
  // A lease belongs to one day: in its last second everybody asks.
  if (figures.calendarLeftMs(scope, wallMs) <= LEASE_MS + DRIFT_MS) return 0
  let requests = least === Infinity ? wanted : Math.min(wanted, lendable(least, figures.requestsLeft(scope, nowMs)))
  const tokenWindow = figures.tokens(scope)
  if (tokenWindow !== null) {
    const tokens = lendable(tokenWindow.limit, tokenWindow.remaining(nowMs))
    requests = Math.min(requests, Math.floor(tokens / tokensEach))
  }
  return requests
}

function tightest(
  scopes: readonly LimitedScope[],
  all: readonly ScopeFigures[],
  nowMs: number,
): { requests: LimitState | null; tokens: LimitState | null } {
  let requests: LimitState | null = null
  let tokens: LimitState | null = null
  for (const [index, scope] of scopes.entries()) {
    const figures = all[index]
    if (figures === undefined || !isTenants(scope)) continue
    requests = tighter(requests, windowState(figures.requests(scope), nowMs))
    tokens = tighter(tokens, windowState(figures.tokens(scope), nowMs))
  }
  return { requests, tokens }
}

/** By the scope and the limit that take longest: whoever waits so long finds room in all of them. */
function refuse(
  scopes: readonly LimitedScope[],
  all: readonly ScopeFigures[],
  tokens: number,
  costNanos: number,
  moment: Moment,
): Refused {
  let longest: { readonly scope: LimitedScope; readonly refusal: Refusal } | null = null
  for (const [index, scope] of scopes.entries()) {
    const refusal = all[index]?.refusal(scope, tokens, costNanos, moment)
    if (refusal !== undefined && (longest === null || refusal.waitMs > longest.refusal.waitMs))
      longest = { scope, refusal }
  }
  if (longest === null) throw new TypeError('A call was refused that counts against nothing.')
  const states = tightest(scopes, all, moment.nowMs)
  return refusedBy(longest.scope, longest.refusal, states.requests, states.tokens)
}
