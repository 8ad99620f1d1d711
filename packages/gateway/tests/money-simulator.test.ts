// 100,000 steps in CI, fewer elsewhere. A failure names its seed and size;
// `FAIRLEAD_SIMULATOR_SEED=7 FAIRLEAD_SIMULATOR_STEPS=20000` runs the same again, or others for longer.

import { describe, expect, it } from 'vitest'
import { simulate } from './support/money-simulator.ts'

const { env } = process
const STEPS = Number(env['FAIRLEAD_SIMULATOR_STEPS'] ?? (env['CI'] === undefined ? 5_000 : 50_000))
const SEED = Number(env['FAIRLEAD_SIMULATOR_SEED'] ?? 1)
const TIMEOUT_MS = 600_000

describe('the billing state machine', () => {
  it.each([
    ['one gateway of three workers', { gateways: 1, workers: 3 }],
    ['three gateways of two workers', { gateways: 3, workers: 2 }],
  ])(
    'keeps every invariant, whatever happens in which order: %s',
    async (_, size) => {
      const done = await simulate({ ...size, seed: SEED, steps: STEPS })
      // It would prove nothing if nothing had happened.
      expect(done.calls).toBeGreaterThan(STEPS / 50)
      expect(done.refused).toBeGreaterThan(0)
      expect(done.recalls).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it('replays: the same seed gives the same story', async () => {
    const options = { gateways: 2, workers: 2, seed: SEED, steps: 1_000 }
    expect(await simulate(options)).toEqual(await simulate(options))
  })
})
