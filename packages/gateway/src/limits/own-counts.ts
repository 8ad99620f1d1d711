// What one instance knows by itself of limits that several count together: all that it has let through in the last
// window, and the slots it holds. While the others can be asked this is written down and not used. When they cannot, it
// decides alone, by this instance's share (`share-of-limits.ts`); afterwards it is what the others are told.

import type { LedgerAsk, LedgerReply, LedgerReturn, ScopeReturn, ScopeStanding } from './limit-ledger.ts'
import { hasLimits, type LimitedScope } from './limits.ts'
import { MemoryLedger } from './memory-ledger.ts'
import type { QuotaHistory } from './quota-history.ts'
import { countsRequests } from './settlement.ts'
import { shareOfAsk, ShareOfHistory } from './share-of-limits.ts'

export interface OwnCountsOptions {
  /** Unix ms by the clock of whoever counts for all. */
  readonly clock: () => number
  readonly windowMs: number
  readonly history: QuotaHistory
  /** How many share the limits, this one included. */
  readonly instances: () => number
}

/** What the others must hear of one scope. */
export interface OwnCount {
  readonly scope: LimitedScope
  /** [when, requests, tokens] that they have not counted. */
  readonly counted: readonly (readonly [atMs: number, requests: number, tokens: number])[]
  /** Slots that are held here in all; absent where none are limited. */
  readonly held?: number
}

/** A scope that was used in the last window. */
interface Recent {
  scope: LimitedScope
  atMs: number
  /** What all instances together had let through when that was last known. */
  requests: number
  tokens: number
  /** What was counted here on behalf of the others, so that a share of a limit that was spent is spent. */
  lent: { readonly atMs: number; readonly requests: number; readonly tokens: number } | null
  /** Let through alone: second -> sums. */
  alone: Map<number, { requests: number; tokens: number }> | null
}

export class OwnCounts {
  readonly #options: OwnCountsOptions
  readonly #ledger: MemoryLedger
  readonly #recent = new Map<string, Recent>()
  #aloneSinceMs = 0

