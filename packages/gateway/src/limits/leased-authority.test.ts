import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  mostInAWindow,
  type Passed,
  randomFrom,
  startCluster,
  WINDOW_MS,
  type Worker,
} from './__fixtures__/made-up-cluster.ts'
import { keyScope } from './__fixtures__/scopes.ts'
import type { Admission, Admitted } from './authority.ts'
import type { Limits } from './limits.ts'

/** One call of the key. */
function admit(worker: Worker, limits: Limits, tokens = 0): Admission | Promise<Admission> {
  return worker.authority.admit([keyScope(limits)], { tokens, costNanos: 0 })
}

interface Call {
  readonly worker: Worker
  readonly admission: Admitted
  readonly passedAtMs: number
  readonly reserved: number
}

interface Scenario {
  readonly seed: number
  readonly limits: Limits
  readonly workers: number
  readonly delayMs: number
  readonly crashes: boolean
}

/** Three minutes of calls, now in a trickle, now in a flood; then everything ends and there is quiet. */
async function simulate({ seed, limits, workers, delayMs, crashes }: Scenario) {
  const random = randomFrom(seed)
  const setup = startCluster(workers, () => (random() < 0.002 ? 1500 : random() * delayMs))
  const { world, server, hire, team } = setup
  const endMs = world.nowMs + 180_000
  const onDuty = [...team]
  const running = new Set<Call>()
  const requests: Passed[] = []
  const tokens: Passed[] = []
  let mostRunning = 0
  /** The pace at which the limit is just used up. */
  const { rpm = Infinity, tpm = Infinity, concurrency = Infinity } = limits
  const fullPerSecond = Math.min(rpm / 60, tpm / 100 / 60, concurrency)
  let callsPerSecond = fullPerSecond

  function changePace(): void {
    callsPerSecond = Math.min(250, fullPerSecond * [0.05, 1, 1.5, 4, 30][Math.floor(random() * 5)]!)
    world.at(world.nowMs + 1000 + random() * 30_000, changePace)
  }

  function end(call: Call): void {
    if (!running.delete(call)) return
    const refund = random() < 0.03
    const actual = refund ? 0 : Math.floor(call.reserved * random())
    if (!call.worker.dead) {
      call.worker.authority.settle(call.admission, { tokens: actual, costNanos: 0 }, refund)
      tokens.push({ atMs: call.passedAtMs, amount: actual })
      if (refund) return
    }
    requests.push({ atMs: call.passedAtMs, amount: 1 })
  }

  function begin(worker: Worker, reserved: number, admission: Admission): void {
    if (!admission.ok || worker.dead) return
    // A leased unit counts later than it passes; one that was asked for passed when the primary said so.
    const passedAtMs = Math.min(world.nowMs, admission.bookedAtMs[0] ?? NaN)
    const call: Call = { worker, admission, passedAtMs, reserved }
    running.add(call)
    mostRunning = Math.max(mostRunning, running.size)
    world.at(world.nowMs + random() ** 4 * 8000, () => end(call))
  }

  function arrive(): void {
    if (world.nowMs > endMs) return
    world.at(world.nowMs + Math.min(5000, (random() * 2000) / callsPerSecond), arrive)
    const worker = onDuty[Math.floor(random() * onDuty.length)]!
    const reserved = Math.floor(random() * 200)
    const admission = admit(worker, limits, reserved)
    if (admission instanceof Promise) void admission.then((admission) => begin(worker, reserved, admission))
    else begin(worker, reserved, admission)
  }

  function crash(): void {
    if (world.nowMs > endMs) return
    const place = Math.floor(random() * onDuty.length)
    const gone = onDuty[place]!
    gone.dead = true
    for (const call of running) if (call.worker === gone) end(call)
    world.at(world.nowMs + 5, () => server.workerGone(team.indexOf(gone)))
    onDuty[place] = hire()
    world.at(world.nowMs + 2000 + random() * 20_000, crash)
  }

  changePace()
  arrive()
  if (crashes) world.at(world.nowMs + 20_000, crash)
  await world.runUntil(endMs + 15_000)
  return { ...setup, requests, tokens, mostRunning, running: running.size }
}

