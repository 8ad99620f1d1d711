// Looks for broken invariants of money. Each is one question whose answer should be empty; nothing is ever mended here.
//
//   I1  the entries of every transfer sum to zero
//   I2  a wallet's available and held are together the sum of its entries, and each entry says the balance after it
//   I3  what a wallet holds is what its live slices have left
//   I4  every call that was charged was charged by one transfer of its own account, and by no more than it cost
//   I5  no live slice belongs to a gateway that is gone
//   I6  what a transfer of usage says is what its calls cost, and all of them together are the revenue
//   I7  no wallet and no slice is overdrawn
//   I9  the price that is kept beside a call gives its cost again
//
// Between two looks only what is new is read (`sinceTransfer`); the full look reads everything. Each part sees one moment of
// the database, and gives way to others before the next.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { walletOwner } from '../billing/wallets/ledger.ts'
import { recomputeCost } from '../billing/prices/price-text.ts'
import type { MoneyCheck, Violation } from '../billing/wallets/wallet-store.ts'
import type { DatabaseKind } from './database.ts'
import { exactSum } from './exact-sum.ts'
import { transferIdOf } from './ledger-rows.ts'
import { HOUR_MS } from './rollup-columns.ts'
import type { Tables } from './schema.ts'
import { usageOf } from './usage-rows.ts'
import { readState } from './usage-state.ts'
import { nowOf } from './wallet-rows.ts'

/** Numbers of transfers are given before the commit: what is younger is looked at again. */
const UNSETTLED_MS = 60_000
/** A gateway that starts says so before its first draw. */
const GONE_MS = 60_000
/** One fault may have thousands of traces; a few say it all. */
const MOST = 20
const WALLETS_AT_ONCE = 500
const CALLS_AT_ONCE = 1000
/** A journal may have waited so long for its database: the calls of a younger transfer are all there, retention or not. */
const LATEST_MS = 30 * 24 * HOUR_MS

interface Look {
  readonly kysely: Kysely<Tables>
  readonly kind: DatabaseKind
  /** Transfers after this one. */
  readonly since: number
  readonly full: boolean
}

export async function checkMoney(
  kysely: Kysely<Tables>,
  kind: DatabaseKind,
  { sinceTransfer = 0, full = false }: { readonly sinceTransfer?: number; readonly full?: boolean },
): Promise<MoneyCheck> {
  const lastTransfer = await settledUntil(kysely)
  const since = full ? 0 : sinceTransfer
  const violations: Violation[] = []
  const parts = [unbalanced, unlikeEntries, unlikeSlices, wrongCharges, ownerless, unlikeCalls, overdrawn, wrongCosts]
  for (const part of full ? [...parts, unlikeRevenue] : parts) {
    await nextTurn()
    violations.push(...(await atOneMoment(kysely, (moment) => part({ kysely: moment, kind, since, full }))))
  }
  return { violations, lastTransfer: Math.max(sinceTransfer, lastTransfer) }
}

/** SQLite's transactions see nobody else's work; PostgreSQL must be told that all statements mean the same moment. */
async function atOneMoment<T>(kysely: Kysely<Tables>, look: (moment: Kysely<Tables>) => Promise<T>): Promise<T> {
  if (kysely.isTransaction) return await look(kysely)
  return await kysely.transaction().setIsolationLevel('repeatable read').execute(look)
}

async function settledUntil(kysely: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ id: number | null }>`
    select max(id) as id from wallet_transfers where at < ${nowOf(kysely)} - ${sql.lit(UNSETTLED_MS)}`.execute(kysely)
  return rows[0]?.id ?? 0
}

