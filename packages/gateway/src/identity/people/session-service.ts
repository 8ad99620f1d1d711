// Sessions: a random text in a cookie, of which the database has a digest.
//
//   log-in        a new session; one that the browser had before ends (fixation)
//   step-up       the same session under a new text; the old one is nobody's from then on
//   every call    asked of the database: nothing is remembered, so what has ended is refused by the next request,
//                 whichever instance gets it
//   end           by log-out, by hand, by a change of role, suspension, removal, another password, age
//
// Streams that a session opened hear of its end through `session-watch.ts`.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import { writeAudit } from '../audit-log.ts'
import type { ChangePublisher } from '../change.ts'
import type { IdentityDatabase, IdentityStores } from '../identity-database.ts'
import { randomBase62 } from '../key-format.ts'
import { NO_ORIGIN, type Origin } from '../origin.ts'
import type { Principal } from '../principal.ts'
import type { PeopleConfig } from './people-settings.ts'
import type { PersonRecord } from './person-store.ts'
import type { LogInMethod, SessionRecord } from './session-store.ts'

/** `last seen` is written down no more often than this. */
const SEEN_EVERY_MS = 60_000
const TOKEN_BYTES = 32

export interface SessionServiceOptions {
  readonly database: IdentityDatabase
  readonly now: () => number
  readonly settings: () => PeopleConfig
  readonly changes?: ChangePublisher
}

/** What a log-in has shown. */
export interface LogInFacts {
  readonly method: LogInMethod
  readonly issuer?: string
  readonly twoFactors: boolean
  /** False where nothing of the person's own was shown: a link. */
  readonly proved: boolean
}

/** With the text for the cookie, which is nowhere else. */
export interface OpenSession {
  readonly session: SessionRecord
  readonly token: string
}

export interface SessionService {
  /** In the transaction of the log-in. @param before text of the cookie that the browser had; its session ends */
  begin(
    stores: IdentityStores,
    person: PersonRecord,
    facts: LogInFacts,
    origin: Origin,
    before?: string | null,
  ): Promise<OpenSession>
  /** Null for what is unknown, past its end, or of somebody who is suspended. Notes that it was used. */
  identify(token: string): Promise<{ readonly session: SessionRecord; readonly person: PersonRecord } | null>
  /** A factor was shown: step-up. The old text ends. Null when the session has ended meanwhile. */
  proved(session: SessionRecord, twoFactors: boolean): Promise<OpenSession | null>
  /** The same session under a new text, after a change of its person's rights that it may outlive. */
  rotate(session: SessionRecord): Promise<OpenSession | null>
  /** Those of them that are still good. */
  alive(sessionIds: readonly string[]): Promise<ReadonlySet<string>>
  /** Newest first; those that have ended are not among them. */
  list(personId: string): Promise<readonly SessionRecord[]>
  /** @throws {GatewayError} `not_found` when the caller has no such session */
  end(principal: Principal, sessionId: string, origin?: Origin): Promise<void>
  /** All of the caller's but the one that asks. Resolves with how many. */
  endOthers(principal: Principal, origin?: Origin): Promise<number>
  /**
   * All of a person's, but for one. Inside a transaction hand in its stores, and call `told` when it is committed.
   * Resolves with how many.
   */
  endAllOf(personId: string, except?: string | null, stores?: Pick<IdentityStores, 'sessions'>): Promise<number>
  /** Streams of these people look whether their sessions are still there, on every instance. */
  told(personId: string): Promise<void>
}

