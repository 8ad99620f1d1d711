import { expect, test } from 'vitest'

import { ProbeLeases } from './probe-leases.ts'

test('one probe at a time for each id, until it is released or believed lost', () => {
  const leases = new ProbeLeases(1_000)
  expect([leases.grant('a', 0), leases.grant('a', 999), leases.grant('b', 0)]).toEqual([true, false, true])
  expect(leases.grant('a', 1_000)).toBe(true)
  leases.release('a')
  expect(leases.grant('a', 1_001)).toBe(true)
})

test('news about what was probed ends the probe', () => {
  const leases = new ProbeLeases(1_000)
  const base = { provider: 'p', credential: 'p:1', credentialName: 'p' }
  for (const id of ['p:1', 'p:1|m', 'p:1?m']) leases.grant(id, 0)
  leases.heard({ kind: 'circuit-closed', circuit: 'p:1|m', provider: 'p' })
  leases.heard({ kind: 'credential-enabled', ...base, model: null })
  leases.heard({ kind: 'credential-disabled', ...base, model: 'm', reason: '', forMs: 1 })
  leases.heard({ kind: 'cooling', ...base, model: 'm', forMs: 1 })
  expect(['p:1', 'p:1|m', 'p:1?m'].map((id) => leases.grant(id, 1))).toEqual([true, true, true])
})
