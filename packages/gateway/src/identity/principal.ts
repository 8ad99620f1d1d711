// Who is calling, as the data plane sees it: everything that it must know about a key without asking a database.
// The primary puts it together (`resolve-key.ts`) and workers remember it, so it is plain JSON, and it is flat: what the
// key's makers, its account and its group allow has been brought in already.

import type { Price } from '../billing/prices/price.ts'
import type { DataPolicy } from '../core/data-policy.ts'
import type { LimitedScope, Limits } from '../limits/limits.ts'
import { DEFAULT_RESPONSES_POLICY, type ResponsesPolicy } from './responses-policy.ts'
import type { Billing } from './group-store.ts'
import type { Role } from './member-store.ts'
import type { TokenScope } from './people/access-token-store.ts'

export type Scope = 'keys:manage'

/** Patterns, one of which must match; `*` stands for any text. */
export type Patterns = readonly string[]

/** What calls cost, and whether that is taken from a wallet. */
export interface Pricing {
  /** `off` for the operator and for the account `default`, whatever their group says. */
  readonly billing: Billing
  /** Parts per million of every price: 1,000,000 = the price as it is. */
  readonly multiplierPpm: number
  /** The group's own prices, by public model id, before the multiplier; they win over the model's. Usually empty. */
  readonly prices: Readonly<Record<string, Price>>
}

/** A person, for as long as one call takes: `people/person-principal.ts` makes it. */
export interface PersonAct {
  readonly personId: string
  readonly email: string
  readonly name: string
  /** `keyId` of the principal is the session's or the token's id. */
  readonly via: 'session' | 'token'
  /** May do what the operator may; whether this call does is `operator` of the principal. */
  readonly isOperator: boolean
  /** In the account of the principal; null = none of it (then `accountId` is '', or the operator's). */
  readonly role: Role | null
  /** `mem_…`, where they belong to the account. */
  readonly memberId: string | null
  /** When this session last showed a factor, unix ms; null = never, and for a token. */
  readonly provedAtMs: number | null
  /** Of a token; empty for a session. */
  readonly tokenScopes: readonly TokenScope[]
  /** The installation wants a second factor of them, and they have none: nothing but adding one is let through. */
  readonly mustAddFactor: boolean
}

export interface Principal {
  /** `key_...` for an API key, `master` for the operator's key, `ses_...` or `pat_...` for a person. */
  readonly keyId: string
  /** Absent = an API key, or the master key. */
  readonly person?: PersonAct
  readonly accountId: string
  readonly operator: boolean
  readonly scopes: readonly Scope[]
  /** The key's own, for display. What is enforced is `limited`. */
  readonly limits: Limits
  /** Unix milliseconds, the earliest of the key and its makers; absent = never. */
  readonly expiresAtMs?: number
  /** The keys that made this one, the nearest first, or the session that did; empty when the operator did. */
  readonly makers: readonly string[]
  /** Whose models, limits and prices hold; `default` may be the name of none. */
  readonly group: string
  /**
   * What may be used: each list must have a pattern that matches, so a key is held to its makers' lists and its group's
   * as well as its own. Empty = anything. Models are matched by their public id.
   */
  readonly models: readonly Patterns[]
  /** Paths of the data plane, in the same way. */
  readonly endpoints: readonly Patterns[]
  /** IP addresses and CIDR ranges of the client, in the same way. */
  readonly addresses: readonly Patterns[]
  /** What must be promised by whoever is sent its requests; absent = nothing. */
  readonly dataPolicy?: DataPolicy
  /** Everything with a limit or budget that a call counts against: the key, its makers, the account, the group. */
  readonly limited: readonly LimitedScope[]
  readonly pricing: Pricing
  /** What is kept of its responses; the operator's is `policyFor`'s to tell. */
  readonly responses: ResponsesPolicy
  /** IANA name, of the account. */
  readonly timeZone: string
  /** Why nothing at all may be done with it for now, as a sentence for its owner; null = it may be used. */
  readonly refusal: string | null
}

/** Of what made a key: a person in a browser, for their playground (`session-keys.ts`). */
export function isSession(maker: string): boolean {
  return maker.startsWith('ses_')
}

const NO_PRICES: Pricing['prices'] = Object.freeze({})
export const FULL_PRICE_UNBILLED: Pricing = Object.freeze({
  billing: 'off',
  multiplierPpm: 1_000_000,
  prices: NO_PRICES,
})

/** The operator's account: every right, no limit. */
export const OPERATOR: Principal = Object.freeze({
  keyId: 'master',
  accountId: 'operator',
  operator: true,
  scopes: Object.freeze(['keys:manage'] as const),
  limits: Object.freeze({}),
  makers: Object.freeze([]),
  group: '',
  models: Object.freeze([]),
  endpoints: Object.freeze([]),
  addresses: Object.freeze([]),
  limited: Object.freeze([]),
  pricing: FULL_PRICE_UNBILLED,
  responses: DEFAULT_RESPONSES_POLICY,
  timeZone: 'UTC',
  refusal: null,
})
