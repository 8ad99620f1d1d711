// The control plane: everything that there is one of. It owns the database, the keys, the shared figures, the health
// checks, the pages under `/api`, `/health` and `/metrics`, and brings the workers' journals into the database.
// It lives in the primary process; `app.ts` puts it beside a data plane in one process.

import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { SliceServer } from '../billing/slices/slice-server.ts'
import type { Config, Settings } from '../config/config.ts'
import { ConfigDesk } from '../config/config-desk.ts'
import { secretKeyProblem } from '../config/env.ts'
import { GatewayError } from '../core/errors.ts'
import type { ControlApp } from '../http/control/app.ts'
import { comparableConfig } from '../http/control/resources/shown-config.ts'
import { Dashboard } from '../http/control/dashboard/dashboard.ts'
import { createIdentityServices } from '../identity/identity-services.ts'
import type { KeyService } from '../identity/key-service.ts'
import { forgetSignUps } from '../identity/people/forgotten-sign-ups.ts'
import { createPeopleServices, type PeopleServices } from '../identity/people/people-services.ts'
import { OPERATOR } from '../identity/principal.ts'
import { derivePepper, loadSecretKey } from '../identity/secret-key.ts'
import { LeaseServer } from '../limits/lease-server.ts'
import type { LimitLedger } from '../limits/limit-ledger.ts'
import { Picker } from '../routing/auto/picker/picker.ts'
import type { PickerPort } from '../routing/auto/picker-port.ts'
import type { HealthView } from '../routing/health-view.ts'
import { createAskIssuer } from '../outbound/ask-issuer.ts'
import { createSendHttp } from '../outbound/send-http.ts'
import { createSendMail } from '../outbound/send-mail.ts'
import { databasePlace, openDatabase, type Database } from '../store/database.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { HealthRecorder, type HealthSample } from '../telemetry/history/health-recorder.ts'
import { ControlListeners } from './control-listeners.ts'
import { createPages } from './control-pages.ts'
import { LearningPlane } from './learning-plane.ts'
import { MoneyPlane } from './money-plane.ts'
import { ResponsePlane } from './response-plane.ts'
import { SharedState } from './shared-state.ts'
import { healthSamples } from './health-samples.ts'
import { upstreamMetrics } from './upstream-metrics.ts'
import { UpstreamDesk } from './upstream-desk.ts'
import { UpstreamPlane } from './upstream-plane.ts'
import { WorkerDoor } from './worker-door.ts'
import { WorkerReports } from './worker-reports.ts'
import type { Workers } from './workers.ts'

export interface ControlPlaneOptions {
  readonly settings: Settings
  readonly config: Config
  readonly log: Logger
  readonly env: Readonly<Record<string, string | undefined>>
  /** Instead of the one that ships with the gateway. */
  readonly picker?: () => PickerPort
}

