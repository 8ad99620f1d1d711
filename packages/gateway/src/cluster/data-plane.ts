// The data plane of one process: it holds the clients and the upstreams, and never touches SQL.
// Whatever needs an authority (keys, limits, the right to probe) goes through `PrimaryPort`.

import { createHmac } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { JournalKeeper } from '../billing/journal-keeper.ts'
import type { DrawAsk, DrawReply } from '../billing/slices/slice-messages.ts'
import { WorkerWallets } from '../billing/slices/worker-wallets.ts'
import { catalogue } from '../catalogue/catalogue.ts'
import type { Config } from '../config/config.ts'
import { DeadlineWheel } from '../core/deadlines.ts'
import { ControlProxy } from '../http/control-proxy.ts'
import { DataServer } from '../http/data-server.ts'
import { createDiagnostics } from '../http/diagnostics.ts'
import { ModelList } from '../http/model-list.ts'
import type { Change } from '../identity/change.ts'
import { KeyCache } from '../identity/key-cache.ts'
import type { Principal } from '../identity/principal.ts'
import type { LimitAuthority } from '../limits/authority.ts'
import { RelayMetrics } from '../relay/relay-metrics.ts'
import { Relay } from '../relay/relay.ts'
import { headerNames } from '../relay/reply-headers.ts'
import { SealMemory, type SealEntry } from '../relay/seal-memory.ts'
import { Upstreams } from '../relay/upstreams.ts'
import type { Lookup } from '../relay/dns-lookup.ts'
import { Fleet } from '../routing/fleet.ts'
import type { FleetChange } from '../routing/outcome.ts'
import type { WorkerReport } from './messages.ts'

export interface PrimaryPort {
  findKey(digest: string): Principal | null | Promise<Principal | null>
  limits(wheel: DeadlineWheel): LimitAuthority
  /** Money for a slice of this worker; rejects when nobody can say. */
  draw(ask: DrawAsk): Promise<DrawReply>
  /** One probe of a half-open circuit in the whole cluster. */
  requestProbe(circuit: string): boolean | Promise<boolean>
  fleetChanged(change: FleetChange): void
  /** For the other workers. */
  sealRemembered(entry: SealEntry): void
  controlSocket(): string
}

export interface DataPlaneOptions {
  readonly config: Config
  readonly primary: PrimaryPort
  readonly journalDir: string
  readonly pepper: Buffer
  readonly log: Logger
  readonly diagnostics: boolean
  readonly changes?: readonly FleetChange[]
  readonly lookup?: Lookup
}

/** Between the end of accepting and the closing of idle connections: requests that are on their way still arrive. */
const POLITE_MS = 1_500

export class DataPlane {
  readonly metrics = new RelayMetrics()
  readonly fleet: Fleet
  readonly wallets: WorkerWallets
  readonly #log: Logger
  readonly #wheel = new DeadlineWheel()
  readonly #upstreams: Upstreams
  readonly #keys: KeyCache
  readonly #relay: Relay
  readonly #seals: SealMemory
  readonly #server: DataServer
  readonly #control: ControlProxy
  readonly #journal: JournalKeeper
  #config: Config
  #headerNames: ReturnType<typeof headerNames>
  #drained: Promise<void> | null = null