  constructor(options: OwnCountsOptions) {
    const { clock, windowMs, history, instances } = options
    this.#options = options
    this.#ledger = new MemoryLedger({
      clock,
      wallClock: clock,
      windowMs,
      history: new ShareOfHistory(history, instances),
    })
  }

  // --- while the others can be asked ---

  /** Writes down what was let through for a question. */
  remember(ask: LedgerAsk, reply: LedgerReply): void {
    forEachBooked(ask, reply, (scope, bookedAtMs, requests, tokens, slots) => {
      this.#recentOf(scope)
      this.#ledger.count(ask.holder, scope, { bookedAtMs, requests, tokens, slots })
    })
  }

  /** What all instances together have let through in the window that ends now. */
  heardTotal(scope: LimitedScope, requests: number, tokens: number): void {
    const recent = this.#recentOf(scope)
    if (!hasLimits(scope.limits)) return
    recent.requests = requests
    recent.tokens = tokens
  }

  /** Takes back what is given back; returns it with as many slots as the holder really had. */
  give(holder: string, back: ScopeReturn): ScopeReturn {
    const held = this.#ledger.heldBy(holder).get(back.scope.scope) ?? 0
    const slots = Math.min(back.slots, held)
    // What was held of a budget before was never counted here.
    const units = back.units.map((unit) => (unit.bookedAtMs < this.#aloneSinceMs ? { ...unit, costNanos: 0 } : unit))
    const own: LedgerReturn = { kind: 'limit-return', holder, scopes: [{ ...back, slots, units }] }
    this.#ledger.give(own)
    return { ...back, slots }
  }

  /** The holder's slots come back; returns which. */
  holderGone(holder: string): readonly ScopeReturn[] {
    const returns: ScopeReturn[] = []
    for (const [name, slots] of this.#ledger.heldBy(holder)) {
      const scope = this.#recent.get(name)?.scope
      if (scope !== undefined) returns.push({ scope, slots, units: [], usedTokens: 0, usedCostNanos: 0 })
    }
    this.#ledger.holderGone(holder)
    return returns
  }

  // --- alone ---

  /**
   * From now on nobody can be asked. What was spent of a limit was mostly spent elsewhere: a part of it counts here for
   * as long as it counts there, or each instance would begin with a share of what is spent already.
   */
  begin(): void {
    const { clock, windowMs, instances } = this.#options
    const nowMs = clock()
    const count = instances()
    this.#aloneSinceMs = nowMs
    this.#ledger.forgetQuotas()
    for (const recent of this.#recent.values()) {
      const { scope, atMs, requests, tokens } = recent
      if (atMs + windowMs <= nowMs) continue
      const used = this.#used(scope)
      const missing = (total: number, here = 0): number => Math.max(0, Math.ceil(total / count) - here)
      const lent = { atMs, requests: missing(requests, used.get('rpm')), tokens: missing(tokens, used.get('tpm')) }
      this.#ledger.count('', scope, { ...lent, bookedAtMs: atMs, slots: 0 })
      recent.lent = lent
    }
  }

  /** Decides by this instance's share. */
  ask(ask: LedgerAsk): LedgerReply | Promise<LedgerReply> {
    const share = shareOfAsk(ask, this.#options.instances(), (scope) => this.#used(scope).get('tpm') ?? 0)
    const reply = this.#ledger.ask(share)
    return reply instanceof Promise ? reply.then((answer) => this.#decided(ask, answer)) : this.#decided(ask, reply)
  }

  peek(scopes: readonly LimitedScope[]): readonly ScopeStanding[] | Promise<readonly ScopeStanding[]> {
    return this.#ledger.peek(scopes)
  }

  // --- and then ---

  /**
   * What the others must know before they are asked again; afterwards it counts as told.
   * @param all they have forgotten everything
   */
  tell(all: boolean): OwnCount[] {
    const { clock, windowMs } = this.#options
    const nowMs = clock()
    const told: OwnCount[] = []
    for (const recent of this.#recent.values()) {
      const { scope, lent, alone } = recent
      const used = this.#used(scope)
      const others = lent !== null && lent.atMs + windowMs > nowMs ? lent : { requests: 0, tokens: 0 }
      const rest = (total = 0, elsewhere: number): number => Math.max(0, total - elsewhere)
      const counted = all
        ? [[nowMs, rest(used.get('rpm'), others.requests), rest(used.get('tpm'), others.tokens)] as const]
        : [...(alone ?? [])].map(([second, { requests, tokens }]) => [second * 1000, requests, tokens] as const)
      recent.alone = null
      const { concurrency } = scope.limits
      told.push({ scope, counted, ...(concurrency === undefined ? {} : { held: used.get('concurrency') ?? 0 }) })
    }
    return told
  }

  /** Scopes of which slots are held here. */
  held(): LimitedScope[] {
    return [...this.#recent.values()].map(({ scope }) => scope).filter((scope) => this.#holdsSlots(scope))
  }

  /** Forgets scopes of which nothing counts any more. */
  sweep(): void {
    const { clock, windowMs } = this.#options
    const nowMs = clock()
    for (const [name, { scope, atMs }] of this.#recent) {
      if (nowMs - atMs >= 2 * windowMs && !this.#holdsSlots(scope)) this.#recent.delete(name)
    }
  }

  #decided(ask: LedgerAsk, reply: LedgerReply): LedgerReply {
    forEachBooked(ask, reply, (scope, bookedAtMs, requests, tokens) =>
      this.#countAlone(scope, bookedAtMs, requests, tokens),
    )
    const { admission } = reply
    if (admission === null || admission.ok)
      return {
        admission: admission === null ? null : { ...admission, degraded: true },
        leases: reply.leases.map((lease) => (lease === null ? null : { ...lease, degraded: true })),
      }
    // The limit is what the tenant knows, whatever the share of it.
    const scope = ask.call?.scopes.find((one) => one.scope === admission.scope)
    const { limit } = admission
    const max = limit === 'budget' ? scope?.budget?.amountNanos : scope?.limits[limit]
    return { ...reply, admission: { ...admission, max: max ?? admission.max, degraded: true } }
  }

  #countAlone(scope: LimitedScope, bookedAtMs: number, requests: number, tokens: number): void {
    const { clock, windowMs } = this.#options
    const recent = this.#recentOf(scope)
    const alone = (recent.alone ??= new Map())
    const second = Math.ceil(bookedAtMs / 1000)
    const sum = alone.get(second) ?? { requests: 0, tokens: 0 }
    alone.set(second, { requests: sum.requests + requests, tokens: sum.tokens + tokens })
    const earliest = (clock() - windowMs) / 1000
    for (const old of alone.keys()) {
      if (old >= earliest) break
      alone.delete(old)
    }
  }

  #recentOf(scope: LimitedScope): Recent {
    const atMs = this.#options.clock()
    const known = this.#recent.get(scope.scope)
    if (known !== undefined) {
      // A budget alone, asked for more money, says nothing about the scope's other limits.
      if (hasLimits(scope.limits)) known.scope = scope
      known.atMs = atMs
      return known
    }
    const recent = { scope, atMs, requests: 0, tokens: 0, lent: null, alone: null }
    this.#recent.set(scope.scope, recent)
    return recent
  }

  #holdsSlots(scope: LimitedScope): boolean {
    return scope.limits.concurrency !== undefined && (this.#used(scope).get('concurrency') ?? 0) > 0
  }

  #used({ scope, of, name, limits, timeZone }: LimitedScope): ReadonlyMap<string, number> {
    const { rpm, tpm, concurrency } = limits
    const sliding = {
      ...(rpm === undefined ? {} : { rpm }),
      ...(tpm === undefined ? {} : { tpm }),
      ...(concurrency === undefined ? {} : { concurrency }),
    }
    // Without quotas nothing has to be fetched, so the answer is there at once.
    const standings = this.#ledger.peek([{ scope, of, name, limits: sliding, timeZone }])
    const windows = standings instanceof Promise ? [] : (standings[0]?.windows ?? [])
    return new Map(windows.map(({ limit, used }) => [limit, used]))
  }
}

type Booked = (scope: LimitedScope, bookedAtMs: number, requests: number, tokens: number, slots: number) => void

function forEachBooked({ call, leases }: LedgerAsk, { admission, leases: grants }: LedgerReply, booked: Booked): void {
  if (call !== null && admission?.ok === true) {
    for (const [index, scope] of call.scopes.entries()) {
      const slots = scope.limits.concurrency === undefined ? 0 : 1
      booked(scope, admission.bookedAtMs[index] ?? 0, countsRequests(scope) ? 1 : 0, call.tokens, slots)
    }
  }
  for (const [index, { scope }] of leases.entries()) {
    const grant = grants[index]
    if (grant != null) booked(scope, grant.bookedAtMs, grant.requests, grant.tokens, grant.slots)
  }
}
