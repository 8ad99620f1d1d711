// A question to the ledger as Redis's script wants it, and the script's figures as the ledger's answer.
// The rules about what fits are the script's (`redis-limit-script.ts`); what is said about it is decided here, in the
// same words as `limits/memory-ledger.ts`.

import { type LimitState, type Refused, tighter } from '../limits/authority.ts'
import { periodAt, type PeriodKind } from '../limits/calendar.ts'
import {
  LEASE_MS,
  LEASE_PART,
  LEFT_PART,
  type LeaseGrant,
  type LedgerAsk,
  type LedgerReply,
  type ScopeStanding,
  type WindowStanding,
} from '../limits/limit-ledger.ts'
import { isTenants, type LimitedScope } from '../limits/limits.ts'
import { refusedBy, type Refusal, SLOT_RETRY_MS } from '../limits/scope-figures.ts'
import { EXACT_UP_TO } from '../limits/sliding-window.ts'
import type { RedisReply } from './redis-connection.ts'

/** A moment further ahead than any lease can be: Redis's clock was put back. */
const AHEAD_MS = 2 * LEASE_MS + 1_000
const DAY_MS = 86_400_000
/** A budget that never resets is counted anew from the usage records when nobody has used it for so long. */
const NEVER_LIFE_MS = 35 * DAY_MS

/** One calendar window of one scope: a day's or a month's requests, a budget's nano-US$. */
export interface Quota {
  readonly limit: 'requestsPerDay' | 'requestsPerMonth' | 'budget'
  readonly max: number
  readonly field: 'r' | 'c'
  readonly startMs: number
  /** Infinity for a budget that never resets. */
  readonly endMs: number
  /** Its part of the key. */
  readonly name: string
}

/** Since when (Redis's clock) a count must have been taken from the usage records to be believed. */
export interface Trust {
  readonly requestsMs: number
  readonly costMs: number
  /** Whether an older count still is the least that was spent. */
  readonly keepCosts: boolean
}

export interface Seed {
  readonly requests: number
  readonly costNanos: number
}

/** All of this is known to every question of a ledger. */
export interface AskFrame {
  readonly keyOf: (scope: string) => string
  readonly instance: string
  readonly windowMs: number
  readonly slotLeaseMs: number
  readonly trust: Trust
  /** Unix ms as Redis is thought to see it, and until when it may answer. */
  readonly nowMs: number
  readonly deadlineMs: number | null
  /** Instead of Redis's own time; for tests. */
  readonly clockMs: number | null
}

/** Scopes in the script's order: those of the call first, then those of which only a lease is wanted. */
export function scopesOf({ call, leases }: Pick<LedgerAsk, 'call' | 'leases'>): readonly LimitedScope[] {
  const scopes = [...(call?.scopes ?? [])]
  for (const { scope } of leases) {
    if (!scopes.some((other) => other.scope === scope.scope)) scopes.push(scope)
  }
  return scopes
}

export function quotasOf({ limits, budget, timeZone }: LimitedScope, nowMs: number): readonly Quota[] {
  const { requestsPerDay, requestsPerMonth } = limits
  if (requestsPerDay === undefined && requestsPerMonth === undefined && budget === undefined) return NO_QUOTAS
  const quotas: Quota[] = []
  const add = (limit: Quota['limit'], max: number | undefined, kind: PeriodKind, name: string): void => {
    if (max === undefined) return
    const { startMs, endMs } = periodAt(kind, timeZone, nowMs)
    quotas.push({ limit, max, field: limit === 'budget' ? 'c' : 'r', startMs, endMs, name: `${name}${startMs}` })
  }
  add('requestsPerDay', requestsPerDay, 'day', 'd')
  add('requestsPerMonth', requestsPerMonth, 'month', 'm')
  if (budget !== undefined) add('budget', budget.amountNanos, budget.reset, `b${budget.reset}`)
  return quotas
}

const NO_QUOTAS: readonly Quota[] = Object.freeze([])

/**
 * The script's argument.
 * @param seeds by `seedKey`
 */
export function askText(
  ask: LedgerAsk | null,
  scopes: readonly LimitedScope[],
  frame: AskFrame,
  seeds: SeedMap,
): string {
  const call = ask?.call ?? null
  return JSON.stringify({
    window: frame.windowMs,
    exact: EXACT_UP_TO,
    ahead: AHEAD_MS,
    lease: LEASE_MS,
    leasePart: LEASE_PART,
    leftPart: LEFT_PART,
    slotLease: frame.slotLeaseMs,
    instance: frame.instance,
    ...(frame.clockMs === null ? {} : { now: frame.clockMs }),
    ...(frame.deadlineMs === null ? {} : { deadline: frame.deadlineMs }),
    ...(ask === null ? { peek: true } : {}),
    calls: call?.scopes.length ?? 0,
    ...(call === null ? {} : { call: { tokens: call.tokens, cost: call.costNanos } }),
    scopes: scopes.map((scope) => {
      const { rpm, tpm, concurrency } = scope.limits
      const wish = ask?.leases.find((lease) => lease.scope.scope === scope.scope)
      const quotas = quotasOf(scope, frame.nowMs)
      return {
        k: frame.keyOf(scope.scope),
        rpm,
        tpm,
        slots: concurrency,
        ...(quotas.length === 0 ? {} : { c: quotas.map((quota) => quotaText(scope, quota, frame, seeds)) }),
        ...(wish === undefined
          ? {}
          : { wish: { requests: wish.requests, tokensEach: wish.tokensEach, slots: wish.slots } }),
      }
    }),
  })
}

