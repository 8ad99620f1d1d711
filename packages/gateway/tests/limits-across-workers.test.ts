// A limit of N lets N through, however many workers the calls meet.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { callOnce } from './support/load.ts'
import { chat, providersYaml } from './support/gateway.ts'
import { spawnGateway } from './support/processes.ts'

const BODY = JSON.stringify(chat())
/** Longer than a worker may keep what it was lent. */
const LEASE_IS_OVER_MS = 1_500

/** @param url with `/v1` @returns how many of the calls were let through; all others must be refused for the limit */
async function allowed(url: string, key: string, calls: number, atOnce = 24): Promise<number> {
  let left = calls
  let through = 0
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      // A new connection each time, so that the workers take turns.
      const { status } = await callOnce(`${url}/chat/completions`, key, BODY)
      if (status === 200) through += 1
      else expect(status).toBe(429)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, calls) }, caller))
  return through
}

describe.each([1, 4])('%i workers', (workers) => {
  it('let exactly N of a flood through for N up to 60, and never more than N for larger ones', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers })
    const startedMs = performance.now()
    const keys = new Map<number, string>()
    for (const rpm of [1, 10, 60, 100, 1000]) keys.set(rpm, (await gateway.control.makeKey({ limits: { rpm } })).key)
    const through = new Map<number, number>()
    for (const [rpm, key] of keys) through.set(rpm, await allowed(gateway.url, key, rpm + 60))
    for (const exact of [1, 10, 60]) expect(through.get(exact)).toBe(exact)
    for (const leased of [100, 1000]) {
      expect(through.get(leased)).toBeLessThanOrEqual(leased)
      // What workers borrowed and did not use is the price of not asking each time: at most N/10 for each other worker.
      expect(through.get(leased)).toBeGreaterThanOrEqual(leased - ((workers - 1) * leased) / 10)
    }
    // It is back a second later, and then the rest gets through, to the last one.
    await sleep(LEASE_IS_OVER_MS)
    for (const [rpm, key] of keys) {
      const rest = await allowed(gateway.url, key, rpm - (through.get(rpm) ?? 0) + 20)
      expect([rpm, (through.get(rpm) ?? 0) + rest]).toEqual([rpm, rpm])
    }
    // All of it was one window.
    expect(performance.now() - startedMs).toBeLessThan(60_000)
    expect(upstream.ledger.totals.requests).toBe(1 + 10 + 60 + 100 + 1000)
  }, 90_000)
})

it('a quota and a budget go on where they were after everything was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-quota-'))
  try {
    await using upstream = await startFakeUpstream({ script: { tokens: 10 } })
    const yaml = `providers:
  - { name: a, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-up-a] }
models:
  - { id: gpt-4o, targets: [{ provider: a, model: gpt-4o }], price: { input: 0, output: 1000 } }
`
    const start = async () => await spawnGateway({ yaml, workers: 2, folder })
    let day = ''
    let budget = ''
    {
      await using gateway = await start()
      day = (await gateway.control.makeKey({ limits: { requests_per_day: 5, rpm: 1000 } })).key
      // An answer of ten tokens costs one cent.
      budget = (await gateway.control.makeKey({ budget: { amount: '0.05', reset: 'month' } })).key
      expect(await allowed(gateway.url, day, 3)).toBe(3)
      const statuses: number[] = []
      for (let call = 0; call < 3; call++)
        statuses.push((await callOnce(`${gateway.url}/chat/completions`, budget, BODY)).status)
      expect(statuses).toEqual([200, 200, 200])
      // The group is killed, primary and workers, with SIGKILL.
    }
    await using gateway = await start()
    expect(await allowed(gateway.url, day, 6)).toBe(2)
    const statuses: number[] = []
    for (let call = 0; call < 4; call++)
      statuses.push((await callOnce(`${gateway.url}/chat/completions`, budget, BODY)).status)
    expect(statuses).toEqual([200, 200, 402, 402])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

describe('two workers', () => {
  it('let a key with one call at a time have one call at a time', async () => {
    await using upstream = await startFakeUpstream({ script: { delayMs: 300 } })
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: 2 })
    const { key } = await gateway.control.makeKey({ limits: { concurrency: 1 } })
    const body = JSON.stringify(chat())
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => callOnce(`${gateway.url}/chat/completions`, key, body)),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(5)
    expect((await callOnce(`${gateway.url}/chat/completions`, key, body)).status).toBe(200)
  })
})
