// Both servers, frozen and killed, while a wallet is being spent.

import { describe, it } from 'vitest'
import { spendWithoutPostgres, spendWithoutRedis } from './support/servers-gone.ts'
import { HAS_SERVERS } from './support/several-instances.ts'

describe.runIf(HAS_SERVERS)('two instances that spend one wallet', () => {
  it.each(['freeze', 'kill'] as const)('do not care for Redis: %s', async (fault) => {
    await spendWithoutRedis(fault)
  })

  it.each(['freeze', 'kill'] as const)(
    'serve from what they have drawn without PostgreSQL, then say 503, and recover alone: %s',
    async (fault) => {
      await spendWithoutPostgres(fault)
    },
  )
})
