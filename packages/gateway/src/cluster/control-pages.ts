// The pages and the API of the control plane, given everything that they show and change.
import type { Logger } from 'pino'
import { ReceiptDesk } from '../billing/usage/receipt-desk.ts'
import type { Config, Settings } from '../config/config.ts'
import type { ConfigDesk } from '../config/config-desk.ts'
import { VERSION } from '../core/version.ts'
import { type ControlApp, createControlApp } from '../http/control/app.ts'
import type { Dashboard } from '../http/control/dashboard/dashboard.ts'
import type { IdentityServices } from '../identity/identity-services.ts'
import type { PeopleServices } from '../identity/people/people-services.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { Database } from '../store/database.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import type { LearningPlane } from './learning-plane.ts'
import type { MoneyPlane } from './money-plane.ts'
import type { ResponsePlane } from './response-plane.ts'
import type { SharedState } from './shared-state.ts'
import { systemFacts } from './system-facts.ts'
import type { UpstreamDesk } from './upstream-desk.ts'
import type { UpstreamPlane } from './upstream-plane.ts'
import type { WorkerReports } from './worker-reports.ts'

export interface PagesOptions {
  readonly settings: Settings
  readonly config: () => Config
  readonly configError: () => string | undefined
  readonly configDesk: ConfigDesk
  readonly database: Database
  readonly pepper: Buffer
  readonly operatorToken: string
  readonly hasAdminListener: boolean
  readonly dashboard: Dashboard
  readonly identity: IdentityServices
  readonly people: PeopleServices
  readonly money: MoneyPlane
  readonly upstreams: UpstreamPlane
  readonly desk: UpstreamDesk
  readonly learning: LearningPlane
  readonly responses: ResponsePlane
  readonly shared: SharedState
  readonly reports: WorkerReports
  readonly health: () => HealthView
  readonly metrics: () => Promise<readonly MetricFamily[]>
  readonly accepting: () => boolean
  readonly log: Logger
}

export function createPages(options: PagesOptions): ControlApp {
  const { settings, config, database, money, upstreams, learning, responses, shared, reports, log } = options
  const startedAtMs = Date.now()
  return createControlApp({
    dashboard: options.dashboard,
    ...options.identity,
    ...money.services,
    ...options.desk.services,
    configFile: options.configDesk,
    auditStore: database.audit,
    system: {
      facts: () =>
        systemFacts({
          database,
          dataDir: settings.dataDir,
          redis: settings.redisUrl !== '',
          guard: money.guard,
          workers: () => ({ ready: reports.ready(), configured: config().server.workers }),
        }),
    },
    people: options.people,
    state: {
      version: VERSION,
      startedAtMs,
      config,
      configError: options.configError,
      moneyViolations: () => money.guard.violations.map(({ invariant, message }) => `${invariant}: ${message}`),
      health: options.health,
      models: () => upstreams.listModels(),
      metrics: options.metrics,
      accepting: options.accepting,
      workersReady: () => reports.ready(),
      journalIsWell: () => reports.journalsAreWell(),
      now: Date.now,
    },
    usage: database.usage,
    healthHistory: database.health,
    receipts: new ReceiptDesk({
      receipts: database.receipts,
      usage: database.usage,
      drain: async () => await money.usage.drain(),
      now: Date.now,
    }),
    learning: learning.service,
    autoPools: async () => await learning.viewPools(),
    limits: shared.ledger,
    responses: responses.library,
    instances: () => shared.instances.list(),
    database,
    hasAdminListener: options.hasAdminListener,
    idempotency: { store: database.repeatable, secret: options.pepper },
    operatorToken: options.operatorToken,
    onError: (error, requestId) => log.error({ err: error, requestId }, 'a page could not be answered'),
  })
}