  constructor(options: DataPlaneOptions) {
    const { config, primary, log } = options
    this.#config = config
    this.#log = log
    this.#headerNames = headerNames(config.brand.headerPrefix)
    this.#upstreams = new Upstreams(options.lookup === undefined ? {} : { lookup: options.lookup })
    this.fleet = new Fleet({
      config,
      catalogue,
      probeGate: (circuit) => primary.requestProbe(circuit),
      onChange: (change) => {
        logChange(log, change)
        primary.fleetChanged(change)
      },
    })
    for (const change of options.changes ?? []) this.fleet.apply(change, performance.now())
    this.#keys = new KeyCache({
      findKey: (digest) => primary.findKey(digest),
      pepper: options.pepper,
      keyPrefix: () => this.#config.brand.keyPrefix,
      masterKey: () => this.#config.server.masterKey,
    })
    this.#seals = new SealMemory((entry) => primary.sealRemembered(entry))
    this.#journal = new JournalKeeper({
      dir: options.journalDir,
      instance: newInstance(),
      log,
      // The primary hears of it with the next report.
      onChange: () => (this.metrics.revision += 1),
    })
    this.wallets = new WorkerWallets({
      holder: this.#journal.instance,
      draw: (ask) => primary.draw(ask),
      giveBack: (sliceId, nanos) => this.#journal.giveBack(sliceId, nanos),
    })
    this.wallets.start()
    this.#relay = new Relay({
      config: () => this.#config,
      fleet: this.fleet,
      limits: primary.limits(this.#wheel),
      wallets: this.wallets,
      deadlines: this.#wheel,
      upstreams: this.#upstreams,
      metrics: this.metrics,
      log,
      recording: () => this.#journal.isWell,
      begin: (record) => (this.#config.usage.record ? this.#journal.begin(record) : null),
      record: (record, beginning, then) => {
        // What began with a record ends with one, whatever was switched meanwhile.
        if (this.#config.usage.record || beginning !== null) this.#journal.record(record, beginning, then)
        else then?.()
      },
      headerNames: () => this.#headerNames,
      sealKey: createHmac('sha256', options.pepper).update('reasoning seals').digest(),
      seals: this.#seals,
    })
    this.#control = new ControlProxy(() => primary.controlSocket())
    this.#server = new DataServer({
      config: () => this.#config,
      keys: this.#keys,
      models: new ModelList({
        listModels: () => this.fleet.listModels(),
        publicIdOf: (id) => this.fleet.resolve(id)?.publicId,
      }),
      control: this.#control,
      log,
      relay: (request) => this.#relay.call(request),
      refused: (endpoint, status) => this.metrics.refused(endpoint, status),
      ...(options.diagnostics ? { intercept: createDiagnostics(() => this.#config.server.masterKey) } : {}),
    })
  }

  get server(): Server {
    return this.#server.server
  }

  async listen(host: string, port: number): Promise<AddressInfo> {
    return await new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen({ host, port, backlog: 1_024 }, () => {
        this.server.off('error', reject)
        const address = this.server.address()
        if (address === null || typeof address === 'string') reject(new Error('not listening on a port'))
        else resolve(address)
      })
    })
  }

  setConfig(config: Config): void {
    const before = this.#config
    this.#config = config
    this.#headerNames = headerNames(config.brand.headerPrefix)
    this.fleet.update(config)
    if (before.server.masterKey !== config.server.masterKey || before.brand.keyPrefix !== config.brand.keyPrefix)
      this.#keys.clear()
    // What a key may do is put together with its group.
    if (JSON.stringify(before.groups) !== JSON.stringify(config.groups)) this.#keys.forget({ kind: 'all' })
  }

  applyChange(change: FleetChange): void {
    this.fleet.apply(change, performance.now())
  }

  learnSeal(entry: SealEntry): void {
    this.#seals.learn(entry)
  }

  /** What was remembered of it is asked for again. */
  forget(change: Change): void {
    this.#keys.forget(change)
  }

  report(): WorkerReport {
    return {
      metrics: this.metrics.collect(),
      health: this.fleet.view(performance.now()),
      journalIsWell: this.#journal.isWell,
    }
  }

  /**
   * Lets every open request end, for at most `timeoutMs`; then tells those that are left in their own stream.
   * No connection is refused or reset on the way: another worker, or another instance, accepts meanwhile.
   */
  drain(timeoutMs: number): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs)
    return this.#drained
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#server.stopAccepting()
    const startedMs = performance.now()
    await sleep(Math.min(POLITE_MS, timeoutMs))
    while (this.#relay.openCount + this.#server.waitingBodies > 0 && performance.now() - startedMs < timeoutMs) {
      this.#server.closeIdleConnections()
      await sleep(50)
    }
    if (this.#relay.openCount > 0) {
      this.#log.warn({ open: this.#relay.openCount }, 'the drain time is over: ending what is left with an error')
      this.#relay.endAll()
      await sleep(100)
    }
    await this[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.destroy()
    await this.#upstreams[Symbol.asyncDispose]()
    this.#wheel.close()
    this.#control[Symbol.dispose]()
    this.metrics[Symbol.dispose]()
    // What is left of slices goes back as the last lines of the journal.
    this.wallets[Symbol.dispose]()
    await this.#journal[Symbol.asyncDispose]()
  }
}

/** Names this process's journal: by when it began, for people. */
function newInstance(): string {
  return Date.now().toString(36)
}

function logChange(log: Logger, change: FleetChange): void {
  if (change.kind === 'credential-disabled')
    log.error(change, 'a credential was refused by its provider and is out of use until it is probed again')
  else log.warn(change, 'upstream state changed')
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
