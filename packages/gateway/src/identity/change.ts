// What has become different about who may do what, so that nobody goes on believing the old.
// A service publishes a change after it is committed; whoever remembers anything about keys, accounts or groups hears
// of it: the workers of this instance at once, those of other instances within a second (`cluster/invalidation.ts`).

/** Plain JSON: it travels between processes, through Redis, and through the table `changes`. */
export type Change =
  | { readonly kind: 'key'; readonly keyId: string }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'group'; readonly group: string }
  /** A response that was worked on in the background was ended or deleted by somebody else than its worker. */
  | { readonly kind: 'response'; readonly accountId: string; readonly responseId: string }
  /** Prices that the operator set at run time. */
  | { readonly kind: 'prices' }
  /** Providers and models that the operator made at run time, or a switch of one. */
  | { readonly kind: 'upstreams' }
  /** Another version of what the picker has learned serves. */
  | { readonly kind: 'auto' }
  /** Sessions of a person ended, or their rights are others. No key is concerned. */
  | { readonly kind: 'person'; readonly personId: string }
  /** Something may have been missed: forget everything. */
  | { readonly kind: 'all' }

/** Between gateways, about money: give back what no call holds of this wallet, and what came of it. */
export type RecallNews =
  | {
      readonly kind: 'recall'
      readonly recallId: string
      readonly accountId: string
      /** Instance ids. */
      readonly from: string
      readonly to: readonly string[]
      /** It went through the table: so must the answer. */
      readonly byTable: boolean
    }
  | {
      readonly kind: 'recalled'
      readonly recallId: string
      readonly from: string
      readonly to: string
      readonly returnedNanos: number
      /** All of it is in the database. */
      readonly complete: boolean
    }

/** All that instances tell one another. */
export type News = Change | RecallNews

/** What a service needs of it. */
export interface ChangePublisher {
  /**
   * Call it when the change is committed, and before the caller is told so. Never throws: what cannot be told to other
   * instances now is told when the database answers again.
   */
  publish(change: Change): Promise<void>
}

/** As it is kept for the instances that did not hear of it in time. `store/change-store.ts` answers it. */
export interface ChangeStore {
  insert(news: News): Promise<void>
  /** Those since `sinceMs` (the database's clock), oldest first, and what that clock shows now. */
  since(sinceMs: number): Promise<{ readonly nowMs: number; readonly changes: readonly NumberedChange[] }>
  /** Removes those from before `untilMs`. */
  prune(untilMs: number): Promise<void>
}

export interface NumberedChange {
  readonly id: string
  readonly change: News
}

/** What a message or a row says; null for what is no change at all. */
export function changeFrom(value: unknown): News | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null
  if (value.kind === 'all') return { kind: 'all' }
  if (value.kind === 'prices' || value.kind === 'upstreams' || value.kind === 'auto') return { kind: value.kind }
  if (value.kind === 'key' && 'keyId' in value && typeof value.keyId === 'string')
    return { kind: 'key', keyId: value.keyId }
  if (value.kind === 'account' && 'accountId' in value && typeof value.accountId === 'string')
    return { kind: 'account', accountId: value.accountId }
  if (value.kind === 'group' && 'group' in value && typeof value.group === 'string')
    return { kind: 'group', group: value.group }
  if (
    value.kind === 'response' &&
    'accountId' in value &&
    'responseId' in value &&
    typeof value.accountId === 'string' &&
    typeof value.responseId === 'string'
  )
    return { kind: 'response', accountId: value.accountId, responseId: value.responseId }
  if (value.kind === 'person' && 'personId' in value && typeof value.personId === 'string')
    return { kind: 'person', personId: value.personId }
  if (value.kind === 'recall' || value.kind === 'recalled') return recallFrom(value)
  // A newer release beside this one tells of something that this one has no word for: forgetting too much is safe.
  return { kind: 'all' }
}

/** Of another release, perhaps: what makes no sense is not acted on, and the one who asked hears nothing. */
function recallFrom(value: object): RecallNews | null {
  const { kind, recallId, accountId, from, to, byTable, returnedNanos, complete } = value as Partial<
    Record<string, unknown>
  >
  if (typeof recallId !== 'string' || typeof from !== 'string') return null
  if (kind === 'recall') {
    if (typeof accountId !== 'string' || !Array.isArray(to)) return null
    return { kind, recallId, accountId, from, to: to.filter((id) => typeof id === 'string'), byTable: byTable === true }
  }
  if (kind !== 'recalled' || typeof to !== 'string' || typeof returnedNanos !== 'number') return null
  return { kind, recallId, from, to, returnedNanos, complete: complete === true }
}