async function unbalanced({ kysely, kind, since }: Look): Promise<Violation[]> {
  const { rows } = await sql<{ id: number; entries: number; sum: string | null; account: string | null }>`
    select t.id as id, count(e.id) as entries, ${exactSum(kind, 'e.nanos')} as sum, max(e.account) as account
    from wallet_transfers t left join wallet_entries e on e.transfer = t.id where t.id > ${since}
    group by t.id having coalesce(sum(e.nanos), 0) <> 0 or count(e.id) < 2 limit ${MOST}`.execute(kysely)
  const { rows: orphans } = await sql<{ transfer: number; account: string }>`
    select e.transfer as transfer, e.account as account from wallet_entries e
    where e.transfer > ${since} and not exists (select 1 from wallet_transfers t where t.id = e.transfer) limit ${MOST}`.execute(
    kysely,
  )
  return [
    ...rows.map(({ id, entries, sum, account }) =>
      broken('I1', account, `The ${entries} entries of ${transferIdOf(id)} sum to ${sum ?? 0}, not to zero.`),
    ),
    ...orphans.map(({ transfer, account }) =>
      broken('I1', account, `An entry of ${account} belongs to ${transferIdOf(transfer)}, which is not there.`),
    ),
  ]
}

/** Between two looks a wallet is compared with the balance of its newest entry, fully with the sum of them all. */
async function unlikeEntries({ kysely, kind, since, full }: Look): Promise<Violation[]> {
  const violations: Violation[] = []
  const { rows: steps } = await sql<{ transfer: number; account: string }>`
    select transfer, account from (select transfer, account, nanos, balance_nanos,
        lag(balance_nanos) over (partition by account order by id) as earlier
      from wallet_entries where transfer > ${since} and account like 'wallet:%') as steps
    where balance_nanos is null or balance_nanos <> nanos + coalesce(earlier, ${full ? sql`0` : sql`balance_nanos - nanos`}) limit ${MOST}`.execute(
    kysely,
  )
  for (const { transfer, account } of steps) {
    violations.push(
      broken('I2', account, `The balance after ${transferIdOf(transfer)} does not follow from the one before.`),
    )
  }
  const { rows: newest } = await sql<{ account: string; balance: number | null; says: number | null }>`
    select e.account as account, e.balance_nanos as balance, w.available_nanos + w.held_nanos as says
    from wallet_entries e left join wallets w on 'wallet:' || w.account_id = e.account
    where e.id in (select max(id) from wallet_entries where transfer > ${since} and account like 'wallet:%' group by account)
      and (w.account_id is null or w.available_nanos + w.held_nanos <> coalesce(e.balance_nanos, -1)) limit ${MOST}`.execute(
    kysely,
  )
  for (const { account, balance, says } of newest) {
    const wallet = says === null ? 'There is no wallet' : `The wallet says ${says} nano-US$`
    violations.push(broken('I2', account, `${wallet}; after its newest entry ${account} has ${balance}.`))
  }
  return full ? [...violations, ...(await unlikeSums(kysely, kind))] : violations
}

/** Of all wallets, a few hundred at a time. */
async function unlikeSums(kysely: Kysely<Tables>, kind: DatabaseKind): Promise<Violation[]> {
  const violations: Violation[] = []
  for (let after = ''; ;) {
    const { rows } = await sql<{ id: string; balance: number; sum: string }>`
      select w.account_id as id, w.available_nanos + w.held_nanos as balance, coalesce(${exactSum(kind, 'e.nanos')}, '0') as sum
      from (select * from wallets where account_id > ${after} order by account_id limit ${WALLETS_AT_ONCE}) as w
      left join wallet_entries e on e.account = 'wallet:' || w.account_id
      group by w.account_id, w.available_nanos, w.held_nanos order by w.account_id`.execute(kysely)
    for (const { id, balance, sum } of rows) {
      if (BigInt(sum) === BigInt(balance)) continue
      const message = `The wallet of ${id} says ${balance} nano-US$, its entries sum to ${sum}.`
      violations.push({ invariant: 'I2', accountId: id, message })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < WALLETS_AT_ONCE) return violations
    after = last.id
    await nextTurn()
  }
}

