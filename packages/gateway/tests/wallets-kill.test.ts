// Processes that are killed without a word while money is spent: no wallet is wrong, nothing is charged without its row,
// and nothing stays held. (`wallets-kill.proof.test.ts` does it two hundred times.)

import { describe, it } from 'vitest'
import { expectRight, killInstances, killPrimaries, killWorkers } from './support/kill-spenders.ts'
import { HAS_SERVERS } from './support/several-instances.ts'

const seed = Number(process.env['FAIRLEAD_TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`kill -9 while money is spent (seed ${seed})`, () => {
  it('of workers, four times', async () => {
    expectRight('workers', await killWorkers({ rounds: 4, spenders: 16, workers: 3, seed }))
  }, 150_000)

  it('of primaries, three times', async () => {
    expectRight('primaries', await killPrimaries({ rounds: 3, spenders: 12, workers: 2, seed }))
  }, 150_000)

  it.runIf(HAS_SERVERS)(
    'of whole instances, three times',
    async () => {
      expectRight('instances', await killInstances({ rounds: 3, spenders: 5, seed }))
    },
    180_000,
  )
})
