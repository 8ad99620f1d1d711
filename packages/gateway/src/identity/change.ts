// What has become different about who may do what, so that nobody goes on believing the old.
// A service publishes a change after it is committed; whoever remembers anything about keys, accounts or groups hears
// of it: the workers of this instance at once, those of other instances within a second (`cluster/invalidation.ts`).

/** Plain JSON: it travels between processes, through Redis, and through the table `changes`. */
export type Change =
  | { readonly kind: 'key'; readonly keyId: string }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'group'; readonly group: string }
  /** Something may have been missed: forget everything. */
  | { readonly kind: 'all' }

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
  insert(change: Change): Promise<void>
  /** Those since `sinceMs` (the database's clock), oldest first, and what that clock shows now. */
  since(sinceMs: number): Promise<{ readonly nowMs: number; readonly changes: readonly NumberedChange[] }>
  /** Removes those from before `untilMs`. */
  prune(untilMs: number): Promise<void>
}

export interface NumberedChange {
  readonly id: string
  readonly change: Change
}

/** What a message or a row says; null for what is no change at all. */
export function changeFrom(value: unknown): Change | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null
  if (value.kind === 'all') return { kind: 'all' }
  if (value.kind === 'key' && 'keyId' in value && typeof value.keyId === 'string')
    return { kind: 'key', keyId: value.keyId }
  if (value.kind === 'account' && 'accountId' in value && typeof value.accountId === 'string')
    return { kind: 'account', accountId: value.accountId }
  if (value.kind === 'group' && 'group' in value && typeof value.group === 'string')
    return { kind: 'group', group: value.group }
  // A newer release beside this one tells of something that this one has no word for: forgetting too much is safe.
  return { kind: 'all' }
}
