// Versions of what the picker has learned, and the calls that they are learned from.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely'
import type { Feedback } from '../billing/usage/receipts.ts'
import type { LearnedTable } from '../core/learned.ts'
import type {
  AnswerQuery,
  AnswerRow,
  DecisionQuery,
  DecisionRow,
  LearningStore,
  NewVersion,
  Serving,
  SpendHold,
  SpendSettled,
  VersionRecord,
} from '../routing/auto/learning/learning-store.ts'
import type { ReceiptName, ShadowResult } from '../routing/auto/learning/shadow.ts'
import type { ReplayResult } from '../routing/auto/learning/replay.ts'
import { feedbackOfRow } from './receipt-store.ts'
import type { Tables } from './schema.ts'

const STEPS_BACK = 5
const LISTED = [
  'version_id',
  'account_id',
  'pool',
  'number',
  'made_at',
  'made_by',
  'base',
  'replay',
  'served_at',
] as const

export class SqlLearningStore implements LearningStore {
  readonly #kysely: Kysely<Tables>

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely
  }

  async accountsSince(sinceMs: number): Promise<readonly string[]> {
    const query = this.#kysely.selectFrom('receipts').select('account_id').distinct()
    const rows = await query.where('created_at', '>=', sinceMs).orderBy('account_id').execute()
    return rows.map(({ account_id }) => account_id)
  }

  async decisions({ accountId, limit, before }: DecisionQuery): Promise<readonly DecisionRow[]> {
    let query = this.#kysely
      .selectFrom('receipts as r')
      // `rcpt_0123` is the receipt of `req_0123`.
      .leftJoin('usage_records as u', (join) => join.on(sql`u.request_id`, '=', sql`'req_' || substr(r.receipt_id, 6)`))
      .leftJoin('usage_kinds as k', 'k.id', 'u.usage_kind')
      .leftJoin('auto_shadows as s', 's.receipt_id', 'r.receipt_id')
      .select([
        'r.receipt_id',
        'r.key_id',
        'r.created_at',
        'r.body',
        'k.status',
        'u.cost_nanos',
        'u.output_tokens',
        's.other',
        's.verdict',
        's.other_nanos',
        's.other_tokens',
      ])
      .where('r.account_id', '=', accountId)
    if (before !== undefined) query = query.where(isOlderThan(before))
    const rows = await query.orderBy('r.created_at', 'desc').orderBy('r.receipt_id', 'desc').limit(limit).execute()
    return rows.map((row) => ({
      receiptId: row.receipt_id,
      keyId: row.key_id,
      createdAtMs: row.created_at,
      body: row.body,
      status: row.status,
      costNanos: row.cost_nanos ?? 0,
      outputTokens: row.output_tokens ?? 0,
      shadow: shadowOf(row),
    }))
  }

  async answers({ limit, before }: AnswerQuery): Promise<readonly AnswerRow[]> {
    let query = this.#kysely
      .selectFrom('receipts as r')
      .innerJoin('usage_records as u', (join) =>
        join.on(sql`u.request_id`, '=', sql`'req_' || substr(r.receipt_id, 6)`),
      )
      .innerJoin('usage_kinds as k', 'k.id', 'u.usage_kind')
      .select(['r.receipt_id', 'r.created_at', 'r.body', 'k.model', 'u.output_tokens', 'u.reasoning_tokens'])
      .where('k.status', '=', 200)
      .where('k.estimated', '=', 0)
      .where('u.output_tokens', '>', 0)
    if (before !== undefined) query = query.where(isOlderThan(before))
    const rows = await query.orderBy('r.created_at', 'desc').orderBy('r.receipt_id', 'desc').limit(limit).execute()
    return rows.map((row) => ({
      receiptId: row.receipt_id,
      createdAtMs: row.created_at,
      body: row.body,
      model: row.model,
      outputTokens: row.output_tokens,
      reasoningTokens: row.reasoning_tokens,
    }))
  }

  async feedbackOn(receiptIds: readonly string[]): Promise<readonly Feedback[]> {
    if (receiptIds.length === 0) return []
    const rows = await this.#kysely
      .selectFrom('receipt_feedback')
      .selectAll()
      .where('receipt_id', 'in', receiptIds)
      .orderBy('created_at')
      .orderBy('feedback_id')
      .execute()
    return [...new Map(rows.map((row) => [row.receipt_id, feedbackOfRow(row)])).values()]
  }

  async insert(version: NewVersion): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#kysely
      .insertInto('auto_versions')
      .values({
        version_id: version.versionId,
        account_id: version.accountId,
        pool: version.pool,
        number: version.number,
        made_at: version.madeAtMs,
        made_by: version.madeBy,
        base: version.base,
        body: JSON.stringify(version.table),
        replay: JSON.stringify(version.replay),
        served_at: null,
      })
      .onConflict((conflict) => conflict.columns(['account_id', 'pool', 'number']).doNothing())
      .executeTakeFirst()
    return (numInsertedOrUpdatedRows ?? 0n) > 0n
  }

  async versions({
    accountId,
    pool,
    limit,
  }: Parameters<LearningStore['versions']>[0]): Promise<readonly VersionRecord[]> {
    let query = this.#listed()
    if (accountId !== undefined) query = query.where('v.account_id', '=', accountId)
    if (pool !== undefined) query = query.where('v.pool', '=', pool)
    const rows = await query.orderBy('v.made_at', 'desc').orderBy('v.version_id').limit(limit).execute()
    return rows.map(recordOf)
  }

  async version(versionId: string): Promise<VersionRecord | null> {
    const row = await this.#listed().where('v.version_id', '=', versionId).executeTakeFirst()
    return row === undefined ? null : recordOf(row)
  }

  #listed() {
    return this.#kysely
      .selectFrom('auto_versions as v')
      .leftJoin('auto_serving as s', 's.version_id', 'v.version_id')
      .select(LISTED.map((column) => `v.${column}` as const))
      .select('s.since')
  }

  async serving(accountId: string, pool: string): Promise<Serving | null> {
    const query = this.#kysely.selectFrom('auto_serving').select('version_id')
    const row = await query.where('account_id', '=', accountId).where('pool', '=', pool).executeTakeFirst()
    return row === undefined ? null : { accountId, pool, versionId: row.version_id }
  }

  async table(versionId: string): Promise<LearnedTable | null> {
    const query = this.#kysely.selectFrom('auto_versions').select('body').where('version_id', '=', versionId)
    const row = await query.executeTakeFirst()
    return row === undefined ? null : (JSON.parse(row.body) as LearnedTable)
  }

  async servingTables(limit: number): Promise<readonly (Serving & { readonly table: LearnedTable })[]> {
    const rows = await this.#kysely
      .selectFrom('auto_serving as s')
      .innerJoin('auto_versions as v', 'v.version_id', 's.version_id')
      .select(['s.account_id', 's.pool', 's.version_id', 'v.body'])
      .orderBy('s.since', 'desc')
      .orderBy('s.version_id')
      .limit(limit)
      .execute()
    return rows.map(({ account_id, pool, version_id, body }) => ({
      accountId: account_id,
      pool,
      versionId: version_id,
      table: JSON.parse(body) as LearnedTable,
    }))
  }

  async serve({ accountId, pool, versionId }: Serving, instead: string, atMs: number): Promise<boolean> {
    if (!(await this.#point({ accountId, pool, versionId }, instead, atMs))) return false
    if (versionId !== '')
      await this.#kysely
        .updateTable('auto_versions')
        .set({ served_at: atMs })
        .where('version_id', '=', versionId)
        .execute()
    return true
  }

  /** One statement each, so that of two who do it at once only one has done it. */
  async #point({ accountId, pool, versionId }: Serving, instead: string, atMs: number): Promise<boolean> {
    const kysely = this.#kysely
    if (instead === '') {
      if (versionId === '') return (await this.serving(accountId, pool)) === null
      const { numInsertedOrUpdatedRows } = await kysely
        .insertInto('auto_serving')
        .values({ account_id: accountId, pool, version_id: versionId, since: atMs })
        .onConflict((conflict) => conflict.columns(['account_id', 'pool']).doNothing())
        .executeTakeFirst()
      return (numInsertedOrUpdatedRows ?? 0n) > 0n
    }
    if (versionId === '') {
      const { numDeletedRows } = await kysely
        .deleteFrom('auto_serving')
        .where('account_id', '=', accountId)
        .where('pool', '=', pool)
        .where('version_id', '=', instead)
        .executeTakeFirst()
      return numDeletedRows > 0n
    }
    const { numUpdatedRows } = await kysely
      .updateTable('auto_serving')
      .set({ version_id: versionId, since: atMs })
      .where('account_id', '=', accountId)
      .where('pool', '=', pool)
      .where('version_id', '=', instead)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async holdSpend({ day, payer, nanos, capNanos }: SpendHold): Promise<boolean> {
    await this.#kysely
      .insertInto('auto_shadow_spend')
      .values({ day, payer, used_nanos: 0 })
      .onConflict((conflict) => conflict.columns(['day', 'payer']).doNothing())
      .execute()
    // One statement: whoever comes second sees what the first has taken.
    const { numUpdatedRows } = await this.#kysely
      .updateTable('auto_shadow_spend')
      .set((eb) => ({ used_nanos: eb('used_nanos', '+', nanos) }))
      .where('day', '=', day)
      .where('payer', '=', payer)
      .where('used_nanos', '<=', capNanos - nanos)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async settleSpend({ day, payer, heldNanos, spentNanos, receipt }: SpendSettled, atMs: number): Promise<void> {
    await this.#kysely
      .updateTable('auto_shadow_spend')
      .set((eb) => ({ used_nanos: eb('used_nanos', '+', spentNanos - heldNanos) }))
      .where('day', '=', day)
      .where('payer', '=', payer)
      .execute()
    await this.addOverhead(receipt, spentNanos, atMs)
  }

  async addOverhead({ receiptId, accountId }: ReceiptName, nanos: number, atMs: number): Promise<void> {
    if (nanos === 0) return
    await this.#kysely
      .insertInto('auto_overheads')
      .values({ receipt_id: receiptId, account_id: accountId, created_at: atMs, nanos })
      .onConflict((conflict) =>
        conflict.column('receipt_id').doUpdateSet((eb) => ({ nanos: eb('auto_overheads.nanos', '+', nanos) })),
      )
      .execute()
  }

  async addShadow(result: ShadowResult, atMs: number): Promise<void> {
    await this.#kysely
      .insertInto('auto_shadows')
      .values({
        receipt_id: result.receiptId,
        account_id: result.accountId,
        created_at: atMs,
        other: result.other,
        verdict: result.verdict,
        other_nanos: result.otherNanos,
        other_tokens: result.otherTokens,
      })
      .onConflict((conflict) => conflict.column('receipt_id').doNothing())
      .execute()
  }

  async prune(accountId: string, pool: string, keep: number): Promise<void> {
    const versions = await this.#kysely
      .selectFrom('auto_versions')
      .select(['version_id', 'base'])
      .where('account_id', '=', accountId)
      .where('pool', '=', pool)
      .orderBy('number', 'desc')
      .execute()
    const needed = new Set(versions.slice(0, keep).map(({ version_id }) => version_id))
    // Where one goes back to, some steps.
    const bases = new Map(versions.map(({ version_id, base }) => [version_id, base]))
    let id = (await this.serving(accountId, pool))?.versionId
    for (let steps = 0; id !== undefined && steps < STEPS_BACK; steps++) {
      needed.add(id)
      id = bases.get(id)
    }
    const old = versions.map(({ version_id }) => version_id).filter((id) => !needed.has(id))
    if (old.length > 0) await this.#kysely.deleteFrom('auto_versions').where('version_id', 'in', old).execute()
  }
}

function shadowOf({
  other,
  verdict,
  other_nanos: otherNanos,
  other_tokens: otherTokens,
}: ShadowRow): DecisionRow['shadow'] {
  if (other === null || otherNanos === null || otherTokens === null) return null
  return verdict === 'won' || verdict === 'tied' || verdict === 'lost'
    ? { other, verdict, otherNanos, otherTokens }
    : null
}

/** Of receipts `r`, newest first: those that come behind this one. */
function isOlderThan({ createdAtMs, receiptId }: NonNullable<DecisionQuery['before']>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(r.created_at, r.receipt_id) < (${createdAtMs}, ${receiptId})`
}

interface ShadowRow {
  other: string | null
  verdict: string | null
  other_nanos: number | null
  other_tokens: number | null
}

interface VersionRow {
  version_id: string
  account_id: string
  pool: string
  number: number
  made_at: number
  made_by: string
  base: string
  replay: string
  served_at: number | null
  since: number | null
}

function recordOf(row: VersionRow): VersionRecord {
  return {
    versionId: row.version_id,
    accountId: row.account_id,
    pool: row.pool,
    number: row.number,
    madeAtMs: row.made_at,
    madeBy: row.made_by,
    base: row.base,
    replay: JSON.parse(row.replay) as ReplayResult,
    servedAtMs: row.served_at,
    serving: row.since !== null,
  }
}
