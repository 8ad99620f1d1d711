import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { MOST_NANOS, type Posting } from '../billing/wallets/ledger.ts'
import type { JournalBatch } from '../billing/usage/usage-store.ts'
import type { Draw, Drawn, StatementLine, WalletStore } from '../billing/wallets/wallet-store.ts'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { journalRows, usageRecord } from './__fixtures__/usage-rows.ts'
import type { Database, DatabasePlace } from './database.ts'

function topUp(nanos: number, idemKey: string, account = 'acc_a'): Posting {
  return {
    kind: 'top_up',
    idemKey,
    actor: 'master',
    note: 'by hand',
    entries: [
      { account: 'psp_clearing', nanos: -nanos },
      { account: `wallet:${account}`, nanos },
    ],
  }
}

function takeOut(nanos: number, idemKey: string, rest: Partial<Posting> = {}): Posting {
  const entries = [
    { account: 'refunds', nanos },
    { account: 'wallet:acc_a', nanos: -nanos },
  ] as const
  return { kind: 'refund', idemKey, actor: 'master', entries, ...rest }
}

function want(needNanos: number, rest: Partial<Draw> = {}): Draw {
  return { accountId: 'acc_a', holder: 'w1', instanceId: 'ins_1', needNanos, wantNanos: needNanos, ...rest }
}

function mustBeDrawn(drawn: Drawn): Drawn & { ok: true } {
  if (!drawn.ok) throw new Error(`refused: ${drawn.reason}`)
  return drawn
}

let segments = 0

async function bringIn(database: Database, batch: Partial<JournalBatch>): Promise<void> {
  const advance = { instance: 'w1', segment: ++segments, from: 0, position: 1, directory: 'dir_test' }
  await database.usage.append({ rows: [], returns: [], ...batch }, advance)
}

async function balance(wallets: WalletStore, accountId = 'acc_a'): Promise<[available: number, held: number]> {
  const wallet = await wallets.find(accountId)
  return [wallet?.availableNanos ?? -1, wallet?.heldNanos ?? -1]
}

/** What only a bug or a vandal does. */
async function vandalise(place: DatabasePlace, statement: string): Promise<void> {
  await using kysely = kyselyOn(place)
  await sql.raw(statement).execute(kysely)
}

