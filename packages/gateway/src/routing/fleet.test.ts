import { expect, test } from 'vitest'

import {
  candidateOn,
  configOf,
  fleetOf,
  modelOf,
  pick,
  providerOf,
  routeOf,
  seededRandom,
  simpleConfig,
  targetOf,
} from './__fixtures__/fleet.ts'
import type { Candidate } from './candidate.ts'
import type { Fleet } from './fleet.ts'
import type { FleetChange, Outcome } from './outcome.ts'

const SERVER_ERROR: Outcome = { kind: 'failure', cause: 'server_error', status: 500 }
const SUCCESS: Outcome = { kind: 'success', firstByteMs: 0 }
const REJECTED: Outcome = { kind: 'credential-rejected', status: 401, reason: 'Incorrect API key provided' }

function reportTimes(fleet: Fleet, candidate: Candidate, outcome: Outcome, times: number, nowMs = 0): void {
  for (let time = 0; time < times; time++) fleet.report(candidate, outcome, nowMs)
}

function names(fleet: Fleet, requests: number, nowMs: number): Set<string> {
  return new Set(Array.from({ length: requests }, () => pick(fleet, nowMs).credential.name))
}

function recorded(): { readonly changes: FleetChange[]; readonly onChange: (change: FleetChange) => void } {
  const changes: FleetChange[] = []
  return { changes, onChange: (change) => changes.push(change) }
}

test('a request meets every candidate once, then none', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b', 'c']))
  const selection = fleet.select(routeOf(fleet), 'sticky', 0)
  const met = [1, 2, 3, 4].map(() => selection.next(0)?.provider.name)
  expect(new Set(met)).toEqual(new Set(['a', 'b', 'c', undefined]))
  expect(selection.desperate).toBe(false)
})

test('a lower tier serves only while the one above has nothing', () => {
  const providers = [providerOf('first'), providerOf('second', { priority: 1 })]
  const fleet = fleetOf(configOf(providers, [modelOf('m', [targetOf('first'), targetOf('second')])]))
  expect(names(fleet, 10, 0)).toEqual(new Set(['first']))
  reportTimes(fleet, candidateOn(fleet, 'first'), SERVER_ERROR, 5)
  expect(names(fleet, 10, 1)).toEqual(new Set(['second']))
  expect(pick(fleet, 30_000).provider.name).toBe('first')
})

test('a circuit is for one model with one key', () => {
  const providers = [providerOf('a', { apiKeys: ['k1', 'k2'] })]
  const models = [modelOf('m', [targetOf('a')]), modelOf('n', [targetOf('a', { model: 'n' })])]
  const fleet = fleetOf(configOf(providers, models))
  reportTimes(fleet, candidateOn(fleet, 'a'), SERVER_ERROR, 5)
  expect(names(fleet, 10, 1)).toEqual(new Set(['a#2']))
  expect(candidateOn(fleet, 'a', 'n').available(1)).toBe(true)
})

test('failures to connect count for the provider, with all its keys and models, and for none of them alone', () => {
  const { changes, onChange } = recorded()
  const fleet = fleetOf(
    configOf(
      [providerOf('a', { apiKeys: ['k1', 'k2'] }), providerOf('b')],
      [modelOf('m', [targetOf('a'), targetOf('b')])],
    ),
    { onChange },
  )
  for (const cause of ['connect', 'dns', 'tls', 'connect', 'connect'] as const) {
    fleet.report(candidateOn(fleet, 'a'), { kind: 'failure', cause }, 0)
  }
  expect(names(fleet, 10, 1)).toEqual(new Set(['b']))
  expect(candidateOn(fleet, 'a').circuit.state).toBe('closed')
  expect(changes).toEqual([{ kind: 'circuit-opened', circuit: 'a', provider: 'a', forMs: 30_000 }])
})

test("a tenant's own mistakes and departures are never counted", () => {
  const { changes, onChange } = recorded()
  const fleet = fleetOf(simpleConfig(['a', 'b']), { onChange })
  const candidate = candidateOn(fleet, 'a')
  for (let time = 0; time < 1_000; time++) {
    fleet.report(candidate, { kind: 'client-fault' }, time)
    fleet.report(candidate, { kind: 'abandoned' }, time)
  }
  expect(candidate.available(1_000)).toBe(true)
  expect(fleet.view(1_000).providers[0]).toMatchObject({ healthy: true, consecutiveFailures: 0 })
  expect(changes).toEqual([])
})

