import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  configOf,
  fleetOf,
  modelOf,
  pick,
  providerOf,
  routeOf,
  seededRandom,
  simpleConfig,
  sourceOf,
  targetOf,
} from './__fixtures__/fleet.ts'
import { makePrice } from '../billing/prices/price.ts'
import type { Config, Strategy } from '../config/config.ts'
import type { Fleet } from './fleet.ts'

function weighted(weights: readonly number[], strategy: Strategy = 'weighted'): Config {
  const names = weights.map((_, index) => `p${index}`)
  const targets = names.map((name, index) => targetOf(name, { weight: weights[index] ?? 1 }))
  return configOf(
    names.map((name) => providerOf(name)),
    [modelOf('m', targets, { strategy })],
  )
}

function countPicks(fleet: Fleet, requests: number, keyOf: (index: number) => string | null): Map<string, number> {
  const counts = new Map<string, number>()
  for (let index = 0; index < requests; index++) {
    const { name } = pick(fleet, 0, keyOf(index)).provider
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

test('weights 5, 1, 1 give the sequence of nginx', () => {
  const fleet = fleetOf(weighted([5, 1, 1]))
  const sequence = Array.from({ length: 14 }, () => pick(fleet).provider.name).join(' ')
  expect(sequence).toBe('p0 p0 p1 p0 p2 p0 p0 p0 p0 p1 p0 p2 p0 p0')
})

test('every cycle of weighted round-robin gives each target exactly its weight', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (weights) => {
      const counts = countPicks(
        fleetOf(weighted(weights)),
        weights.reduce((sum, weight) => sum + weight, 0) * 3,
        () => null,
      )
      expect(weights.map((_, index) => counts.get(`p${index}`))).toEqual(weights.map((weight) => weight * 3))
    }),
    { numRuns: 100 },
  )
})

test('a provider has the same share with three keys as with one, and its keys share evenly', () => {
  const providers = [providerOf('one'), providerOf('three', { apiKeys: ['k1', 'k2', 'k3'] })]
  const fleet = fleetOf(configOf(providers, [modelOf('m', [targetOf('one'), targetOf('three')])]))
  const counts = new Map<string, number>()
  for (let index = 0; index < 600; index++) {
    const { name } = pick(fleet).credential
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  expect(Object.fromEntries(counts)).toEqual({ one: 300, three: 100, 'three#2': 100, 'three#3': 100 })
})

test('provider weight multiplies target weight', () => {
  const providers = [providerOf('a', { weight: 2 }), providerOf('b')]
  const fleet = fleetOf(configOf(providers, [modelOf('m', [targetOf('a', { weight: 2 }), targetOf('b')])]))
  expect(Object.fromEntries(countPicks(fleet, 500, () => null))).toEqual({ a: 400, b: 100 })
})

test('a weight of 0 serves only when nothing else can', () => {
  const fleet = fleetOf(weighted([1, 0]))
  expect(Object.fromEntries(countPicks(fleet, 50, () => null))).toEqual({ p0: 50 })
  const selection = fleet.select(routeOf(fleet), null, 0)
  expect([selection.next(0)?.provider.name, selection.next(0)?.provider.name]).toEqual(['p0', 'p1'])
})

test('least-busy goes where the least is in flight for the weight', () => {
  const fleet = fleetOf(weighted([2, 1], 'least-busy'))
  const counts = new Map<string, number>()
  for (let index = 0; index < 30; index++) {
    const candidate = pick(fleet)
    candidate.inFlight++
    counts.set(candidate.provider.name, (counts.get(candidate.provider.name) ?? 0) + 1)
  }
  expect(Object.fromEntries(counts)).toEqual({ p0: 20, p1: 10 })
})

test('least-busy takes turns while nothing is in flight', () => {
  const fleet = fleetOf(weighted([1, 1, 1], 'least-busy'))
  expect(Object.fromEntries(countPicks(fleet, 30, () => null))).toEqual({ p0: 10, p1: 10, p2: 10 })
})

test('latency prefers the faster of two, and comes back to the slower one in time', () => {
  const fleet = fleetOf(weighted([1, 1], 'latency'), { random: seededRandom(7) })
  const speedMs: Record<string, number> = { p0: 400, p1: 100 }
  const counts: Record<string, number> = { p0: 0, p1: 0 }
  for (let nowMs = 0; nowMs < 300_000; nowMs += 100) {
    const candidate = pick(fleet, nowMs)
    const { name } = candidate.provider
    counts[name] = (counts[name] ?? 0) + 1
    fleet.report(candidate, { kind: 'success', firstByteMs: speedMs[name] ?? 0 }, nowMs)
  }
  expect(counts.p1).toBeGreaterThan(2_900)
  // Otherwise nobody would notice when it becomes the faster one.
  expect(counts.p0).toBeGreaterThanOrEqual(3)
})

test('a burst does not pile up on a target of unknown speed', () => {
  const fleet = fleetOf(weighted([1, 1], 'latency'), { random: seededRandom(3) })
  const known = routeOf(fleet).tiers[0]![0]!
  fleet.report(known, { kind: 'success', firstByteMs: 50 }, 0)
  const counts: Record<string, number> = { p0: 0, p1: 0 }
  for (let index = 0; index < 40; index++) {
    const candidate = pick(fleet, 0)
    candidate.inFlight++
    counts[candidate.provider.name] = (counts[candidate.provider.name] ?? 0) + 1
  }
  expect(Math.abs(counts.p0! - counts.p1!)).toBeLessThanOrEqual(2)
})

test('cost takes the cheapest upstream, and the next one when it has been tried', () => {
  const price = (dollars: number) =>
    makePrice({ inputNanosPerMillion: dollars * 1e9, outputNanosPerMillion: dollars * 4e9 })
  const info = { vendor: 'v', description: 'd', contextLength: 1, createdAtSeconds: 1 }
  const catalogue = sourceOf([
    { id: 'dear', ...info, price: price(10) },
    { id: 'cheap', ...info, price: price(1) },
  ])
  const targets = [
    targetOf('a', { model: 'dear' }),
    targetOf('b', { model: 'cheap' }),
    targetOf('c', { model: 'unknown' }),
  ]
  const config = configOf(
    [providerOf('a'), providerOf('b'), providerOf('c')],
    [modelOf('m', targets, { strategy: 'cost' })],
  )
  const fleet = fleetOf(config, { catalogue })
  const selection = fleet.select(routeOf(fleet), 'a conversation', 0)
  expect([1, 2, 3].map(() => selection.next(0)?.upstreamModel)).toEqual(['cheap', 'dear', 'unknown'])
})

test('two fleets send a conversation to the same candidate', () => {
  const [left, right] = [fleetOf(weighted([3, 1, 2])), fleetOf(weighted([3, 1, 2]))]
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      expect(pick(left, 0, key).id).toBe(pick(right, 0, key).id)
    }),
  )
})

