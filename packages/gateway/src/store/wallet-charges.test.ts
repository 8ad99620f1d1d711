// Random interleavings of everything that moves money in the database, against sums that are kept by hand. Workers behave
// as they do: what they draw they capture or give back, through journals that come in late, in pieces, or after their death.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JournalRow, SliceReturn } from '../billing/usage/usage-store.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'
import { ACCOUNTS, World } from './__fixtures__/money-world.ts'
import { journalRows, usageRecord } from './__fixtures__/usage-rows.ts'
import type { Database } from './database.ts'

const amount = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 1000 }) },
  fc.integer({ min: 1, max: 2 ** 50 }),
)
const step = fc.record({
  what: fc.constantFrom(
    'top-up',
    'refund',
    'draw',
    'draw',
    'capture',
    'capture',
    'capture',
    'overrun',
    'give back',
    'bring in',
    'bring in',
    'die',
    'freeze',
    'look',
  ),
  who: fc.nat(8),
  account: fc.constantFrom(...ACCOUNTS),
  pick: fc.nat(20),
  nanos: amount,
  more: amount,
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(world: World, { what, who, account, pick, nanos, more }: Step): Promise<void> {
  const worker = world.worker(who)
  switch (what) {
    case 'top-up':
      return void (await world.post(account, nanos))
    case 'refund':
      return void (await world.post(account, -nanos))
    case 'draw':
      return await world.draw(worker, account, nanos, more)
    case 'look':
      return await world.draw(worker, account, 0, more % 3 === 0 ? more : 0)
    case 'capture':
      return world.capture(worker, pick, nanos, nanos)
    case 'overrun':
      return world.capture(worker, pick, nanos + more, nanos)
    case 'give back':
      return world.giveBack(worker, pick, nanos)
    case 'bring in':
      return await world.bringIn(worker, 1 + pick, false)
    case 'die':
      return await world.die(worker)
    case 'freeze':
      return await world.freeze(worker)
  }
}

describeEachDatabase('money', (open) => {
  it('is neither lost nor doubled, however draws, captures, returns, deaths and freezes fall', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }), async (steps) => {
        const world = new World(await open())
        await world.renewAll()
        await world.post('acc_a', 100_000)
        let last = 0
        for (const one of steps) {
          await take(world, one)
          last = await world.check(last)
        }
        for (let n = 0; n < world.workers.length; n++) await world.die(world.worker(n))
        await world.check()
        // Nothing is stranded: when everybody is gone, all that is left is available.
        for (const account of ACCOUNTS) expect((await world.database.wallets.find(account))?.heldNanos ?? 0).toBe(0)
      }),
      { numRuns: open.kind === 'sqlite' ? 12 : 2 },
    )
  }, 60_000)

  it('is neither lost nor doubled by gateways that do it all at once', async () => {
    const place = await open.place()
    const world = new World(await open(place))
    const databases = [world.database, open.kind === 'postgres' ? await open(place) : world.database]
    for (const instance of ['ins_1', 'ins_2']) await world.database.wallets.renew(instance)
    for (const account of ACCOUNTS) await world.post(account, 1_000_000)
    const { fails } = await crowd(databases)
    expect(fails).toEqual([])
    expect((await world.database.wallets.checkMoney({ full: true })).violations).toEqual([])
    for (const { holder } of await world.database.wallets.liveSlices({}))
      await world.database.wallets.closeHolder(holder)
    const sums = await world.database.wallets.ledgerSums()
    const { availableNanos, heldNanos } = await world.database.wallets.totals()
    expect(heldNanos).toBe(0n)
    expect(availableNanos).toBe(sums.get('wallet:*'))
    expect((sums.get('psp_clearing') ?? 0n) + (sums.get('revenue') ?? 0n) + availableNanos).toBe(0n)
    expect((await world.database.wallets.checkMoney({ full: true })).violations).toEqual([])
  }, 60_000)
})

/** Eight workers draw, capture and give back, each in its own order; somebody tops up, takes out and sweeps all the while. */
async function crowd(databases: readonly Database[]): Promise<{ readonly fails: readonly unknown[] }> {
  const fails: unknown[] = []
  const others = { done: false }
  const noting = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => fails.push(error))
  }
  const worker = async (n: number): Promise<void> => {
    const database = databases[n % databases.length]
    if (database === undefined) return
    const holder = `c${n}`
    let position = 0
    for (let round = 0; round < 12; round++) {
      const rows: JournalRow[] = []
      const returns: SliceReturn[] = []
      // Each in another order, so that they would wait for each other in a circle if anybody let them.
      for (const accountId of n % 2 === 0 ? ACCOUNTS : ACCOUNTS.toReversed()) {
        const draw = { accountId, holder, instanceId: `ins_${1 + (n % 2)}`, needNanos: 50, wantNanos: 500, shareOf: 4 }
        const drawn = await database.wallets.draw(draw)
        if (!drawn.ok) continue
        const spent = { accountId, sliceId: drawn.sliceId, costNanos: 20, paidNanos: 20, priceText: 'i0o0p20' }
        for (let call = 0; call < 2; call++)
          rows.push(...journalRows([usageRecord({ requestId: `req_${n}_${round}_${accountId}_${call}`, ...spent })]))
        returns.push({ sliceId: drawn.sliceId, nanos: 10 })
      }
      const from = position
      position += 1
      const closes = round === 11 && n % 3 === 0 ? { closes: holder } : {}
      const advance = { instance: holder, segment: 1, from, position, directory: 'dir_test' }
      await noting(() => database.usage.append({ rows, returns, ...closes }, advance))
    }
  }
  const office = async (n: number): Promise<void> => {
    const database = databases[n % databases.length]
    if (database === undefined) return
    for (let round = 0; !others.done; round++) {
      const account = ACCOUNTS[round % 2] ?? 'acc_a'
      const nanos = round % 3 === 0 ? -700 : 400
      const entries = [
        { account: 'psp_clearing', nanos: -nanos },
        { account: `wallet:${account}`, nanos },
      ] as const
      await noting(() =>
        database.wallets.post({ kind: 'adjustment', idemKey: `${n} ${round}`, actor: 'test', entries }),
      )
      await noting(() => database.wallets.renew(`ins_${1 + (round % 2)}`))
      await noting(() => database.wallets.writeOffDead(20_000))
      await noting(async () => expect((await database.wallets.checkMoney({ full: true })).violations).toEqual([]))
    }
  }
  const offices = [office(0), office(1)]
  await Promise.all(Array.from({ length: 8 }, (_, n) => noting(() => worker(n))))
  others.done = true
  await Promise.all(offices)
  return { fails }
}
