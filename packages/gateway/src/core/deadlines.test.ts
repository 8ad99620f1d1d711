import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadline, DeadlineWheel } from './deadlines.ts'

const TICK_MS = 50

class Recorder extends Deadline {
  readonly firedAtMs: number[] = []
  whenFired: (() => void) | undefined
  onDeadline(nowMs: number): void {
    this.firedAtMs.push(nowMs)
    this.whenFired?.()
  }
}

/** A wheel whose time only moves when told to, and which then turns as its timer would. */
function fakeWheel({ slots = 16, startMs = 1_000_003 } = {}) {
  const time = { nowMs: startMs }
  const wheel = new DeadlineWheel({ tickMs: TICK_MS, slots, clock: () => time.nowMs })
  const advance = (ms: number): void => {
    time.nowMs += ms
    wheel.turn()
  }
  return { wheel, time, advance }
}

const OPERATIONS = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('arm' as const), entry: fc.nat(7), inMs: fc.integer({ min: -100, max: 3000 }) }),
    fc.record({ kind: fc.constant('disarm' as const), entry: fc.nat(7) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.double({ min: 0, max: 200, noNaN: true }) }),
    fc.record({ kind: fc.constant('block' as const), ms: fc.integer({ min: 200, max: 5000 }) }),
  ),
  { maxLength: 200 },
)

test('fires exactly what a naive scheduler would, at the first turn after it is due', () => {
  fc.assert(
    fc.property(OPERATIONS, (operations) => {
      const { wheel, time, advance } = fakeWheel()
      const entries = Array.from({ length: 8 }, () => new Recorder())
      const due = new Map<number, number>()
      const fired = entries.map(() => 0)
      for (const operation of operations) {
        if (operation.kind === 'arm') {
          due.set(operation.entry, time.nowMs + operation.inMs)
          wheel.arm(entries[operation.entry]!, time.nowMs + operation.inMs)
        } else if (operation.kind === 'disarm') {
          due.delete(operation.entry)
          wheel.disarm(entries[operation.entry]!)
        } else {
          advance(operation.ms)
          for (const [entry, dueMs] of due) {
            if (dueMs > time.nowMs) continue
            due.delete(entry)
            fired[entry]!++
          }
        }
        expect(entries.map((entry) => entry.firedAtMs.length)).toEqual(fired)
        expect(entries.map((entry) => entry.armed)).toEqual(entries.map((_, index) => due.has(index)))
        expect(wheel.size).toBe(due.size)
      }
      wheel.close()
    }),
  )
})

test('an entry that is armed again while it waits fires once, at the later time', () => {
  const { wheel, time, advance } = fakeWheel()
  const entry = new Recorder()
  wheel.arm(entry, time.nowMs + 100)
  advance(90)
  wheel.arm(entry, time.nowMs + 100)
  advance(90)
  expect(entry.firedAtMs).toEqual([])
  advance(10)
  expect(entry.firedAtMs).toEqual([time.nowMs])
  advance(5000)
  expect(entry.firedAtMs).toHaveLength(1)
  wheel.close()
})

test('a deadline of many revolutions waits for its own', () => {
  const { wheel, time, advance } = fakeWheel({ slots: 4 })
  const entry = new Recorder()
  const dueMs = time.nowMs + 60_000
  wheel.arm(entry, dueMs)
  while (entry.firedAtMs.length === 0) advance(TICK_MS)
  expect(entry.firedAtMs[0]).toBeGreaterThanOrEqual(dueMs)
  expect(entry.firedAtMs[0]).toBeLessThan(dueMs + TICK_MS)
  wheel.close()
})

test('a callback may disarm another entry that is due in the same turn', () => {
  const { wheel, time, advance } = fakeWheel()
  const [first, second, third] = [new Recorder(), new Recorder(), new Recorder()]
  first.whenFired = () => wheel.disarm(second)
  for (const entry of [first, second, third]) wheel.arm(entry, time.nowMs + 10)
  advance(20)
  expect([first, second, third].map((entry) => entry.firedAtMs.length)).toEqual([1, 0, 1])
  expect(wheel.size).toBe(0)
  wheel.close()
})

test('a callback may put off another entry that is due in the same turn', () => {
  const { wheel, time, advance } = fakeWheel()
  const [first, second] = [new Recorder(), new Recorder()]
  first.whenFired = () => wheel.arm(second, time.nowMs + 500)
  for (const entry of [first, second]) wheel.arm(entry, time.nowMs + 10)
  advance(20)
  expect(second.firedAtMs).toEqual([])
  advance(500)
  expect(second.firedAtMs).toHaveLength(1)
  wheel.close()
})

test('an entry that arms itself for the past fires at the next turn, not for ever in this one', () => {
  const { wheel, time, advance } = fakeWheel()
  const entry = new Recorder()
  entry.whenFired = () => wheel.arm(entry, time.nowMs - 1000)
  wheel.arm(entry, time.nowMs)
  for (let turn = 1; turn <= 3; turn++) {
    advance(TICK_MS)
    expect(entry.firedAtMs).toHaveLength(turn)
  }
  wheel.close()
})

test('a callback that throws does not take the others along', () => {
  const { wheel, time, advance } = fakeWheel()
  const [first, second] = [new Recorder(), new Recorder()]
  first.whenFired = () => {
    throw new Error('a bug')
  }
  for (const entry of [first, second]) wheel.arm(entry, time.nowMs)
  expect(() => advance(0)).toThrow('a bug')
  advance(0)
  expect(second.firedAtMs).toHaveLength(1)
  wheel.close()
})

test('Infinity is no deadline, and NaN is a mistake', () => {
  const { wheel, time } = fakeWheel()
  const entry = new Recorder()
  wheel.arm(entry, time.nowMs + 10)
  wheel.arm(entry, Infinity)
  expect(entry.armed).toBe(false)
  expect(wheel.size).toBe(0)
  expect(() => wheel.arm(entry, NaN)).toThrow(RangeError)
  wheel.close()
})

test('on the real clock it fires by itself, late by about a tick at most, and never early', async () => {
  using wheel = new DeadlineWheel()
  const lateByMs = await Promise.all(
    [0, 1, 30, 75, 120, 160].map((inMs) => {
      const { promise, resolve } = Promise.withResolvers<number>()
      const entry = new Recorder()
      const dueMs = wheel.nowMs + inMs
      entry.whenFired = () => resolve(performance.now() - dueMs)
      wheel.arm(entry, dueMs)
      // The wheel's timer keeps no process alive; this test's does.
      const alive = setTimeout(() => resolve(Infinity), 5000)
      return promise.finally(() => clearTimeout(alive))
    }),
  )
  expect(Math.min(...lateByMs)).toBeGreaterThanOrEqual(0)
  // One tick, and much patience for a noisy machine.
  expect(Math.max(...lateByMs)).toBeLessThan(TICK_MS + 1000)
  expect(wheel.size).toBe(0)
})
