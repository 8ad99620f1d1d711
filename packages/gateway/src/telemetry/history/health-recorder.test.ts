import { describe, expect, it } from 'vitest'
import { HEALTH_STEP_MS, type HealthHistory, type HealthLooks } from './health-history.ts'
import { HealthRecorder, type HealthSample } from './health-recorder.ts'

interface Kept {
  readonly written: HealthLooks[][]
  readonly pruned: unknown[]
  fails: boolean
}

function historyIn(kept: Kept): HealthHistory {
  return {
    async add(looks) {
      if (kept.fails) throw new Error('away')
      kept.written.push(looks.map((look) => ({ ...look })))
    },
    steps: async () => [],
    days: async () => [],
    async prune(cutoffs) {
      kept.pruned.push(cutoffs)
    },
  }
}

function recorderOn(kept: Kept, samples: () => readonly HealthSample[]) {
  const world = { nowMs: 1_000 * HEALTH_STEP_MS, databaseIsWell: true, warned: 0 }
  const recorder = new HealthRecorder({
    history: historyIn(kept),
    look: samples,
    checkDatabase: async () => {
      if (!world.databaseIsWell) throw new Error('no')
    },
    now: () => world.nowMs,
    log: { warn: () => void (world.warned += 1) },
  })
  return { recorder, world }
}

describe('the health recorder', () => {
  it('writes each look, the database included', async () => {
    const kept: Kept = { written: [], pruned: [], fails: false }
    const { recorder } = recorderOn(kept, () => [{ component: 'gateway', healthy: false, responseMs: 9 }])
    await recorder.lookNow()
    expect(kept.written[0]).toMatchObject([
      { component: 'gateway', checks: 1, failures: 1, responseMs: 0 },
      { component: 'database', checks: 1, failures: 0 },
    ])
    expect(kept.pruned).toHaveLength(1)
  })

  it('keeps what it saw while the database was away, and writes that down when it is back', async () => {
    const kept: Kept = { written: [], pruned: [], fails: true }
    const { recorder, world } = recorderOn(kept, () => [{ component: 'gateway', healthy: true, responseMs: 0 }])
    world.databaseIsWell = false
    for (let look = 0; look < 10; look++) {
      await recorder.lookNow()
      world.nowMs += 60_000
    }
    expect(world.warned).toBe(1)
    kept.fails = false
    world.databaseIsWell = true
    await recorder.lookNow()
    const databases = kept.written.flat().filter(({ component }) => component === 'database')
    expect(databases.map(({ checks, failures }) => [checks, failures])).toEqual([
      [5, 5],
      [5, 5],
      [1, 0],
    ])
    const gateways = kept.written.flat().filter(({ component }) => component === 'gateway')
    expect(gateways.reduce((sum, { checks, failures }) => sum + checks - failures, 0)).toBe(11)
  })

  it('holds a bounded memory, however long the database is away', async () => {
    const kept: Kept = { written: [], pruned: [], fails: true }
    const many = Array.from({ length: 500 }, (_, index) => ({ component: `c${index}`, healthy: true, responseMs: 1 }))
    const { recorder, world } = recorderOn(kept, () => many)
    for (let look = 0; look < 20; look++) {
      await recorder.lookNow()
      world.nowMs += HEALTH_STEP_MS
    }
    kept.fails = false
    await recorder.lookNow()
    expect(kept.written[0]).toHaveLength(5_000)
  })
})