describeEachDatabase('wallets', (open) => {
  const shop = async (place?: DatabasePlace): Promise<Database> => {
    const database = await open(place)
    await database.wallets.renew('ins_1')
    await database.wallets.post(topUp(10_000, 'first'))
    return database
  }

  it('posts a transfer once, however often it is asked for, and tells whoever uses its key for another one', async () => {
    const { wallets } = await shop()
    const posted = await Promise.all(Array.from({ length: 8 }, () => wallets.post(topUp(500, 'again'))))
    expect(posted.filter((one) => one.ok && !one.repeated)).toHaveLength(1)
    expect(posted.every(({ ok }) => ok)).toBe(true)
    expect(new Set(posted.map((one) => one.ok && one.transfer.transferId)).size).toBe(1)
    expect(await balance(wallets)).toEqual([10_500, 0])
    expect(await wallets.post(topUp(501, 'again'))).toMatchObject({ ok: false, reason: 'conflict' })
    expect(await wallets.post(topUp(500, 'again', 'acc_b'))).toMatchObject({ ok: false, reason: 'conflict' })
    expect(await balance(wallets)).toEqual([10_500, 0])
    const [first] = posted
    if (first?.ok !== true) throw new Error('not posted')
    expect(await wallets.transfer(first.transfer.transferId)).toEqual(first.transfer)
    expect(await wallets.transferByKey('top_up', 'again')).toEqual(first.transfer)
    expect(first.transfer).toMatchObject({ kind: 'top_up', actor: 'master', note: 'by hand', correctsId: '' })
    expect(await wallets.transfer('tr_999')).toBeUndefined()
    expect(await wallets.transfer('nonsense')).toBeUndefined()
  })

  it('refuses what is no transfer', async () => {
    const { wallets } = await shop()
    const entries = (list: readonly [string, number][]): Posting => ({
      ...topUp(1, 'x'),
      entries: list.map(([account, nanos]) => ({ account: account as 'revenue', nanos })),
    })
    for (const list of [
      [],
      [['wallet:acc_a', 0]],
      [
        ['promo', -1],
        ['wallet:acc_a', 2],
      ],
      [
        ['promo', -0.5],
        ['wallet:acc_a', 0.5],
      ],
      [
        ['wallet:acc_a', -1],
        ['wallet:acc_a', 1],
      ],
      [
        ['promo', -(2 ** 53)],
        ['wallet:acc_a', 2 ** 53],
      ],
      [
        ['promo', Number.NaN],
        ['wallet:acc_a', Number.NaN],
      ],
    ] as const)
      await expect(wallets.post(entries(list as never))).rejects.toThrow(RangeError)
    await expect(wallets.post({ ...topUp(1, 'y'), correctsId: 'x' })).rejects.toThrow(RangeError)
    expect(await balance(wallets)).toEqual([10_000, 0])
  })

  it('takes no more from a wallet than is available, and never lets it hold more than a number can say', async () => {
    const { wallets } = await shop()
    await wallets.draw(want(4_000))
    expect(await wallets.post(takeOut(6_001, 'r1'))).toEqual({
      ok: false,
      reason: 'insufficient',
      accountId: 'acc_a',
      availableNanos: 6_000,
    })
    expect(await wallets.post(takeOut(6_000, 'r1'))).toMatchObject({ ok: true })
    expect(await wallets.post(topUp(MOST_NANOS - 3_999, 'much'))).toMatchObject({ ok: false, reason: 'too_much' })
    expect(await wallets.post(topUp(MOST_NANOS - 4_000, 'much'))).toMatchObject({ ok: true })
    expect(await balance(wallets)).toEqual([MOST_NANOS - 4_000, 4_000])
    await wallets.post(topUp(MOST_NANOS, 'much too', 'acc_b'))
    expect(await wallets.totals()).toEqual({
      wallets: 2,
      availableNanos: 2n * BigInt(MOST_NANOS) - 4_000n,
      heldNanos: 4_000n,
    })
    expect((await wallets.ledgerSums()).get('wallet:*')).toBe(2n * BigInt(MOST_NANOS))
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('lets another account stand in for what a chargeback finds missing', async () => {
    const { wallets } = await shop()
    const posting: Posting = { ...takeOut(15_000, 'cb'), kind: 'chargeback', shortfallFrom: 'adjustment' }
    const posted = await wallets.post(posting)
    expect(posted).toMatchObject({
      ok: true,
      transfer: {
        entries: [
          { account: 'refunds', nanos: 15_000 },
          { account: 'wallet:acc_a', nanos: -10_000 },
          { account: 'adjustment', nanos: -5_000 },
        ],
      },
    })
    expect(await wallets.post(posting)).toMatchObject({ ok: true, repeated: true })
    expect(await wallets.post({ ...posting, entries: takeOut(14_000, 'cb').entries })).toMatchObject({
      reason: 'conflict',
    })
    // From an empty wallet as well.
    expect(await wallets.post({ ...posting, idemKey: 'cb2' })).toMatchObject({ ok: true })
    expect(await balance(wallets)).toEqual([0, 0])
  })

  it('finds what corrects a transfer', async () => {
    const { wallets } = await shop()
    const first = await wallets.transferByKey('top_up', 'first')
    const correctsId = first?.transferId ?? ''
    await wallets.post(takeOut(10, 'r1', { correctsId }))
    await wallets.post(takeOut(20, 'r2', { correctsId }))
    expect((await wallets.corrections(correctsId)).map(({ idemKey }) => idemKey)).toEqual(['r1', 'r2'])
    expect((await wallets.corrections(correctsId)).map((one) => one.correctsId)).toEqual([correctsId, correctsId])
  })

  it('draws what is needed, more where it is wanted and there, and never more than is available', async () => {
    const { wallets } = await shop()
    const first = mustBeDrawn(await wallets.draw(want(100, { wantNanos: 1_000 })))
    expect(first).toMatchObject({ drawnNanos: 1_000, grantedNanos: 1_000, availableNanos: 9_000 })
    // The same slice grows; its worker learns all that it was ever given.
    expect(await wallets.draw(want(0, { wantNanos: 0 }))).toMatchObject({
      sliceId: first.sliceId,
      drawnNanos: 0,
      grantedNanos: 1_000,
    })
    expect(await wallets.draw(want(100, { wantNanos: 8_000, shareOf: 4 }))).toMatchObject({
      sliceId: first.sliceId,
      drawnNanos: 2_250,
      grantedNanos: 3_250,
    })
    expect(await wallets.draw(want(6_751))).toEqual({
      ok: false,
      reason: 'insufficient',
      availableNanos: 6_750,
      heldNanos: 3_250,
    })
    const other = mustBeDrawn(await wallets.draw(want(6_750, { holder: 'w2' })))
    expect(other.sliceId).not.toBe(first.sliceId)
    expect(await balance(wallets)).toEqual([0, 10_000])
    expect(await wallets.draw(want(0, { wantNanos: 5 }))).toMatchObject({ ok: true, drawnNanos: 0 })
    expect(await wallets.draw(want(1, { accountId: 'acc_none' }))).toMatchObject({ ok: false, availableNanos: 0 })
    expect(await wallets.find('acc_none')).toBeUndefined()
    expect(
      (await wallets.liveSlices({ accountId: 'acc_a' })).map(({ grantedNanos }) => grantedNanos).toSorted(),
    ).toEqual([3_250, 6_750])
    for (const nanos of [-1, 0.5, Number.NaN, 2 ** 53])
      await expect(wallets.draw(want(nanos))).rejects.toThrow(RangeError)
  })

  it('begins another slice before the sums of one pass what a number can say', async () => {
    const database = await shop()
    const { wallets } = database
    await wallets.post(topUp(MOST_NANOS - 10_000, 'all'))
    const first = mustBeDrawn(await wallets.draw(want(2 ** 52)))
    const row = usageRecord({ accountId: 'acc_a', sliceId: first.sliceId, costNanos: 2 ** 52, paidNanos: 2 ** 52 })
    await bringIn(database, { rows: journalRows([row]) })
    await wallets.post(topUp(2 ** 52, 'more'))
    const second = mustBeDrawn(await wallets.draw(want(5_000)))
    expect(second.sliceId).not.toBe(first.sliceId)
    expect((await wallets.liveSlices({})).map(({ state }) => state).toSorted()).toEqual(['full', 'open'])
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
    await wallets.closeHolder('w1')
    expect(await wallets.liveSlices({})).toEqual([])
    expect(await balance(wallets)).toEqual([MOST_NANOS, 0])
  })

  it('gives nothing from a locked wallet, but takes in', async () => {
    const { wallets } = await shop()
    expect(await wallets.setState('acc_a', 'locked', 'looked odd')).toMatchObject({
      state: 'locked',
      lockReason: 'looked odd',
    })
    expect(await wallets.draw(want(1))).toEqual({ ok: false, reason: 'locked', availableNanos: 10_000, heldNanos: 0 })
    expect(await wallets.post(topUp(5, 'in'))).toMatchObject({ ok: true })
    expect((await wallets.list({ limit: 10, state: 'locked' })).wallets.map(({ accountId }) => accountId)).toEqual([
      'acc_a',
    ])
    expect(await wallets.setState('acc_a', 'active', 'not kept')).toMatchObject({ state: 'active', lockReason: '' })
    expect(await wallets.draw(want(1))).toMatchObject({ ok: true })
  })

  it('lists wallets page by page', async () => {
    const { wallets } = await open()
    for (const account of ['acc_c', 'acc_a', 'acc_b']) await wallets.ensure(account)
    expect(await wallets.ensure('acc_a')).toMatchObject({ availableNanos: 0, heldNanos: 0, state: 'active' })
    const page = await wallets.list({ limit: 2 })
    expect(page.wallets.map(({ accountId }) => accountId)).toEqual(['acc_a', 'acc_b'])
    expect(page.hasMore).toBe(true)
    const rest = await wallets.list({ limit: 2, after: 'acc_b' })
    expect(rest.wallets.map(({ accountId }) => accountId)).toEqual(['acc_c'])
    expect(rest.hasMore).toBe(false)
  })

  it('never overdraws a wallet, however many draw at once and on however many connections', async () => {
    const place = await open.place()
    const database = await shop(place)
    const other = open.kind === 'postgres' ? await open(place) : database
    for (const instance of ['ins_2', 'ins_3']) await database.wallets.renew(instance)
    const drawn = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const { wallets } = n % 2 === 0 ? database : other
        const draw = want(300, { holder: `w${n % 7}`, instanceId: `ins_${1 + (n % 3)}` })
        return await wallets.draw(draw).catch(() => null)
      }),
    )
    // Two draws of one worker at once are against the rules, and may fail; nothing else may.
    const given = drawn.filter((one) => one?.ok)
    // The first of each worker.
    expect(given.length).toBeGreaterThanOrEqual(7 * 3)
    const [available, held] = await balance(database.wallets)
    expect(held).toBe(given.length * 300)
    expect(available).toBe(10_000 - held)
    expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('writes off the slices of a gateway that is silent, and gives it another life when it wakes up', async () => {
    const database = await shop()
    const { wallets } = database
    const life = (await wallets.renew('ins_1', 1_000_000)).life
    await wallets.renew('ins_2', 1_000_000)
    const frozen = mustBeDrawn(await wallets.draw(want(4_000)))
    mustBeDrawn(await wallets.draw(want(1_000, { holder: 'w2', instanceId: 'ins_2' })))
    expect(await wallets.writeOffDead(20_000, 1_020_000)).toEqual([])
    await wallets.renew('ins_2', 1_020_001)
    expect(await wallets.writeOffDead(20_000, 1_020_001)).toMatchObject([{ sliceId: frozen.sliceId, holder: 'w1' }])
    expect(await balance(wallets)).toEqual([9_000, 1_000])
    expect(await wallets.writeOffDead(20_000, 1_020_002)).toEqual([])

    // It wakes up: it draws nothing before it has said so, and what it captures in the old slice is the operator's loss.
    expect(await wallets.draw(want(1))).toMatchObject({ ok: false, reason: 'expired' })
    expect((await wallets.renew('ins_1', 1_020_010)).life).not.toBe(life)
    const next = mustBeDrawn(await wallets.draw(want(500)))
    expect(next.sliceId).not.toBe(frozen.sliceId)
    const late = usageRecord({
      requestId: 'req_late',
      accountId: 'acc_a',
      sliceId: frozen.sliceId,
      costNanos: 700,
      paidNanos: 700,
    })
    await bringIn(database, { rows: journalRows([late]), returns: [{ sliceId: frozen.sliceId, nanos: 3_300 }] })
    expect(await balance(wallets)).toEqual([8_500, 1_500])
    expect((await wallets.ledgerSums()).get('late_loss')).toBe(-700n)
    expect(await database.usage.record(null, 'req_late')).toMatchObject({ costNanos: 700, chargedNanos: 0 })
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('forgets a gateway that leaves with nothing drawn, and keeps one that has slices', async () => {
    const { wallets } = await shop()
    mustBeDrawn(await wallets.draw(want(4_000)))
    await wallets.leave('ins_1')
    expect(await wallets.draw(want(1))).toMatchObject({ ok: true })
    await wallets.closeHolder('w1')
    await wallets.leave('ins_1')
    expect(await wallets.draw(want(1))).toMatchObject({ reason: 'expired' })
  })

  it('charges a batch once for each wallet, and says with each call what it cost whom', async () => {
    const database = await shop()
    const { wallets, usage } = database
    await wallets.post(topUp(1_000, 'b', 'acc_b'))
    const a = mustBeDrawn(await wallets.draw(want(2_000)))
    const b = mustBeDrawn(await wallets.draw(want(1_000, { accountId: 'acc_b' })))
    const call = (requestId: string, accountId: string, sliceId: string, costNanos: number, paidNanos = costNanos) =>
      usageRecord({ requestId, accountId, sliceId, costNanos, paidNanos, priceText: `i0o0p${costNanos}` })
    await bringIn(database, {
      rows: journalRows([
        call('req_1', 'acc_a', a.sliceId, 300),
        call('req_2', 'acc_b', b.sliceId, 400),
        // Dearer than its hold: the wallet pays from what is available.
        call('req_3', 'acc_a', a.sliceId, 900, 500),
        // Dearer than all that there is: the operator bears the rest.
        call('req_4', 'acc_b', b.sliceId, 5_000, 600),
        // Free, not billed, and a slice that a power cut has taken.
        call('req_5', 'acc_a', a.sliceId, 0),
        call('req_6', 'acc_a', '', 77),
        call('req_7', 'acc_a', 'sl_gone', 100),
      ]),
      returns: [
        { sliceId: a.sliceId, nanos: 200 },
        { sliceId: 'sl_gone', nanos: 9_999 },
      ],
    })
    expect(await balance(wallets)).toEqual([8_000 + 200 - 400 - 100, 2_000 - 800 - 200])
    expect(await balance(wallets, 'acc_b')).toEqual([0, 0])
    const charged = new Map((await usage.recent({ limit: 20 })).map((one) => [one.requestId, one.chargedNanos]))
    expect(Object.fromEntries(charged)).toEqual({
      req_1: 300,
      req_2: 400,
      req_3: 900,
      req_4: 600,
      req_5: 0,
      req_6: null,
      req_7: 100,
    })
    const sums = await wallets.ledgerSums()
    expect(sums.get('revenue')).toBe(6_700n)
    expect(sums.get('overrun_loss')).toBe(-4_400n)
    const lines = (await wallets.statement({ accountId: 'acc_a', order: 'newest-first', limit: 10 })).lines
    expect(lines).toMatchObject([
      { kind: 'usage', nanos: -1_300, balanceNanos: 8_700, calls: 3, actor: 'system' },
      { kind: 'top_up', nanos: 10_000, balanceNanos: 10_000, calls: 0, note: 'by hand' },
    ])
    expect(await usage.record('acc_a', 'req_1')).toMatchObject({ priceText: 'i0o0p300', providerCostNanos: 700 })
    expect(await usage.totals({ accountId: 'acc_a', fromMs: 0, toMs: 2_000_000_000_000 })).toMatchObject({
      total: { costNanos: 1_377, billedNanos: 1_300, providerCostNanos: 3_500 },
    })
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('never takes what another account drew for what this one used', async () => {
    const database = await shop()
    const { wallets } = database
    const a = mustBeDrawn(await wallets.draw(want(2_000)))
    await wallets.post(topUp(50, 'b', 'acc_b'))
    const stolen = usageRecord({ accountId: 'acc_b', sliceId: a.sliceId, costNanos: 80, paidNanos: 80 })
    await bringIn(database, { rows: journalRows([stolen]) })
    expect(await balance(wallets)).toEqual([8_000, 2_000])
    expect(await balance(wallets, 'acc_b')).toEqual([0, 0])
    expect((await wallets.ledgerSums()).get('overrun_loss')).toBe(-30n)
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('leaves no trace of a batch that was refused, and charges it once when it comes again', async () => {
    const database = await shop()
    const { wallets } = database
    const { sliceId } = mustBeDrawn(await wallets.draw(want(2_000)))
    const rows = journalRows([usageRecord({ accountId: 'acc_a', sliceId, costNanos: 80, paidNanos: 80 })])
    const advance = { instance: 'w1', segment: ++segments, from: 0, position: 9, directory: 'dir_test' }
    await database.usage.append({ rows, returns: [{ sliceId, nanos: 20 }] }, advance)
    for (let n = 0; n < 3; n++)
      await expect(database.usage.append({ rows, returns: [{ sliceId, nanos: 20 }] }, advance)).rejects.toThrow(
        /unique/i,
      )
    expect(await balance(wallets)).toEqual([8_020, 1_900])
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('gives a statement in pages, from either end, for any time', async () => {
    const { wallets } = await open()
    const amounts = Array.from({ length: 23 }, (_, n) => n + 1)
    for (const nanos of amounts) {
      await wallets.post(topUp(nanos, `t${nanos}`))
      if (nanos === 12) await sleep(2)
    }
    const all = async (order: 'newest-first' | 'oldest-first', rest: object = {}): Promise<StatementLine[]> => {
      const lines: StatementLine[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Awaited<ReturnType<WalletStore['statement']>> = await wallets.statement({
          accountId: 'acc_a',
          order,
          limit: 5,
          ...(cursor === '' ? {} : { cursor }),
          ...rest,
        })
        lines.push(...page.lines)
        cursor = page.next
      }
      return lines
    }
    const oldest = await all('oldest-first')
    expect(oldest.map(({ nanos }) => nanos)).toEqual(amounts)
    expect(oldest.map(({ balanceNanos }) => balanceNanos)).toEqual(amounts.map((n) => (n * (n + 1)) / 2))
    expect((await all('newest-first')).toReversed()).toEqual(oldest)
    const fromMs = oldest[15]?.atMs ?? 0
    expect(await all('oldest-first', { fromMs })).toEqual(oldest.filter(({ atMs }) => atMs >= fromMs))
    expect(await all('newest-first', { toMs: fromMs })).toEqual(oldest.filter(({ atMs }) => atMs < fromMs).toReversed())
    expect(await all('newest-first', { kinds: ['usage', 'refund'] })).toEqual([])
    await expect(
      wallets.statement({ accountId: 'acc_a', order: 'newest-first', limit: 5, cursor: 'x' }),
    ).rejects.toThrow(RangeError)
  })

  it('does all or nothing of what stands in a transaction', async () => {
    const database = await shop()
    const failing = database.transaction(async ({ wallets }) => {
      await wallets.lock('acc_a')
      await wallets.post(topUp(5, 'in'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await balance(database.wallets)).toEqual([10_000, 0])
    await database.transaction(async ({ wallets }) => void (await wallets.post(topUp(5, 'in'))))
    expect(await balance(database.wallets)).toEqual([10_005, 0])
  })

  it('has a ledger that nobody changes', async () => {
    const place = await open.place()
    await shop(place)
    for (const statement of [
      'update wallet_entries set nanos = nanos + 1',
      'delete from wallet_entries',
      "update wallet_transfers set note = 'x'",
      'delete from wallet_transfers',
      'update wallets set available_nanos = -1',
      'update wallets set held_nanos = -1',
    ])
      await expect(vandalise(place, statement)).rejects.toThrow(/append-only|constraint/)
  })

  const faults: readonly [invariant: string, statement: string][] = [
    [
      'I1',
      "insert into wallet_transfers (kind, idem_key, at, actor, note, reference, corrects, calls) values ('top_up', 'v', 1, '', '', '', 0, 0)",
    ],
    ['I1', "insert into wallet_entries (transfer, account, nanos, at) values (1, 'promo', 5, 1)"],
    ['I1', "insert into wallet_entries (transfer, account, nanos, at) values (12345, 'promo', 5, 1)"],
    ['I2', 'update wallets set available_nanos = available_nanos + 1'],
    [
      'I2',
      "insert into wallet_entries (transfer, account, nanos, balance_nanos, at) values (1, 'wallet:acc_x', 5, 7, 1)",
    ],
    ['I3', 'update wallets set held_nanos = held_nanos - 1, available_nanos = available_nanos + 1'],
    ['I3', 'update wallet_slices set granted_nanos = granted_nanos + 1'],
    ['I4', 'update usage_records set transfer = 777'],
    ['I4', 'update usage_records set lost_nanos = cost_nanos + 1'],
    ['I5', "update wallet_slices set instance_id = 'ins_gone', opened_at = 1"],
    ['I6', 'update usage_records set cost_nanos = cost_nanos + 1'],
    ['I6', 'delete from usage_records'],
    ['I6', 'update usage_hours set billed_nanos = billed_nanos + 1'],
    ['I9', "update usage_prices set price = 'i0o0p81'"],
  ]
  it.each(faults)('finds that the books are wrong, by %s, after: %s', async (invariant, statement) => {
    const place = await open.place()
    const database = await shop(place)
    const { sliceId } = mustBeDrawn(await database.wallets.draw(want(2_000)))
    const row = usageRecord({ accountId: 'acc_a', sliceId, costNanos: 80, paidNanos: 80, priceText: 'i0o0p80' })
    await bringIn(database, { rows: journalRows([row]) })
    expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([])
    await vandalise(place, statement)
    const { violations } = await database.wallets.checkMoney({ full: true })
    expect(violations.map((one) => one.invariant)).toContain(invariant)
  })

  it('keeps its books right while old calls are deleted', async () => {
    const database = await shop()
    const { wallets, usage } = database
    const { sliceId } = mustBeDrawn(await wallets.draw(want(9_000)))
    const dayMs = 86_400_000
    const now = Date.now()
    for (let day = 0; day < 8; day++) {
      const requestId = `req_${day}`
      const row = usageRecord({
        requestId,
        startedAtMs: now - day * dayMs,
        accountId: 'acc_a',
        sliceId,
        costNanos: 10,
        paidNanos: 10,
      })
      await bringIn(database, { rows: journalRows([row]) })
    }
    while (await usage.sumNextDay(now));
    const before = (at: number): number => now - at * dayMs
    while (await usage.deleteOld({ recordsBeforeMs: before(3), hoursBeforeMs: before(4), daysBeforeMs: before(6) }));
    expect(await usage.recent({ limit: 20 })).toHaveLength(4)
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('forgets slices that were closed a month ago and gateways that have none, and no other', async () => {
    const place = await open.place()
    const { wallets, usage } = await shop(place)
    await wallets.renew('ins_old', 1)
    await wallets.renew('ins_holding', 1)
    for (const holder of ['w1', 'w2', 'w3'])
      mustBeDrawn(await wallets.draw(want(10, { holder, instanceId: holder === 'w3' ? 'ins_holding' : 'ins_1' })))
    await wallets.closeHolder('w1')
    await wallets.closeHolder('w2')
    await vandalise(place, "update wallet_slices set ended_at = 5 where holder = 'w1'")
    const never = { recordsBeforeMs: -Infinity, hoursBeforeMs: -Infinity, daysBeforeMs: -Infinity }
    while (await usage.deleteOld(never));
    await using kysely = kyselyOn(place)
    const slices = await kysely.selectFrom('wallet_slices').select('holder').orderBy('holder').execute()
    expect(slices.map(({ holder }) => holder)).toEqual(['w2', 'w3'])
    const instances = await kysely.selectFrom('wallet_instances').select('instance_id').orderBy('instance_id').execute()
    expect(instances.map((row) => row.instance_id)).toEqual(['ins_1', 'ins_holding'])
    expect((await wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('sums any postings exactly', async () => {
    const { wallets } = await open()
    let count = 0
    const expected = new Map<string, bigint>()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2 ** 50 }), { maxLength: 5 }), async (amounts) => {
        for (const nanos of amounts) {
          const account = `acc_${++count % 5}`
          const posted = await wallets.post(topUp(nanos, String(count), account))
          if (posted.ok) expected.set(account, (expected.get(account) ?? 0n) + BigInt(nanos))
        }
        const { availableNanos } = await wallets.totals()
        expect(availableNanos).toBe([...expected.values()].reduce((sum, one) => sum + one, 0n))
      }),
      { numRuns: 15 },
    )
  })
})