test('one probe goes to what is half-open, and its success brings the traffic back', () => {
  const { changes, onChange } = recorded()
  const fleet = fleetOf(simpleConfig(['a', 'b']), { onChange })
  const sick = candidateOn(fleet, 'a')
  reportTimes(fleet, sick, SERVER_ERROR, 5)
  const picked = Array.from({ length: 20 }, () => pick(fleet, 30_000).provider.name)
  expect(picked.filter((name) => name === 'a')).toHaveLength(1)
  fleet.report(sick, SUCCESS, 30_100)
  expect(names(fleet, 4, 30_200)).toEqual(new Set(['a', 'b']))
  expect(changes.map(({ kind }) => kind)).toEqual(['circuit-opened', 'circuit-closed'])
})

test('a probe whose client leaves is followed by another one', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b']))
  const sick = candidateOn(fleet, 'a')
  reportTimes(fleet, sick, SERVER_ERROR, 5)
  names(fleet, 5, 30_000)
  fleet.report(sick, { kind: 'abandoned' }, 30_500)
  expect(sick.available(31_499)).toBe(false)
  expect(sick.available(31_500)).toBe(true)
})

test('a probe that was not sent is the next request’s', () => {
  const fleet = fleetOf(simpleConfig(['a']))
  const sick = candidateOn(fleet, 'a')
  reportTimes(fleet, sick, SERVER_ERROR, 5)
  expect(pick(fleet, 30_000)).toBe(sick)
  fleet.handBack(sick, 30_000)
  expect(sick.available(30_000)).toBe(true)
})

test('the last candidate is tried, once a request, even when its circuit is open', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b']))
  reportTimes(fleet, candidateOn(fleet, 'a'), SERVER_ERROR, 5, 0)
  reportTimes(fleet, candidateOn(fleet, 'b'), SERVER_ERROR, 5, 1_000)
  const selection = fleet.select(routeOf(fleet), null, 2_000)
  // `a` comes back first.
  expect(selection.next(2_000)?.provider.name).toBe('a')
  expect(selection.desperate).toBe(true)
  expect(selection.next(2_000)).toBeNull()
  expect(selection.exhausted(2_000)).toEqual({ reason: 'none_healthy', retryAfterMs: 28_000 })
  fleet.report(candidateOn(fleet, 'a'), SUCCESS, 2_100)
  expect(candidateOn(fleet, 'a').circuit.state).toBe('closed')
})

test('below the panic threshold health is ignored, but not a refusal by the provider', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b', 'c', 'd'], { panicThreshold: 0.5 }))
  reportTimes(fleet, candidateOn(fleet, 'a'), SERVER_ERROR, 5)
  reportTimes(fleet, candidateOn(fleet, 'b'), SERVER_ERROR, 5)
  expect(names(fleet, 20, 1)).toEqual(new Set(['c', 'd']))
  reportTimes(fleet, candidateOn(fleet, 'c'), REJECTED, 1)
  expect(names(fleet, 20, 1)).toEqual(new Set(['a', 'b', 'd']))
})

test('a 429 rests that key for that model until the time it names; the others serve', () => {
  const { changes, onChange } = recorded()
  const fleet = fleetOf(simpleConfig(['a', 'b']), { onChange, random: () => 0 })
  const limited = candidateOn(fleet, 'a')
  fleet.report(limited, { kind: 'rate-limited', retryAfterMs: 7_000 }, 0)
  expect(names(fleet, 10, 6_999)).toEqual(new Set(['b']))
  expect(limited.available(7_000)).toBe(true)
  expect(changes).toMatchObject([{ kind: 'cooling', credentialName: 'a', model: 'm', forMs: 7_000 }])
})

test('a rest has at most 60 s, jitter only upwards, and grows when the provider names no time', () => {
  const restOf = (retryAfterMs: number | null, random: number, times = 1): number => {
    const fleet = fleetOf(simpleConfig(['a']), { random: () => random })
    const { state } = candidateOn(fleet, 'a')
    let nowMs = 0
    for (let time = 0; time < times; time++) {
      nowMs = state.restUntilMs
      fleet.report(candidateOn(fleet, 'a'), { kind: 'rate-limited', retryAfterMs }, nowMs)
    }
    return state.restUntilMs - nowMs
  }
  expect(restOf(3_600_000, 0)).toBe(60_000)
  expect(restOf(10_000, 0)).toBe(10_000)
  expect(restOf(10_000, 0.999)).toBeGreaterThan(10_000)
  expect([1, 2, 3, 4, 8].map((times) => restOf(null, 0, times))).toEqual([1_000, 2_000, 4_000, 8_000, 60_000])
})