async function unlikeSlices({ kysely }: Look): Promise<Violation[]> {
  const { rows } = await sql<{ id: string; held: number | null; rest: number }>`
    select ids.id as id, w.held_nanos as held, coalesce(s.rest, 0) as rest from (
      select account_id as id from wallets where held_nanos <> 0
      union select account_id from wallet_slices where ended_at is null) as ids
    left join wallets w on w.account_id = ids.id
    left join (select account_id, sum(granted_nanos - captured_nanos - returned_nanos) as rest
      from wallet_slices where ended_at is null group by account_id) as s on s.account_id = ids.id
    where coalesce(w.held_nanos, 0) <> coalesce(s.rest, 0) limit ${MOST}`.execute(kysely)
  return rows.map(({ id, held, rest }) => ({
    invariant: 'I3',
    accountId: id,
    message: `The wallet of ${id} holds ${held ?? 0} nano-US$, its live slices have ${rest} left.`,
  }))
}

async function wrongCharges({ kysely, since }: Look): Promise<Violation[]> {
  const { rows } = await sql<{ request: string; account: string; transfer: number }>`
    select r.request_id as request, k.account_id as account, r.transfer as transfer
    from usage_records r join usage_keys k on k.id = r.usage_key
    where r.transfer > ${since} and r.transfer > 0 and (
      not exists (select 1 from wallet_transfers t where t.id = r.transfer and t.kind = 'usage')
      or exists (select 1 from wallet_entries e where e.transfer = r.transfer and e.account like 'wallet:%' and e.account <> 'wallet:' || k.account_id)
      or coalesce(r.lost_nanos, 0) < 0 or coalesce(r.lost_nanos, 0) > r.cost_nanos)
    limit ${MOST}`.execute(kysely)
  return rows.map(({ request, account, transfer }) => ({
    invariant: 'I4',
    accountId: account,
    message: `The call ${request} says that ${transferIdOf(transfer)} charged it, and the two do not fit.`,
  }))
}

async function ownerless({ kysely }: Look): Promise<Violation[]> {
  const { rows } = await sql<{ slice: string; instance: string }>`
    select slice_id as slice, instance_id as instance from wallet_slices
    where ended_at is null and opened_at < ${nowOf(kysely)} - ${sql.lit(GONE_MS)}
      and instance_id not in (select instance_id from wallet_instances) limit ${MOST}`.execute(kysely)
  return rows.map(({ slice, instance }) => ({
    invariant: 'I5',
    accountId: '',
    message: `The slice ${slice} is open and its gateway ${instance} is gone.`,
  }))
}

async function unlikeCalls({ kysely, since }: Look): Promise<Violation[]> {
  const { recordsFromMs } = await readState(kysely)
  const { rows } = await sql<{
    id: number
    calls: number
    found: number
    cost: number
    charged: number
    revenue: number
    wallet: number
    account: string | null
  }>`
    select t.id as id, t.calls as calls, coalesce(r.calls, 0) as found, coalesce(r.cost, 0) as cost,
      coalesce(r.charged, 0) as charged, coalesce(e.revenue, 0) as revenue, coalesce(e.wallet, 0) as wallet, e.account as account
    from wallet_transfers t
    left join (select transfer, count(*) as calls, sum(cost_nanos) as cost, sum(cost_nanos - coalesce(lost_nanos, 0)) as charged
      from usage_records where transfer > ${since} and transfer > 0 group by transfer) as r on r.transfer = t.id
    left join (select transfer, sum(case when account = 'revenue' then nanos else 0 end) as revenue,
      sum(case when account like 'wallet:%' then -nanos else 0 end) as wallet, max(case when account like 'wallet:%' then account end) as account
      from wallet_entries where transfer > ${since} group by transfer) as e on e.transfer = t.id
    where t.id > ${since} and t.kind = 'usage' and (coalesce(r.calls, 0) = t.calls or t.at >= ${recordsFromMs === 0 ? 0 : recordsFromMs + LATEST_MS})
      and (coalesce(r.calls, 0) <> t.calls or coalesce(r.cost, 0) <> coalesce(e.revenue, 0) or coalesce(r.charged, 0) <> coalesce(e.wallet, 0))
    limit ${MOST}`.execute(kysely)
  return rows.map(({ id, calls, found, cost, charged, revenue, wallet, account }) =>
    broken(
      'I6',
      account,
      `${transferIdOf(id)} charges ${calls} calls ${revenue}, ${wallet} of it to the wallet; its ${found} calls cost ${cost}, ${charged} of it the wallet's.`,
    ),
  )
}