test('conversations spread by weight', () => {
  const counts = countPicks(fleetOf(weighted([3, 1])), 20_000, (index) => `conversation-${index}`)
  expect((counts.get('p0') ?? 0) / 20_000).toBeCloseTo(0.75, 1)
  expect(Math.abs((counts.get('p0') ?? 0) - 15_000)).toBeLessThan(300)
})

test('when a candidate goes away only its own conversations move', () => {
  const fleet = fleetOf(weighted([1, 1, 1, 1]))
  const keys = Array.from({ length: 2_000 }, (_, index) => `conversation-${index}`)
  const before = new Map(keys.map((key) => [key, pick(fleet, 0, key).provider.name]))
  const down = { kind: 'provider-check', provider: 'p2', healthy: false, responseTimeMs: 1, atUnixMs: 0 } as const
  fleet.apply(down, 0)
  for (const key of keys) {
    const after = pick(fleet, 0, key).provider.name
    const stays = before.get(key) !== 'p2'
    expect([stays, after === before.get(key), after === 'p2']).toEqual([stays, stays, false])
  }
  fleet.apply({ ...down, healthy: true }, 1)
  for (const key of keys) expect(pick(fleet, 1, key).provider.name).toBe(before.get(key))
})

test('conversations are not kept together when sticky is off', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b'], { sticky: false }))
  expect(pick(fleet, 0, 'key').id).not.toBe(pick(fleet, 0, 'key').id)
})

test('a split keeps each key at its target, by shares, whether conversations are sticky or not', () => {
  const names = ['a', 'b']
  const model = modelOf('m', [targetOf('a', { weight: 9 }), targetOf('b')], { strategy: 'split', splitBy: 'user' })
  const fleet = fleetOf(
    configOf(
      names.map((name) => providerOf(name)),
      [model],
      { sticky: false },
    ),
  )
  const counts = countPicks(fleet, 4_000, (index) => `user ${index}`)
  expect((counts.get('b') ?? 0) / 4_000).toBeGreaterThan(0.085)
  expect((counts.get('b') ?? 0) / 4_000).toBeLessThan(0.115)
  for (const key of ['x', 'y', 'z']) expect(countPicks(fleet, 20, () => key).size).toBe(1)
})

test('targets for some requests are asked before the others by these, and never by anybody else', () => {
  const when = { tags: ['gold'], metadata: {}, groups: [], hours: null }
  const config = configOf(
    ['fine', 'plain', 'spare'].map((name) => providerOf(name)),
    [modelOf('m', [targetOf('fine', { when, priority: 1 }), targetOf('plain'), targetOf('spare', { priority: 1 })])],
  )
  const fleet = fleetOf(config)
  const order = (tags: readonly string[]): string[] => {
    const traits = { tags, metadata: {}, group: 'default', unixMs: 0 }
    const selection = fleet.select(routeOf(fleet), null, 0, null, traits)
    const names: string[] = []
    for (let next = selection.next(0); next !== null; next = selection.next(0)) names.push(next.provider.name)
    return names
  }
  expect(order(['gold'])).toEqual(['fine', 'plain', 'spare'])
  expect(order(['silver'])).toEqual(['plain', 'spare'])
})

test('an attempt beside the first takes nothing from those that come after it', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b', 'c']))
  const selection = fleet.select(routeOf(fleet), null, 0)
  const first = selection.next(0)
  expect(selection.beside(0, () => false)).toBeNull()
  const beside = selection.beside(0, () => true)
  if (beside !== null) selection.forgive(beside)
  const all = [first, selection.next(0), selection.next(0)]
  expect(all.map((candidate) => candidate?.provider.name).toSorted()).toEqual(['a', 'b', 'c'])
  expect(beside).not.toBe(first)
  // Nobody is well: that is a last chance, and no reason to ask twice.
  expect(selection.beside(0, () => true)).toBeNull()
})
