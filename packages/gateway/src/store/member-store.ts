import type { Kysely, Selectable } from 'kysely'
import type { MemberChanges, MemberRecord, MemberStatus, MemberStore, Role } from '../identity/member-store.ts'
import type { Page } from '../identity/page.ts'
import type { Tables } from './schema.ts'

export class SqlMemberStore implements MemberStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: MemberRecord): Promise<void> {
    await this.#kysely
      .insertInto('members')
      .values({
        member_id: record.memberId,
        account_id: record.accountId,
        email: record.email,
        name: record.name,
        role: record.role,
        person_id: record.personId,
        status: record.status,
        created_at: record.createdAtMs,
      })
      .execute()
  }

  async find(accountId: string, memberId: string): Promise<MemberRecord | undefined> {
    const row = await this.#of(accountId).where('member_id', '=', memberId).executeTakeFirst()
    return row && recordOf(row)
  }

  async findByEmail(accountId: string, email: string): Promise<MemberRecord | undefined> {
    const row = await this.#of(accountId).where('email', '=', email).executeTakeFirst()
    return row && recordOf(row)
  }

  async list({
    accountId,
    limit,
    after,
  }: {
    accountId: string
    limit: number
    after?: string
  }): Promise<Page<MemberRecord>> {
    let query = this.#of(accountId)
    if (after !== undefined) {
      query = query.where('id', '>', (sub) => sub.selectFrom('members').select('id').where('member_id', '=', after))
    }
    const rows = await query
      .orderBy('id')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(recordOf), hasMore: rows.length > limit }
  }

  async findByPerson(accountId: string, personId: string): Promise<MemberRecord | undefined> {
    const row = await this.#of(accountId).where('person_id', '=', personId).executeTakeFirst()
    return row && recordOf(row)
  }

  async listOfPerson(personId: string): Promise<readonly MemberRecord[]> {
    const rows = await this.#kysely
      .selectFrom('members')
      .selectAll()
      .where('person_id', '=', personId)
      .orderBy('id')
      .execute()
    return rows.map(recordOf)
  }

  async claim(email: string, personId: string): Promise<number> {
    const result = await this.#kysely
      .updateTable('members')
      .set({ person_id: personId })
      .where('email', '=', email)
      .where('person_id', 'is', null)
      .executeTakeFirst()
    return Number(result.numUpdatedRows)
  }

  async update(memberId: string, changes: MemberChanges): Promise<void> {
    const { name, role, personId, status, email } = changes
    const columns = {
      ...(name === undefined ? {} : { name }),
      ...(role === undefined ? {} : { role }),
      ...(personId === undefined ? {} : { person_id: personId }),
      ...(status === undefined ? {} : { status }),
      ...(email === undefined ? {} : { email }),
    }
    if (Object.keys(columns).length === 0) return
    await this.#kysely.updateTable('members').set(columns).where('member_id', '=', memberId).execute()
  }

  async remove(memberId: string): Promise<void> {
    await this.#kysely.deleteFrom('members').where('member_id', '=', memberId).execute()
  }

  async countOwners(accountId: string): Promise<number> {
    const row = await this.#kysely
      .selectFrom('members')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('account_id', '=', accountId)
      .where('role', '=', 'owner')
      .where('status', '=', 'active')
      .executeTakeFirstOrThrow()
    return Number(row.count)
  }

  #of(accountId: string) {
    return this.#kysely.selectFrom('members').selectAll().where('account_id', '=', accountId)
  }
}

function recordOf(row: Selectable<Tables['members']>): MemberRecord {
  return {
    memberId: row.member_id,
    accountId: row.account_id,
    email: row.email,
    name: row.name,
    // Written by this store from values of this type.
    role: row.role as Role,
    personId: row.person_id,
    status: row.status as MemberStatus,
    createdAtMs: row.created_at,
  }
}
