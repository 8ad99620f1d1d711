// What the control plane has to do with money: it brings the workers' journals into the database, gives out slices of
// wallets, watches wallets, prices and the books, and takes payments.

import type { Logger } from 'pino'
import { instanceIsAlive } from '../billing/journal/journal-liveness.ts'
import { createMoneyServices, type Money } from '../billing/money-services.ts'
import type { SendHttp, SendMail } from '../billing/payments/outbound.ts'
import { createPriceService, type PriceService } from '../billing/prices/price-service.ts'
import { pricesOf } from '../billing/prices/price-store.ts'
import type { Price } from '../billing/prices/price.ts'
import { SliceServer } from '../billing/slices/slice-server.ts'
import { type Chore, UsageKeeper } from '../billing/usage/usage-keeper.ts'
import { MoneyGuard } from '../billing/wallets/money-guard.ts'
import { WalletWatch } from '../billing/wallets/wallet-watch.ts'
import { catalogue } from '../catalogue/catalogue.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../store/database.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { DatabaseCopy } from './database-copy.ts'
import { moneyMetrics } from './money-metrics.ts'
import type { SharedState } from './shared-state.ts'

export interface MoneyPlaneOptions {
  readonly database: Database
  readonly pepper: Buffer
  readonly journalDir: string
  readonly shared: Pick<SharedState, 'instances' | 'recalls' | 'changes'>
  readonly config: () => Config
  readonly send: SendHttp
  readonly sendMail: SendMail
  readonly homeUrl: () => string
  /** Those of the database are others now. */
  readonly pricesChanged: (prices: Readonly<Record<string, Price>>) => void
  /** What else is looked through for what is too old. */
  readonly chores: readonly Chore[]
  readonly log: Logger
}

export class MoneyPlane implements AsyncDisposable {
  /** For pages and the API. */
  readonly services: Money & { readonly prices: PriceService }
  readonly usage: UsageKeeper
  /** Money for the workers. */
  readonly slices: SliceServer
  readonly guard: MoneyGuard
  /** Of the database. */
  readonly prices: DatabaseCopy<Readonly<Record<string, Price>>>
  readonly #watch: WalletWatch

  constructor(options: MoneyPlaneOptions) {
    const { database, pepper, journalDir, shared, config, send, sendMail, homeUrl, pricesChanged, log } = options
    const brand = (): string => config().brand.name
    this.usage = new UsageKeeper({ journalDir, database, log, keep: () => config().usage, chores: options.chores })
    this.slices = new SliceServer({
      store: database.wallets,
      instanceId: shared.instances.self,
      others: shared.recalls,
      drainJournals: async () => await this.usage.drain(),
      isAlive: instanceIsAlive,
      log,
    })
    this.guard = new MoneyGuard({
      wallets: database.wallets,
      callBack: async (accountId) => await this.slices.callBack(accountId),
      log,
    })
    this.prices = new DatabaseCopy<Readonly<Record<string, Price>>>({
      what: 'prices',
      empty: {},
      read: async () => pricesOf(await database.prices.newest()),
      changed: pricesChanged,
      log,
    })
    const money = createMoneyServices({
      database,
      secret: pepper,
      now: Date.now,
      stripe: () => config().payments.stripe,
      send,
      brand,
      homeUrl,
      log,
      recall: async (accountId) => void (await this.slices.callBack(accountId)),
    })
    const prices = createPriceService({
      database,
      config,
      listPrice: (model) => catalogue.find(model)?.price,
      now: Date.now,
      changes: shared.changes,
      applied: () => this.prices.refresh(),
    })
    this.services = { ...money, prices }
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
  }

  start(): void {
    this.usage.start()
    this.slices.start()
    this.#watch.start()
    this.guard.start()
  }

  metrics(): readonly MetricFamily[] {
    return moneyMetrics(this.slices, this.guard)
  }

  /** Nothing is begun of our own accord any more; what is asked is still answered. */
  async stop(): Promise<void> {
    this.prices[Symbol.dispose]()
    await this.#watch[Symbol.asyncDispose]()
    await this.guard[Symbol.asyncDispose]()
  }

  /** The last lines of the journals are brought in. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.usage[Symbol.asyncDispose]()
    await this.slices[Symbol.asyncDispose]()
  }
}