test('a burst of 429s without a time is one signal', () => {
  const { changes, onChange } = recorded()
  const fleet = fleetOf(simpleConfig(['a', 'b']), { random: () => 0, onChange })
  reportTimes(fleet, candidateOn(fleet, 'a'), { kind: 'rate-limited', retryAfterMs: null }, 50)
  expect(candidateOn(fleet, 'a').state.restUntilMs).toBe(1_000)
  expect(changes).toHaveLength(1)
})

test('when all rest, the smallest wait is told and nobody is tried', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b', 'c']), { random: () => 0 })
  fleet.report(candidateOn(fleet, 'a'), { kind: 'rate-limited', retryAfterMs: 20_000 }, 0)
  fleet.report(candidateOn(fleet, 'b'), { kind: 'rate-limited', retryAfterMs: 5_000 }, 0)
  fleet.report(candidateOn(fleet, 'c'), REJECTED, 0)
  const selection = fleet.select(routeOf(fleet), null, 1_000)
  expect(selection.next(1_000)).toBeNull()
  expect(selection.exhausted(1_000)).toEqual({ reason: 'all_limited', retryAfterMs: 4_000 })
  expect(pick(fleet, 5_000).provider.name).toBe('b')
})

test('one bad key is disabled with an alert, and its sibling serves on', () => {
  const { changes, onChange } = recorded()
  const fleet = fleetOf(configOf([providerOf('a', { apiKeys: ['bad', 'good'] })], [modelOf('m', [targetOf('a')])]), {
    onChange,
  })
  reportTimes(fleet, candidateOn(fleet, 'a'), REJECTED, 3)
  expect(names(fleet, 10, 1)).toEqual(new Set(['a#2']))
  expect(changes).toMatchObject([
    {
      kind: 'credential-disabled',
      credentialName: 'a',
      model: null,
      reason: 'Incorrect API key provided',
      forMs: 60_000,
    },
  ])
  expect(JSON.stringify(changes)).not.toContain('bad')
})

test('a refused key is probed after 60 s, 120 s... 10 minutes, and never as the last chance', () => {
  const fleet = fleetOf(simpleConfig(['a']))
  const candidate = candidateOn(fleet, 'a')
  const waits: number[] = []
  let nowMs = 0
  for (let probe = 0; probe < 6; probe++) {
    fleet.report(candidate, REJECTED, nowMs)
    const selection = fleet.select(routeOf(fleet), null, nowMs)
    expect(selection.next(nowMs)).toBeNull()
    const { retryAfterMs } = selection.exhausted(nowMs)
    waits.push(retryAfterMs / 1_000)
    nowMs += retryAfterMs
    expect(pick(fleet, nowMs)).toBe(candidate)
    expect(fleet.select(routeOf(fleet), null, nowMs).next(nowMs)).toBeNull()
  }
  expect(waits).toEqual([60, 120, 240, 480, 600, 600])
  fleet.report(candidate, SUCCESS, nowMs)
  expect(candidate.credential.disabled).toBe(false)
})

test('a 403 closes one model to one key only after three tenants met it', () => {
  const { changes, onChange } = recorded()
  const models = [modelOf('m', [targetOf('a')]), modelOf('n', [targetOf('a', { model: 'n' })])]
  const fleet = fleetOf(configOf([providerOf('a')], models), { onChange })
  const candidate = candidateOn(fleet, 'a')
  reportTimes(fleet, candidate, { kind: 'forbidden', accountId: 'one' }, 100)
  reportTimes(fleet, candidate, { kind: 'forbidden', accountId: 'two' }, 100)
  expect(candidate.available(0)).toBe(true)
  fleet.report(candidate, { kind: 'forbidden', accountId: 'three' }, 0)
  expect(candidate.available(59_999)).toBe(false)
  expect(candidateOn(fleet, 'a', 'n').available(0)).toBe(true)
  expect(changes).toMatchObject([{ kind: 'credential-disabled', model: 'm', forMs: 60_000 }])
  // The probe fails too: one tenant is enough now.
  expect(pick(fleet, 60_000)).toBe(candidate)
  fleet.report(candidate, { kind: 'forbidden', accountId: 'four' }, 60_001)
  expect(candidate.available(180_000)).toBe(false)
  expect(candidate.available(180_001)).toBe(true)
})

