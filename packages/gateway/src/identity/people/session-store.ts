// Sessions of people in browsers. The text in the cookie is kept as a digest alone: whoever reads the database cannot
// become anybody. `store/session-store.ts` keeps them.
import type { PersonRecord } from './person-store.ts'

/** How somebody proved who they are. `link`: a one-time link of the operator's. */
export type LogInMethod = 'password' | 'passkey' | 'oidc' | 'link'

/** Times are unix milliseconds. */
export interface SessionRecord {
  /** `ses_` and 16 base62 digits; shown to its person, and of no use to log in with. */
  readonly sessionId: string
  readonly personId: string
  /** SHA-256 of the cookie's text, hexadecimal. */
  readonly digest: string
  readonly method: LogInMethod
  /** Which issuer, for `oidc`; '' otherwise. */
  readonly issuer: string
  /** Two factors were shown at log-in or after it: a passkey, or a code beside the password. */
  readonly twoFactors: boolean
  /** When a factor was last shown: what step-up looks at. Null = none since a log-in that shows none. */
  readonly provedAtMs: number | null
  readonly createdAtMs: number
  /** To the minute. */
  readonly lastSeenAtMs: number
  /** When it ends however much it is used. */
  readonly expiresAtMs: number
  readonly address: string
  readonly userAgent: string
}

export type SessionChanges = Partial<
  Pick<SessionRecord, 'digest' | 'provedAtMs' | 'twoFactors' | 'lastSeenAtMs' | 'address' | 'userAgent'>
>

export interface SessionStore {
  insert(record: SessionRecord): Promise<void>
  /** With its person, whatever their status. */
  findByDigest(digest: string): Promise<{ readonly session: SessionRecord; readonly person: PersonRecord } | undefined>
  find(sessionId: string): Promise<SessionRecord | undefined>
  /** Newest first. */
  listOf(personId: string): Promise<readonly SessionRecord[]>
  /** Those of them that are still there. */
  alive(sessionIds: readonly string[]): Promise<ReadonlySet<string>>
  update(sessionId: string, changes: SessionChanges): Promise<void>
  /** False when there is none: of several that rotate at once, one wins. @param digest the one that must be there still */
  rotate(sessionId: string, digest: string, changes: SessionChanges): Promise<boolean>
  /** False when it was gone. */
  remove(sessionId: string): Promise<boolean>
  /** Resolves with how many. */
  removeAllOf(personId: string, except?: string): Promise<number>
  /** Those that are past their end, or have not been used since `idleBeforeMs`. */
  removeEnded(nowMs: number, idleBeforeMs: number): Promise<void>
}
