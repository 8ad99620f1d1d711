// Limits at full size, with workers as processes of their own.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { providersYaml } from './support/gateway.ts'
import { callAndEndBadly, IMPATIENT, limitsUsed } from './support/slots.ts'
import { spawnGateway } from './support/processes.ts'

describe('two workers', () => {
  // One that is asked for every call, and one of which each worker holds slots that nobody uses at the moment.
  it.each([40, 200])('hold no slot of %i after 10,000 calls that were aborted, failed or timed out', async (slots) => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url], IMPATIENT), workers: 2 })
    const { key } = await gateway.control.makeKey({ limits: { concurrency: slots, rpm: 1_000_000 } })
    const ends = await callAndEndBadly({ url: gateway.url, key, calls: 10_000, atOnce: 32, seed: 12 })
    console.log(JSON.stringify(ends))
    expect(ends['aborted']).toBeGreaterThan(500)
    await expect
      .poll(async () => await limitsUsed(gateway.origin, key), { timeout: 10_000 })
      .toMatchObject({ concurrency: 0 })
  })
})
