import type { Kysely, Selectable } from 'kysely'
import type { Page } from '../identity/page.ts'
import type { PersonChanges, PersonRecord, PersonStatus, PersonStore } from '../identity/people/person-store.ts'
import type { Tables } from './schema.ts'

/** Whoever has something here has been let in. */
const HELD_BY = ['person_passwords', 'passkeys', 'person_identities', 'sessions', 'access_tokens', 'members'] as const

export class SqlPersonStore implements PersonStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: PersonRecord): Promise<void> {
    await this.#kysely
      .insertInto('people')
      .values({
        person_id: record.personId,
        email: record.email,
        email_verified_at: record.emailVerifiedAtMs,
        name: record.name,
        operator: record.operator ? 1 : 0,
        status: record.status,
        created_at: record.createdAtMs,
        updated_at: record.updatedAtMs,
        last_log_in_at: record.lastLogInAtMs,
      })
      .execute()
  }

  async find(personId: string): Promise<PersonRecord | undefined> {
    const row = await this.#all().where('person_id', '=', personId).executeTakeFirst()
    return row && personOf(row)
  }

  async findByEmail(email: string): Promise<PersonRecord | undefined> {
    const row = await this.#all().where('email', '=', email).executeTakeFirst()
    return row && personOf(row)
  }

  async list(query: {
    readonly limit: number
    readonly after?: string
    readonly status?: PersonStatus
    readonly operator?: boolean
  }): Promise<Page<PersonRecord>> {
    const { limit, after, status, operator } = query
    let select = this.#all()
    if (status !== undefined) select = select.where('status', '=', status)
    if (operator !== undefined) select = select.where('operator', '=', operator ? 1 : 0)
    if (after !== undefined) {
      select = select.where('id', '<', (sub) => sub.selectFrom('people').select('id').where('person_id', '=', after))
    }
    const rows = await select
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(personOf), hasMore: rows.length > limit }
  }

  async lock(personId: string): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('people')
      .set({ person_id: personId })
      .where('person_id', '=', personId)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async update(personId: string, changes: PersonChanges): Promise<void> {
    const { email, emailVerifiedAtMs, name, operator, status, updatedAtMs, lastLogInAtMs } = changes
    const columns = {
      ...(email === undefined ? {} : { email }),
      ...(emailVerifiedAtMs === undefined ? {} : { email_verified_at: emailVerifiedAtMs }),
      ...(name === undefined ? {} : { name }),
      ...(operator === undefined ? {} : { operator: operator ? 1 : 0 }),
      ...(status === undefined ? {} : { status }),
      ...(updatedAtMs === undefined ? {} : { updated_at: updatedAtMs }),
      ...(lastLogInAtMs === undefined ? {} : { last_log_in_at: lastLogInAtMs }),
    }
    if (Object.keys(columns).length === 0) return
    await this.#kysely.updateTable('people').set(columns).where('person_id', '=', personId).execute()
  }

  async removeForgotten(signedUpBeforeMs: number, nowMs: number, limit: number): Promise<readonly PersonRecord[]> {
    let forgotten = this.#kysely
      .selectFrom('people')
      .select('id')
      .where('email_verified_at', 'is', null)
      .where('last_log_in_at', 'is', null)
      .where('operator', '=', 0)
      .where('status', '=', 'active')
      .where('created_at', '<', signedUpBeforeMs)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('one_time_links')
              .select('one_time_links.id')
              .whereRef('one_time_links.person_id', '=', 'people.person_id')
              .where('one_time_links.expires_at', '>', nowMs),
          ),
        ),
      )
    for (const table of HELD_BY) {
      forgotten = forgotten.where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom(table).select(`${table}.person_id`).whereRef(`${table}.person_id`, '=', 'people.person_id'),
          ),
        ),
      )
    }
    const rows = await this.#kysely
      .deleteFrom('people')
      .where('id', 'in', forgotten.orderBy('id').limit(limit))
      .returningAll()
      .execute()
    return rows.map(personOf)
  }

  async countOperators(): Promise<number> {
    const row = await this.#kysely
      .selectFrom('people')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('operator', '=', 1)
      .where('status', '=', 'active')
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  #all() {
    return this.#kysely.selectFrom('people').selectAll()
  }
}

function personOf(row: Selectable<Tables['people']>): PersonRecord {
  return {
    personId: row.person_id,
    email: row.email,
    emailVerifiedAtMs: row.email_verified_at,
    name: row.name,
    operator: row.operator === 1,
    // Written by this store from values of this type.
    status: row.status as PersonStatus,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    lastLogInAtMs: row.last_log_in_at,
  }
}
