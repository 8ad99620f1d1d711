// What the operator is told of the gateway as a whole, and how a configuration is tried and applied from outside.

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp, type App } from '../src/app.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { chat, MASTER_KEY, post, providersYaml, startGateway } from './support/gateway.ts'

interface Shown {
  readonly status: number
  // Replies of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

async function operate(origin: string, method: string, path: string, body?: unknown): Promise<Shown> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

describe('the configuration file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-config-'))
  const file = join(dir, 'fairlead.yaml')
  const env = { UPSTREAM_KEY: 'sk-up-from-the-environment' }
  const text = `# ours
server: { port: 0, master_key: ${MASTER_KEY}, shutdown_delay_ms: 0 }
log: { level: silent }
providers:
  - { name: a, type: openai-compatible, base_url: "http://127.0.0.1:9/v1", api_keys: ["sk-up-literal-0001", "\${UPSTREAM_KEY}"] }
models:
  - { id: m, targets: [{ provider: a }] }
`
  let app: App
  beforeAll(async () => {
    writeFileSync(file, text, { mode: 0o640 })
    const settings = { configPath: file, dataDir: join(dir, 'data'), databaseUrl: '', redisUrl: '', overrides: {} }
    const { config } = loadConfig({ text, fileName: file, env, overrides: {} })
    app = await createApp(config, settings, { log: createLogger('silent'), env })
  })
  afterAll(async () => {
    await app[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true, force: true })
  })
  const shown = async () => (await operate(app.url, 'GET', '/api/config/file')).json
  const tried = async (next: string) => (await operate(app.url, 'POST', '/api/config/trial', { text: next })).json

  it('is shown with its comments, and a token for each secret that is written out in it', async () => {
    const view = await shown()
    expect(view).toMatchObject({
      path: file,
      writable: true,
      reason: null,
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
    })
    expect(view.text).toContain('# ours')
    expect(view.text).toContain('${UPSTREAM_KEY}')
    expect(view.text).not.toContain('sk-up-literal')
    expect(view.text).not.toContain(MASTER_KEY)
    expect(view.text.match(/kept-secret-[0-9a-f]{8}/g)).toHaveLength(2)
  })

  it('is tried without a change: what is wrong has a line, what is right says what would be different', async () => {
    const { text: masked } = await shown()
    const wrong = await tried(masked.replace('base_url', 'base_urll'))
    expect(wrong).toMatchObject({
      ok: false,
      changes: [],
      problems: expect.arrayContaining([
        expect.objectContaining({ line: 5, path: 'providers[0].base_urll', hint: 'Did you mean "base_url"?' }),
      ]),
    })
    const same = await tried(masked)
    expect(same).toMatchObject({ ok: true, problems: [], changes: [], restarts: [] })
    const next = await tried(
      masked
        .replace('level: silent', 'level: error')
        .replace('shutdown_delay_ms: 0', 'shutdown_delay_ms: 0, workers: 3'),
    )
    expect(next.changes).toEqual([
      { path: 'server.workers', before: 1, after: 3 },
      { path: 'log.level', before: 'silent', after: 'error' },
    ])
    expect(next.restarts).toEqual([expect.stringContaining('server.workers')])
    const key = await tried(
      masked.replace(/"kept-secret-[0-9a-f]{8}"|kept-secret-[0-9a-f]{8}(?=, ")/, '"sk-up-another-0002"'),
    )
    expect(JSON.stringify(key.changes)).not.toContain('sk-up-another')
    const lost = await operate(app.url, 'POST', '/api/config/trial', {
      text: 'server: { master_key: kept-secret-00000000 }',
    })
    expect([lost.status, lost.json.error.message]).toEqual([400, expect.stringContaining('kept-secret-00000000')])
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('is written over the version that was looked at, keeps its secrets and its rights, and runs', async () => {
    const { text: masked, version } = await shown()
    const body = { text: masked.replace('{ id: m,', '{ id: renamed,'), version }
    const broken = await operate(app.url, 'PUT', '/api/config/file', { ...body, text: 'server: [' })
    expect([broken.status, broken.json.error.message]).toEqual([400, expect.stringContaining('Line 1')])
    const applied = await operate(app.url, 'PUT', '/api/config/file', body)
    expect([applied.status, applied.json.changes.map(({ path }: { path: string }) => path)]).toEqual([
      200,
      ['models[m]', 'models[renamed]'],
    ])
    expect(readFileSync(file, 'utf8')).toBe(text.replace('{ id: m,', '{ id: renamed,'))
    expect(readdirSync(join(dir, 'data', 'config-history'))).toHaveLength(1)
    const models = (await operate(app.url, 'GET', '/api/models')).json.data
    expect(models.map(({ id }: { id: string }) => id)).toEqual(['renamed'])
    const stale = await operate(app.url, 'PUT', '/api/config/file', body)
    expect([stale.status, stale.json.error.param]).toEqual([409, 'version'])
    const { json: versions } = await operate(app.url, 'GET', '/api/config/versions')
    expect(versions.data).toMatchObject([
      { number: 2, why: 'applied' },
      { number: 1, why: 'start', changes: [] },
    ])
    const { json: log } = await operate(app.url, 'GET', '/api/audit?action=config.apply')
    expect(log.data).toHaveLength(1)
    expect(JSON.stringify(log)).not.toContain('sk-up')
  })

  it.skipIf(process.getuid?.() === 0)('says so where it is not ours to write', async () => {
    chmodSync(file, 0o440)
    expect(await shown()).toMatchObject({ writable: false, reason: expect.stringContaining('may not write') })
    chmodSync(file, 0o640)
  })
})

it('without a file there is none to show or write', async () => {
  await using gateway = await startGateway(providersYaml(['http://127.0.0.1:9/v1']))
  const { json } = await operate(gateway.origin, 'GET', '/api/config/file')
  expect(json).toMatchObject({ path: null, text: null, writable: false, reason: expect.stringContaining('without') })
  const refused = await operate(gateway.origin, 'PUT', '/api/config/file', { text: 'log: {}', version: '' })
  expect(refused.status).toBe(409)
})

it('the machine room tells sizes, queues and the last look at the books', async () => {
  await using gateway = await startGateway(providersYaml(['http://127.0.0.1:9/v1']))
  const { status, json } = await operate(gateway.origin, 'GET', '/api/system')
  expect([status, json]).toMatchObject([
    200,
    {
      version: expect.any(String),
      node: process.version,
      workers: { ready: 1, configured: 1 },
      database: { kind: 'sqlite', bytes: expect.any(Number), schema_version: expect.any(Number) },
      queues: { notices: 0, jobs: 0 },
      retention: { records_days: 90 },
      invariants: { violations: [] },
      config_error: null,
    },
  ])
  expect(json.database.bytes).toBeGreaterThan(10_000)
})

it('the overview has traffic, margin and what is wrong', async () => {
  await using upstream = await startFakeUpstream()
  const yaml = providersYaml([upstream.url, 'http://127.0.0.1:9/v1']).replace(
    'models:',
    `models:\n  - { id: cheap, targets: [{ provider: a, model: gpt-4o, price: { input: 3, output: 9 } }], price: { input: 1, output: 2 } }`,
  )
  await using gateway = await startGateway(yaml)
  for (let call = 0; call < 3; call++) {
    expect((await post(`${gateway.url}/chat/completions`, gateway.key, { ...chat(), model: 'cheap' })).status).toBe(200)
  }
  await gateway.usage()
  const { status, json } = await operate(gateway.origin, 'GET', '/api/overview?hours=24')
  expect([status, json]).toMatchObject([
    200,
    { now: { calls: 3, errors: 0 }, before: { calls: 0 }, providers: { total: 2, healthy: 1, drained: 0 } },
  ])
  expect(Number(json.now.margin)).toBeLessThan(0)
  expect(Number(json.now.sale) - Number(json.now.cost)).toBeCloseTo(Number(json.now.margin), 9)
  expect(json.alerts.map(({ kind, subject }: { kind: string; subject: string }) => `${kind} ${subject}`)).toEqual([
    'provider_down b',
    'model_below_cost cheap',
  ])
})
