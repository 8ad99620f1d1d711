import { expect, test } from 'vitest'

import { candidateOn, fleetOf, simpleConfig } from './__fixtures__/fleet.ts'

test('a provider is ill while it rests, and may be tried again when its probe is due', () => {
  const fleet = fleetOf(simpleConfig(['a']))
  for (let time = 0; time < 5; time++) fleet.report(candidateOn(fleet, 'a'), { kind: 'failure', cause: 'timeout' }, 0)
  expect(fleet.view(1).providers[0]).toMatchObject({ healthy: false, reason: 'Every model on it keeps failing.' })
  expect(fleet.view(1).circuits[0]).toMatchObject({ state: 'open', openUntilMs: 1_700_000_029_999 })
  expect(fleet.view(30_000).providers[0]).toMatchObject({ healthy: true })
})
