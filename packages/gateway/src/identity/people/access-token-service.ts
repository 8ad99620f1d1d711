// Personal access tokens, from the side of their person: made, listed, revoked. A token is shown once and kept as a digest;
// what it may do is at most what its person may at that moment, and less where its scopes say so.
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import { checkedName, invalid } from '../checks.ts'
import type { IdentityDatabase } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import { NO_ORIGIN, type Origin } from '../origin.ts'
import type { PersonAct, Principal } from '../principal.ts'
import { accessTokenDigest, makeAccessToken, parseAccessToken } from './access-token-format.ts'
import { TOKEN_SCOPES, type AccessTokenRecord, type TokenScope } from './access-token-store.ts'

/** Of one person. */
const MOST_TOKENS = 50
/** A year: what is forgotten should end. */
export const LONGEST_TOKEN_SECONDS = 366 * 86_400

export interface NewAccessToken {
  readonly name: string
  /** Not empty. */
  readonly scopes: readonly TokenScope[]
  readonly expiresInSeconds: number
  /** Of the person; absent = wherever they belong. */
  readonly accountId?: string
}

/** Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, `conflict`. Only people have tokens. */
export interface AccessTokenService {
  /** `token` is the whole of it: show it once, keep it nowhere. */
  create(
    principal: Principal,
    wanted: NewAccessToken,
    origin?: Origin,
  ): Promise<{ readonly record: AccessTokenRecord; readonly token: string }>
  /** Newest first; those that have expired too. */
  list(principal: Principal): Promise<readonly AccessTokenRecord[]>
  revoke(principal: Principal, tokenId: string, origin?: Origin): Promise<AccessTokenRecord>
}

export interface AccessTokenServiceOptions {
  readonly database: IdentityDatabase
  readonly pepper: Buffer
  readonly now: () => number
}

export function createAccessTokenService({ database, pepper, now }: AccessTokenServiceOptions): AccessTokenService {
  return {
    async create(principal, wanted, origin = NO_ORIGIN) {
      const { personId } = personOf(principal)
      const nowMs = now()
      const token = makeAccessToken()
      const parsed = parseAccessToken(token)
      if (parsed === null) throw new TypeError('A new token is not readable.')
      const record: AccessTokenRecord = {
        tokenId: `pat_${randomBase62(16)}`,
        personId,
        name: checkedName(wanted.name),
        digest: accessTokenDigest(token, pepper),
        ...parsed,
        scopes: checkedScopes(wanted.scopes),
        accountId: wanted.accountId ?? null,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + checkedSeconds(wanted.expiresInSeconds) * 1000,
        lastUsedAtMs: null,
      }
      await database.transaction(async (stores) => {
        await stores.persons.lock(personId)
        if ((await stores.accessTokens.listOf(personId)).length >= MOST_TOKENS) {
          throw new GatewayError('conflict', `You have ${MOST_TOKENS} tokens already. Revoke one that is not needed.`)
        }
        const { accountId } = record
        if (accountId !== null && (await stores.members.findByPerson(accountId, personId)) === undefined) {
          throw new GatewayError('not_found', `There is no account "${accountId.slice(0, 64)}".`, { param: 'account' })
        }
        await stores.accessTokens.insert(record)
        await writeAudit(stores.audit, principal, origin, nowMs, {
          action: 'token.create',
          objectId: record.tokenId,
          accountId: accountId ?? '',
          before: null,
          after: factsOf(record),
        })
      })
      return { record, token }
    },

    list: async (principal) => await database.accessTokens.listOf(personOf(principal).personId),

    async revoke(principal, tokenId, origin = NO_ORIGIN) {
      const { personId } = personOf(principal)
      return await database.transaction(async (stores) => {
        const record = (await stores.accessTokens.listOf(personId)).find((one) => one.tokenId === tokenId)
        if (record === undefined || !(await stores.accessTokens.remove(personId, tokenId))) {
          throw new GatewayError('not_found', `You have no token "${tokenId.slice(0, 64)}".`)
        }
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'token.revoke',
          objectId: tokenId,
          accountId: record.accountId ?? '',
          before: factsOf(record),
          after: null,
        })
        return record
      })
    },
  }
}

function personOf({ person }: Principal): PersonAct {
  if (person !== undefined) return person
  throw new GatewayError('permission_denied', 'Only people have personal access tokens. Log in first.')
}

function checkedScopes(scopes: readonly TokenScope[]): readonly TokenScope[] {
  if (scopes.length > 0 && scopes.every((scope) => TOKEN_SCOPES.includes(scope))) return [...new Set(scopes)]
  throw invalid('scopes', `must have one or more of ${TOKEN_SCOPES.join(', ')}.`)
}

function checkedSeconds(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_TOKEN_SECONDS) return seconds
  throw invalid('expires_in', `must be whole seconds, 1 to ${LONGEST_TOKEN_SECONDS}.`)
}

function factsOf(record: AccessTokenRecord): Readonly<Record<string, unknown>> {
  const { digest: _, lastUsedAtMs: __, ...facts } = record
  return facts
}
