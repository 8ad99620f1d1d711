// A primary and its workers on a made-up clock: every message takes a random while, workers fall over, and whatever
// the workers let through is held against the limit.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DeadlineWheel } from '../core/deadlines.ts'
import type { KeyLimits } from '../identity/principal.ts'
import type { Admission, Admitted } from './authority.ts'
import type { LimitAsk, LimitReply, LimitReturn } from './lease-messages.ts'
import { LeaseServer } from './lease-server.ts'
import { LeasedAuthority } from './leased-authority.ts'
import { LimitBook } from './limit-book.ts'

const WINDOW_MS = 60_000
const TICK_MS = 50

/** A number from 0 to 1, the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

class World {
  nowMs = 10_000
  #events: { atMs: number; run: () => void }[] = []

  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), run }
    const after = this.#events.findLastIndex((other) => other.atMs <= event.atMs)
    this.#events.splice(after + 1, 0, event)
  }

  async runUntil(endMs: number): Promise<void> {
    for (let next = this.#events[0]; next !== undefined && next.atMs <= endMs; next = this.#events[0]) {
      this.#events.shift()
      this.nowMs = next.atMs
      next.run()
      // Let every promise that this event has settled run its course before time goes on.
      await new Promise(setImmediate)
    }
    this.nowMs = endMs
  }
}

interface Counts {
  asks: number
  tells: number
}

/** A worker with its channel: messages keep their order each way, and none survives its death. */
class Worker {
  readonly authority: LeasedAuthority
  readonly counts: Counts = { asks: 0, tells: 0 }
  readonly wheel: DeadlineWheel
  dead = false
  broken = false
  readonly #world: World
  readonly #delayMs: () => number
  #lastThereMs = 0
  #lastBackMs = 0

  constructor(world: World, server: LeaseServer, id: number, delayMs: () => number) {
    this.#world = world
    this.#delayMs = delayMs
    const offsetMs = 1234.5 * id
    // Its own timer is off: the world turns the wheel.
    this.wheel = new DeadlineWheel({ tickMs: TICK_MS, clock: () => world.nowMs - offsetMs })
    this.wheel.close()
    const ask = (message: LimitAsk): Promise<LimitReply> => {
      this.counts.asks++
      if (this.broken) return Promise.reject(new Error('channel closed'))
      return new Promise((resolve) => {
        this.#there(() => {
          const reply = copy(server.answer(id, copy(message)))
          this.#back(() => resolve(reply))
        })
      })
    }
    const tell = (message: LimitReturn): void => {
      this.counts.tells++
      const sent = copy(message)
      if (sent.units.some(({ requests, tokens }) => requests < 0 || tokens < 0))
        throw new Error('More spent than leased.')
      this.#there(() => server.accept(id, sent))
    }
    this.authority = new LeasedAuthority({ ask, tell }, this.wheel)
    this.#turn()
  }

  #turn(): void {
    if (this.dead) return
    this.wheel.turn()
    this.#world.at(this.#world.nowMs + TICK_MS, () => this.#turn())
  }

  #there(run: () => void): void {
    this.#lastThereMs = Math.max(this.#lastThereMs, this.#world.nowMs + this.#delayMs())
    this.#world.at(this.#lastThereMs, () => this.dead || run())
  }

  #back(run: () => void): void {
    this.#lastBackMs = Math.max(this.#lastBackMs, this.#world.nowMs + this.#delayMs())
    this.#world.at(this.#lastBackMs, () => this.dead || run())
  }
}

function copy<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T
}

function start(workers: number, delayMs: () => number = () => 0.2) {
  const world = new World()
  const book = new LimitBook({ clock: () => world.nowMs })
  const server = new LeaseServer(book)
  const team: Worker[] = []
  const hire = (): Worker => {
    const worker = new Worker(world, server, team.length, delayMs)
    team.push(worker)
    return worker
  }
  while (team.length < workers) hire()
  return { world, book, server, hire, team }
}

interface Passed {
  readonly atMs: number
  readonly amount: number
}

/** The most that lies in any window of a minute. */
function mostInAWindow(passed: readonly Passed[]): number {
  const sorted = passed.toSorted((a, b) => a.atMs - b.atMs)
  let first = 0
  let sum = 0
  let most = 0
  for (const { atMs, amount } of sorted) {
    sum += amount
    for (let old = sorted[first]; old !== undefined && old.atMs + WINDOW_MS <= atMs; old = sorted[++first]) {
      sum -= old.amount
    }
    most = Math.max(most, sum)
  }
  return most
}

