// The command line as a person uses it: a real state directory, and a gateway that really runs.
import { ReceiptDesk } from '../billing/usage/receipt-desk.ts'
import { once } from 'node:events'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { describe, expect, it } from 'vitest'
import { UpstreamDesk } from '../cluster/upstream-desk.ts'
import { createControlApp } from '../http/control/app.ts'
import { loadConfig } from '../config/load-config.ts'
import { createMoneyServices } from '../billing/money-services.ts'
import { createPriceService } from '../billing/prices/price-service.ts'
import { createIdentityServices } from '../identity/identity-services.ts'
import { createPeopleServices } from '../identity/people/people-services.ts'
import type { KeyService } from '../identity/key-service.ts'
import { derivePepper, loadSecretKey } from '../identity/secret-key.ts'
import { MemoryLedger } from '../limits/memory-ledger.ts'
import { StoredLibrary } from '../responses/stored/library.ts'
import { StoreKeys } from '../responses/stored/store-keys.ts'
import { openDatabase, type Database } from '../store/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import { commandLine } from './__fixtures__/command-line.ts'
import { isPrivate } from './doctor/check-exposure.ts'

const line = commandLine()
const { fairlead, alone, open } = line

async function listen(server: Server, where: string | number): Promise<number> {
  if (typeof where === 'string') server.listen(where)
  else server.listen(where, '127.0.0.1')
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return typeof where === 'string' ? 0 : (server.address() as AddressInfo).port
}

/** The control plane as the primary serves it, with what it writes for the command line. */
async function runGateway(): Promise<{ keys: KeyService; database: Database; revoked: string[] }> {
  const pepper = derivePepper(loadSecretKey(line.dataDir, {}))
  const database = await openDatabase(join(line.dataDir, 'fairlead.db'))
  const revoked: string[] = []
  const identity = createIdentityServices({
    database,
    pepper,
    keyPrefix: 'sk-fl-',
    now: Date.now,
    changes: { publish: async (change) => void (change.kind === 'key' && revoked.push(change.keyId)) },
  })
  const { keys } = identity
  const { config } = loadConfig({ text: null, fileName: '', env: {}, overrides: {} })
  const view = { name: 'local', type: 'openai', url: 'http://127.0.0.1:9', healthy: false, reason: 'It hung up.' }
  const provider = { ...view, lastCheckMs: 1, responseTimeMs: 1, consecutiveFailures: 4 }
  const app = createControlApp({
    state: {
      version: '1.2.3',
      startedAtMs: 1,
      config: () => config,
      configError: () => 'fairlead.yaml:3 is wrong',
      moneyViolations: () => [],
      health: () => ({ providers: [provider], credentials: [], circuits: [], lastUpdateMs: 1 }),
      models: () => [],
      metrics: async () => [],
      accepting: () => true,
      workersReady: () => 1,
      journalIsWell: () => true,
      now: Date.now,
    },
    ...identity,
    receipts: new ReceiptDesk({
      receipts: database.receipts,
      usage: database.usage,
      drain: async () => undefined,
      now: Date.now,
    }),
    learning: {
      learn: async () => [],
      versions: async () => [],
      serve: async () => await Promise.reject(new Error('Nobody is there.')),
      rollBack: async () => await Promise.reject(new Error('Nobody is there.')),
    },
    autoPools: async () => [],
    responses: new StoredLibrary({
      store: database.responses,
      keys: new StoreKeys(pepper),
      now: Date.now,
      lanes: 1,
      jobEnded: () => undefined,
    }),
    people: createPeopleServices({
      database,
      pepper,
      now: Date.now,
      settings: () => config.people,
      groups: () => [],
      brand: () => 'Fairlead',
      homeUrl: () => 'https://gateway.example',
      sendMail: async () => await Promise.reject(new Error('Nobody is there.')),
      log: { error() {} },
      ask: () => async () => await Promise.reject(new Error('Nobody is there.')),
    }),
    prices: createPriceService({ database, config: () => config, listPrice: () => undefined, now: Date.now }),
    ...createMoneyServices({
      database,
      secret: pepper,
      now: Date.now,
      stripe: () => undefined,
      send: async () => await Promise.reject(new Error('Nobody is there.')),
      brand: () => 'Fairlead',
      homeUrl: () => '',
      log: { info() {}, warn() {}, error() {} },
    }),
    ...new UpstreamDesk({
      database,
      pepper,
      base: config,
      config: () => config,
      health: () => ({ providers: [], credentials: [], circuits: [], lastUpdateMs: 0 }),
      changes: { publish: async () => {} },
      log: createLogger('silent'),
      now: Date.now,
      run: () => {},
      check: async () => {},
    }).services,
    configFile: { file: nothingHere, try: nothingHere, apply: nothingHere, versions: [] },
    system: { facts: nothingHere },
    auditStore: database.audit,
    usage: database.usage,
    healthHistory: database.health,
    limits: new MemoryLedger(),
    instances: async () => ({ self: '', nowMs: Date.now(), instances: [] }),
    database,
    hasAdminListener: false,
    operatorToken: 'token',
  })
  const socketPath = join(line.dir, 'control.sock')
  open.push(() => database[Symbol.asyncDispose]())
  await listen(createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server, socketPath)
  const run = { pid: process.pid, socketPath, operatorToken: 'token', url: 'http://127.0.0.1:8080' }
  writeFileSync(join(line.dataDir, 'run.json'), JSON.stringify(run), { mode: 0o600 })
  return { keys, database, revoked }
}

