// What may be limited, and whose limit it is. One type for keys, accounts, groups, models and provider credentials:
// whatever has limits becomes a `LimitedScope`, and a call carries the list of all scopes that it counts against.
// Every scope of a call must have room, or the call takes nothing of any of them.

/** Absent = no limit; 0 = nothing allowed. `rpm` and `tpm` slide; days and months are calendar windows. */
export interface Limits {
  /** Requests in any 60 seconds. */
  readonly rpm?: number
  /** Tokens in any 60 seconds, input and output together. */
  readonly tpm?: number
  /** Requests at the same time. */
  readonly concurrency?: number
  /** Requests from midnight to midnight in the scope's time zone. */
  readonly requestsPerDay?: number
  /** Requests from the first of a month to the first of the next. */
  readonly requestsPerMonth?: number
}

export type LimitName = keyof Limits

export type BudgetReset = 'day' | 'week' | 'month' | 'never'

/** What may be spent, in calendar windows of the scope's time zone; weeks begin on Monday. */
export interface Budget {
  /** Nano-US$; 0 = nothing may be spent. */
  readonly amountNanos: number
  readonly reset: BudgetReset
}

export type ScopeKind = 'key' | 'account' | 'group' | 'model' | 'credential'

export interface LimitedScope {
  /** What is counted, unique in the deployment: `key:key_…`, `account:acc_…`, `group:free`, `model:gpt-4o`, `credential:…`. */
  readonly scope: string
  readonly of: ScopeKind
  /** As it may be shown to the tenant: an account's or group's name. */
  readonly name: string
  readonly limits: Limits
  /** IANA name; `UTC` where nobody chose one. */
  readonly timeZone: string
  readonly budget?: Budget
}

/** The limits in the order in which they are shown, with their names in JSON and YAML. */
export const LIMIT_FIELDS: readonly { readonly name: LimitName; readonly json: string }[] = [
  { name: 'rpm', json: 'rpm' },
  { name: 'tpm', json: 'tpm' },
  { name: 'concurrency', json: 'concurrency' },
  { name: 'requestsPerDay', json: 'requests_per_day' },
  { name: 'requestsPerMonth', json: 'requests_per_month' },
]

export const NO_LIMITS: Limits = Object.freeze({})

/** Nothing to count against: a call that meets only such takes the short way. */
export const NO_SCOPES: readonly LimitedScope[] = Object.freeze([])

/** Other than a budget. */
export function hasLimits(limits: Limits): boolean {
  return (
    limits.rpm !== undefined ||
    limits.tpm !== undefined ||
    limits.concurrency !== undefined ||
    limits.requestsPerDay !== undefined ||
    limits.requestsPerMonth !== undefined
  )
}

/** Whether two limit the same to the same. */
export function sameLimits(a: Limits, b: Limits): boolean {
  return (
    a === b ||
    (a.rpm === b.rpm &&
      a.tpm === b.tpm &&
      a.concurrency === b.concurrency &&
      a.requestsPerDay === b.requestsPerDay &&
      a.requestsPerMonth === b.requestsPerMonth)
  )
}

/** Each limit where both have one: the lower; a child's limits under its maker's. */
export function tighterLimits(a: Limits, b: Limits): Limits {
  const tighter: Partial<Record<LimitName, number>> = {}
  for (const { name } of LIMIT_FIELDS) {
    const least = Math.min(a[name] ?? Infinity, b[name] ?? Infinity)
    if (least !== Infinity) tighter[name] = least
  }
  return tighter
}

/**
 * A scope where anything is limited, null otherwise, so that only what must be counted is carried along.
 * @param timeZone IANA name
 */
export function limitedScope(
  of: ScopeKind,
  id: string,
  name: string,
  limits: Limits,
  timeZone = 'UTC',
  budget: Budget | null = null,
): LimitedScope | null {
  if (!hasLimits(limits) && budget === null) return null
  const scope = { scope: `${of}:${id}`, of, name, limits, timeZone }
  return budget === null ? scope : { ...scope, budget }
}

/** Their budgets and nothing else of them: for what a call that they have let in needs more money. */
export function budgetsOf(scopes: readonly LimitedScope[]): readonly LimitedScope[] {
  if (!scopes.some(({ budget }) => budget !== undefined)) return NO_SCOPES
  return scopes.filter(({ budget }) => budget !== undefined).map((scope) => ({ ...scope, limits: NO_LIMITS }))
}

/** Whether a tenant may see how much of it is left: of what others share in, they learn no more than a refusal. */
export function isTenants({ of }: LimitedScope): boolean {
  return of !== 'model' && of !== 'credential'
}
