import type { Kysely, Selectable } from 'kysely'
import type { PersonRecord } from '../identity/people/person-store.ts'
import type { LogInMethod, SessionChanges, SessionRecord, SessionStore } from '../identity/people/session-store.ts'
import { SqlPersonStore } from './person-store.ts'
import type { Tables } from './schema.ts'

export class SqlSessionStore implements SessionStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: SessionRecord): Promise<void> {
    await this.#kysely
      .insertInto('sessions')
      .values({
        session_id: record.sessionId,
        person_id: record.personId,
        digest: record.digest,
        method: record.method,
        issuer: record.issuer,
        two_factors: record.twoFactors ? 1 : 0,
        proved_at: record.provedAtMs,
        created_at: record.createdAtMs,
        last_seen_at: record.lastSeenAtMs,
        expires_at: record.expiresAtMs,
        address: record.address,
        user_agent: record.userAgent,
      })
      .execute()
  }

  async findByDigest(
    digest: string,
  ): Promise<{ readonly session: SessionRecord; readonly person: PersonRecord } | undefined> {
    const row = await this.#all().where('digest', '=', digest).executeTakeFirst()
    const person = row && (await new SqlPersonStore(this.#kysely).find(row.person_id))
    return row === undefined || person === undefined ? undefined : { session: sessionOf(row), person }
  }

  async find(sessionId: string): Promise<SessionRecord | undefined> {
    const row = await this.#all().where('session_id', '=', sessionId).executeTakeFirst()
    return row && sessionOf(row)
  }

  async listOf(personId: string): Promise<readonly SessionRecord[]> {
    return (await this.#all().where('person_id', '=', personId).orderBy('id', 'desc').execute()).map(sessionOf)
  }

  async alive(sessionIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (sessionIds.length === 0) return new Set()
    const rows = await this.#kysely
      .selectFrom('sessions')
      .select('session_id')
      .where('session_id', 'in', sessionIds)
      .execute()
    return new Set(rows.map((row) => row.session_id))
  }

  async update(sessionId: string, changes: SessionChanges): Promise<void> {
    const columns = columnsOf(changes)
    if (Object.keys(columns).length === 0) return
    await this.#kysely.updateTable('sessions').set(columns).where('session_id', '=', sessionId).execute()
  }

  async rotate(sessionId: string, digest: string, changes: SessionChanges): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('sessions')
      .set(columnsOf(changes))
      .where('session_id', '=', sessionId)
      .where('digest', '=', digest)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async remove(sessionId: string): Promise<boolean> {
    const result = await this.#kysely.deleteFrom('sessions').where('session_id', '=', sessionId).executeTakeFirst()
    return result.numDeletedRows > 0n
  }

  async removeAllOf(personId: string, except?: string): Promise<number> {
    let remove = this.#kysely.deleteFrom('sessions').where('person_id', '=', personId)
    if (except !== undefined) remove = remove.where('session_id', '<>', except)
    return Number((await remove.executeTakeFirst()).numDeletedRows)
  }

  async removeEnded(nowMs: number, idleBeforeMs: number): Promise<void> {
    await this.#kysely
      .deleteFrom('sessions')
      .where((where) => where.or([where('expires_at', '<=', nowMs), where('last_seen_at', '<=', idleBeforeMs)]))
      .execute()
  }

  #all() {
    return this.#kysely.selectFrom('sessions').selectAll()
  }
}

function columnsOf({ digest, provedAtMs, twoFactors, lastSeenAtMs, address, userAgent }: SessionChanges) {
  return {
    ...(digest === undefined ? {} : { digest }),
    ...(provedAtMs === undefined ? {} : { proved_at: provedAtMs }),
    ...(twoFactors === undefined ? {} : { two_factors: twoFactors ? 1 : 0 }),
    ...(lastSeenAtMs === undefined ? {} : { last_seen_at: lastSeenAtMs }),
    ...(address === undefined ? {} : { address }),
    ...(userAgent === undefined ? {} : { user_agent: userAgent }),
  }
}

function sessionOf(row: Selectable<Tables['sessions']>): SessionRecord {
  return {
    sessionId: row.session_id,
    personId: row.person_id,
    digest: row.digest,
    // Written by this store from values of this type.
    method: row.method as LogInMethod,
    issuer: row.issuer,
    twoFactors: row.two_factors === 1,
    provedAtMs: row.proved_at,
    createdAtMs: row.created_at,
    lastSeenAtMs: row.last_seen_at,
    expiresAtMs: row.expires_at,
    address: row.address,
    userAgent: row.user_agent,
  }
}