function nothingHere(): never {
  throw new Error('Nobody is there.')
}

describe('fairlead keys', () => {
  it('makes, lists and revokes keys while no gateway runs', async () => {
    const made = await alone(['keys', 'create', '--name', 'CI', '--expires-in', '30d', '--rpm', '60'])
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^sk-fl-[0-9A-Za-z]{54}\n$/) })
    const listed = JSON.parse((await fairlead(['keys', 'list', '--json'])).out).data
    expect(listed).toMatchObject([{ name: 'CI', account: 'default', limits: { rpm: 60 }, revoked_at: null }])
    expect(listed[0].expires_at - listed[0].created_at).toBe(30 * 86_400)
    expect(await fairlead(['keys', 'revoke', listed[0].id])).toMatchObject({
      code: 0,
      out: `${listed[0].id} is revoked.\n`,
    })
    expect((await fairlead(['keys', 'list'])).out).toMatch(/CI .*revoked .*rpm 60/)
  })

  it('gives a key a new secret, and manages accounts and groups', async () => {
    await fairlead(['keys', 'create', '--name', 'CI', '--requests-per-day', '5'])
    const [{ id }] = JSON.parse((await fairlead(['keys', 'list', '--json'])).out).data
    const rotated = await fairlead(['keys', 'rotate', id, '--grace', '1h'])
    expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/^sk-fl-[0-9A-Za-z]{54}\n$/) })
    expect((await fairlead(['groups', 'create', 'trial', '--preset', 'free', '--models', 'gpt-4o*'])).code).toBe(0)
    const made = await fairlead([
      'accounts',
      'create',
      '--name',
      'Research',
      '--group',
      'trial',
      '--rpm',
      '9',
      '--json',
    ])
    const account = JSON.parse(made.out)
    expect(account).toMatchObject({ name: 'Research', group: 'trial', limits: { rpm: 9 } })
    expect((await fairlead(['accounts', 'suspend', account.id])).out).toContain('is suspended')
    expect((await fairlead(['accounts', 'list'])).out).toMatch(/Research .*trial .*suspended/)
    expect((await fairlead(['groups', 'list'])).out).toMatch(/trial +gpt-4o\* +1 +rpm 100 +database/)
    expect(await fairlead(['groups', 'delete', 'trial'])).toMatchObject({ code: 1 })
    expect(await fairlead(['accounts', 'bury', account.id])).toMatchObject({ code: 2 })
  }, 60_000)

  it('tops up, corrects, refunds and locks wallets, and makes redeem codes', async () => {
    const { id } = JSON.parse((await fairlead(['accounts', 'create', '--name', 'Shop', '--json'])).out)
    const topped = await fairlead(['wallets', 'top-up', id, '--amount', '25', '--note', 'bank transfer'])
    expect(topped).toMatchObject({ code: 0, out: expect.stringMatching(/^tr_\d+: 25\.000000000\. .*25\.000000000/) })
    const [transfer = ''] = topped.out.split(':')
    await fairlead(['wallets', 'adjust', id, '--amount=-3.20', '--note', 'credited twice'])
    expect((await fairlead(['wallets', 'refund', id, '--transfer', transfer, '--amount', '5'])).out).toContain('16.8')
    expect((await fairlead(['wallets', 'lock', id, '--reason', 'disputed'])).out).toContain('It is locked: disputed')
    expect((await fairlead(['wallets', 'unlock', id])).out).not.toContain('locked')
    expect((await fairlead(['wallets', 'list'])).out).toMatch(/acc_\w+ +16\.800000000 +16\.8/)
    expect((await fairlead(['wallets', 'statement', id])).out).toMatch(
      /refund +-5\.000000000 +16\.8.*\n.*credited twice/,
    )
    const codes = await fairlead(['wallets', 'codes', '--name', 'fair', '--amount', '5', '--count', '3'])
    expect(codes.out).toMatch(/^(?:(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}\n){3}$/)
    expect(await fairlead(['wallets', 'top-up', id])).toMatchObject({ code: 2 })
    expect(await fairlead(['wallets', 'top-up', 'acc_none', '--amount', '1'])).toMatchObject({ code: 1 })
  }, 60_000)

  it('asks the gateway that runs, which hears of a revoked key at once', async () => {
    const { keys, revoked } = await runGateway()
    const { out } = await alone(['keys', 'create', '--name', 'through the socket'])
    const principal = await keys.identify(out.trim())
    expect(principal?.accountId).toBe('default')
    await fairlead(['keys', 'revoke', principal!.keyId])
    expect(revoked).toEqual([principal!.keyId])
  })

  it('opens the database when what a crash left behind names a gateway', async () => {
    mkdirSync(line.dataDir, { mode: 0o700 })
    const run = { pid: 1, socketPath: join(line.dir, 'gone.sock'), operatorToken: 'x', url: 'http://127.0.0.1:1' }
    writeFileSync(join(line.dataDir, 'run.json'), JSON.stringify(run))
    expect(await fairlead(['keys', 'create'])).toMatchObject({ code: 0 })
  })

  it.each([
    [['keys'], 2, 'create, list, rotate or revoke'],
    [['keys', 'make'], 2, '"make"'],
    [['keys', 'revoke'], 2, 'needs the id'],
    [['keys', 'create', '--expires-in', 'soon'], 2, '--expires-in'],
    [['keys', 'create', '--rpm', '-1'], 2, '--rpm'],
    [['keys', 'create', 'CI'], 2, '--name'],
    [['keys', 'revoke', 'key_unknown'], 1, 'There is no API key "key_unknown"'],
  ])('answers %j with exit code %d and a reason', async (args, code, reason) => {
    const outcome = await fairlead(args)
    expect(outcome.code).toBe(code)
    expect(outcome.err).toContain(reason)
    expect(outcome.err).not.toMatch(/\n\s+at /)
  })

  it('is a process that says the same, and ends', async () => {
    const refused = ['keys', 'create', '--rpm', '-1']
    expect(await alone(refused)).toEqual(await fairlead(refused))
  })

  it('explains itself', async () => {
    expect(await fairlead(['keys', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--expires-in'),
      err: '',
    })
  })
})