/** What a browser must send with every change, in the header x-csrf-token. It dies with the cookie's text. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url')
}

export function isCsrfTokenOf(token: string, given: string): boolean {
  const wanted = Buffer.from(csrfTokenOf(token))
  const bytes = Buffer.from(given)
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
}

export function digestOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** 256 bits, base64url. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

export function createSessionService(options: SessionServiceOptions): SessionService {
  const { database, now, settings, changes } = options

  const isOver = (session: SessionRecord, nowMs: number): boolean =>
    session.expiresAtMs <= nowMs || session.lastSeenAtMs + settings().sessionIdleMs <= nowMs

  const told = async (personId: string): Promise<void> => {
    await changes?.publish({ kind: 'person', personId })
  }

  const renew = async (
    session: SessionRecord,
    changed: Partial<Pick<SessionRecord, 'provedAtMs' | 'twoFactors'>>,
  ): Promise<OpenSession | null> => {
    const token = newToken()
    const next = { digest: digestOfToken(token), lastSeenAtMs: now(), ...changed }
    if (!(await database.sessions.rotate(session.sessionId, session.digest, next))) return null
    return { session: { ...session, ...next }, token }
  }

  return {
    async begin(stores, person, facts, origin, before) {
      const nowMs = now()
      const { sessionIdleMs, sessionMaxMs } = settings()
      await stores.sessions.removeEnded(nowMs, nowMs - sessionIdleMs)
      if (before != null && before !== '') {
        const old = await stores.sessions.findByDigest(digestOfToken(before))
        if (old !== undefined) await stores.sessions.remove(old.session.sessionId)
      }
      const token = newToken()
      const session: SessionRecord = {
        sessionId: `ses_${randomBase62(16)}`,
        personId: person.personId,
        digest: digestOfToken(token),
        method: facts.method,
        issuer: facts.issuer ?? '',
        twoFactors: facts.twoFactors,
        provedAtMs: facts.proved ? nowMs : null,
        createdAtMs: nowMs,
        lastSeenAtMs: nowMs,
        expiresAtMs: nowMs + sessionMaxMs,
        address: origin.address,
        userAgent: (origin.userAgent ?? '').slice(0, 300),
      }
      await stores.sessions.insert(session)
      await stores.persons.update(person.personId, { lastLogInAtMs: nowMs })
      return { session, token }
    },

    async identify(token) {
      const found = await database.sessions.findByDigest(digestOfToken(token))
      if (found === undefined) return null
      const { session, person } = found
      const nowMs = now()
      if (isOver(session, nowMs) || person.status !== 'active') return null
      if (nowMs - session.lastSeenAtMs >= SEEN_EVERY_MS) {
        await database.sessions.update(session.sessionId, { lastSeenAtMs: nowMs })
        return { session: { ...session, lastSeenAtMs: nowMs }, person }
      }
      return { session, person }
    },

    proved: async (session, twoFactors) =>
      await renew(session, { provedAtMs: now(), twoFactors: session.twoFactors || twoFactors }),
    rotate: async (session) => await renew(session, {}),

    async alive(sessionIds) {
      const nowMs = now()
      const good = new Set<string>()
      for (const sessionId of await database.sessions.alive(sessionIds)) {
        const session = await database.sessions.find(sessionId)
        if (session === undefined || isOver(session, nowMs)) continue
        if ((await database.persons.find(session.personId))?.status === 'active') good.add(sessionId)
      }
      return good
    },

    async list(personId) {
      const nowMs = now()
      return (await database.sessions.listOf(personId)).filter((session) => !isOver(session, nowMs))
    },

    async end(principal, sessionId, origin = NO_ORIGIN) {
      const personId = principal.person?.personId ?? ''
      await database.transaction(async (stores) => {
        const session = await stores.sessions.find(sessionId)
        if (session?.personId !== personId || !(await stores.sessions.remove(sessionId))) {
          throw new GatewayError('not_found', `You have no session "${sessionId.slice(0, 64)}".`)
        }
        await writeAudit(stores.audit, principal, origin, now(), {
          action: sessionId === principal.keyId ? 'person.log_out' : 'session.end',
          objectId: sessionId,
          accountId: '',
          before: { personId, method: session.method, address: session.address },
          after: null,
        })
      })
      await told(personId)
    },

    async endOthers(principal, origin = NO_ORIGIN) {
      const personId = principal.person?.personId ?? ''
      const count = await database.transaction(async (stores) => {
        const ended = await stores.sessions.removeAllOf(personId, principal.keyId)
        await writeAudit(stores.audit, principal, origin, now(), {
          action: 'session.end_all',
          objectId: personId,
          accountId: '',
          before: { sessions: ended },
          after: null,
        })
        return ended
      })
      await told(personId)
      return count
    },

    async endAllOf(personId, except, stores) {
      const count = await (stores ?? database).sessions.removeAllOf(personId, except ?? undefined)
      if (stores === undefined) await told(personId)
      return count
    },

    told,
  }
}
