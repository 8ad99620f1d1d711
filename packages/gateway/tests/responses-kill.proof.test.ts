// Sixty processes killed while they answer in the background: what `responses-kill.test.ts` says, at full size.

import { describe, it } from 'vitest'
import { killInstancesWhileInBackground, killWhileInBackground } from './support/kill-background.ts'
import { HAS_SERVERS } from './support/several-instances.ts'

const seed = Number(process.env['FAIRLEAD_TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`kill -9 during background work (seed ${seed})`, () => {
  it.each(['a worker', 'the gateway'] as const)('of %s, twenty times', async (victim) => {
    await killWhileInBackground({ rounds: 20, jobs: 12, seed }, victim)
  })

  it.runIf(HAS_SERVERS)('of an instance, twenty times', async () => {
    await killInstancesWhileInBackground({ rounds: 20, jobs: 12, seed })
  })
})
