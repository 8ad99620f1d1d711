// Draws, signs of life, and the end of slices: what moves money between available and held, beside the journals.
import { randomBytes } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { type Draw, type Drawn, restOf, type Slice, type SliceState } from '../billing/wallets/wallet-store.ts'
import { isPostgres } from './migrations/columns.ts'
import type { Tables } from './schema.ts'
import { valueRows } from './value-rows.ts'
import { changeWallets, lockSlices, lockWallets, nowOf, type WalletChange } from './wallet-rows.ts'

/** A slice grows as long as its worker lives; before its sums pass what a number can say exactly, another one begins. */
const FULL_NANOS = 2 ** 52

/** Inside a transaction of its own. */
export async function drawSlice(transaction: Kysely<Tables>, draw: Draw): Promise<Drawn> {
  const { accountId, holder, needNanos, shareOf = 1 } = draw
  const wantNanos = Math.max(needNanos, draw.wantNanos)
  const lives = await isAlive(transaction, draw.instanceId)
  const [open] = await lockSlices(transaction, sql`holder = ${holder} and account_id = ${accountId} and state = 'open'`)
  const wallet = await readWallet(transaction, accountId)
  const { availableNanos = 0, heldNanos = 0 } = wallet ?? {}
  const refused = (reason: 'insufficient' | 'locked' | 'expired'): Drawn => ({
    ok: false,
    reason,
    availableNanos,
    heldNanos,
  })
  if (!lives) return refused('expired')
  if (wallet?.state === 'locked') return refused('locked')
  const share = Math.floor(availableNanos / Math.max(1, shareOf))
  const drawnNanos = Math.min(wantNanos, Math.max(needNanos, share))
  if (drawnNanos > availableNanos) return refused('insufficient')
  if (drawnNanos === 0) {
    return open === undefined
      ? refused('insufficient')
      : { ok: true, sliceId: open.sliceId, drawnNanos, grantedNanos: open.grantedNanos, availableNanos }
  }
  const isFull = open !== undefined && open.grantedNanos + drawnNanos > FULL_NANOS
  if (isFull) await sql`update wallet_slices set state = 'full' where slice_id = ${open.sliceId}`.execute(transaction)
  const slice = open === undefined || isFull ? await openSlice(transaction, draw) : open
  await sql`update wallet_slices set granted_nanos = granted_nanos + ${drawnNanos} where slice_id = ${slice.sliceId}`.execute(
    transaction,
  )
  await changeWallets(transaction, [{ account: accountId, available: -drawnNanos, held: drawnNanos }])
  return {
    ok: true,
    sliceId: slice.sliceId,
    drawnNanos,
    grantedNanos: slice.grantedNanos + drawnNanos,
    availableNanos: availableNanos - drawnNanos,
  }
}

/** Locked, when there is one. */
async function readWallet(transaction: Kysely<Tables>, accountId: string) {
  const known = await transaction
    .selectFrom('wallets')
    .select('account_id')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return known === undefined ? undefined : (await lockWallets(transaction, [accountId])).get(accountId)
}

/** Shared until the commit: nobody writes off this gateway's slices while one is drawn. */
async function isAlive(transaction: Kysely<Tables>, instanceId: string): Promise<boolean> {
  const lock = isPostgres(transaction) ? sql`for key share` : sql``
  const { rows } = await sql`select life from wallet_instances where instance_id = ${instanceId} ${lock}`.execute(
    transaction,
  )
  return rows.length > 0
}

async function openSlice(
  transaction: Kysely<Tables>,
  { accountId, holder, instanceId }: Draw,
): Promise<Pick<Slice, 'sliceId' | 'grantedNanos'>> {
  // Never the same twice, even when a power cut has taken one that a journal still names.
  const sliceId = `sl_${randomBytes(9).toString('base64url')}`
  await transaction
    .insertInto('wallet_slices')
    .values({
      slice_id: sliceId,
      account_id: accountId,
      holder,
      instance_id: instanceId,
      state: 'open',
      granted_nanos: 0,
      captured_nanos: 0,
      returned_nanos: 0,
      opened_at: nowOf(transaction),
      ended_at: null,
    })
    .execute()
  return { sliceId, grantedNanos: 0 }
}

export async function renewInstance(
  kysely: Kysely<Tables>,
  instanceId: string,
  nowMs: number | undefined,
): Promise<{ readonly life: number; readonly nowMs: number }> {
  const now = clock(kysely, nowMs)
  const row = await kysely
    .insertInto('wallet_instances')
    .values({ instance_id: instanceId, life: now, seen_at: now })
    .onConflict((conflict) => conflict.column('instance_id').doUpdateSet({ seen_at: now }))
    .returning(['life', 'seen_at'])
    .executeTakeFirstOrThrow()
  return { life: row.life, nowMs: row.seen_at }
}

/** A gateway that has live slices stays: whoever finds it silent writes them off. */
export async function forgetInstance(kysely: Kysely<Tables>, instanceId: string): Promise<void> {
  await sql`delete from wallet_instances where instance_id = ${instanceId}
    and not exists (select 1 from wallet_slices s where s.instance_id = ${instanceId} and s.ended_at is null)`.execute(
    kysely,
  )
}

/**
 * Inside a transaction of its own. A gateway whose row is gone gets another life when it wakes up, and cannot draw before
 * that; draws that are under way hold its row, so they are either seen here or refused.
 */
export async function writeOff(
  transaction: Kysely<Tables>,
  deadAfterMs: number,
  nowMs: number | undefined,
): Promise<readonly Slice[]> {
  await sql`delete from wallet_instances where seen_at < ${clock(transaction, nowMs)} - ${sql.lit(deadAfterMs)}`.execute(
    transaction,
  )
  const slices = await lockSlices(
    transaction,
    sql`ended_at is null and instance_id not in (select instance_id from wallet_instances)`,
  )
  await endSlices(transaction, slices, 'written_off')
  return slices
}

/** Of locked slices: the rest is available again. */
export async function endSlices(
  transaction: Kysely<Tables>,
  slices: readonly Slice[],
  state: Extract<SliceState, 'closed' | 'written_off'>,
): Promise<void> {
  if (slices.length === 0) return
  const rests = new Map<string, number>()
  for (const slice of slices) rests.set(slice.accountId, (rests.get(slice.accountId) ?? 0) + restOf(slice))
  await lockWallets(transaction, rests.keys())
  await markEnded(
    transaction,
    sql`slice_id in (select slice from ${valueRows(
      transaction,
      'd',
      { slice: 'text' },
      slices.map(({ sliceId }) => ({ slice: sliceId })),
    )})`,
    state,
  )
  const changes: WalletChange[] = [...rests].map(([account, rest]) => ({ account, available: rest, held: -rest }))
  await changeWallets(transaction, changes)
}

async function markEnded(
  transaction: Kysely<Tables>,
  condition: RawBuilder<unknown>,
  state: SliceState,
): Promise<void> {
  await sql`update wallet_slices set state = ${state}, ended_at = ${nowOf(transaction)},
      returned_nanos = granted_nanos - captured_nanos where ended_at is null and ${condition}`.execute(transaction)
}

function clock(kysely: Kysely<Tables>, nowMs: number | undefined): RawBuilder<number> {
  return nowMs === undefined ? nowOf(kysely) : sql<number>`${sql.lit(nowMs)}`
}
