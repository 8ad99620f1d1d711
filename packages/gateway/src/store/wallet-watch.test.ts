// What customers are told about their wallets, on each database.
import { createHmac } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { DOLLAR, tillOn, type Till } from '../billing/__fixtures__/till.ts'
import type { Principal } from '../identity/principal.ts'
import { webhookKey } from '../billing/wallets/wallet-watch.ts'
import { SECRET } from '../billing/__fixtures__/till.ts'
import { OPERATOR } from '../identity/principal.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'

const LOW = { thresholdNanos: 5 * DOLLAR, webhookUrl: 'https://hooks.example/low', email: 'ada@example.com' }

describeEachDatabase('A low balance', (open) => {
  let till: Till
  let accountId: string
  let principal: Principal

  beforeEach(async () => {
    till = tillOn(await open())
    ;({ accountId, principal } = await till.customer())
    await till.give(accountId, 6 * DOLLAR)
  })
  const move = (dollars: number): Promise<unknown> =>
    till.wallets.adjust(OPERATOR, accountId, { amountNanos: dollars * DOLLAR, note: 'x', repeatKey: null })

  it('is told once for each crossing, by webhook and by mail, whoever looks', async () => {
    await till.wallets.setSettings(principal, accountId, { lowBalance: LOW })
    await till.watch.look()
    expect(till.posted).toEqual([])
    await move(-2)
    await Promise.all([till.watch.look(), till.watch.look(), till.watch.look()])
    await move(-1)
    await till.watch.look()
    expect(till.posted).toHaveLength(1)
    expect(till.mails).toMatchObject([{ to: 'ada@example.com', subject: expect.stringContaining('low') }])
    await move(10)
    await move(-10)
    await till.watch.look()
    expect(till.posted).toHaveLength(2)
  })

  it('is signed for the account, so that its receiver can tell it from what anybody might send', async () => {
    await move(-2)
    await till.wallets.setSettings(principal, accountId, { lowBalance: LOW })
    await till.watch.look()
    const [sent] = till.posted
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = sent?.headers ?? {}
    const key = Buffer.from(webhookKey(SECRET, accountId).slice('whsec_'.length), 'base64')
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${sent?.body}`).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(sent).toMatchObject({ reach: 'public', method: 'POST', url: LOW.webhookUrl })
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      type: 'wallet.low_balance',
      timestamp: new Date(till.nowMs).toISOString(),
      data: { account: accountId, balance: '4', threshold: '5' },
    })
    expect(webhookKey(SECRET, 'acc_other')).not.toBe(webhookKey(SECRET, accountId))
  })

  it('is told again until it arrives, under the same id, and given up after ten attempts', async () => {
    await move(-2)
    await till.wallets.setSettings(principal, accountId, { lowBalance: { ...LOW, email: '' } })
    till.answer = () => ({ status: 500, text: '' })
    await till.watch.look()
    await till.watch.look()
    expect(till.posted).toHaveLength(1)
    till.nowMs += 10_000
    await till.watch.look()
    expect(till.posted).toHaveLength(2)
    expect(till.posted[1]?.headers['webhook-id']).toBe(till.posted[0]?.headers['webhook-id'])
    for (let round = 0; round < 20; round++) {
      till.nowMs += 4 * 3600_000
      await till.watch.look()
    }
    expect(till.posted).toHaveLength(10)
  })

  it('counts what workers hold as left', async () => {
    await till.wallets.setSettings(principal, accountId, { lowBalance: LOW })
    await till.database.wallets.renew('ins_1')
    const draw = { holder: 'w', instanceId: 'ins_1', needNanos: 4 * DOLLAR, wantNanos: 4 * DOLLAR }
    await till.database.wallets.draw({ accountId, ...draw })
    await till.watch.look()
    expect(till.posted).toEqual([])
  })

  it.each([
    ['http://hooks.example/', 'webhook_url'],
    ['https://user:pass@hooks.example/', 'webhook_url'],
    ['ftp://hooks.example/', 'webhook_url'],
    ['not a url', 'webhook_url'],
  ])('is not sent to %s', async (webhookUrl, field) => {
    const wish = { lowBalance: { ...LOW, webhookUrl } }
    await expect(till.wallets.setSettings(principal, accountId, wish)).rejects.toMatchObject({
      param: `low_balance.${field}`,
    })
  })

  it.each(['ada', 'ada@example.com, bob@example.com', 'ada@example.com\nBcc: bob@example.com', '<ada@example.com>'])(
    'is not mailed to %j',
    async (email) => {
      await expect(
        till.wallets.setSettings(principal, accountId, { lowBalance: { ...LOW, email } }),
      ).rejects.toMatchObject({ param: 'low_balance.email' })
    },
  )

  it("is another account's business to nobody", async () => {
    const stranger = await till.customer()
    const wish = { lowBalance: LOW }
    await expect(till.wallets.setSettings(stranger.principal, accountId, wish)).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(till.wallets.get(stranger.principal, accountId)).rejects.toMatchObject({ code: 'not_found' })
    const query = { accountId, order: 'newest-first', limit: 5 } as const
    await expect(till.wallets.statement(stranger.principal, query)).rejects.toMatchObject({ code: 'not_found' })
  })
})