interface Report {
  readonly healthy: boolean
  readonly findings: readonly { level: string; topic: string; text: string; fix?: string }[]
}

async function examine(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Report & { all: string }> {
  const { out, err } = await fairlead(['doctor', '--json', ...args], env)
  expect(err).toBe('')
  const report = JSON.parse(out) as Report
  return {
    ...report,
    all: report.findings.map(({ level, topic, text, fix }) => `${level} ${topic} ${text} ${fix ?? ''}`).join('\n'),
  }
}

describe('fairlead doctor', () => {
  it('finds nothing broken on a new machine', async () => {
    const { code, out } = await alone(['doctor'])
    expect(code).toBe(0)
    expect(out).toContain('Nothing is broken')
    expect(out).toContain('answers are simulated')
  })

  it('names secrets that lie open and how to close them', async () => {
    loadSecretKey(line.dataDir, {})
    chmodSync(line.dataDir, 0o755)
    chmodSync(join(line.dataDir, 'secret.key'), 0o644)
    const { healthy, all } = await examine()
    expect(healthy).toBe(false)
    expect(all).toContain(`chmod 600 ${join(line.dataDir, 'secret.key')}`)
    expect(all).toContain(`chmod go-rwx ${line.dataDir}`)
  })

  it('misses the secret key that the database was made with', async () => {
    await fairlead(['keys', 'create'])
    rmSync(join(line.dataDir, 'secret.key'))
    expect((await examine()).all).toContain('restore it from a backup')
  })

  it('names the line of a broken configuration', async () => {
    writeFileSync(join(line.dir, 'fairlead.yaml'), 'server:\n  prot: 80\n')
    expect((await examine()).all).toMatch(/bad config .*fairlead\.yaml:2:3/)
  })

  it('says that a database is damaged', async () => {
    mkdirSync(line.dataDir, { mode: 0o700 })
    writeFileSync(join(line.dataDir, 'fairlead.db'), 'no database'.repeat(1000), { mode: 0o600 })
    expect((await examine()).all).toMatch(/bad database .*restore/)
  })

  it('says who has the port', async () => {
    const port = await listen(
      createServer((_, response) => response.end('hello')),
      0,
    )
    expect((await examine(['--port', String(port)])).all).toContain(`bad port 127.0.0.1:${port} is taken by`)
    const status = { success: true, message: '', data: { system_name: 'Otherlead', version: '9.9.9' } }
    const ours = await listen(
      createServer((_, response) => response.end(JSON.stringify(status))),
      0,
    )
    expect((await examine(['--port', String(ours)])).all).toContain('another gateway, Otherlead 9.9.9')
  })

  it('passes on what a running gateway complains of', async () => {
    await runGateway()
    const { all } = await examine()
    expect(all).toContain('It runs at http://127.0.0.1:8080')
    expect(all).toContain('fairlead.yaml:3 is wrong')
    expect(all).toContain('Provider local serves nobody now. It hung up.')
  })

  it('tells a provider that cannot be reached from one that refuses the key', async () => {
    const upstream = createServer((request, response) => {
      response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 401, {
        date: new Date(0).toUTCString(),
      })
      response.end('{}')
    })
    const port = await listen(upstream, 0)
    const config = `providers:
  - { name: here, type: openai-compatible, base_url: "http://127.0.0.1:${port}/v1", api_keys: [good, bad] }
  - { name: gone, type: openai-compatible, base_url: "http://127.0.0.1:1/v1", api_keys: [x] }
`
    writeFileSync(join(line.dir, 'fairlead.yaml'), config)
    const offline = await examine()
    expect(offline.all).toContain('good provider here: ')
    expect(offline.all).toMatch(/bad provider gone: .*nothing listens there/)
    expect(offline.all).not.toContain('the key')
    const online = await examine(['--online'])
    expect(online.all).toContain('good provider here#1: the key works.')
    expect(online.all).toContain('bad provider here#2: the provider refuses the key (401).')
    expect(online.all).toContain("this machine's clock is off")
    expect(online.all).not.toContain('Bearer')
  })

  it('warns of private addresses on a public page, and of keys on an open wire', async () => {
    const provider = '{ name: inside, type: openai-compatible, base_url: "http://127.0.0.1:1/v1", api_keys: [x] }'
    writeFileSync(join(line.dir, 'fairlead.yaml'), `providers: [${provider}]\n`)
    const { all } = await examine(['--host', '0.0.0.0'])
    expect(all).toMatch(/warn exposure .*inside \(http:\/\/127\.0\.0\.1:1\).*detail: names/)
    expect(all).toContain('without TLS')
  })
})

describe('isPrivate', () => {
  it('knows addresses and names that only a private network has', () => {
    const inside = [
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.1',
      '192.168.1.1',
      '100.64.0.1',
      '169.254.1.1',
      '::1',
      'fd00::1',
      'fe80::1',
      'ollama',
      'gpu.internal',
      'localhost',
    ]
    const outside = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:db8::1', 'api.openai.com', '']
    expect(inside.filter((host) => !isPrivate(host))).toEqual([])
    expect(outside.filter((host) => isPrivate(host))).toEqual([])
  })
})