test('a failed health check takes a provider out at once, a good one brings it back and closes its circuit', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b']))
  const down = {
    kind: 'provider-check',
    provider: 'a',
    healthy: false,
    responseTimeMs: 2_000,
    atUnixMs: 1_700_000_000_000,
    reason: 'connect ECONNREFUSED',
  } as const
  reportTimes(fleet, candidateOn(fleet, 'a'), { kind: 'failure', cause: 'connect' }, 5)
  fleet.apply(down, 10)
  expect(fleet.view(10).providers[0]).toMatchObject({
    healthy: false,
    consecutiveFailures: 6,
    responseTimeMs: 2_000,
    reason: 'connect ECONNREFUSED',
  })
  expect(names(fleet, 10, 60_000)).toEqual(new Set(['b']))
  fleet.apply(
    { kind: 'provider-check', provider: 'a', healthy: true, responseTimeMs: 3, atUnixMs: 1_700_000_000_000 },
    61_000,
  )
  expect(names(fleet, 10, 61_000)).toEqual(new Set(['a', 'b']))
  expect(fleet.view(61_000).providers[0]).toMatchObject({ healthy: true, consecutiveFailures: 0, responseTimeMs: 3 })
})

test('an answer to a request sent after a failed check brings the provider back, one from before does not', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b']))
  fleet.apply({ kind: 'provider-check', provider: 'a', healthy: false, responseTimeMs: 1, atUnixMs: 0 }, 1_000)
  fleet.report(candidateOn(fleet, 'a'), { kind: 'success', firstByteMs: 500 }, 1_200)
  expect(fleet.providers[0]?.down).toBe(true)
  fleet.report(candidateOn(fleet, 'a'), { kind: 'success', firstByteMs: 100 }, 1_200)
  expect(fleet.providers[0]?.down).toBe(false)
})

test('what one fleet learns the other one knows, and does not tell again', () => {
  const { changes, onChange } = recorded()
  const echoes: FleetChange[] = []
  const config = simpleConfig(['a', 'b', 'c', 'd'])
  const teller = fleetOf(config, { onChange })
  const listener = fleetOf(config, { onChange: (change) => echoes.push(change) })
  reportTimes(teller, candidateOn(teller, 'a'), SERVER_ERROR, 5)
  teller.report(candidateOn(teller, 'b'), REJECTED, 0)
  teller.report(candidateOn(teller, 'c'), { kind: 'rate-limited', retryAfterMs: 9_000 }, 0)
  // The other process has been running for longer: its clock says something else.
  for (const change of changes) listener.apply(JSON.parse(JSON.stringify(change)) as FleetChange, 500_000)
  expect(names(listener, 10, 500_001)).toEqual(new Set(['d']))
  changes.length = 0
  teller.report(candidateOn(teller, 'a'), SUCCESS, 30_000)
  teller.report(candidateOn(teller, 'b'), SUCCESS, 60_000)
  for (const change of changes) listener.apply(change, 560_000)
  expect(names(listener, 12, 560_000)).toEqual(new Set(['a', 'b', 'c', 'd']))
  expect(echoes).toEqual([])
})

test('a process that starts later learns what is out of service, and for how much longer', () => {
  const config = simpleConfig(['a', 'b', 'c', 'd', 'e'])
  const fleet = fleetOf(config, { random: () => 0 })
  const [rest, refused] = [candidateOn(fleet, 'c'), candidateOn(fleet, 'b')]
  reportTimes(fleet, candidateOn(fleet, 'a'), SERVER_ERROR, 5)
  fleet.report(refused, REJECTED, 0)
  fleet.report(rest, { kind: 'rate-limited', retryAfterMs: 30_000 }, 0)
  fleet.apply({ kind: 'provider-check', provider: 'd', healthy: false, responseTimeMs: 1, atUnixMs: 0 }, 0)
  const late = fleetOf(config)
  for (const change of fleet.changes(20_000)) late.apply(change, 100)
  expect(names(late, 10, 101)).toEqual(new Set(['e']))
  expect(candidateOn(late, 'c').available(10_100)).toBe(true)
  expect(candidateOn(late, 'a').available(4_099)).toBe(false)
  expect(candidateOn(late, 'a').available(4_100)).toBe(true)
  expect(candidateOn(late, 'b').available(40_100)).toBe(true)
  for (const name of ['a', 'b', 'c']) fleet.report(candidateOn(fleet, name), SUCCESS, 70_000)
  expect(fleet.changes(70_000).map(({ kind }) => kind)).toEqual(['provider-check'])
})