interface Call {
  readonly worker: Worker
  readonly admission: Admitted
  readonly passedAtMs: number
  readonly reserved: number
}

interface Scenario {
  readonly seed: number
  readonly limits: KeyLimits
  readonly workers: number
  readonly delayMs: number
  readonly crashes: boolean
}

/** Three minutes of calls, now in a trickle, now in a flood; then everything ends and there is quiet. */
async function simulate({ seed, limits, workers, delayMs, crashes }: Scenario) {
  const random = randomFrom(seed)
  const setup = start(workers, () => (random() < 0.002 ? 1500 : random() * delayMs))
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
      call.worker.authority.settle('key', limits, call.admission, call.reserved, actual, refund)
      tokens.push({ atMs: call.passedAtMs, amount: actual })
      if (refund) return
    }
    requests.push({ atMs: call.passedAtMs, amount: 1 })
  }

  function begin(worker: Worker, reserved: number, admission: Admission): void {
    if (!admission.ok || worker.dead) return
    // A leased unit counts later than it passes; one that was asked for passed when the primary said so.
    const passedAtMs = Math.min(world.nowMs, admission.admittedAtMs)
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
    const admission = worker.authority.admit('key', limits, reserved)
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

const LIMITS = fc.constantFrom<KeyLimits>(
  { rpm: 10 },
  { rpm: 60, concurrency: 25 },
  { rpm: 400 },
  { rpm: 400, tpm: 30_000 },
  { rpm: 2000, tpm: 150_000, concurrency: 60 },
  { rpm: 5000, concurrency: 15 },
  { rpm: 6000, tpm: 700_000, concurrency: 300 },
  { tpm: 100_000 },
  { concurrency: 40 },
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
      const { world, book, requests, tokens, mostRunning, running } = await simulate(scenario)
      expect(running).toBe(0)
      expect(requests.length).toBeGreaterThan(0)
      expect(mostInAWindow(requests)).toBeLessThanOrEqual(rpm)
      expect(mostInAWindow(tokens)).toBeLessThanOrEqual(tpm)
      expect(mostRunning).toBeLessThanOrEqual(concurrency)
      expect(book.figures('key', world.nowMs).slots).toBe(0)
      await world.runUntil(world.nowMs + WINDOW_MS + 2000)
      expect(book.figures('key', world.nowMs).idle(world.nowMs)).toBe(true)
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('under steady load the answer is there at once, for one round trip in some 500 calls', async () => {
  const { world, team } = start(1)
  const worker = team[0]!
  const limits = { rpm: 1_000_000, tpm: 1_000_000_000, concurrency: 5000 }
  let calls = 0
  let later = 0
  function tick(): void {
    for (let index = 0; index < 50; index++) {
      calls++
      const admission = worker.authority.admit('key', limits, 1000)
      if (admission instanceof Promise) later++
      else if (admission.ok) {
        world.at(world.nowMs + 300, () => worker.authority.settle('key', limits, admission, 1000, 700))
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
  const { world, team } = start(1)
  const worker = team[0]!
  let later = 0
  for (let call = 0; call < 200; call++) {
    const admission = worker.authority.admit('key', { rpm: 6000 }, 0)
    if (admission instanceof Promise) later++
    await world.runUntil(world.nowMs + 100)
  }
  expect(later).toBeLessThan(5)
  expect(worker.counts.asks).toBeLessThan(60)
})

test('a nearly idle key leases nothing', async () => {
  const { world, book, team } = start(1)
  const worker = team[0]!
  const limits = { rpm: 100_000 }
  for (let call = 1; call <= 10; call++) {
    void worker.authority.admit('key', limits, 0)
    await world.runUntil(world.nowMs + 3000)
    expect(book.figures('key', world.nowMs).requests(limits)?.remaining(world.nowMs)).toBe(100_000 - call)
  }
  expect(worker.counts).toEqual({ asks: 10, tells: 0 })
})

test('four workers in a flood share nearly all of the limit, within the shortfall that is stated', async () => {
  const { world, team } = start(4)
  const limits = { rpm: 2000 }
  let admitted = 0
  function tick(): void {
    for (const worker of team) {
      const admission = worker.authority.admit('key', limits, 0)
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
  const { world, team } = start(1)
  const worker = team[0]!
  const limits = { rpm: 21 }
  for (let index = 0; index < 200; index++) {
    for (let call = 0; call < 100; call++) void worker.authority.admit('key', limits, 0)
    await world.runUntil(world.nowMs + 1)
  }
  expect(worker.counts.asks).toBeLessThan(1000)
})

test('a limit of up to 20 asks for every call, and is exact', async () => {
  const { world, team } = start(3)
  const limits = { rpm: 20, tpm: 1_000_000 }
  const asked = Array.from({ length: 30 }, (_, index) =>
    Promise.resolve(team[index % 3]!.authority.admit('key', limits, 10)),
  )
  await world.runUntil(world.nowMs + 10)
  const admissions = await Promise.all(asked)
  expect(admissions.filter(({ ok }) => ok)).toHaveLength(20)
  expect(team.map(({ counts }) => counts.asks)).toEqual([10, 10, 10])
})

test('the time of a lease begins when it is asked for, not when it arrives', async () => {
  const { world, team } = start(1, () => 300)
  const worker = team[0]!
  const limits = { rpm: 10_000 }
  // The first call asks for itself, the second, 600 ms later, along with a lease for those that wait with it.
  const calls = Array.from({ length: 20 }, () => worker.authority.admit('key', limits, 0))
  expect(calls.every((call) => call instanceof Promise)).toBe(true)
  await world.runUntil(world.nowMs + 1250)
  // The lease was asked for 650 ms ago and has been here for 50.
  expect(worker.counts.asks).toBe(2)
  expect(worker.authority.admit('key', limits, 0)).toMatchObject({ ok: true })
  await world.runUntil(world.nowMs + 349)
  expect(worker.authority.admit('key', limits, 0)).toMatchObject({ ok: true })
  await world.runUntil(world.nowMs + 1)
  expect(worker.authority.admit('key', limits, 0)).toBeInstanceOf(Promise)
})

test('a primary that does not answer is a 503, and the next call asks again', async () => {
  const { world, team } = start(1)
  const worker = team[0]!
  worker.broken = true
  for (const limits of [{ rpm: 10 }, { rpm: 10_000 }]) {
    const failed = Promise.resolve(worker.authority.admit('key', limits, 0))
    await expect(failed).rejects.toMatchObject({ status: 503, code: 'service_unavailable', retryAfterSeconds: 1 })
  }
  worker.broken = false
  const admission = worker.authority.admit('key', { rpm: 10_000 }, 0)
  await world.runUntil(world.nowMs + 10)
  expect(await admission).toMatchObject({ ok: true })
})

test('a lowered limit holds at once, and what was leased under the old one goes back', async () => {
  const { world, team, book } = start(1)
  const worker = team[0]!
  let admitted = 0
  for (let call = 0; call < 100; call++) {
    void Promise.resolve(worker.authority.admit('key', { rpm: 4000 }, 0)).then(({ ok }) => (admitted += ok ? 1 : 0))
    await world.runUntil(world.nowMs + 5)
  }
  expect(admitted).toBe(100)
  const lowered = { rpm: 50 }
  const refused = worker.authority.admit('key', lowered, 0)
  await world.runUntil(world.nowMs + 300)
  expect(await refused).toMatchObject({ ok: false, limit: 'rpm', max: 50 })
  expect(book.figures('key', world.nowMs).requests({ rpm: 4000 })?.remaining(world.nowMs)).toBe(4000 - 100)
})

test('a call too large for what is left of a lease asks for itself, and no lease is overspent', async () => {
  const { world, team, book } = start(1)
  const worker = team[0]!
  const limits = { rpm: 400, tpm: 100_000 }
  const random = randomFrom(7)
  let used = 0
  for (let call = 0; call < 300; call++) {
    const tokens = random() < 0.1 ? 2000 : 20
    void Promise.resolve(worker.authority.admit('key', limits, tokens)).then(({ ok }) => (used += ok ? tokens : 0))
    await world.runUntil(world.nowMs + 5)
  }
  await world.runUntil(world.nowMs + 2000)
  const figures = book.figures('key', world.nowMs)
  expect(figures.tokens(limits)?.remaining(world.nowMs)).toBe(100_000 - used)
})

test('no limits: no question', () => {
  const { team } = start(1)
  const worker = team[0]!
  const admission = worker.authority.admit('key', {}, 100)
  expect(admission).toMatchObject({ ok: true, requests: null, tokens: null })
  expect(worker.counts).toEqual({ asks: 0, tells: 0 })
  expect(worker.authority.size).toBe(0)
})
