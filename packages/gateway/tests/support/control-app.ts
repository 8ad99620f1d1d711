// The control plane alone, on a socket and a real database, without a data plane: for tests of its routes.

import { ReceiptDesk } from '../../src/billing/usage/receipt-desk.ts'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import type { Mail } from '../../src/billing/payments/outbound.ts'
import { createMoneyServices } from '../../src/billing/money-services.ts'
import { createPriceService } from '../../src/billing/prices/price-service.ts'
import { LearningPlane } from '../../src/cluster/learning-plane.ts'
import { Fleet } from '../../src/routing/fleet.ts'
import { PlainPicker } from './plain-picker.ts'
import { catalogue } from '../../src/catalogue/catalogue.ts'
import { systemFacts } from '../../src/cluster/system-facts.ts'
import { UpstreamDesk } from '../../src/cluster/upstream-desk.ts'
import { ConfigDesk } from '../../src/config/config-desk.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Change } from '../../src/identity/change.ts'
import type { Group } from '../../src/identity/group-store.ts'
import { createIdentityServices, type IdentityServices } from '../../src/identity/identity-services.ts'
import type { NewKey } from '../../src/identity/key-service.ts'
import type { PasswordCost } from '../../src/identity/people/password-hash.ts'
import { createPeopleServices, type PeopleServices } from '../../src/identity/people/people-services.ts'
import { OPERATOR } from '../../src/identity/principal.ts'
import { type ControlApp, type ControlAppOptions, createControlApp } from '../../src/http/control/app.ts'
import { comparableConfig } from '../../src/http/control/resources/shown-config.ts'
import type { ControlState } from '../../src/http/control-ports.ts'
import type { HealthView } from '../../src/routing/health-view.ts'
import { MemoryLedger } from '../../src/limits/memory-ledger.ts'
import { createAskIssuer } from '../../src/outbound/ask-issuer.ts'
import { createSendHttp } from '../../src/outbound/send-http.ts'
import { StoredLibrary } from '../../src/responses/stored/library.ts'
import { StoreKeys } from '../../src/responses/stored/store-keys.ts'
import { openDatabase, type Database } from '../../src/store/database.ts'
import { createLogger } from '../../src/telemetry/logger.ts'

export const MASTER = 'correct-horse-battery-staple'
export const OPERATOR_TOKEN = 'f'.repeat(64)

export interface TestControl extends AsyncDisposable {
  readonly origin: string
  readonly app: ControlApp
  /** Where its database lies. */
  readonly dir: string
  readonly database: Database
  readonly services: IdentityServices
  readonly limits: MemoryLedger
  readonly people: PeopleServices
  /** Those that were sent. */
  readonly mails: readonly Mail[]
  readonly changes: readonly Change[]
  /** May be changed at any time. */
  readonly world: World
  /** By the operator, for the account `default` where no other is named. */
  makeKey(wanted?: Partial<NewKey>): Promise<{ readonly id: string; readonly key: string }>
  makeAccount(name: string): Promise<string>
  configure(yaml: string): void
  call(path: string, options?: CallOptions): Promise<Reply>
}

export interface World {
  config: Config
  groups: Group[]
  health: HealthView
  nowMs: number
  accepting: boolean
  workers: number
  configError: string | undefined
}

