// Faults 1 to 3: the upstream cannot be reached. Nothing was sent, so the next candidate serves at once.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, post, providersYaml, startGateway } from './support/gateway.ts'

const FAST = 'health: { check: off }\ntimeouts: { connect_ms: 500, first_byte_ms: 2000, idle_ms: 2000 }\n'

describe('fault 1: connection refused', () => {
  it('goes to the next candidate at once, in one usage row', async () => {
    await using dead = await startFakeUpstream()
    await using good = await startFakeUpstream()
    await dead.setFault('refuse')
    await using gateway = await startGateway(providersYaml([dead.url, good.url], FAST))
    for (let index = 0; index < 6; index += 1) {
      const reply = await post(`${gateway.url}/chat/completions`, gateway.key, chat())
      expect(reply.status).toBe(200)
    }
    const rows = await gateway.usage()
    expect(rows).toHaveLength(6)
    expect(rows.every(({ provider, status }) => provider === 'b' && status === 200)).toBe(true)
    expect(rows.some(({ attempts }) => attempts === 2)).toBe(true)
    expect(good.ledger.totals.requests).toBe(6)
  })

  it('is a 503 with Retry-After when nobody can be reached, and nothing is counted', async () => {
    await using dead = await startFakeUpstream()
    await dead.setFault('refuse')
    await using gateway = await startGateway(providersYaml([dead.url], FAST))
    const { key } = await gateway.makeKey({ rpm: 100, tpm: 100_000, concurrency: 1 })
    for (let index = 0; index < 3; index += 1) {
      const reply = await post(`${gateway.url}/chat/completions`, key, chat())
      expect(reply.status).toBe(503)
      expect(reply.json.error).toMatchObject({ code: 'upstream_error', reason: 'all_failed', param: null })
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    }
    const rows = await gateway.usage()
    expect(rows).toHaveLength(3)
    expect(rows.every(({ usage, costNanos }) => usage.input + usage.output === 0 && costNanos === 0)).toBe(true)
  })
})

describe('fault 2: the name does not resolve', () => {
  it('fails over when DNS says no, and remembers that for a while', async () => {
    await using good = await startFakeUpstream()
    let asked = 0
    await using gateway = await startGateway(providersYaml(['http://nowhere.invalid:81/v1', good.url], FAST), {
      lookup: (_hostname, _options, callback) => {
        asked += 1
        const error: NodeJS.ErrnoException = new Error('not found')
        error.code = 'ENOTFOUND'
        callback(error, '')
      },
    })
    for (let index = 0; index < 4; index += 1)
      expect((await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status).toBe(200)
    expect(asked).toBeGreaterThan(0)
    expect((await gateway.usage()).every(({ status }) => status === 200)).toBe(true)
  })

  it('does not wait for a slow resolver longer than for a connection', async () => {
    await using good = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml(['http://slow.invalid:81/v1', good.url], FAST), {
      lookup: () => undefined,
    })
    const startedMs = performance.now()
    const replies = await Promise.all(
      Array.from({ length: 4 }, async () => await post(`${gateway.url}/chat/completions`, gateway.key, chat())),
    )
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(performance.now() - startedMs).toBeLessThan(4_000)
  })
})

describe('fault 3: TLS', () => {
  it.each(['self-signed', 'wrong-host', 'expired', 'handshake-stall'] as const)(
    '%s: never goes on without a good certificate, fails over',
    async (tls) => {
      await using bad = await startFakeUpstream({ tls })
      await using good = await startFakeUpstream()
      await using gateway = await startGateway(providersYaml([bad.url, good.url], FAST))
      for (let index = 0; index < 3; index += 1)
        expect((await post(`${gateway.url}/chat/completions`, gateway.key, chat())).status).toBe(200)
      expect(bad.ledger.totals.requests).toBe(0)
      expect(good.ledger.totals.requests).toBe(3)
    },
  )
})
