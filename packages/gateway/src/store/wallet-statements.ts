// What happened to a wallet, line by line, with its balance after each.
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { walletAccount, type TransferKind } from '../billing/wallets/ledger.ts'
import type { StatementPage, StatementQuery } from '../billing/wallets/wallet-store.ts'
import { transferIdOf } from './ledger-rows.ts'
import type { Tables } from './schema.ts'

const MOST_LINES = 1000

interface Row {
  readonly id: number
  readonly transfer: number
  readonly at: number
  readonly kind: string
  readonly nanos: number
  readonly balance_nanos: number | null
  readonly actor: string
  readonly note: string
  readonly reference: string
  readonly corrects: number
  readonly calls: number
}

export async function readStatement(kysely: Kysely<Tables>, query: StatementQuery): Promise<StatementPage> {
  const limit = Math.min(Math.max(1, query.limit), MOST_LINES)
  const newest = query.order === 'newest-first'
  const conditions: RawBuilder<unknown>[] = [sql`e.account = ${walletAccount(query.accountId)}`]
  if (query.fromMs !== undefined) conditions.push(sql`e.at >= ${query.fromMs}`)
  if (query.toMs !== undefined) conditions.push(sql`e.at < ${query.toMs}`)
  if (query.kinds !== undefined) {
    conditions.push(query.kinds.length === 0 ? sql`1 = 0` : sql`t.kind in (${sql.join(query.kinds)})`)
  }
  if (query.cursor !== undefined) {
    const { at, id } = placeFrom(query.cursor)
    conditions.push(newest ? sql`(e.at, e.id) < (${at}, ${id})` : sql`(e.at, e.id) > (${at}, ${id})`)
  }
  const order = newest ? sql`e.at desc, e.id desc` : sql`e.at, e.id`
  const { rows } = await sql<Row>`
    select e.id, e.transfer, e.at, t.kind, e.nanos, e.balance_nanos, t.actor, t.note, t.reference, t.corrects, t.calls
    from wallet_entries e join wallet_transfers t on t.id = e.transfer
    where ${sql.join(conditions, sql` and `)} order by ${order} limit ${limit + 1}`.execute(kysely)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    lines: page.map((row) => ({
      transferId: transferIdOf(row.transfer),
      atMs: row.at,
      // Written by this folder from values of this type.
      kind: row.kind as TransferKind,
      nanos: row.nanos,
      balanceNanos: row.balance_nanos ?? 0,
      calls: row.calls,
      actor: row.actor,
      note: row.note,
      reference: row.reference,
      correctsId: row.corrects === 0 ? '' : transferIdOf(row.corrects),
    })),
    next: rows.length > limit && last !== undefined ? `${last.at}.${last.id}` : null,
  }
}

function placeFrom(cursor: string): { readonly at: number; readonly id: number } {
  const [, at, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? []
  if (at === undefined || id === undefined) throw new RangeError('The cursor is not one of ours.')
  return { at: Number(at), id: Number(id) }
}
