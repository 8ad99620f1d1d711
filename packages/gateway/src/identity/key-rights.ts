// What a key may do at most: its own rules and those of the key that made it, and of that one's maker, up to the
// operator. Held together, so that shrinking a key bounds at once everything that was made with it.
import { AddressRanges } from '../core/address-ranges.ts'
import { NO_POLICY, stricterPolicy, type DataPolicy } from '../core/data-policy.ts'
import { tighterLimits, type Budget, type Limits } from '../limits/limits.ts'
import type { KeyRecord } from './key-store.ts'
import { coversPattern } from './patterns.ts'
import type { Patterns, Scope } from './principal.ts'

export interface KeyRights {
  readonly scopes: readonly Scope[]
  /** The lowest figure of each. */
  readonly limits: Limits
  readonly budgets: readonly Budget[]
  /** Each list holds. */
  readonly models: readonly Patterns[]
  readonly endpoints: readonly Patterns[]
  readonly addresses: readonly Patterns[]
  /** The strictest. */
  readonly dataPolicy: DataPolicy
  /** The earliest; null = never. */
  readonly expiresAtMs: number | null
}

/** @param chain the key itself and its makers; not empty */
export function rightsOf(chain: readonly KeyRecord[]): KeyRights {
  const [first, ...others] = chain
  return {
    scopes: first?.scopes.filter((scope) => others.every((key) => key.scopes.includes(scope))) ?? [],
    limits: chain.reduce<Limits>((limits, key) => tighterLimits(limits, key.limits), {}),
    budgets: chain.flatMap(({ budget }) => budget ?? []),
    models: listsOf(chain, 'models'),
    endpoints: listsOf(chain, 'endpoints'),
    addresses: listsOf(chain, 'addresses'),
    dataPolicy: chain.reduce<DataPolicy>((all, key) => stricterPolicy(all, key.dataPolicy ?? NO_POLICY), NO_POLICY),
    expiresAtMs: earliest(chain),
  }
}

/** The first of `wanted` that is not inside every list; undefined = all are. */
export function firstOutside(wanted: Patterns, lists: readonly Patterns[]): string | undefined {
  return wanted.find((inner) => !lists.every((list) => list.some((outer) => coversPattern(outer, inner))))
}

/** The same for addresses and ranges of them. */
export function firstAddressOutside(wanted: Patterns, lists: readonly Patterns[]): string | undefined {
  return wanted.find((inner) => !lists.every((list) => list.some((outer) => coversRange(outer, inner))))
}

/** Whether the first budget lets more be spent than the second, over any time. Where it depends, it does not. */
export function exceedsBudget(wanted: Budget, ceiling: Budget): boolean {
  return wanted.amountNanos > ceiling.amountNanos && RESET_DAYS[wanted.reset] <= RESET_DAYS[ceiling.reset]
}

const RESET_DAYS = { day: 1, week: 7, month: 31, never: Infinity } as const

function listsOf(chain: readonly KeyRecord[], name: 'models' | 'endpoints' | 'addresses'): Patterns[] {
  return chain.flatMap((key) => (key[name] === null ? [] : [key[name]]))
}

function earliest(chain: readonly KeyRecord[]): number | null {
  const first = Math.min(...chain.map(({ expiresAtMs }) => expiresAtMs ?? Infinity))
  return first === Infinity ? null : first
}

function coversRange(outer: string, inner: string): boolean {
  const [address = '', bits] = inner.split('/')
  const [outerAddress = '', outerBits] = outer.split('/')
  const isV6 = address.includes(':')
  if (isV6 !== outerAddress.includes(':')) return false
  const whole = isV6 ? 128 : 32
  return Number(bits ?? whole) >= Number(outerBits ?? whole) && new AddressRanges([outer]).has(address)
}
