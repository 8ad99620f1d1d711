// From a key in the database to the principal that workers know: everything that its makers, its account and its group
// say about it, brought together once, so that a call needs no look at any of them.
import { isWish } from '../core/data-policy.ts'
import { DEFAULT_RESPONSES_POLICY } from './responses-policy.ts'
import { limitedScope, type LimitedScope, type Limits } from '../limits/limits.ts'
import type { AccountRecord } from './account-store.ts'
import type { Group } from './group-store.ts'
import { DEFAULT_GROUP } from './groups.ts'
import type { KeyRecord } from './key-store.ts'
import { rightsOf } from './key-rights.ts'
import { FULL_PRICE_UNBILLED, isSession, type Patterns, type Pricing, type Principal } from './principal.ts'

export interface KeyFacts {
  /** How it was presented: this secret's digest. */
  readonly digest: string
  readonly key: KeyRecord
  /** The nearest first. */
  readonly makers: readonly KeyRecord[]
  /** Undefined where a release without accounts wrote the key. */
  readonly account: AccountRecord | undefined
  /** `groupNameOf` says whose. */
  readonly group: Group | null
  readonly groupMissing: boolean
}

/** The nearest group that the operator gave to the key or to one of its makers, else the account's. */
export function groupNameOf(chain: readonly KeyRecord[], account: AccountRecord | undefined): string {
  return chain.find(({ group }) => group !== null)?.group || account?.group || DEFAULT_GROUP
}

/** Null when this secret may not be used any more: revoked, expired, or made by a key that is. */
export function principalOf(facts: KeyFacts, nowMs: number): Principal | null {
  const { digest, key, makers, account, group } = facts
  const chain = [key, ...makers]
  // What was made with a key ends with it: whoever stole one cannot live on in keys that he made with it.
  if (chain.some(({ revokedAtMs }) => revokedAtMs !== null)) return null
  // A maker that is gone altogether is no maker that allows anything. A person may go: their keys are the account's.
  const maker = chain.at(-1)?.madeBy ?? ''
  if (maker !== 'master' && !maker.startsWith('per_') && !isSession(maker)) return null
  const rights = rightsOf(chain)
  const expiresAtMs = secretExpiry(digest, key, rights.expiresAtMs)
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return null
  const timeZone = account?.timeZone ?? 'UTC'
  return {
    keyId: key.keyId,
    accountId: key.accountId,
    operator: false,
    scopes: rights.scopes,
    limits: key.limits,
    ...(expiresAtMs === null ? {} : { expiresAtMs }),
    makers: [...makers.map(({ keyId }) => keyId), ...(isSession(maker) ? [maker] : [])],
    group: groupNameOf(chain, account),
    models: [...rights.models, ...modelsOf(group)],
    endpoints: rights.endpoints,
    addresses: rights.addresses,
    ...(isWish(rights.dataPolicy) ? { dataPolicy: rights.dataPolicy } : {}),
    limited: limitedScopes(chain, key.accountId, account, group, timeZone),
    pricing: pricingOf(key.accountId, group),
    responses: group?.responses ?? DEFAULT_RESPONSES_POLICY,
    timeZone,
    refusal: refusalOf(facts),
  }
}

/** The secret before a rotation ends on its own day. */
function secretExpiry(digest: string, key: KeyRecord, expiresAtMs: number | null): number | null {
  if (digest === key.digest) return expiresAtMs
  return Math.min(key.previousExpiresAtMs ?? 0, expiresAtMs ?? Infinity)
}

export function modelsOf(group: Group | null): Patterns[] {
  return group === null || group.models.includes('*') ? [] : [group.models]
}

/** Nobody pays himself: the operator's own accounts have no wallet. */
const UNBILLED_ACCOUNTS: readonly string[] = ['default', 'operator']

export function pricingOf(accountId: string, group: Group | null): Pricing {
  if (group === null) return FULL_PRICE_UNBILLED
  const billing = UNBILLED_ACCOUNTS.includes(accountId) ? 'off' : group.billing
  return { billing, multiplierPpm: group.priceMultiplierPpm, prices: group.prices }
}

export function limitedScopes(
  chain: readonly KeyRecord[],
  accountId: string,
  account: AccountRecord | undefined,
  group: Group | null,
  timeZone: string,
): LimitedScope[] {
  const name = account?.name ?? accountId
  const scopes = chain.map((key) => limitedScope('key', key.keyId, key.name, key.limits, timeZone, key.budget))
  scopes.push(limitedScope('account', accountId, name, account?.limits ?? {}, timeZone, account?.budget ?? null))
  if (group !== null) {
    const perAccount = without(group.limits, account?.limits ?? {})
    // Under a name of its own: keys of one account may be in several groups.
    scopes.push(limitedScope('account', `${accountId}/${group.name}`, name, perAccount, timeZone))
    scopes.push(limitedScope('group', group.name, group.name, group.sharedLimits))
  }
  return scopes.filter((scope) => scope !== null)
}

/** A figure that the account has itself stands in place of its group's. */
function without(limits: Limits, own: Limits): Limits {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !Object.hasOwn(own, name)))
}

function refusalOf({ account, key, makers, groupMissing }: KeyFacts): string | null {
  if (account?.status === 'suspended') {
    return 'The account of this key is suspended. Ask the operator of this gateway to activate it again.'
  }
  if (!groupMissing) return null
  const group = groupNameOf([key, ...makers], account)
  return `The group "${group}" of this key's account does not exist. The operator has to define it, or to give the account another one.`
}
