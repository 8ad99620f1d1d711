// Wallets from the outside, on each database: what the operator does to them, and redeem codes.
import { expect, it } from 'vitest'
import { DOLLAR, tillOn } from '../billing/__fixtures__/till.ts'
import { OPERATOR } from '../identity/principal.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'

describeEachDatabase('Money in and out', (open) => {
  it('tops up once, however often the same request is sent', async () => {
    const till = tillOn(await open())
    const { accountId } = await till.customer()
    const move = { amountNanos: 25 * DOLLAR, note: 'bank transfer', repeatKey: 'k1' }
    const [first, second] = await Promise.all([
      till.wallets.topUp(OPERATOR, accountId, move),
      till.wallets.topUp(OPERATOR, accountId, move),
    ])
    expect([first.repeated, second.repeated].toSorted()).toEqual([false, true])
    expect(first.transfer.transferId).toBe(second.transfer.transferId)
    expect(await till.balance(accountId)).toBe(25 * DOLLAR)
    await expect(till.wallets.topUp(OPERATOR, accountId, { ...move, amountNanos: DOLLAR })).rejects.toMatchObject({
      code: 'conflict',
      param: 'Idempotency-Key',
    })
    const other = await till.customer()
    await till.wallets.topUp(OPERATOR, other.accountId, move)
    expect(await till.balance(other.accountId)).toBe(25 * DOLLAR)
    const { records } = await till.house.audit.list(OPERATOR, { action: 'wallet.top_up' })
    expect(records).toHaveLength(2)
    expect((await till.database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('moves money for the operator alone, and never for his own accounts', async () => {
    const till = tillOn(await open())
    const { accountId, principal } = await till.customer()
    const move = { amountNanos: DOLLAR, note: 'x', repeatKey: null }
    const denied = { code: 'permission_denied' }
    await expect(till.wallets.topUp(principal, accountId, move)).rejects.toMatchObject(denied)
    await expect(till.wallets.adjust(principal, accountId, move)).rejects.toMatchObject(denied)
    await expect(till.wallets.setState(principal, accountId, 'active', '')).rejects.toMatchObject(denied)
    await expect(
      till.wallets.refund(principal, accountId, {
        of: { requestId: 'r' },
        amountNanos: null,
        note: '',
        repeatKey: null,
      }),
    ).rejects.toMatchObject(denied)
    await expect(till.wallets.topUp(OPERATOR, 'default', move)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(till.wallets.topUp(OPERATOR, 'acc_none', move)).rejects.toMatchObject({ code: 'not_found' })
    for (const amountNanos of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])
      await expect(till.wallets.topUp(OPERATOR, accountId, { ...move, amountNanos })).rejects.toMatchObject({
        code: 'invalid_request',
      })
    expect(await till.balance(accountId)).toBe(0)
  })

  it('adjusts in both directions, never below nothing, and calls back what workers hold first', async () => {
    const till = tillOn(await open())
    const { accountId } = await till.customer()
    await till.give(accountId, 10 * DOLLAR)
    await till.wallets.adjust(OPERATOR, accountId, { amountNanos: -4 * DOLLAR, note: 'mistake', repeatKey: null })
    expect(await till.balance(accountId)).toBe(6 * DOLLAR)
    expect(till.recalled).toEqual([])
    await till.database.wallets.renew('ins_1')
    const draw = { holder: 'w', instanceId: 'ins_1', needNanos: 5 * DOLLAR, wantNanos: 5 * DOLLAR }
    await till.database.wallets.draw({ accountId, ...draw })
    await expect(
      till.wallets.adjust(OPERATOR, accountId, { amountNanos: -2 * DOLLAR, note: 'more', repeatKey: null }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('US$ 1 of this wallet') })
    expect(till.recalled).toEqual([accountId])
    await expect(
      till.wallets.adjust(OPERATOR, accountId, { amountNanos: DOLLAR, note: ' ', repeatKey: null }),
    ).rejects.toMatchObject({ code: 'invalid_request', param: 'note' })
    expect((await till.database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('refuses what a wallet cannot hold', async () => {
    const till = tillOn(await open())
    const { accountId } = await till.customer()
    await till.give(accountId, Number.MAX_SAFE_INTEGER - 5)
    await expect(till.give(accountId, 6)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('9007199.254740991'),
    })
    await till.give(accountId, 5)
    expect(await till.balance(accountId)).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('refunds a top-up in parts, never more than it was, however many ask at once', async () => {
    const till = tillOn(await open())
    const { accountId } = await till.customer()
    const { transfer } = await till.wallets.topUp(OPERATOR, accountId, {
      amountNanos: 10 * DOLLAR,
      note: '',
      repeatKey: null,
    })
    await till.give(accountId, 90 * DOLLAR)
    const of = { transferId: transfer.transferId }
    const refund = (amountNanos: number | null, repeatKey: string | null = null) =>
      till.wallets.refund(OPERATOR, accountId, { of, amountNanos, note: 'sorry', repeatKey })
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => refund(3 * DOLLAR)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(await till.balance(accountId)).toBe(91 * DOLLAR)
    const last = await refund(null, 'again')
    expect(last.transfer).toMatchObject({ kind: 'refund', correctsId: transfer.transferId })
    expect((await refund(null, 'again')).repeated).toBe(true)
    await expect(refund(1)).rejects.toMatchObject({ code: 'conflict' })
    expect(await till.balance(accountId)).toBe(90 * DOLLAR)
    expect((await till.database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('keeps nothing of a refund that the wallet could not bear', async () => {
    const till = tillOn(await open())
    const { accountId } = await till.customer()
    const { transfer } = await till.wallets.topUp(OPERATOR, accountId, {
      amountNanos: 10 * DOLLAR,
      note: '',
      repeatKey: null,
    })
    await till.wallets.adjust(OPERATOR, accountId, { amountNanos: -8 * DOLLAR, note: 'spent', repeatKey: null })
    const of = { transferId: transfer.transferId }
    const wish = { of, note: '', repeatKey: null }
    await expect(till.wallets.refund(OPERATOR, accountId, { ...wish, amountNanos: 5 * DOLLAR })).rejects.toMatchObject({
      code: 'conflict',
    })
    await till.wallets.refund(OPERATOR, accountId, { ...wish, amountNanos: 2 * DOLLAR })
    expect(await till.database.refunds.refundedNanos(`transfer:${transfer.transferId}`)).toBe(2 * DOLLAR)
    const stranger = await till.customer()
    await expect(
      till.wallets.refund(OPERATOR, stranger.accountId, { ...wish, amountNanos: null }),
    ).rejects.toMatchObject({ code: 'not_found' })
  })

  it('locks a wallet with a reason, and says who did it', async () => {
    const till = tillOn(await open())
    const { accountId } = await till.customer()
    await expect(till.wallets.setState(OPERATOR, accountId, 'locked', '')).rejects.toMatchObject({ param: 'reason' })
    const locked = await till.wallets.setState(OPERATOR, accountId, 'locked', 'fraud?')
    expect(locked).toMatchObject({ state: 'locked', lockReason: 'fraud?' })
    expect(await till.wallets.setState(OPERATOR, accountId, 'active', 'ignored')).toMatchObject({
      state: 'active',
      lockReason: '',
    })
    const { records } = await till.house.audit.list(OPERATOR, { accountId })
    expect(records.map(({ action }) => action)).toEqual(expect.arrayContaining(['wallet.lock', 'wallet.unlock']))
  })

  it('gives the money of a code to one of all who try at the same moment', async () => {
    const till = tillOn(await open())
    const customers = await Promise.all(Array.from({ length: 6 }, (_, index) => till.customer(`c${index}`)))
    const wanted = { name: 'spring', amountNanos: 5 * DOLLAR, count: 3, expiresInSeconds: null }
    const { batch, codes } = await till.codes.create(OPERATOR, wanted)
    const [code = ''] = codes
    const tries = await Promise.allSettled(
      [...customers, ...customers].map(({ principal }) => till.codes.redeem(principal, code)),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const balances = await Promise.all(customers.map(({ accountId }) => till.balance(accountId)))
    expect(balances.reduce((sum, nanos) => sum + nanos, 0)).toBe(5 * DOLLAR)
    expect(await till.codes.get(OPERATOR, batch.batchId)).toMatchObject({ redeemedCount: 1, count: 3 })
    const winner = customers[balances.indexOf(5 * DOLLAR)]
    const loser = customers[balances.indexOf(0)]
    await expect(till.codes.redeem(winner!.principal, code)).rejects.toMatchObject({ code: 'conflict' })
    await expect(till.codes.redeem(loser!.principal, code)).rejects.toMatchObject({ code: 'not_found' })
    expect((await till.database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('gives nothing for codes that are mistyped, expired or withdrawn, and keeps none of them as they are', async () => {
    const till = tillOn(await open())
    const { accountId, principal } = await till.customer()
    const wanted = { name: 'short', amountNanos: DOLLAR, count: 1, expiresInSeconds: 60 }
    const expiring = await till.codes.create(OPERATOR, wanted)
    const withdrawn = await till.codes.create(OPERATOR, { ...wanted, expiresInSeconds: null })
    await till.codes.void(OPERATOR, withdrawn.batch.batchId)
    till.nowMs += 60_000
    for (const code of [expiring.codes[0] ?? '', withdrawn.codes[0] ?? ''])
      await expect(till.codes.redeem(principal, code)).rejects.toMatchObject({ code: 'not_found' })
    await expect(till.codes.redeem(principal, 'AAAAA')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(till.codes.redeem(OPERATOR, withdrawn.codes[0] ?? '')).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await till.balance(accountId)).toBe(0)
    const { records } = await till.codes.codes(OPERATOR, withdrawn.batch.batchId, { limit: 10 })
    const stored = JSON.stringify([records, await till.house.audit.list(OPERATOR)])
    for (const code of [...expiring.codes, ...withdrawn.codes]) {
      expect(stored).not.toContain(code)
      expect(stored).not.toContain(code.replaceAll('-', ''))
    }
  })
})
