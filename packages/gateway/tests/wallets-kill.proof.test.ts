// Two hundred processes killed while money is spent: what `wallets-kill.test.ts` says, at full size.

import { describe, expect, it } from 'vitest'
import { lostNanos, takenNanos } from './support/books.ts'
import { expectRight, killInstances, killOneForLong, killPrimaries, killWorkers } from './support/kill-spenders.ts'
import { HAS_SERVERS } from './support/several-instances.ts'

const seed = Number(process.env['FAIRLEAD_TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`kill -9 while money is spent (seed ${seed})`, () => {
  it('of workers, eighty times', async () => {
    expectRight('workers', await killWorkers({ rounds: 80, spenders: 24, workers: 3, seed }))
  })

  it('of primaries, sixty times', async () => {
    expectRight('primaries', await killPrimaries({ rounds: 60, spenders: 16, workers: 2, seed }))
  })

  it.runIf(HAS_SERVERS)('of whole instances, sixty times', async () => {
    expectRight('instances', await killInstances({ rounds: 60, spenders: 8, seed }))
  })

  it.runIf(HAS_SERVERS)(
    'of an instance that comes back after a while: what it held is spent by others, and nobody pays twice',
    async () => {
      const { away, back, awayMs } = await killOneForLong({ rounds: 1, spenders: 18, seed })
      console.log(
        `what it held was back after ${(awayMs / 1000).toFixed(1)} s; late: ${lostNanos(back.books)} nano-US$`,
      )
      expect(away.violations).toEqual([])
      expect(lostNanos(away)).toBe(0)
      expectRight('back', back)
      // Nothing was taken for what came late.
      expect(back.lostNanos).toBeGreaterThan(0)
      expect(back.takenNanos).toBe(takenNanos(away, back.account.balanceNanos))
    },
  )
})