export interface CallOptions {
  readonly method?: string
  readonly token?: string
  readonly body?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Tests look into replies of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

/** The cheapest that the runtime takes: most tests are not about what passwords cost. */
const CHEAP: PasswordCost = { memoryKib: 8, passes: 1 }

export async function startControl(
  rest: Partial<ControlAppOptions> = {},
  { passwordCost = CHEAP }: { readonly passwordCost?: PasswordCost } = {},
): Promise<TestControl> {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-control-'))
  const database = await openDatabase(join(dir, 'fairlead.db'))
  const world: World = {
    config: configOf(''),
    groups: [],
    health: { providers: [], credentials: [], circuits: [], lastUpdateMs: 1_699_999_999_000 },
    nowMs: 1_700_000_000_000,
    accepting: true,
    workers: 1,
    configError: undefined,
  }
  const changes: Change[] = []
  let origin = ''
  const now = (): number => world.nowMs
  const published = {
    publish: async (change: Change): Promise<void> => {
      changes.push(change)
      people.watch.heard(change)
    },
  }
  const services = createIdentityServices({
    database,
    pepper: Buffer.alloc(32),
    keyPrefix: 'sk-fl-',
    now,
    groups: () => world.groups,
    changes: published,
  })
  const mails: Mail[] = []
  const people = createPeopleServices({
    database,
    pepper: Buffer.alloc(32),
    now,
    settings: () => world.config.people,
    groups: () => world.groups,
    changes: published,
    brand: () => world.config.brand.name,
    homeUrl: () => world.config.server.publicUrl || origin,
    sendMail: async (mail) => void mails.push(mail),
    log: SILENT,
    ask: createAskIssuer(createSendHttp()),
    passwordCost,
  })
  const limits = new MemoryLedger()
  const desk = new UpstreamDesk({
    database,
    pepper: Buffer.alloc(32, 7),
    base: world.config,
    config: () => world.config,
    health: () => world.health,
    changes: published,
    log: createLogger('silent'),
    now,
    run: (config) => (world.config = config),
    check: async () => undefined,
  })
  const learning = new LearningPlane({
    database,
    config: () => world.config,
    fleet: () => new Fleet({ config: world.config, catalogue }),
    picker: () => new PlainPicker(),
    changes: published,
    drain: async () => undefined,
    changed: () => undefined,
    log: SILENT,
  })
  const app = createControlApp({
    ...services,
    people,
    receipts: new ReceiptDesk({
      receipts: database.receipts,
      usage: database.usage,
      drain: async () => undefined,
      now,
    }),
    learning: learning.service,
    autoPools: () => learning.viewPools(),
    prices: createPriceService({
      database,
      config: () => world.config,
      listPrice: (model) => catalogue.find(model)?.price,
      now,
      changes: { publish: async (change) => void changes.push(change) },
    }),
    ...desk.services,
    configFile: new ConfigDesk({
      settings: { configPath: join(dir, 'fairlead.yaml'), dataDir: dir, databaseUrl: '', redisUrl: '', overrides: {} },
      env: {},
      base: () => desk.base,
      show: comparableConfig,
      use: (config) => (world.config = desk.setBase(config)),
      now,
    }),
    auditStore: database.audit,
    system: {
      facts: () =>
        systemFacts({
          database,
          dataDir: dir,
          redis: false,
          guard: { looked: { atMs: null, fullAtMs: null }, counts: { looks: 0, found: 0 }, violations: [] },
          workers: () => ({ ready: world.workers, configured: 1 }),
        }),
    },
    ...createMoneyServices({
      database,
      secret: Buffer.alloc(32, 7),
      now,
      stripe: () => world.config.payments.stripe,
      send: createSendHttp(),
      brand: () => world.config.brand.name,
      homeUrl: () => 'https://gateway.example',
      log: SILENT,
    }),
    responses: new StoredLibrary({
      store: database.responses,
      keys: new StoreKeys(Buffer.alloc(32, 7)),
      now,
      lanes: 1,
      jobEnded: () => undefined,
    }),
    state: stateOf(world),
    usage: database.usage,
    healthHistory: database.health,
    limits,
    instances: async () => ({ self: 'ins_a', ...(await database.instances.beat(CARD)) }),
    database,
    hasAdminListener: false,
    operatorToken: OPERATOR_TOKEN,
    idempotency: { store: database.repeatable, secret: Buffer.alloc(32, 7) },
    checkReplies: true,
    ...rest,
  })
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    app,
    dir,
    database,
    services,
    limits,
    people,
    mails,
    changes,
    world,
    async makeKey(wanted = {}) {
      const { record, key } = await services.keys.create({ name: 'test', maker: OPERATOR, ...wanted })
      return { id: record.keyId, key }
    },
    makeAccount: async (name) => (await services.accounts.create(OPERATOR, { name })).accountId,
    configure(yaml) {
      world.config = desk.setBase(configOf(yaml))
    },
    call: (path, options) => callAt(origin + path, options),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await desk[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const CARD = { instanceId: 'ins_a', host: 'here', pid: 1, version: '1.2.3' } as const

async function callAt(
  url: string,
  { method = 'GET', token, body, text, headers = {} }: CallOptions = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(text === undefined ? (body === undefined ? {} : { body: JSON.stringify(body) }) : { body: text }),
  })
  // Without an end.
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await response.body?.cancel()
  const received = isStream ? '' : await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && received !== ''
  return {
    status: response.status,
    headers: response.headers,
    text: received,
    json: isJson ? JSON.parse(received) : undefined,
  }
}

function configOf(yaml: string): Config {
  const text = `server: { master_key: "${MASTER}" }\n${yaml}`
  return loadConfig({ text, fileName: 'fairlead.yaml', env: {}, overrides: {} }).config
}

function stateOf(world: World): ControlState {
  return {
    version: '1.2.3',
    startedAtMs: 1_699_000_000_500,
    config: () => world.config,
    configError: () => world.configError,
    moneyViolations: () => [],
    health: () => world.health,
    models: () => new Fleet({ config: world.config, catalogue }).listModels(),
    metrics: async () => [
      {
        name: 'fairlead_requests_total',
        help: 'Requests.',
        type: 'counter',
        samples: [{ labels: { model: 'm' }, value: 2 }],
      },
    ],
    accepting: () => world.accepting,
    workersReady: () => world.workers,
    journalIsWell: () => true,
    now: () => world.nowMs,
  }
}
