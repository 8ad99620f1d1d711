// The control plane: everything that there is one of. It owns the database, the keys, the shared figures, the health
// checks, the pages under `/api`, `/health` and `/metrics`, and brings the workers' journals into the database.
// It lives in the primary process; `app.ts` puts it beside a data plane in one process.

import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import type { Logger } from 'pino'
import { instanceIsAlive } from '../billing/journal/journal-liveness.ts'
import { MoneyGuard } from '../billing/wallets/money-guard.ts'
import { SliceServer } from '../billing/slices/slice-server.ts'
import { UsageKeeper } from '../billing/usage/usage-keeper.ts'
import { catalogue } from '../catalogue/catalogue.ts'
import { createMoneyServices } from '../billing/money-services.ts'
import { createPriceService } from '../billing/prices/price-service.ts'
import { WalletWatch } from '../billing/wallets/wallet-watch.ts'
import type { Config, Settings } from '../config/config.ts'
import { secretKeyProblem } from '../config/env.ts'
import { GatewayError } from '../core/errors.ts'
import { VERSION } from '../core/version.ts'
import { type AdminListener, listenForAdmin } from '../http/control/admin-listener.ts'
import { type ControlApp, createControlApp } from '../http/control/app.ts'
import { createIdentityServices } from '../identity/identity-services.ts'
import type { KeyService } from '../identity/key-service.ts'
import { createPeopleServices, type PeopleServices } from '../identity/people/people-services.ts'
import { OPERATOR, type Principal } from '../identity/principal.ts'
import { derivePepper, loadSecretKey } from '../identity/secret-key.ts'
import { LeaseServer } from '../limits/lease-server.ts'
import type { LimitLedger } from '../limits/limit-ledger.ts'
import { probeLeaseMs } from '../routing/environment.ts'
import { Fleet } from '../routing/fleet.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { FleetChange } from '../routing/outcome.ts'
import { ProbeLeases } from '../routing/probe-leases.ts'
import { createAskIssuer } from '../outbound/ask-issuer.ts'
import { createSendHttp } from '../outbound/send-http.ts'
import { createSendMail } from '../outbound/send-mail.ts'
import { databasePlace, openDatabase, type Database } from '../store/database.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { mergeFamilies } from '../telemetry/metrics.ts'
import type { Change } from '../identity/change.ts'
import type { SealEntry } from '../relay/seal-memory.ts'
import { JobDesk } from '../responses/jobs/job-desk.ts'
import type { JobOrder } from '../responses/keeper.ts'
import { StoredLibrary } from '../responses/stored/library.ts'
import type { JobName } from '../responses/response-library.ts'
import { StoreKeys } from '../responses/stored/store-keys.ts'
import { ResponseSweep } from '../responses/stored/response-sweep.ts'
import { HealthMonitor } from './health-monitor.ts'
import { mergeHealth } from './merge-health.ts'
import { moneyMetrics } from './money-metrics.ts'
import { responseMetrics } from './response-metrics.ts'
import { PriceWatch } from './price-watch.ts'
import { SharedState } from './shared-state.ts'
import { upstreamMetrics } from './upstream-metrics.ts'
import type { Answer, Question, WorkerReport } from './messages.ts'

/** Transactions of saves at the same time, on a database that takes more than one. */
const RESPONSE_LANES = 4

/** What the control plane needs of the data planes, wherever they run. */
export interface Workers {
  /** The last thing that each of them told about itself. */
  reports(): readonly WorkerReport[]
  /** Asks each of them now. */
  collect(): Promise<readonly WorkerReport[]>
  ready(): number
  configChanged(config: Config): void
  fleetChanged(change: FleetChange, from: number): void
  changed(change: Change): void
  sealLearned(entry: SealEntry): void
  /** @param to absent = to all of them */
  jobOrdered(order: JobOrder, to?: number): void
}

export interface ControlPlaneOptions {
  readonly settings: Settings
  readonly config: Config
  readonly log: Logger
  readonly env: Readonly<Record<string, string | undefined>>
}

