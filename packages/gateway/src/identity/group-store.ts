// Groups: which models an account may use, at which price, within which limits. Those of the file are in the config;
// `store/group-store.ts` keeps the others.
import type { Price } from '../billing/prices/price.ts'
import type { Limits } from '../limits/limits.ts'
import type { ResponsesPolicy } from './responses-policy.ts'
import type { Patterns } from './principal.ts'

export type Billing = 'off' | 'prepaid'

export interface Group {
  readonly name: string
  /** `["*"]` = all. */
  readonly models: Patterns
  /** Parts per million: 1,000,000 = the price as it is. */
  readonly priceMultiplierPpm: number
  /** Its own prices, by public model id, before the multiplier; models that are not here cost what they cost everybody. */
  readonly prices: Readonly<Record<string, Price>>
  readonly billing: Billing
  /** Of each account in the group. */
  readonly limits: Limits
  /** Of the whole group together. */
  readonly sharedLimits: Limits
  /** What may be kept of its accounts' responses. */
  readonly responses: ResponsesPolicy
}

export interface GroupRecord extends Group {
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export interface GroupStore {
  /** False when there is one of this name. */
  insert(record: GroupRecord): Promise<boolean>
  find(name: string): Promise<GroupRecord | undefined>
  /** By name, all of them: there are few. */
  list(): Promise<readonly GroupRecord[]>
  any(): Promise<boolean>
  update(name: string, changes: Partial<Omit<GroupRecord, 'name' | 'createdAtMs'>>): Promise<void>
  remove(name: string): Promise<void>
}
