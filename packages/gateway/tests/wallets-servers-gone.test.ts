// Redis or PostgreSQL away while a wallet is being spent: no money is lost or overdrawn, streams that run come to their
// end, and what cannot be paid for any more is refused with 503, never with 402 or 401.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { spendWithoutPostgres } from './support/servers-gone.ts'
import { HAS_SERVERS, startInstances } from './support/several-instances.ts'
import { NANOS_PER_DOLLAR, shopYaml } from './support/shop.ts'
import { expectExactly, spendEverything } from './support/spend-everything.ts'

describe.runIf(HAS_SERVERS)('two instances that spend one wallet', () => {
  it('find each other without Redis when money gets scarce, and nobody is refused before all of it is spent', async () => {
    await using upstream = await startFakeUpstream()
    await using instances = await startInstances(2, { yaml: shopYaml([upstream.url]) })
    const [first] = instances.gateways
    const shop = {
      origin: first!.origin,
      urls: instances.gateways.map(({ url }) => url),
      place: { url: instances.databaseUrl },
      upstream,
    }
    instances.redis.freeze()
    const spree = await spendEverything(shop, NANOS_PER_DOLLAR / 2, { spenders: 30 })
    expectExactly(spree, upstream, 'Redis frozen')
    expect(spree.purchases.filter(({ status }) => status !== 200 && status !== 402)).toEqual([])
  }, 90_000)

  it('serve from what they have drawn while PostgreSQL is frozen, then say 503, and recover alone', async () => {
    await spendWithoutPostgres('freeze')
  }, 150_000)
})
