import { expect, it } from 'vitest'
import type { UsageRecord } from '../billing/usage/usage-record.ts'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { bringIn, journalRows, usageRecord } from './__fixtures__/usage-rows.ts'
import { forgetCharged } from './charged-once.ts'
import type { Database } from './database.ts'

const PLENTY = 10_000

function run(rest: Partial<UsageRecord> = {}): UsageRecord {
  return usageRecord({ requestId: 'req_job', once: true, costNanos: 700, paidNanos: 700, sliceId: 'sl_1', ...rest })
}

describeEachDatabase('background work', (open) => {
  const shop = async (): Promise<Database> => {
    const database = await open()
    await database.wallets.renew('ins_1')
    await database.wallets.post({
      kind: 'top_up',
      idemKey: 'first',
      actor: 'master',
      note: '',
      entries: [
        { account: 'psp_clearing', nanos: -PLENTY },
        { account: 'wallet:acc_a', nanos: PLENTY },
      ],
    })
    return database
  }

  const drawFor = async (database: Database, holder: string): Promise<string> => {
    const wish = { accountId: 'acc_a', holder, instanceId: 'ins_1', needNanos: 2_000, wantNanos: 2_000 }
    const drawn = await database.wallets.draw(wish)
    if (!drawn.ok) throw new Error(drawn.reason)
    return drawn.sliceId
  }

  it('is charged once when two gateways ran it, whichever comes first, and the rest goes back to the wallet', async () => {
    const database = await shop()
    for (const [segment, holder] of ['w1', 'w2', 'w3'].entries()) {
      const sliceId = await drawFor(database, holder)
      const rows = journalRows([run({ sliceId, costNanos: 700 + segment, paidNanos: 700 + segment })])
      const advance = { instance: holder, segment, from: 0, position: 1, directory: 'dir_test' }
      await database.usage.append({ rows, returns: [], closes: holder }, advance)
    }
    const wallet = await database.wallets.find('acc_a')
    expect(wallet).toMatchObject({ availableNanos: PLENTY - 700, heldNanos: 0 })
    const records = await database.usage.recent({ limit: 10 })
    expect(records.map(({ requestId }) => requestId)).toEqual(['req_job', 'req_job', 'req_job'])
    expect(records.map(({ costNanos }) => costNanos).toSorted()).toEqual([0, 0, 700])
    // What the operator paid his provider for the other runs is no less true.
    expect(records.map(({ providerCostNanos }) => providerCostNanos)).toEqual([700, 700, 700])
    expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('is charged once when both runs come in together', async () => {
    const database = await shop()
    const sliceId = await drawFor(database, 'w1')
    await bringIn(database.usage, [run({ sliceId }), usageRecord({ requestId: 'req_other' }), run({ sliceId })])
    // The worker lives on and has counted both: what it captured for the second is back in the wallet.
    expect(await database.wallets.find('acc_a')).toMatchObject({
      availableNanos: PLENTY - 2_000 + 700,
      heldNanos: 2_000 - 1_400,
    })
    const records = await database.usage.recent({ limit: 10 })
    expect(records.map(({ requestId, costNanos }) => `${requestId} ${costNanos}`).toSorted()).toEqual([
      'req_job 0',
      'req_job 700',
      'req_other 1000',
    ])
    expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([])
  })

  it('is charged for no run any more when it has come to nothing, unless it was charged already', async () => {
    const database = await shop()
    const sliceId = await drawFor(database, 'w1')
    expect(await database.usage.forgo('req_job')).toBe(true)
    await bringIn(database.usage, [run({ sliceId }), run({ sliceId, requestId: 'req_done' })])
    expect(await database.usage.forgo('req_done')).toBe(false)
    const records = await database.usage.recent({ limit: 10 })
    expect(records.map(({ requestId, costNanos }) => `${requestId} ${costNanos}`).toSorted()).toEqual([
      'req_done 700',
      'req_job 0',
    ])
    expect(await database.wallets.find('acc_a')).toMatchObject({
      availableNanos: PLENTY - 2_000 + 700,
      heldNanos: 2_000 - 1_400,
    })
  })

  it('is not charged for a run that cost nothing, so that the next one is', async () => {
    const database = await shop()
    const sliceId = await drawFor(database, 'w1')
    await bringIn(database.usage, [run({ sliceId, costNanos: 0, paidNanos: 0 })])
    await bringIn(database.usage, [run({ sliceId })])
    const records = await database.usage.recent({ limit: 10 })
    expect(records.map(({ costNanos }) => costNanos).toSorted()).toEqual([0, 700])
  })

  it('leaves calls alone that share a request id and are none', async () => {
    const database = await shop()
    await bringIn(database.usage, [usageRecord(), usageRecord()])
    const records = await database.usage.recent({ limit: 10 })
    expect(records.map(({ costNanos }) => costNanos)).toEqual([1000, 1000])
  })

  it('is forgotten after three months, and not before', async () => {
    const place = await open.place()
    const database = await open(place)
    await bringIn(database.usage, [run({ sliceId: '' })])
    await using kysely = kyselyOn(place)
    expect(await forgetCharged(kysely)).toBe(false)
    await kysely.updateTable('charged_once').set({ charged_at: 1 }).execute()
    expect(await forgetCharged(kysely)).toBe(true)
    expect(await forgetCharged(kysely)).toBe(false)
  })
})
