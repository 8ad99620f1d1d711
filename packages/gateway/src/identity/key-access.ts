// Who may touch which key. A key manages the keys of its account; what is another account's does not exist for it.
// Every function throws `GatewayError`.
import { GatewayError } from '../core/errors.ts'
import type { IdentityStores } from './identity-database.ts'
import { denied } from './key-rules.ts'
import type { KeyRecord } from './key-store.ts'
import type { Principal } from './principal.ts'

/** Where the operator's own keys belong. */
const DEFAULT_ACCOUNT = 'default'

export function mustManageKeys(principal: Principal): void {
  if (principal.operator || principal.scopes.includes('keys:manage')) return
  throw denied(null, 'This key may not manage keys: it was made without the scope "keys:manage".')
}

/**
 * A key has made what was made with it; an admin may do as if they had made every key of the account, a developer with
 * those that they made, and what was made with them.
 */
export function mustHaveMade(principal: Principal, key: KeyRecord, makers: readonly KeyRecord[]): void {
  if (principal.operator || isManager(principal)) return
  if (principal.person !== undefined) {
    const own = principal.person.personId
    if ([key, ...makers].some(({ madeBy }) => madeBy === own)) return
    throw denied(null, 'Your role lets you change the keys that you made yourself. An admin of the account may.')
  }
  if (makers.some((maker) => maker.keyId === principal.keyId)) return
  const whose =
    principal.keyId === key.keyId ? 'its own rights' : 'the rights or the secret of a key that it did not make'
  throw denied(null, `This key may not change ${whose}. The operator, or the key that made that one, may.`)
}

/** Owners and admins manage all of the account; nothing of it is closed to the keys that they make. */
export function isManager({ person }: Principal): boolean {
  return person?.role === 'owner' || person?.role === 'admin'
}

export async function lockedKey(stores: IdentityStores, principal: Principal, keyId: string): Promise<KeyRecord> {
  await stores.keys.lock(keyId)
  return await ownKey(stores, principal, keyId)
}

/** A foreign key is answered like one that does not exist: ids of others cannot be found out by trying. */
export async function ownKey({ keys }: IdentityStores, principal: Principal, keyId: string): Promise<KeyRecord> {
  const record = await keys.findById(keyId)
  if (record !== undefined && (principal.operator || record.accountId === principal.accountId)) return record
  throw new GatewayError('not_found', `There is no API key "${keyId.slice(0, 64)}" on this account.`)
}

export async function accountFor(
  { accounts }: IdentityStores,
  { accountId, maker }: { readonly accountId?: string; readonly maker: Principal },
): Promise<string> {
  if (!maker.operator) {
    if (accountId === undefined || accountId === maker.accountId) return maker.accountId
    throw denied('account', 'Only the operator may make keys for another account.')
  }
  const wanted = accountId ?? DEFAULT_ACCOUNT
  if ((await accounts.find(wanted)) !== undefined) return wanted
  const message = `There is no account "${wanted.slice(0, 64)}". Make it first, or leave account out.`
  throw new GatewayError('not_found', message, { param: 'account' })
}
