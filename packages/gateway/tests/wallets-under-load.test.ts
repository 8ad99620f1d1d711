// A hundred clients at once on one wallet, however many processes serve them: not one nano-dollar more is spent than was
// paid in, nobody is refused while there is money, and nearly all of it can be spent.

import { join } from 'node:path'
import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startGateway } from './support/gateway.ts'
import { spawnGateway } from './support/processes.ts'
import { HAS_SERVERS, startInstances } from './support/several-instances.ts'
import { NANOS_PER_DOLLAR, shopYaml } from './support/shop.ts'
import { expectExactly, MOST_HELD_NANOS, spendEverything, spendOneByOne } from './support/spend-everything.ts'

const BALANCE_NANOS = NANOS_PER_DOLLAR / 2
/** One after the other. */
const WALLETS = 5

describe('a hundred spenders on one wallet', () => {
  it('hold less than one part in a hundred of it each', () => {
    expect(MOST_HELD_NANOS).toBeLessThan(BALANCE_NANOS / 100)
  })

  it('spend what is there and no more, in one process', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(shopYaml([upstream.url]))
    const { origin, url, databaseFile, callBack } = gateway
    const shop = { origin, urls: [url], place: { file: databaseFile }, upstream, callBack }
    expectExactly(await spendEverything(shop, BALANCE_NANOS), upstream, 'one process')
  }, 60_000)

  it('spend what is there and no more, on four workers with SQLite', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: shopYaml([upstream.url]), workers: 4 })
    const place = { file: join(gateway.folder, 'data', 'fairlead.db') }
    const shop = { origin: gateway.origin, urls: [gateway.url], place, upstream }
    expectExactly(await spendEverything(shop, BALANCE_NANOS), upstream, 'four workers')
  }, 60_000)

  it.runIf(HAS_SERVERS)(
    'spend what is there and no more, on three instances with PostgreSQL and Redis',
    async () => {
      await using upstream = await startFakeUpstream()
      await using instances = await startInstances(3, { yaml: shopYaml([upstream.url]) })
      const urls = instances.gateways.map(({ url }) => url)
      const origin = instances.gateways[0]!.origin
      const shop = { origin, urls, place: { url: instances.databaseUrl }, upstream }
      expectExactly(await spendEverything(shop, BALANCE_NANOS), upstream, 'three instances')
    },
    90_000,
  )
})

// What a worker has drawn and not used is called back before anybody is refused.
describe('a spender who meets another worker each time', () => {
  it('is refused only when what is left is less than the need, on four workers', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: shopYaml([upstream.url]), workers: 4 })
    const place = { file: join(gateway.folder, 'data', 'fairlead.db') }
    const shop = { origin: gateway.origin, urls: [gateway.url], place, upstream }
    for (let wallet = 0; wallet < WALLETS; wallet++) await spendOneByOne(shop)
  }, 60_000)

  it.runIf(HAS_SERVERS)(
    'is refused only when what is left is less than the need, on three instances',
    async () => {
      await using upstream = await startFakeUpstream()
      await using instances = await startInstances(3, { yaml: shopYaml([upstream.url]) })
      const urls = instances.gateways.map(({ url }) => url)
      const origin = instances.gateways[0]!.origin
      const shop = { origin, urls, place: { url: instances.databaseUrl }, upstream }
      for (let wallet = 0; wallet < WALLETS; wallet++) await spendOneByOne(shop)
    },
    90_000,
  )
})