/** Over all time: the sums outlive the calls. */
async function unlikeRevenue({ kysely, kind }: Look): Promise<Violation[]> {
  const { daysUntil } = await readState(kysely)
  const { rows } = await sql<{ billed: string; revenue: string }>`select
    cast(coalesce((select sum(billed_nanos) from usage_days where usage_key = 0 and slot < ${daysUntil}), 0)
      + coalesce((select sum(billed_nanos) from usage_hours where usage_key = 0 and slot >= ${daysUntil * 24}), 0) as text) as billed,
    coalesce((select ${exactSum(kind, 'e.nanos')} from wallet_entries e join wallet_transfers t on t.id = e.transfer
      where e.account = 'revenue' and t.kind = 'usage'), '0') as revenue`.execute(kysely)
  const [{ billed, revenue } = { billed: '0', revenue: '0' }] = rows
  if (billed === revenue) return []
  return [
    broken('I6', null, `All calls that were billed cost ${billed} nano-US$, and the revenue from them is ${revenue}.`),
  ]
}

async function overdrawn({ kysely }: Look): Promise<Violation[]> {
  const { rows } = await sql<{ id: string }>`
    select account_id as id from wallets where available_nanos < 0 or held_nanos < 0
    union select account_id from wallet_slices where ended_at is null and captured_nanos + returned_nanos > granted_nanos limit ${MOST}`.execute(
    kysely,
  )
  return rows.map(({ id }) => ({ invariant: 'I7', accountId: id, message: `The wallet of ${id} is overdrawn.` }))
}

/** A call that cost nothing may have been let off; what was charged must follow from its price. */
async function wrongCosts({ kysely, since, full }: Look): Promise<Violation[]> {
  const violations: Violation[] = []
  for (let after = since, afterId = 0; ;) {
    const rows = await kysely
      .selectFrom('usage_records as r')
      .innerJoin('usage_prices as p', 'p.id', 'r.price')
      .innerJoin('usage_keys as k', 'k.id', 'r.usage_key')
      .selectAll('r')
      .select(['p.price as price_text', 'k.account_id as account'])
      .where('r.transfer', '>', 0)
      .where(sql<boolean>`(r.transfer, r.id) > (${after}, ${afterId})`)
      .orderBy('r.transfer')
      .orderBy('r.id')
      .limit(CALLS_AT_ONCE)
      .execute()
    for (const row of rows) {
      const cost = recomputeCost(row.price_text, usageOf(row))
      if (cost === row.cost_nanos || violations.length >= MOST) continue
      violations.push({
        invariant: 'I9',
        accountId: row.account,
        message: `The call ${row.request_id} was charged ${row.cost_nanos}; by its price ${row.price_text} it costs ${cost ?? 'nobody can say what'}.`,
      })
    }
    const last = rows.at(-1)
    if (last?.transfer == null || rows.length < CALLS_AT_ONCE || violations.length >= MOST) return violations
    after = last.transfer
    afterId = last.id
    if (full) await nextTurn()
  }
}

function broken(invariant: string, account: string | null, message: string): Violation {
  return { invariant, accountId: walletOwner(account ?? '') ?? '', message }
}