export type SeedMap = ReadonlyMap<string, Seed>

export function seedKey(scope: LimitedScope, { name }: Quota): string {
  return `${scope.scope} ${name}`
}

function quotaText(scope: LimitedScope, quota: Quota, { trust, nowMs }: AskFrame, seeds: SeedMap) {
  const seed = seeds.get(seedKey(scope, quota))
  const endless = quota.endMs === Infinity
  return {
    p: quota.name,
    f: quota.field,
    max: quota.max,
    from: quota.startMs,
    ...(endless ? {} : { till: quota.endMs }),
    trust: quota.field === 'r' ? trust.requestsMs : trust.costMs,
    ...(quota.field === 'r' || trust.keepCosts ? { keep: true } : {}),
    life: endless ? NEVER_LIFE_MS : Math.ceil(quota.endMs - nowMs) + 2 * DAY_MS,
    ...(seed === undefined ? {} : { seed: [seed.requests, seed.costNanos] }),
  }
}

/** What the script says of one scope. */
interface Figures {
  readonly requests: number
  readonly requestsWaitMs: number
  readonly requestsResetMs: number
  readonly tokens: number
  readonly tokensWaitMs: number
  readonly tokensResetMs: number
  readonly slots: number
  readonly quotas: readonly number[]
}

export type ScriptReply =
  | { readonly kind: 'again'; readonly nowMs: number }
  /** Indices of scopes and of their quotas whose count must be told first. */
  | { readonly kind: 'seed'; readonly nowMs: number; readonly unknown: readonly (readonly [number, number])[] }
  | {
      readonly kind: 'ok'
      readonly nowMs: number
      readonly booked: boolean
      readonly figures: readonly Figures[]
      readonly grants: readonly (readonly number[])[]
    }

export function scriptReply(reply: RedisReply): ScriptReply {
  if (!Array.isArray(reply)) throw new TypeError('Redis answered a limit script with no list')
  const [kind, now, ...rest] = reply as readonly RedisReply[]
  const nowMs = Number(now)
  if (kind === 'again') return { kind, nowMs }
  if (kind === 'seed') {
    const indices = rest.map(Number)
    const unknown = Array.from({ length: indices.length / 2 }, (_, at) => pairAt(indices, at * 2))
    return { kind, nowMs, unknown }
  }
  return {
    kind: 'ok',
    nowMs,
    booked: rest[0] === 1,
    figures: numbersOf(rest[1]).map(figuresOf),
    grants: numbersOf(rest[2]),
  }
}

function pairAt(numbers: readonly number[], at: number): readonly [number, number] {
  return [numbers[at] ?? 0, numbers[at + 1] ?? 0]
}

function numbersOf(lists: RedisReply | undefined): number[][] {
  return Array.isArray(lists) ? lists.map((list: RedisReply) => (Array.isArray(list) ? list.map(Number) : [])) : []
}

function figuresOf(list: readonly number[]): Figures {
  const [
    requests = 0,
    requestsWaitMs = 0,
    requestsResetMs = 0,
    tokens = 0,
    tokensWaitMs = 0,
    tokensResetMs = 0,
    slots = 0,
  ] = list
  return {
    requests,
    requestsWaitMs: requestsWaitMs < 0 ? Infinity : requestsWaitMs,
    requestsResetMs,
    tokens,
    tokensWaitMs: tokensWaitMs < 0 ? Infinity : tokensWaitMs,
    tokensResetMs,
    slots,
    quotas: list.slice(7),
  }
}

/** What the script decided, as the ledger's answer. */
export function ledgerReply(
  ask: LedgerAsk,
  scopes: readonly LimitedScope[],
  reply: Extract<ScriptReply, { kind: 'ok' }>,
): LedgerReply {
  const { call, leases } = ask
  if (call !== null && !reply.booked)
    return { admission: refuse(call.scopes, call.tokens, call.costNanos, reply), leases: leases.map(() => null) }
  // Grants come in the order of the scopes.
  const wished = scopes.filter((scope) => leases.some((lease) => lease.scope.scope === scope.scope))
  return {
    admission:
      call === null
        ? null
        : { ok: true, bookedAtMs: call.scopes.map(() => reply.nowMs), ...tightest(call.scopes, reply.figures) },
    leases: leases.map(({ scope }) =>
      grantOf(scope, reply.grants[wished.findIndex((other) => other.scope === scope.scope)] ?? []),
    ),
  }
}