export class ControlPlane implements AsyncDisposable {
  readonly keys: KeyService
  readonly pepper: Buffer
  readonly socketPath: string
  readonly journalDir: string
  readonly operatorToken = randomBytes(32).toString('hex')
  readonly limits: LimitLedger
  /** Money for the workers. */
  readonly slices: SliceServer
  /** Stored responses. */
  readonly responses: StoredLibrary
  /** Background work. */
  readonly jobs: JobDesk
  readonly #sweep: ResponseSweep
  readonly #shared: SharedState
  readonly #leases: LeaseServer
  readonly #database: Database
  readonly #log: Logger
  readonly #settings: Settings
  readonly #fleet: Fleet
  readonly #probes: ProbeLeases
  readonly #monitor: HealthMonitor
  readonly #usage: UsageKeeper
  readonly #prices: PriceWatch
  readonly #watch: WalletWatch
  readonly #people: PeopleServices
  readonly #guard: MoneyGuard
  readonly #http: Server
  readonly #app: ControlApp
  #admin: AdminListener | null = null
  /** What workers that are gone had counted. */
  #goneMetrics: MetricFamily[] = []
  #workers: Workers | null = null
  #config: Config
  #configError: string | undefined
  #accepting = true
  /** As it was announced; '' before. */
  #url = ''

  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { dataDir } = options.settings
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const problem = secretKeyProblem(options.settings, options.env)
    if (problem !== undefined) throw new Error(problem)
    const secret = loadSecretKey(dataDir, options.env)
    const database = await openDatabase(databasePlace(options.settings), {
      patient: true,
      log: options.log,
      backupDir: join(dataDir, 'backups'),
    })
    const plane = new ControlPlane(options, database, derivePepper(secret))
    await plane.#prices.refresh()
    await plane.#listen()
    await plane.#listenForAdmin()
    return plane
  }

  private constructor(options: ControlPlaneOptions, database: Database, pepper: Buffer) {
    const { settings, config, log } = options
    this.#settings = settings
    this.#config = config
    this.#log = log
    this.#database = database
    this.pepper = pepper
    this.#shared = new SharedState({
      database,
      redisUrl: settings.redisUrl,
      pepper,
      history: { since: async (scope, fromMs) => await this.#spentSince(scope, fromMs) },
      log,
      tellChange: (change) => {
        this.#workers?.changed(change)
        if (change.kind === 'response') this.#jobEnded(change)
        if (change.kind === 'prices' || change.kind === 'all') void this.#prices.refresh()
        this.#people.watch.heard(change)
      },
      tellSeal: (entry) => this.#workers?.sealLearned(entry),
      recallOwn: async (accountId) => await this.slices.recallOwn(accountId),
    })
    this.limits = this.#shared.ledger
    this.#leases = new LeaseServer(this.limits, this.#shared.instances.self)
    this.journalDir = join(settings.dataDir, 'journal')
    mkdirSync(this.journalDir, { recursive: true, mode: 0o700 })
    this.socketPath = socketPathFor(settings.dataDir)
    const identity = createIdentityServices({
      database,
      pepper,
      keyPrefix: () => this.#config.brand.keyPrefix,
      now: Date.now,
      groups: () => this.#config.groups,
      changes: this.#shared.changes,
    })
    this.keys = identity.keys
    this.responses = new StoredLibrary({
      store: database.responses,
      keys: new StoreKeys(pepper),
      now: Date.now,
      lanes: database.kind === 'postgres' ? RESPONSE_LANES : 1,
      jobEnded: (job) => {
        this.#jobEnded(job)
        void this.#shared.changes.publish({ kind: 'response', ...job })
      },
    })
    this.jobs = new JobDesk({
      library: this.responses,
      principalOf: async (keyId) => await identity.keys.principalOf(keyId),
      send: (worker, order) => this.#workers?.jobOrdered(order, worker),
      forgo: async (requestId) => {
        await this.#usage.drain()
        return await database.usage.forgo(requestId)
      },
      alone: database.kind === 'sqlite',
      log,
    })
    this.#sweep = new ResponseSweep({ store: database.responses, now: Date.now, log })
    const send = createSendHttp()
    const sendMail = createSendMail(() => this.#config.mail, log)
    const brand = (): string => this.#config.brand.name
    this.#people = createPeopleServices({
      database,
      pepper,
      now: Date.now,
      settings: () => this.#config.people,
      changes: this.#shared.changes,
      groups: () => this.#config.groups,
      brand,
      homeUrl: () => this.#homeUrl,
      adminUrl: () => this.adminUrl && byName(this.adminUrl),
      sendMail,
      log,
      ask: createAskIssuer(send),
    })
    this.#fleet = new Fleet({ config, catalogue })
    this.#probes = new ProbeLeases(probeLeaseMs(config))
    this.#monitor = new HealthMonitor({ config: () => this.#config, onCheck: (change) => this.fleetChanged(change, 0) })
    this.#usage = new UsageKeeper({ journalDir: this.journalDir, database, log, keep: () => this.#config.usage })
    this.slices = new SliceServer({
      store: database.wallets,
      instanceId: this.#shared.instances.self,
      others: this.#shared.recalls,
      drainJournals: async () => await this.#usage.drain(),
      isAlive: instanceIsAlive,
      log,
    })
    this.#guard = new MoneyGuard({
      wallets: database.wallets,
      callBack: async (accountId) => await this.slices.callBack(accountId),
      log,
    })
    this.#prices = new PriceWatch({
      store: database.prices,
      log,
      changed: (prices) => this.#run({ ...this.#config, prices }),
    })
    const money = createMoneyServices({
      database,
      secret: pepper,
      now: Date.now,
      stripe: () => this.#config.payments.stripe,
      send,
      brand,
      homeUrl: () => this.#config.server.publicUrl || this.#url,
      log,
      recall: async (accountId) => void (await this.slices.callBack(accountId)),
    })
    this.#watch = new WalletWatch({
      database,
      payments: money.payments,
      send,
      sendMail,
      secret: pepper,
      brand,
      now: Date.now,
      log,
    })
    const startedAtMs = Date.now()
    this.#app = createControlApp({
      ...identity,
      ...money,
      people: this.#people,
      prices: createPriceService({
        database,
        config: () => this.#config,
        listPrice: (model) => catalogue.find(model)?.price,
        now: Date.now,
        changes: this.#shared.changes,
        applied: () => this.#prices.refresh(),
      }),
      state: {
        version: VERSION,
        startedAtMs,
        config: () => this.#config,
        configError: () => this.#configError,
        moneyViolations: () => this.#guard.violations.map(({ invariant, message }) => `${invariant}: ${message}`),
        health: () => this.health(),
        metrics: () => this.#metrics(),
        accepting: () => this.#accepting,
        workersReady: () => this.#workers?.ready() ?? 0,
        journalIsWell: () => this.#workers?.reports().every(({ journalIsWell }) => journalIsWell) ?? true,
        now: Date.now,
      },
      usage: database.usage,
      limits: this.limits,
      responses: this.responses,
      instances: () => this.#shared.instances.list(),
      database,
      hasAdminListener: config.server.adminPort !== undefined,
      idempotency: { store: database.repeatable, secret: pepper },
      operatorToken: this.operatorToken,
      onError: (error, requestId) => log.error({ err: error, requestId }, 'a page could not be answered'),
    })
    this.#http = createAdaptorServer({ fetch: this.#app.fetch, overrideGlobalObjects: false }) as Server
  }

  get #homeUrl(): string {
    return this.#config.server.publicUrl.replace(/\/$/, '') || byName(this.#url)
  }

  get config(): Config {
    return this.#config
  }

  /** What a worker that starts now must know of the providers. */
  get changes(): readonly FleetChange[] {
    return this.#fleet.changes(performance.now())
  }

  /** Begins to serve: checks, journals. The first round of health checks is done when it resolves. */
  async attach(workers: Workers): Promise<void> {
    this.#workers = workers
    this.#shared.start()
    this.#usage.start()
    this.slices.start()
    this.#watch.start()
    this.#guard.start()
    this.#sweep.start()
    await this.jobs.start()
    await this.#monitor.start()
  }

  /** The public address is known: told to the command line, so that it finds us. */
  announce(url: string): void {
    this.#url = url
    const file = join(this.#settings.dataDir, 'run.json')
    writeFileSync(
      file,
      JSON.stringify({ pid: process.pid, socketPath: this.socketPath, operatorToken: this.operatorToken, url }),
      { mode: 0o600 },
    )
    chmodSync(file, 0o600)
  }

  stopAccepting(): void {
    this.#accepting = false
  }

  /** The one-time link that makes the first operator; null when there is one, or the database is away. */
  async setUpLink(): Promise<string | null> {
    try {
      return (await this.#people.persons.makeSetUpLink(OPERATOR)).url
    } catch (error) {
      if (error instanceof GatewayError && ['conflict', 'service_unavailable'].includes(error.tableCode)) return null
      throw error
    }
  }

  // --- questions and news from data planes ---

  answer(worker: number, question: Question): Answer | Promise<Answer> {
    switch (question.kind) {
      case 'find-key':
        return this.findKey(question.digest)
      case 'probe':
        return this.requestProbe(question.circuit)
      case 'limit-ask':
        return this.#leases.answer(worker, question)
      case 'draw':
        return this.slices.draw(worker, question)
      case 'responses':
        return this.responses.answer(question.ask)
      case 'job':
        return this.jobs.answer(question.ask)
    }
  }

  findKey(digest: string): Promise<Principal | null> {
    return this.keys.resolve(digest)
  }

  requestProbe(circuit: string): boolean {
    return this.#probes.grant(circuit, performance.now())
  }

  /** For the workers of other instances. */
  sealRemembered(entry: SealEntry): void {
    this.#shared.sealRemembered(entry)
  }

  /** Here or elsewhere: whoever runs it is to stop, and whoever watches it to look. */
  #jobEnded({ accountId, responseId }: JobName): void {
    this.#workers?.jobOrdered({ kind: 'stop', accountId, responseId })
    this.responses.changed({ accountId, responseId })
  }

  get leases(): LeaseServer {
    return this.#leases
  }

  fleetChanged(change: FleetChange, from: number): void {
    this.#fleet.apply(change, performance.now())
    this.#workers?.fleetChanged(change, from)
    this.#probes.heard(change)
    if (change.kind === 'circuit-opened') this.#monitor.suspect(change.provider)
  }

  workerGone(worker: number, report: WorkerReport | undefined): void {
    this.#leases.workerGone(worker)
    this.slices.workerGone(worker)
    void this.jobs.workerGone(worker)
    if (report !== undefined) this.#goneMetrics = mergeFamilies([this.#goneMetrics, countersOf(report.metrics)])
  }

  // --- configuration ---

  /** @param config the file's: prices of the database are laid over it */
  setConfig(config: Config): void {
    this.#configError = undefined
    this.#run({ ...config, prices: this.#config.prices })
    void this.#monitor.start()
  }

  #run(config: Config): void {
    this.#config = config
    this.#fleet.update(config)
    this.#workers?.configChanged(config)
  }

  refuseConfig(reason: string): void {
    this.#configError = reason
    this.#log.error({ reason }, 'the changed configuration was refused; the running one stays')
  }

  /** Everything that was journaled so far, from the database; newest first. */
  async recentUsage(limit = 1_000): Promise<Awaited<ReturnType<Database['usage']['recent']>>> {
    await this.#usage.drain()
    return await this.#database.usage.recent({ limit })
  }

  health(): HealthView {
    return mergeHealth(this.#fleet.view(performance.now()), this.#workers?.reports().map(({ health }) => health) ?? [])
  }

  async #metrics(): Promise<readonly MetricFamily[]> {
    const reports = (await this.#workers?.collect()) ?? []
    return [
      ...mergeFamilies([this.#goneMetrics, ...reports.map(({ metrics }) => metrics)]),
      ...upstreamMetrics(this.health()),
      ...this.#shared.metrics(),
      ...moneyMetrics(this.slices, this.#guard),
      ...(await responseMetrics(this.responses, this.#sweep, this.#database.responses)),
    ]
  }

  /** For quotas and budgets, whose counts begin with what was spent before this process did. */
  async #spentSince(scope: string, fromMs: number): Promise<{ readonly requests: number; readonly costNanos: number }> {
    await this.#usage.drain()
    return await this.#database.usage.since(scope, fromMs)
  }

  /** `http://127.0.0.1:9090`; null when the admin surface has no listener of its own. */
  get adminUrl(): string | null {
    if (this.#admin === null) return null
    const { address, port } = this.#admin.address
    return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  }

  async #listenForAdmin(): Promise<void> {
    const { adminHost, adminPort } = this.#config.server
    if (adminPort === undefined) return
    this.#admin = await listenForAdmin(this.#app, adminHost, adminPort)
    this.#log.info({ url: this.adminUrl }, 'the admin surface listens')
  }

  async #listen(): Promise<void> {
    rmSync(this.socketPath, { force: true })
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(this.socketPath, () => {
        this.#http.off('error', reject)
        resolve()
      })
    })
    chmodSync(this.socketPath, 0o600)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#monitor[Symbol.dispose]()
    this.#prices[Symbol.dispose]()
    await this.jobs[Symbol.asyncDispose]()
    await this.#sweep[Symbol.asyncDispose]()
    await this.#watch[Symbol.asyncDispose]()
    await this.#guard[Symbol.asyncDispose]()
    this.#people.watch[Symbol.dispose]()
    await this.#admin?.[Symbol.asyncDispose]()
    this.#http.closeAllConnections()
    await new Promise((resolve) => {
      this.#http.close(resolve)
    })
    await this.#usage[Symbol.asyncDispose]()
    await this.slices[Symbol.asyncDispose]()
    await this.#shared[Symbol.asyncDispose]()
    await this.#database[Symbol.asyncDispose]()
    rmSync(join(this.#settings.dataDir, 'run.json'), { force: true })
  }
}

/** Gauges of a worker end with it; what it counted does not. */
function countersOf(families: readonly MetricFamily[]): MetricFamily[] {
  return families.filter(({ type }) => type !== 'gauge')
}

/** Paths of sockets are short by law (107 bytes); a deep state directory gets one elsewhere. */
function socketPathFor(dataDir: string): string {
  const path = join(dataDir, 'control.sock')
  return Buffer.byteLength(path) < 100 ? path : join(tmpdir(), `fairlead-${randomBytes(8).toString('hex')}.sock`)
}

/** People log in by a name where there is one: passkeys belong to names, and browsers take this one for this machine. */
function byName(url: string): string {
  return url.replace('//127.0.0.1:', '//localhost:')
}
