// Processes that are killed without a word while they answer in the background: every response ends, and none is billed twice.
// (`responses-kill.proof.test.ts` does it more often.)

import { describe, it } from 'vitest'
import { killInstancesWhileInBackground, killWhileInBackground } from './support/kill-background.ts'
import { HAS_SERVERS } from './support/several-instances.ts'

const seed = Number(process.env['FAIRLEAD_TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`kill -9 during background work (seed ${seed})`, () => {
  it.each(['a worker', 'the gateway'] as const)(
    'of %s, twice',
    async (victim) => {
      await killWhileInBackground({ rounds: 2, jobs: 8, seed }, victim)
    },
    150_000,
  )

  it.runIf(HAS_SERVERS)(
    'of an instance, whose work the other one takes over',
    async () => {
      await killInstancesWhileInBackground({ rounds: 1, jobs: 8, seed })
    },
    150_000,
  )
})
