import { sql, type Kysely } from 'kysely'
import type { DueNotice, Notice, NoticeStore } from '../billing/payments/notice-store.ts'
import type { Tables } from './schema.ts'

export class SqlNoticeStore implements NoticeStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(notice: Notice): Promise<void> {
    await this.#kysely
      .insertInto('notices')
      .values({
        notice_id: notice.noticeId,
        account_id: notice.accountId,
        kind: notice.kind,
        channel: notice.channel,
        recipient: notice.to,
        body: notice.body,
        attempts: 0,
        due_at: notice.createdAtMs,
        created_at: notice.createdAtMs,
      })
      .execute()
  }

  async claim(nowMs: number, untilMs: number): Promise<DueNotice | null> {
    const next = await this.#kysely
      .selectFrom('notices')
      .select(['notice_id', 'due_at'])
      .where('due_at', '<=', nowMs)
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst()
    if (next === undefined) return null
    // Another instance may have been quicker: then its time has changed.
    const row = await this.#kysely
      .updateTable('notices')
      .set({ due_at: untilMs })
      .where('notice_id', '=', next.notice_id)
      .where('due_at', '=', next.due_at)
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) return null
    return {
      noticeId: row.notice_id,
      accountId: row.account_id,
      kind: row.kind === 'wallet.top_up_failed' ? row.kind : 'wallet.low_balance',
      channel: row.channel === 'mail' ? 'mail' : 'webhook',
      to: row.recipient,
      body: row.body,
      attempts: row.attempts,
      createdAtMs: row.created_at,
    }
  }

  async remove(noticeId: string): Promise<void> {
    await this.#kysely.deleteFrom('notices').where('notice_id', '=', noticeId).execute()
  }

  async retry(noticeId: string, atMs: number): Promise<void> {
    await this.#kysely
      .updateTable('notices')
      .set({ attempts: sql<number>`attempts + 1`, due_at: atMs })
      .where('notice_id', '=', noticeId)
      .execute()
  }
}
