// A limit of N lets N through, however many workers the calls meet.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { callOnce } from './support/load.ts'
import { chat, providersYaml } from './support/gateway.ts'
import { spawnGateway } from './support/processes.ts'

describe('two workers', () => {
  it('let exactly 10 of 60 calls through a limit of 10 RPM, and never more than 200 through one of 200', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: 2 })
    const body = JSON.stringify(chat())
    const allowed = async (key: string, calls: number, atOnce: number): Promise<number> => {
      let left = calls
      let through = 0
      const caller = async (): Promise<void> => {
        while (left > 0) {
          left -= 1
          // A new connection each time, so that the workers take turns.
          const { status } = await callOnce(`${gateway.url}/chat/completions`, key, body)
          if (status === 200) through += 1
          else expect(status).toBe(429)
        }
      }
      await Promise.all(Array.from({ length: atOnce }, caller))
      return through
    }
    const few = await gateway.control.makeKey({ limits: { rpm: 10 } })
    const many = await gateway.control.makeKey({ limits: { rpm: 200 } })
    expect(await allowed(few.key, 60, 12)).toBe(10)
    const through = await allowed(many.key, 600, 24)
    expect(through).toBeLessThanOrEqual(200)
    // What a worker borrowed and did not use is the price of not asking each time.
    expect(through).toBeGreaterThanOrEqual(180)
    expect(upstream.ledger.totals.requests).toBe(10 + through)
  })

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