const LIMITS = fc.constantFrom<Limits>(
  { rpm: 10 },
  { rpm: 80, concurrency: 70 },
  { rpm: 400 },
  { rpm: 400, tpm: 30_000 },
  { rpm: 2000, tpm: 150_000, concurrency: 80 },
  { rpm: 5000, concurrency: 15 },
  { rpm: 6000, tpm: 700_000, concurrency: 300 },
  { tpm: 100_000 },
  { concurrency: 100 },
)

const SCENARIOS = fc.record<Scenario>({
  seed: fc.integer(),
  limits: LIMITS,
  workers: fc.integer({ min: 1, max: 4 }),
  delayMs: fc.constantFrom(0.5, 40, 500),
  crashes: fc.boolean(),
})

test('whatever the messages and the workers do, no minute has more than N, and in the end nothing is held', async () => {
  await fc.assert(
    fc.asyncProperty(SCENARIOS, async (scenario) => {
      const { rpm = Infinity, tpm = Infinity, concurrency = Infinity } = scenario.limits
      const { world, used, requests, tokens, mostRunning, running } = await simulate(scenario)
      expect(running).toBe(0)
      expect(requests.length).toBeGreaterThan(0)
      expect(mostInAWindow(requests)).toBeLessThanOrEqual(rpm)
      expect(mostInAWindow(tokens)).toBeLessThanOrEqual(tpm)
      expect(mostRunning).toBeLessThanOrEqual(concurrency)
      expect(used(scenario.limits, 'concurrency') ?? 0).toBe(0)
      await world.runUntil(world.nowMs + WINDOW_MS + 2000)
      expect(used(scenario.limits, 'rpm') ?? 0).toBe(0)
      expect(used(scenario.limits, 'tpm') ?? 0).toBe(0)
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('under steady load the answer is there at once, for one round trip in some 500 calls', async () => {
  const { world, team } = startCluster(1)
  const worker = team[0]!
  const limits = { rpm: 1_000_000, tpm: 1_000_000_000, concurrency: 5000 }
  let calls = 0
  let later = 0
  function tick(): void {
    for (let index = 0; index < 50; index++) {
      calls++
      const admission = admit(worker, limits, 1000)
      if (admission instanceof Promise) later++
      else if (admission.ok) {
        world.at(world.nowMs + 300, () => worker.authority.settle(admission, { tokens: 700, costNanos: 0 }))
      }
    }
    if (world.nowMs < 30_000) world.at(world.nowMs + 10, tick)
  }
  tick()
  await world.runUntil(31_000)
  expect(calls).toBeGreaterThan(90_000)
  expect(later / calls).toBeLessThan(0.002)
  expect(calls / worker.counts.asks).toBeGreaterThan(500)
})

test('a call every 100 ms is answered at once too, with one or two round trips a second', async () => {
  const { world, team } = startCluster(1)
  const worker = team[0]!
  let later = 0
  for (let call = 0; call < 200; call++) {
    const admission = admit(worker, { rpm: 6000 })
    if (admission instanceof Promise) later++
    await world.runUntil(world.nowMs + 100)
  }
  expect(later).toBeLessThan(5)
  expect(worker.counts.asks).toBeLessThan(60)
})

test('a nearly idle key leases nothing', async () => {
  const { world, used, team } = startCluster(1)
  const worker = team[0]!
  const limits = { rpm: 100_000 }
  for (let call = 1; call <= 10; call++) {
    void admit(worker, limits)
    await world.runUntil(world.nowMs + 3000)
    expect(used(limits, 'rpm')).toBe(call)
  }
  expect(worker.counts).toEqual({ asks: 10, tells: 0 })
})

test('four workers in a flood share nearly all of the limit, within the shortfall that is stated', async () => {
  const { world, team } = startCluster(4)
  const limits = { rpm: 2000 }
  let admitted = 0
  function tick(): void {
    for (const worker of team) {
      const admission = admit(worker, limits)
      if (admission instanceof Promise) void admission.then(({ ok }) => (admitted += ok ? 1 : 0))
      else if (admission.ok) admitted++
    }
    if (world.nowMs < 60_000) world.at(world.nowMs + 10, tick)
  }
  tick()
  await world.runUntil(60_500)
  expect(admitted).toBe(2000)
})

test('a flood of refused calls is not a flood of questions', async () => {
  const { world, team } = startCluster(1)
  const worker = team[0]!
  const limits = { rpm: 61 }
  for (let index = 0; index < 200; index++) {
    for (let call = 0; call < 100; call++) void admit(worker, limits)
    await world.runUntil(world.nowMs + 1)
  }
  expect(worker.counts.asks).toBeLessThan(1000)
})

test('a limit of up to 60 asks for every call, and is exact', async () => {
  const { world, team } = startCluster(3)
  const limits = { rpm: 60, tpm: 1_000_000 }
  const asked = Array.from({ length: 90 }, (_, index) => Promise.resolve(admit(team[index % 3]!, limits, 10)))
  await world.runUntil(world.nowMs + 10)
  const admissions = await Promise.all(asked)
  expect(admissions.filter(({ ok }) => ok)).toHaveLength(60)
  expect(team.map(({ counts }) => counts.asks)).toEqual([30, 30, 30])
})

test('the time of a lease begins when it is asked for, not when it arrives', async () => {
  const { world, team } = startCluster(1, () => 300)
  const worker = team[0]!
  const limits = { rpm: 10_000 }
  // The first call asks for itself, the second, 600 ms later, along with a lease for those that wait with it.
  const calls = Array.from({ length: 20 }, () => admit(worker, limits))
  expect(calls.every((call) => call instanceof Promise)).toBe(true)
  await world.runUntil(world.nowMs + 1250)
  // The lease was asked for 650 ms ago and has been here for 50.
  expect(worker.counts.asks).toBe(2)
  expect(admit(worker, limits)).toMatchObject({ ok: true })
  await world.runUntil(world.nowMs + 349)
  expect(admit(worker, limits)).toMatchObject({ ok: true })
  await world.runUntil(world.nowMs + 1)
  expect(admit(worker, limits)).toBeInstanceOf(Promise)
})

test('a primary that does not answer is a 503, and the next call asks again', async () => {
  const { world, team } = startCluster(1)
  const worker = team[0]!
  worker.broken = true
  for (const limits of [{ rpm: 10 }, { rpm: 10_000 }]) {
    const failed = Promise.resolve(admit(worker, limits))
    await expect(failed).rejects.toMatchObject({ status: 503, code: 'service_unavailable', retryAfterSeconds: 1 })
  }
  worker.broken = false
  const admission = admit(worker, { rpm: 10_000 })
  await world.runUntil(world.nowMs + 10)
  expect(await admission).toMatchObject({ ok: true })
})

test('a lowered limit holds at once, and what was leased under the old one goes back', async () => {
  const { world, team, used } = startCluster(1)
  const worker = team[0]!
  let admitted = 0
  for (let call = 0; call < 100; call++) {
    void Promise.resolve(admit(worker, { rpm: 4000 })).then(({ ok }) => (admitted += ok ? 1 : 0))
    await world.runUntil(world.nowMs + 5)
  }
  expect(admitted).toBe(100)
  const lowered = { rpm: 70 }
  const refused = admit(worker, lowered)
  await world.runUntil(world.nowMs + 300)
  expect(await refused).toMatchObject({ ok: false, limit: 'rpm', max: 70 })
  expect(used({ rpm: 4000 }, 'rpm')).toBe(100)
})

test('a call too large for what is left of a lease asks for itself, and no lease is overspent', async () => {
  const { world, team, used } = startCluster(1)
  const worker = team[0]!
  const limits = { rpm: 400, tpm: 100_000 }
  const random = randomFrom(7)
  let spent = 0
  for (let call = 0; call < 300; call++) {
    const tokens = random() < 0.1 ? 2000 : 20
    void Promise.resolve(admit(worker, limits, tokens)).then(({ ok }) => (spent += ok ? tokens : 0))
    await world.runUntil(world.nowMs + 5)
  }
  await world.runUntil(world.nowMs + 2000)
  expect(used(limits, 'tpm')).toBe(spent)
})

test('no limits: no question', () => {
  const { team } = startCluster(1)
  const worker = team[0]!
  const admission = worker.authority.admit([], { tokens: 100, costNanos: 0 })
  expect(admission).toMatchObject({ ok: true, requests: null, tokens: null })
  expect(worker.counts).toEqual({ asks: 0, tells: 0 })
  expect(worker.authority.size).toBe(0)
})
