// The gateway while its PostgreSQL is away: at the start, in the middle, frozen. It serves whom it knows, tells the others
// 503 and never 401, and is well again by itself.
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hasPostgres, postgres } from '@fairlead/testkit/services.ts'
import { chat } from './support/gateway.ts'
import { spawnGateway, type GatewayProcess } from './support/processes.ts'

const BACK = { timeout: 10_000, interval: 100 }

describe.runIf(hasPostgres({ own: true }))('with PostgreSQL', () => {
  it('away at the start: starts, is not ready, refuses keys with 503, and serves when it comes', async () => {
    const found = await postgres({ own: true })
    await using server = found!.server!
    const url = await found!.createDatabase()
    await server.kill()
    await using gateway = await start(url)
    expect(await statusOf(gateway, '/health/live')).toBe(200)
    expect(await statusOf(gateway, '/health/ready')).toBe(503)
    expect(await statusOf(gateway, '/api/status')).toBe(503)
    expect(gateway.output).toContain('starting without it')
    await server.start()
    await expect.poll(() => statusOf(gateway, '/health/ready'), BACK).toBe(200)
    expect(await statusOf(gateway, '/api/status')).toBe(200)
    const { key } = await gateway.control.makeKey()
    expect((await call(gateway, key)).status).toBe(200)
  })

  it('killed and frozen in the middle: known keys are served, unknown ones get 503, and it recovers alone', async () => {
    const found = await postgres({ own: true })
    await using server = found!.server!
    await using gateway = await start(await found!.createDatabase())
    const known = await gateway.control.makeKey()
    const unknown = await gateway.control.makeKey()
    expect((await call(gateway, known.key)).status).toBe(200)
    for (const fault of ['kill', 'freeze'] as const) {
      await server[fault]()
      const startedMs = performance.now()
      const refused = await call(gateway, unknown.key)
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refused.json()).toMatchObject({ error: { code: 'service_unavailable' } })
      expect(performance.now() - startedMs).toBeLessThan(15_000)
      expect((await call(gateway, known.key)).status).toBe(200)
      expect(await statusOf(gateway, '/health/live')).toBe(200)
      expect(await statusOf(gateway, '/health/ready')).toBe(503)
      if (fault === 'kill') await server.start()
      else server.thaw()
      await expect.poll(() => statusOf(gateway, '/health/ready'), BACK).toBe(200)
    }
    expect((await call(gateway, unknown.key)).status).toBe(200)
    expect((await call(gateway, known.key)).status).toBe(200)
  }, 60_000)
})

async function start(url: string): Promise<GatewayProcess> {
  return await spawnGateway({
    // No provider: the simulator answers.
    yaml: '',
    env: { FAIRLEAD_DATABASE_URL: url, FAIRLEAD_SECRET_KEY: randomBytes(32).toString('hex') },
  })
}

async function statusOf(gateway: GatewayProcess, path: string): Promise<number> {
  return (await fetch(gateway.origin + path)).status
}

async function call(gateway: GatewayProcess, key: string): Promise<Response> {
  return await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(chat()),
  })
}
