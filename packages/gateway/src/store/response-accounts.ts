// How much is kept for an account. Whoever changes anything of an account's responses holds this row: it is locked
// first, and accounts in the order of their names, so nobody waits for each other in a circle.
import { sql, type Kysely } from 'kysely'
import type { AccountUsage } from '../responses/response-store.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'

/** Made when it is missing. */
export async function lockUsage(transaction: Kysely<Tables>, accountId: string): Promise<AccountUsage> {
  return await transaction
    .insertInto('response_accounts')
    .values({ account_id: accountId, bytes: 0, responses: 0 })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({ bytes: (eb) => eb.ref('response_accounts.bytes') }),
    )
    .returning(['bytes', 'responses'])
    .executeTakeFirstOrThrow()
}

/** The same for many, in the order of their names. */
export async function lockUsages(
  transaction: Kysely<Tables>,
  accountIds: Iterable<string>,
): Promise<ReadonlyMap<string, AccountUsage>> {
  const wanted = [...new Set(accountIds)].toSorted().map((account) => ({ account }))
  const { rows } = await sql<AccountUsage & { account: string }>`
    insert into response_accounts (account_id, bytes, responses)
    select account, 0, 0 from ${valueRows(transaction, 'd', { account: 'text' }, wanted)} where true order by account
    on conflict (account_id) do update set bytes = response_accounts.bytes
    returning account_id as account, bytes, responses`.execute(transaction)
  return new Map(rows.map(({ account, bytes, responses }) => [account, { bytes, responses }]))
}

/** Of accounts that are locked. */
export async function setUsages(transaction: Kysely<Tables>, usages: ReadonlyMap<string, AccountUsage>): Promise<void> {
  const rows = [...usages].map(([account, { bytes, responses }]) => ({ account, bytes, responses }))
  const columns = { account: 'text', bytes: 'bigint', responses: 'bigint' } as const
  await sql`insert into response_accounts (account_id, bytes, responses)
    select account, bytes, responses from ${valueRows(transaction, 'd', columns, rows)} where true
    on conflict (account_id) do update set bytes = excluded.bytes, responses = excluded.responses`.execute(transaction)
}

export async function setUsage(transaction: Kysely<Tables>, accountId: string, usage: AccountUsage): Promise<void> {
  await transaction.updateTable('response_accounts').set(usage).where('account_id', '=', accountId).execute()
}

export async function readUsage(kysely: Kysely<Tables>, accountId?: string): Promise<AccountUsage> {
  let query = kysely
    .selectFrom('response_accounts')
    .select([
      sql<number>`coalesce(sum(bytes), 0)`.as('bytes'),
      sql<number>`coalesce(sum(responses), 0)`.as('responses'),
    ])
  if (accountId !== undefined) query = query.where('account_id', '=', accountId)
  return await query.executeTakeFirstOrThrow()
}
