import { sql, type Kysely, type Selectable } from 'kysely'
import type {
  RedeemableCode,
  RedeemBatch,
  RedeemBatchView,
  RedeemCode,
  RedeemCodeStore,
} from '../billing/payments/redeem-code-store.ts'
import type { Page } from '../identity/page.ts'
import type { Tables } from './schema.ts'

/** Well under every database's limit of parameters. */
const CODES_PER_STATEMENT = 500

export class SqlRedeemCodeStore implements RedeemCodeStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async insert(batch: RedeemBatch, codes: Parameters<RedeemCodeStore['insert']>[1]): Promise<void> {
    await this.#kysely
      .insertInto('redeem_batches')
      .values({
        batch_id: batch.batchId,
        name: batch.name,
        amount_nanos: batch.amountNanos,
        code_count: batch.count,
        expires_at: batch.expiresAtMs,
        made_by: batch.madeBy,
        created_at: batch.createdAtMs,
        voided_at: batch.voidedAtMs,
      })
      .execute()
    for (let start = 0; start < codes.length; start += CODES_PER_STATEMENT) {
      const rows = codes.slice(start, start + CODES_PER_STATEMENT).map(({ codeId, digest, last4 }) => ({
        code_id: codeId,
        batch_id: batch.batchId,
        digest,
        last4,
        redeemed_at: null,
        redeemed_by: null,
      }))
      await this.#kysely.insertInto('redeem_codes').values(rows).execute()
    }
  }

  async list({ limit, after }: { readonly limit: number; readonly after?: string }): Promise<Page<RedeemBatchView>> {
    let query = this.#batches()
    if (after !== undefined) {
      query = query.where('id', '<', (sub) =>
        sub.selectFrom('redeem_batches').select('id').where('batch_id', '=', after),
      )
    }
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(batchOf), hasMore: rows.length > limit }
  }

  async find(batchId: string): Promise<RedeemBatchView | undefined> {
    const row = await this.#batches().where('batch_id', '=', batchId).executeTakeFirst()
    return row && batchOf(row)
  }

  async codes(
    batchId: string,
    { limit, after }: { readonly limit: number; readonly after?: string },
  ): Promise<Page<RedeemCode>> {
    let query = this.#kysely.selectFrom('redeem_codes').selectAll().where('batch_id', '=', batchId)
    if (after !== undefined) {
      query = query.where('id', '>', (sub) => sub.selectFrom('redeem_codes').select('id').where('code_id', '=', after))
    }
    const rows = await query
      .orderBy('id')
      .limit(limit + 1)
      .execute()
    return { records: rows.slice(0, limit).map(codeOf), hasMore: rows.length > limit }
  }

  async void(batchId: string, atMs: number): Promise<boolean> {
    const result = await this.#kysely
      .updateTable('redeem_batches')
      .set({ voided_at: atMs })
      .where('batch_id', '=', batchId)
      .where('voided_at', 'is', null)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  async redeem({ digest, accountId, atMs }: Parameters<RedeemCodeStore['redeem']>[0]): Promise<RedeemableCode | null> {
    // Nobody can void the batch, or redeem the same code, between this look and the end of the transaction.
    const row = await this.#kysely
      .updateTable('redeem_codes')
      .set({ redeemed_at: atMs, redeemed_by: accountId })
      .where('digest', '=', digest)
      .where('redeemed_at', 'is', null)
      .where('batch_id', 'in', (sub) =>
        sub
          .selectFrom('redeem_batches')
          .select('batch_id')
          .where('voided_at', 'is', null)
          .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', atMs)])),
      )
      .returning(['code_id', 'batch_id'])
      .executeTakeFirst()
    return row === undefined ? null : await this.#worth(row)
  }

  async redeemedBy(digest: string, accountId: string): Promise<RedeemableCode | null> {
    const row = await this.#kysely
      .selectFrom('redeem_codes')
      .select(['code_id', 'batch_id'])
      .where('digest', '=', digest)
      .where('redeemed_by', '=', accountId)
      .executeTakeFirst()
    return row === undefined ? null : await this.#worth(row)
  }

  async #worth(code: { readonly code_id: string; readonly batch_id: string }): Promise<RedeemableCode> {
    const { amount_nanos: amountNanos } = await this.#kysely
      .selectFrom('redeem_batches')
      .select('amount_nanos')
      .where('batch_id', '=', code.batch_id)
      .executeTakeFirstOrThrow()
    return { codeId: code.code_id, batchId: code.batch_id, amountNanos }
  }

  #batches() {
    return this.#kysely
      .selectFrom('redeem_batches')
      .selectAll()
      .select(
        sql<number>`(select count(*) from redeem_codes where redeem_codes.batch_id = redeem_batches.batch_id and redeemed_at is not null)`.as(
          'redeemed_count',
        ),
      )
  }
}

function batchOf(row: Selectable<Tables['redeem_batches']> & { readonly redeemed_count: number }): RedeemBatchView {
  return {
    batchId: row.batch_id,
    name: row.name,
    amountNanos: row.amount_nanos,
    count: row.code_count,
    expiresAtMs: row.expires_at,
    madeBy: row.made_by,
    createdAtMs: row.created_at,
    voidedAtMs: row.voided_at,
    redeemedCount: Number(row.redeemed_count),
  }
}

function codeOf(row: Selectable<Tables['redeem_codes']>): RedeemCode {
  return {
    codeId: row.code_id,
    batchId: row.batch_id,
    last4: row.last4,
    redeemedAtMs: row.redeemed_at,
    redeemedBy: row.redeemed_by,
  }
}
