import type { Kysely, Selectable } from 'kysely'
import type { Role } from '../identity/member-store.ts'
import type { Page } from '../identity/page.ts'
import type { InvitationRecord, InvitationState, InvitationStore } from '../identity/people/invitation-store.ts'
import type { Tables } from './schema.ts'

export class SqlInvitationStore implements InvitationStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(record: InvitationRecord): Promise<void> {
    await this.#kysely
      .insertInto('invitations')
      .values({
        invitation_id: record.invitationId,
        account_id: record.accountId,
        digest: record.digest,
        email: record.email,
        role: record.role,
        invited_by: record.invitedBy,
        state: record.state,
        created_at: record.createdAtMs,
        expires_at: record.expiresAtMs,
        ended_at: record.endedAtMs,
        person_id: record.personId,
      })
      .execute()
  }

  async find(accountId: string, invitationId: string): Promise<InvitationRecord | undefined> {
    const row = await this.#all()
      .where('account_id', '=', accountId)
      .where('invitation_id', '=', invitationId)
      .executeTakeFirst()
    return row && recordOf(row)
  }

  async findByDigest(digest: string): Promise<InvitationRecord | undefined> {
    const row = await this.#all().where('digest', '=', digest).executeTakeFirst()
    return row && recordOf(row)
  }

  async openFor(email: string, nowMs: number): Promise<readonly InvitationRecord[]> {
    const rows = await this.#all()
      .where('email', '=', email)
      .where('state', '=', 'open')
      .where('expires_at', '>', nowMs)
      .orderBy('id')
      .execute()
    return rows.map(recordOf)
  }

  async list(query: {
    readonly accountId: string
    readonly limit: number
    readonly after?: string
    readonly state?: InvitationState
  }): Promise<Page<InvitationRecord>> {
    const { accountId, limit, after, state } = query
    let select = this.#all().where('account_id', '=', accountId)
    if (state !== undefined) select = select.where('state', '=', state)
    if (after !== undefined) {
      select = select.where('id', '<', (sub) =>
        sub.selectFrom('invitations').select('id').where('invitation_id', '=', after),
      )
    }
    const rows = await select
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(recordOf), hasMore: rows.length > limit }
  }

  async end(
    invitationId: string,
    state: Exclude<InvitationState, 'open'>,
    atMs: number,
    personId: string | null,
  ): Promise<boolean> {
    let update = this.#kysely
      .updateTable('invitations')
      .set({ state, ended_at: atMs, person_id: personId })
      .where('invitation_id', '=', invitationId)
      .where('state', '=', 'open')
    if (state === 'accepted') update = update.where('expires_at', '>', atMs)
    return (await update.executeTakeFirst()).numUpdatedRows > 0n
  }

  #all() {
    return this.#kysely.selectFrom('invitations').selectAll()
  }
}

function recordOf(row: Selectable<Tables['invitations']>): InvitationRecord {
  return {
    invitationId: row.invitation_id,
    accountId: row.account_id,
    digest: row.digest,
    email: row.email,
    // Written by this store from values of these types.
    role: row.role as Role,
    invitedBy: row.invited_by,
    state: row.state as InvitationState,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    endedAtMs: row.ended_at,
    personId: row.person_id,
  }
}