export class ControlPlane implements AsyncDisposable {
  readonly keys: KeyService
  readonly pepper: Buffer
  readonly journalDir: string
  readonly operatorToken = randomBytes(32).toString('hex')
  readonly limits: LimitLedger
  readonly dashboard = new Dashboard()
  /** Where data planes come with their questions and news. */
  readonly door: WorkerDoor
  readonly #shared: SharedState
  readonly #database: Database
  readonly #log: Logger
  readonly #upstreams: UpstreamPlane
  readonly #desk: UpstreamDesk
  readonly #configDesk: ConfigDesk
  readonly #money: MoneyPlane
  readonly #responses: ResponsePlane
  readonly #learning: LearningPlane
  readonly #people: PeopleServices
  readonly #listeners: ControlListeners
  readonly #history: HealthRecorder
  readonly #app: ControlApp
  #workers: Workers | null = null
  readonly #reports = new WorkerReports(() => this.#workers)
  #config: Config
  #configError: string | undefined
  #accepting = true

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
    await plane.#desk.refresh()
    await plane.#money.prices.refresh()
    await plane.#learning.refresh()
    await plane.#listen()
    return plane
  }

  private constructor(options: ControlPlaneOptions, database: Database, pepper: Buffer) {
    const { settings, config, log } = options
    this.#config = config
    this.#log = log
    this.#database = database
    this.pepper = pepper
    this.#listeners = new ControlListeners(settings.dataDir, () => this.#config)
    this.#shared = new SharedState({
      database,
      redisUrl: settings.redisUrl,
      pepper,
      history: { since: async (scope, fromMs) => await this.#spentSince(scope, fromMs) },
      log,
      tellChange: (change) => {
        this.#workers?.changed(change)
        if (change.kind === 'response') this.#responses.jobEnded(change)
        if (change.kind === 'prices' || change.kind === 'all') void this.#money.prices.refresh()
        if (change.kind === 'upstreams' || change.kind === 'all') void this.#desk.refresh()
        if (change.kind === 'auto' || change.kind === 'all') void this.#learning.refresh()
        this.#people.watch.heard(change)
      },
      tellSeal: (entry) => this.#workers?.sealLearned(entry),
      recallOwn: async (accountId) => await this.slices.recallOwn(accountId),
    })
    this.limits = this.#shared.ledger
    this.journalDir = join(settings.dataDir, 'journal')
    mkdirSync(this.journalDir, { recursive: true, mode: 0o700 })
    const identity = createIdentityServices({
      database,
      pepper,
      keyPrefix: () => this.#config.brand.keyPrefix,
      now: Date.now,
      groups: () => this.#config.groups,
      changes: this.#shared.changes,
      placeChanged: (place) => this.#people.placeChanged(place),
    })
    this.keys = identity.keys
    this.#responses = new ResponsePlane({
      database,
      pepper,
      keys: identity.keys,
      drainJournals: async () => await this.#money.usage.drain(),
      order: (order, to) => this.#workers?.jobOrdered(order, to),
      publish: (change) => this.#shared.changes.publish(change),
      log,
    })
    const send = createSendHttp()
    const sendMail = createSendMail(() => this.#config.mail, log)
    const homeUrl = (): string => this.#listeners.homeUrl
    this.#people = createPeopleServices({
      database,
      pepper,
      now: Date.now,
      settings: () => this.#config.people,
      changes: this.#shared.changes,
      groups: () => this.#config.groups,
      brand: () => this.#config.brand.name,
      homeUrl,
      adminUrl: () => this.#listeners.adminHomeUrl,
      sendMail,
      log,
      ask: createAskIssuer(send),
    })
    this.#upstreams = new UpstreamPlane(
      () => this.#config,
      (change) => this.door.fleetChanged(change, 0),
    )
    this.#desk = new UpstreamDesk({
      database,
      pepper,
      base: config,
      config: () => this.#config,
      health: () => this.health(),
      changes: this.#shared.changes,
      log,
      now: Date.now,
      run: (next) => this.#lay(next),
      check: async (provider) => await this.#upstreams.checkNow(provider),
    })
    this.#money = new MoneyPlane({
      database,
      pepper,
      journalDir: this.journalDir,
      shared: this.#shared,
      config: () => this.#config,
      send,
      sendMail,
      homeUrl,
      pricesChanged: (prices) => this.#run({ ...this.#config, prices }),
      chores: [async (nowMs) => await forgetSignUps(database, nowMs)],
      log,
    })
    this.#history = new HealthRecorder({
      history: database.health,
      look: () => this.#samples(),
      checkDatabase: () => database.check(),
      now: Date.now,
      log,
    })
    this.#configDesk = new ConfigDesk({
      settings,
      env: options.env,
      base: () => this.#desk.base,
      show: comparableConfig,
      use: (next) => this.setConfig(next),
      now: Date.now,
    })
    this.#learning = new LearningPlane({
      database,
      config: () => this.#config,
      fleet: () => this.#upstreams.fleet,
      picker: options.picker ?? (() => Picker.load()),
      changes: this.#shared.changes,
      drain: async () => await this.#money.usage.drain(),
      changed: (learned) => this.#run({ ...this.#config, learned }),
      remembered: (answerLengths) => this.#run({ ...this.#config, answerLengths }),
      log,
    })
    this.#app = createPages({
      settings,
      config: () => this.#config,
      configError: () => this.#configError,
      configDesk: this.#configDesk,
      database,
      pepper,
      operatorToken: this.operatorToken,
      hasAdminListener: config.server.adminPort !== undefined,
      dashboard: this.dashboard,
      identity,
      people: this.#people,
      money: this.#money,
      upstreams: this.#upstreams,
      desk: this.#desk,
      learning: this.#learning,
      responses: this.#responses,
      shared: this.#shared,
      reports: this.#reports,
      health: () => this.health(),
      metrics: () => this.#metrics(),
      accepting: () => this.#accepting,
      log,
    })
    this.door = new WorkerDoor({
      keys: this.keys,
      leases: new LeaseServer(this.limits, this.#shared.instances.self),
      slices: this.#money.slices,
      responses: this.#responses.library,
      jobs: this.#responses.jobs,
      upstreams: this.#upstreams,
      desk: this.#desk,
      learning: this.#learning,
      shared: this.#shared,
      reports: this.#reports,
      workers: () => this.#workers,
    })
  }

  get config(): Config {
    return this.#config
  }

  /** Begins to serve: checks, journals. The first round of health checks is done when it resolves. */
  async attach(workers: Workers): Promise<void> {
    this.#workers = workers
    this.#shared.start()
    this.#money.start()
    this.#desk.start()
    this.#learning.start()
    await this.#responses.start()
    await this.#upstreams.check()
    this.#history.start()
  }

  /** The public address is known: told to the command line, so that it finds us. */
  announce(url: string): void {
    this.#listeners.announce(url, this.operatorToken)
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

  /** Money for the workers. */
  get slices(): SliceServer {
    return this.#money.slices
  }

  get socketPath(): string {
    return this.#listeners.socketPath
  }

  /** As of `ControlListeners`. */
  get adminUrl(): string | null {
    return this.#listeners.adminUrl
  }

  // --- configuration ---

  /** @param config the file's: providers, models and prices of the database are laid over it */
  setConfig(config: Config): void {
    this.#configError = undefined
    this.#lay(this.#desk.setBase(config))
    this.#configDesk.noteBase()
  }

  #lay(config: Config): void {
    const { prices, learned, answerLengths } = this.#config
    this.#run({ ...config, prices, learned, ...(answerLengths === undefined ? {} : { answerLengths }) })
    if (this.#workers !== null) void this.#upstreams.check()
  }

  #run(config: Config): void {
    this.#config = config
    this.#upstreams.update(config)
    this.#workers?.configChanged(config)
  }

  refuseConfig(reason: string): void {
    this.#configError = reason
    this.#log.error({ reason }, 'the changed configuration was refused; the running one stays')
  }

  /** Everything that was journaled so far, from the database; newest first. */
  async recentUsage(limit = 1_000): Promise<Awaited<ReturnType<Database['usage']['recent']>>> {
    await this.#money.usage.drain()
    return await this.#database.usage.recent({ limit })
  }

  health(): HealthView {
    return this.#upstreams.health(this.#reports.healths())
  }

  #samples(): readonly HealthSample[] {
    const serving = this.#accepting && this.#reports.ready() > 0 && this.#reports.journalsAreWell()
    return healthSamples({ config: this.#config, view: this.health(), serving, nowMs: Date.now() })
  }

  async #metrics(): Promise<readonly MetricFamily[]> {
    return [
      ...(await this.#reports.metrics()),
      ...upstreamMetrics(this.health()),
      ...this.#shared.metrics(),
      ...this.#money.metrics(),
      ...(await this.#responses.metrics()),
    ]
  }

  /** For quotas and budgets, whose counts begin with what was spent before this process did. */
  async #spentSince(scope: string, fromMs: number): Promise<{ readonly requests: number; readonly costNanos: number }> {
    await this.#money.usage.drain()
    return await this.#database.usage.since(scope, fromMs)
  }

  async #listen(): Promise<void> {
    await this.#listeners.open(this.#app)
    const { adminUrl } = this
    if (adminUrl !== null) this.#log.info({ url: adminUrl }, 'the admin surface listens')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#upstreams[Symbol.dispose]()
    await this.#desk[Symbol.asyncDispose]()
    await this.#history[Symbol.asyncDispose]()
    await this.#responses[Symbol.asyncDispose]()
    await this.#learning[Symbol.asyncDispose]()
    await this.#money.stop()
    this.#people.watch[Symbol.dispose]()
    await this.#listeners[Symbol.asyncDispose]()
    await this.#money[Symbol.asyncDispose]()
    await this.#shared[Symbol.asyncDispose]()
    await this.#database[Symbol.asyncDispose]()
    this.#listeners.retract()
  }
}