test('changes about what is not known here are passed over', () => {
  const fleet = fleetOf(simpleConfig(['a']))
  fleet.apply({ kind: 'circuit-opened', circuit: 'zzz|m', provider: 'zzz', forMs: 1 }, 0)
  fleet.apply({ kind: 'circuit-opened', circuit: 'a:ffffffff|m', provider: 'a', forMs: 1 }, 0)
  fleet.apply(
    { kind: 'credential-enabled', provider: 'a', credential: 'a:ffffffff', credentialName: 'a', model: 'm' },
    0,
  )
  expect(pick(fleet).provider.name).toBe('a')
})

test('in a total outage the upstreams see at most 1.2 times the requests, and three more', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b', 'c']), { random: seededRandom(11) })
  let requests = 0
  let attempts = 0
  for (let nowMs = 0; nowMs < 30_000; nowMs += 20) {
    requests++
    const selection = fleet.select(routeOf(fleet), null, nowMs)
    for (let attempt = 0; attempt < 3; attempt++) {
      const candidate = selection.next(nowMs)
      if (candidate === null || (attempt > 0 && !fleet.mayRetry(candidate, nowMs))) break
      attempts++
      fleet.report(candidate, SERVER_ERROR, nowMs)
    }
    expect(attempts).toBeLessThanOrEqual(1.2 * requests + 3)
  }
  expect(attempts).toBeGreaterThanOrEqual(requests)
})

test('going on to a provider that is well costs no budget', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b']))
  const well = candidateOn(fleet, 'b')
  fleet.report(well, SUCCESS, 0)
  for (let time = 0; time < 100; time++) expect(fleet.mayRetry(well, 1_000)).toBe(true)
  fleet.report(well, SERVER_ERROR, 2_000)
  expect(Array.from({ length: 10 }, () => fleet.mayRetry(well, 2_000)).filter(Boolean)).toHaveLength(3)
})

test('the health view counts requests, tokens and errors, and shows no secret and no path', () => {
  const fleet = fleetOf(configOf([providerOf('a', { limits: { rpm: 60 } })], [modelOf('m', [targetOf('a')])]))
  const candidate = candidateOn(fleet, 'a')
  expect(fleet.view(0).providers[0]).toEqual({
    name: 'a',
    type: 'openai-compatible',
    url: 'http://a.test',
    healthy: true,
    lastCheckMs: 1_700_000_000_000,
    responseTimeMs: 0,
    consecutiveFailures: 0,
  })
  fleet.report(candidate, { kind: 'success', firstByteMs: 40 }, 1_000)
  fleet.countTokens(candidate, 250, 1_000)
  reportTimes(fleet, candidate, { kind: 'failure', cause: 'server_error', status: 503 }, 2, 2_000)
  fleet.report(candidate, { kind: 'rate-limited', retryAfterMs: 1_000 }, 2_000)
  const view = fleet.view(2_000)
  const traffic = { currentRpm: 4, currentTpm: 250, errorCounts: { 503: 2, 429: 1 } }
  expect(view.credentials[0]).toMatchObject({
    name: 'a',
    limitRpm: 60,
    limitTpm: -1,
    disabled: false,
    coolingUntilMs: 1_700_000_001_050,
    ...traffic,
  })
  expect(view.circuits[0]).toMatchObject({ credential: 'a', model: 'm', state: 'closed', openUntilMs: 0, ...traffic })
  expect(view.providers[0]).toMatchObject({ consecutiveFailures: 2 })
  expect(fleet.view(70_000).credentials[0]).toMatchObject({ currentRpm: 0, currentTpm: 0 })
  expect(JSON.stringify(view)).not.toContain('secret')
  expect(JSON.stringify(view)).not.toContain('/v1')
})

test('a provider that comes back is probed at once, whatever its circuits learnt while it was dying', () => {
  const fleet = fleetOf(simpleConfig(['a', 'b']))
  const dying = candidateOn(fleet, 'a')
  reportTimes(fleet, dying, { kind: 'failure', cause: 'reset' }, 5)
  const check = { kind: 'provider-check', provider: 'a', responseTimeMs: 1, atUnixMs: 0 } as const
  fleet.apply({ ...check, healthy: false }, 100)
  expect(dying.available(1_000)).toBe(false)
  fleet.apply({ ...check, healthy: true }, 1_100)
  expect(dying.circuit.state).not.toBe('closed')
  expect(dying.available(1_101)).toBe(true)
})