function grantOf({ limits: { rpm, tpm } }: LimitedScope, list: readonly number[]): LeaseGrant | null {
  const [
    bookedAtMs = 0,
    requests = 0,
    tokens = 0,
    slots = 0,
    usedRequests = 0,
    requestsResetMs = 0,
    usedTokens = 0,
    tokensResetMs = 0,
  ] = list
  if (requests <= 0 && slots <= 0) return null
  const requestState = stateOf(rpm, usedRequests, requestsResetMs)
  const tokenState = stateOf(tpm, usedTokens, tokensResetMs)
  return { bookedAtMs, requests, tokens, slots, requestState, tokenState }
}

function refuse(
  scopes: readonly LimitedScope[],
  tokens: number,
  costNanos: number,
  { figures, nowMs }: Extract<ScriptReply, { kind: 'ok' }>,
): Refused {
  let longest: { readonly scope: LimitedScope; readonly refusal: Refusal } | null = null
  for (const [index, scope] of scopes.entries()) {
    const own = figures[index]
    if (own === undefined) continue
    for (const refusal of refusalsOf(scope, own, tokens, costNanos, nowMs)) {
      if (longest === null || refusal.waitMs > longest.refusal.waitMs) longest = { scope, refusal }
    }
  }
  if (longest === null) throw new TypeError('A call was refused that counts against nothing.')
  const states = tightest(scopes, figures)
  return refusedBy(longest.scope, longest.refusal, states.requests, states.tokens)
}

function* refusalsOf(
  scope: LimitedScope,
  figures: Figures,
  tokens: number,
  costNanos: number,
  nowMs: number,
): Iterable<Refusal> {
  const { rpm, tpm, concurrency } = scope.limits
  if (rpm !== undefined)
    yield { limit: 'rpm', max: rpm, needed: 1, waitMs: rpm < 1 ? Infinity : figures.requestsWaitMs }
  if (tpm !== undefined)
    yield { limit: 'tpm', max: tpm, needed: tokens, waitMs: tokens > tpm || tpm < 1 ? Infinity : figures.tokensWaitMs }
  if (concurrency !== undefined && figures.slots >= concurrency)
    yield { limit: 'concurrency', max: concurrency, needed: 1, waitMs: concurrency === 0 ? Infinity : SLOT_RETRY_MS }
  for (const [index, { limit, max, endMs }] of quotasOf(scope, nowMs).entries()) {
    const needed = limit === 'budget' ? Math.max(1, costNanos) : 1
    const fits = (figures.quotas[index] ?? 0) + needed <= max
    yield { limit, max, needed, waitMs: needed > max ? Infinity : fits ? 0 : endMs - nowMs }
  }
}

function tightest(scopes: readonly LimitedScope[], figures: readonly Figures[]) {
  let requests: LimitState | null = null
  let tokens: LimitState | null = null
  for (const [index, scope] of scopes.entries()) {
    const own = figures[index]
    if (own === undefined || !isTenants(scope)) continue
    requests = tighter(requests, stateOf(scope.limits.rpm, own.requests, own.requestsResetMs))
    tokens = tighter(tokens, stateOf(scope.limits.tpm, own.tokens, own.tokensResetMs))
  }
  return { requests, tokens }
}

function stateOf(limit: number | undefined, used: number, resetMs: number): LimitState | null {
  return limit === undefined ? null : { limit, remaining: Math.max(0, limit - used), resetMs: Math.max(0, resetMs) }
}

export function standingOf(
  scope: LimitedScope,
  { nowMs, figures }: Extract<ScriptReply, { kind: 'ok' }>,
  index: number,
): ScopeStanding {
  const own = figures[index]
  const windows: WindowStanding[] = []
  const { rpm, tpm, concurrency } = scope.limits
  if (rpm !== undefined) windows.push({ limit: 'rpm', max: rpm, used: own?.requests ?? 0, resetsAtMs: null })
  if (tpm !== undefined) windows.push({ limit: 'tpm', max: tpm, used: own?.tokens ?? 0, resetsAtMs: null })
  if (concurrency !== undefined)
    windows.push({ limit: 'concurrency', max: concurrency, used: own?.slots ?? 0, resetsAtMs: null })
  for (const [at, { limit, max, endMs }] of quotasOf(scope, nowMs).entries())
    windows.push({ limit, max, used: own?.quotas[at] ?? 0, resetsAtMs: endMs === Infinity ? null : endMs })
  return { scope: scope.scope, windows }
}
