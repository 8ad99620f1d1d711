import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { environmentOf } from './__fixtures__/fleet.ts'
import { Circuit } from './circuit.ts'

function failTimes(circuit: Circuit, times: number, nowMs: number): number {
  let forMs = 0
  for (let time = 0; time < times; time++) forMs = circuit.failure(nowMs) || forMs
  return forMs
}

test('opens at the fifth failure in a row, and not at the fourth', () => {
  const circuit = new Circuit('c', environmentOf())
  expect(failTimes(circuit, 4, 0)).toBe(0)
  expect(circuit.state).toBe('closed')
  expect(circuit.failure(0)).toBe(30_000)
  expect(circuit.state).toBe('open')
  expect(circuit.available(29_999)).toBe(false)
})

test('a success in between starts the count anew', () => {
  const circuit = new Circuit('c', environmentOf())
  failTimes(circuit, 4, 0)
  circuit.success(0, 0)
  expect(failTimes(circuit, 4, 0)).toBe(0)
})

test('opens when half of twenty attempts in a minute failed, though never five in a row', () => {
  const circuit = new Circuit('c', environmentOf())
  for (let pair = 0; pair < 9; pair++) {
    circuit.success(pair, pair)
    circuit.failure(pair)
  }
  circuit.success(10, 10)
  expect(circuit.state).toBe('closed')
  expect(circuit.failure(10)).toBeGreaterThan(0)
})

test('failures of more than a minute ago are forgotten', () => {
  const circuit = new Circuit('c', environmentOf())
  for (let pair = 0; pair < 9; pair++) {
    circuit.success(0, 0)
    circuit.failure(0)
  }
  circuit.success(70_000, 70_000)
  expect(circuit.failure(70_000)).toBe(0)
})

test('rests 30 s, 60 s, 90 s... up to 300 s while its probes fail', () => {
  const circuit = new Circuit('c', environmentOf())
  let nowMs = 0
  const restsMs = [failTimes(circuit, 5, nowMs)]
  for (let relapse = 0; relapse < 11; relapse++) {
    nowMs += restsMs.at(-1) ?? 0
    expect(circuit.suspension.enter(nowMs)).toBe(true)
    restsMs.push(circuit.failure(nowMs))
  }
  expect(restsMs.map((ms) => ms / 1_000)).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300])
})

test('jitter stays within 20 % of the rest', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const circuit = new Circuit('c', environmentOf({ random: () => random }))
      const forMs = failTimes(circuit, 5, 0)
      expect(forMs).toBeGreaterThanOrEqual(24_000)
      expect(forMs).toBeLessThanOrEqual(36_000)
    }),
  )
})

test('a good probe halves the next rest, and five quiet minutes forget the relapses', () => {
  const circuit = new Circuit('c', environmentOf())
  let nowMs = failTimes(circuit, 5, 0)
  for (let relapse = 0; relapse < 3; relapse++) {
    circuit.suspension.enter(nowMs)
    nowMs += circuit.failure(nowMs)
  }
  circuit.suspension.enter(nowMs)
  expect(circuit.success(nowMs, nowMs)).toBe(true)
  // Four times opened, halved to two: the third rest is next.
  const forMs = failTimes(circuit, 5, nowMs)
  expect(forMs).toBe(90_000)
  nowMs += forMs
  circuit.suspension.enter(nowMs)
  circuit.success(nowMs, nowMs)
  expect(failTimes(circuit, 5, nowMs + 300_001)).toBe(30_000)
})

test('half-open lets one probe through, however many ask', () => {
  const circuit = new Circuit('c', environmentOf())
  failTimes(circuit, 5, 0)
  expect([1, 2, 3].map(() => circuit.suspension.enter(30_000))).toEqual([true, false, false])
  expect(circuit.state).toBe('half-open')
  expect(circuit.available(30_000)).toBe(false)
})

test('a probe that never reports is believed lost after its lease', () => {
  const circuit = new Circuit('c', environmentOf())
  failTimes(circuit, 5, 0)
  circuit.suspension.enter(30_000)
  expect(circuit.suspension.enter(95_999)).toBe(false)
  expect(circuit.suspension.enter(96_000)).toBe(true)
})

test('an answer to a request from before it opened does not close it', () => {
  const circuit = new Circuit('c', environmentOf())
  failTimes(circuit, 5, 1_000)
  expect(circuit.success(2_000, 500)).toBe(false)
  expect(circuit.state).toBe('open')
  expect(circuit.success(2_000, 1_500)).toBe(true)
})

test('failures that were on their way when it opened do not make the rest longer', () => {
  const circuit = new Circuit('c', environmentOf())
  failTimes(circuit, 5, 0)
  expect(failTimes(circuit, 20, 10)).toBe(0)
  expect(circuit.available(30_000)).toBe(true)
})

test('two processes that notice the same trouble make one relapse of it, and rest for the longer time', () => {
  const circuit = new Circuit('c', environmentOf())
  failTimes(circuit, 5, 0)
  circuit.open(100, 35_000)
  circuit.open(200, 10_000)
  expect(circuit.openUntilMs).toBe(35_100)
  circuit.suspension.enter(35_100)
  expect(circuit.failure(35_100)).toBe(60_000)
})

test('a gate that says no keeps it shut for a second', () => {
  const asked: string[] = []
  const probeGate = (id: string): boolean => {
    asked.push(id)
    return asked.length > 1
  }
  const circuit = new Circuit('c', environmentOf({ probeGate }))
  failTimes(circuit, 5, 0)
  expect(circuit.suspension.enter(30_000)).toBe(false)
  expect(circuit.available(30_999)).toBe(false)
  expect(circuit.suspension.enter(31_000)).toBe(true)
  expect(asked).toEqual(['c', 'c'])
})

test('a gate in another process is asked once; the next request after its yes is the probe', async () => {
  const answer = Promise.withResolvers<boolean>()
  let asked = 0
  const probeGate = (): Promise<boolean> => {
    asked++
    return answer.promise
  }
  const circuit = new Circuit('c', environmentOf({ probeGate }))
  failTimes(circuit, 5, 0)
  expect([30_000, 30_001, 30_002].map((nowMs) => circuit.suspension.enter(nowMs))).toEqual([false, false, false])
  expect(asked).toBe(1)
  answer.resolve(true)
  await answer.promise
  expect([30_003, 30_004].map((nowMs) => circuit.suspension.enter(nowMs))).toEqual([true, false])
})

test.each(['no', 'broken'])('a gate in another process that says %s is asked again after a second', async (kind) => {
  let asked = 0
  const probeGate = async (): Promise<boolean> => {
    asked++
    if (kind === 'broken') throw new Error('channel closed')
    return false
  }
  const circuit = new Circuit('c', environmentOf({ probeGate }))
  failTimes(circuit, 5, 0)
  circuit.suspension.enter(30_000)
  await new Promise(setImmediate)
  expect(circuit.available(30_999)).toBe(false)
  circuit.suspension.enter(31_000)
  expect(asked).toBe(2)
})

test('a granted probe that no request used goes back after ten seconds', async () => {
  let asked = 0
  const probeGate = async (): Promise<boolean> => {
    asked++
    return true
  }
  const circuit = new Circuit('c', environmentOf({ probeGate }))
  failTimes(circuit, 5, 0)
  circuit.suspension.enter(30_000)
  await new Promise(setImmediate)
  expect(circuit.suspension.enter(40_000)).toBe(false)
  expect(asked).toBe(2)
})
