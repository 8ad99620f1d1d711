import { expect, it } from 'vitest'
import { HEALTH_DAY_MS, HEALTH_STEP_MS, type HealthLooks } from '../telemetry/history/health-history.ts'
import { describeEachDatabase } from './__fixtures__/each-database.ts'

const DAY_MS = 20_000 * HEALTH_DAY_MS

function looks(component: string, step: number, rest: Partial<HealthLooks> = {}): HealthLooks {
  return { component, startMs: DAY_MS + step * HEALTH_STEP_MS, checks: 1, failures: 0, responseMs: 3, ...rest }
}

describeEachDatabase('the health history', (open) => {
  it('adds up what several gateways see, and counts the steps of a day once', async () => {
    const { health } = await open()
    await health.add([looks('gateway', 0), looks('gateway', 1), looks('database', 0, { failures: 1, responseMs: 0 })])
    await Promise.all([health.add([looks('gateway', 1, { failures: 1 })]), health.add([looks('gateway', 2)])])
    await health.add([])
    const within = { fromMs: DAY_MS, toMs: DAY_MS + HEALTH_DAY_MS }
    expect(await health.steps({ prefix: 'gateway', ...within })).toEqual([
      looks('gateway', 0),
      looks('gateway', 1, { checks: 2, failures: 1, responseMs: 6 }),
      looks('gateway', 2),
    ])
    expect(await health.days(within)).toEqual([
      { ...looks('database', 0), failures: 1, responseMs: 0, steps: 1 },
      { ...looks('gateway', 0), checks: 4, failures: 1, responseMs: 12, steps: 3 },
    ])
  })

  it('gives what is asked for, by the letter, and nothing where nobody looked', async () => {
    const { health } = await open()
    await health.add(['upstreams:a%b', 'upstreams', 'provider:a', 'upstreams:B'].map((name) => looks(name, 0)))
    const named = await health.steps({ prefix: 'upstreams:', fromMs: DAY_MS, toMs: DAY_MS + 1 })
    expect(new Set(named.map(({ component }) => component))).toEqual(new Set(['upstreams:a%b', 'upstreams:B']))
    expect(await health.steps({ fromMs: DAY_MS + HEALTH_STEP_MS, toMs: DAY_MS + HEALTH_DAY_MS })).toEqual([])
  })

  it('forgets what is old, of steps and of days by themselves', async () => {
    const { health } = await open()
    await health.add([looks('gateway', 0), looks('gateway', 1), looks('gateway', -288)])
    await health.prune({ stepsBeforeMs: DAY_MS + HEALTH_STEP_MS, daysBeforeMs: DAY_MS })
    const always = { fromMs: 0, toMs: 2 * DAY_MS }
    expect((await health.steps(always)).map(({ startMs }) => startMs)).toEqual([DAY_MS + HEALTH_STEP_MS])
    expect(await health.days(always)).toEqual([{ ...looks('gateway', 0), checks: 2, responseMs: 6, steps: 2 }])
  })
})
