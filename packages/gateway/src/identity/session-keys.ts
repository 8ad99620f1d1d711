// Keys for a browser that is logged in: with one of these the playground calls models itself, by the way that every other client
// goes. Such a key belongs to the account in which the person acts, lives for an hour at most, and ends with the session: its
// maker is the session, and whoever looks a key up finds that session gone. It can call models and nothing else.
//
// There is one for a session and an account, under a new secret each time: two windows may hold one each.
import { GatewayError } from '../core/errors.ts'
import { writeAudit } from './audit-log.ts'
import type { IdentityDatabase, IdentityStores } from './identity-database.ts'
import { accountFor } from './key-access.ts'
import { randomBase62 } from './key-format.ts'
import type { KeyRecord } from './key-store.ts'
import type { Origin } from './origin.ts'
import { isSession, type Principal } from './principal.ts'

export const LONGEST_SESSION_KEY_SECONDS = 3600

const NAME = 'Playground'

/** A new secret, as `KeyService` makes them. */
export type Secret = Pick<KeyRecord, 'prefix' | 'last4' | 'digest'>

/** @throws {GatewayError} `permission_denied` for who is no session */
export async function issueSessionKey(
  stores: IdentityStores,
  principal: Principal,
  secret: Secret,
  { nowMs, lifetimeMs, origin }: { readonly nowMs: number; readonly lifetimeMs: number; readonly origin: Origin },
): Promise<KeyRecord> {
  const session = principal.person?.via === 'session' ? await stores.sessions.find(principal.keyId) : undefined
  if (session === undefined) {
    throw new GatewayError('permission_denied', 'This is for a browser that is logged in. Make an API key instead.')
  }
  const accountId = await accountFor(stores, { maker: principal })
  const expiresAtMs = Math.min(nowMs + lifetimeMs, session.expiresAtMs)
  const before = await stores.keys.findMadeBy(session.sessionId, accountId)
  if (before !== undefined) {
    const changes = {
      ...secret,
      expiresAtMs,
      previousDigest: before.digest,
      previousExpiresAtMs: before.expiresAtMs,
    }
    await stores.keys.update(before.keyId, changes)
    return { ...before, ...changes }
  }
  const record: KeyRecord = {
    keyId: `key_${randomBase62(16)}`,
    accountId,
    name: NAME,
    ...secret,
    scopes: [],
    limits: {},
    budget: null,
    models: null,
    endpoints: null,
    addresses: null,
    dataPolicy: null,
    group: null,
    madeBy: session.sessionId,
    createdAtMs: nowMs,
    expiresAtMs,
    lastUsedAtMs: null,
    revokedAtMs: null,
    previousDigest: null,
    previousExpiresAtMs: null,
  }
  await stores.keys.insert(record)
  await writeAudit(stores.audit, principal, origin, nowMs, {
    action: 'key.create',
    objectId: record.keyId,
    accountId,
    before: null,
    after: { keyId: record.keyId, name: NAME, session: session.sessionId, expiresAtMs },
  })
  return record
}

/** Whether the session that made it is still there; true for what no session made. */
export async function hasItsSession(
  { sessions, persons }: Pick<IdentityDatabase, 'sessions' | 'persons'>,
  { madeBy }: Pick<KeyRecord, 'madeBy'>,
  nowMs: number,
): Promise<boolean> {
  if (!isSession(madeBy)) return true
  const session = await sessions.find(madeBy)
  if (session === undefined || session.expiresAtMs <= nowMs) return false
  return (await persons.find(session.personId))?.status === 'active'
}
