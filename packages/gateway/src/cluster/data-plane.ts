// The data plane of one process: it holds the clients and the upstreams, and never touches SQL.
// Whatever needs an authority (keys, limits, the right to probe) goes through `PrimaryPort`.

import { createHmac } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { JournalKeeper } from '../billing/journal/journal-keeper.ts'
import type { DrawAsk, DrawReply } from '../billing/slices/slice-messages.ts'
import { WorkerWallets } from '../billing/slices/worker-wallets.ts'
import { catalogue } from '../catalogue/catalogue.ts'
import type { Config } from '../config/config.ts'
import { DeadlineWheel } from '../core/deadlines.ts'
import { AutoModels } from '../http/auto-models.ts'
import { ControlProxy } from '../http/control-proxy.ts'
import { DataServer } from '../http/data-server.ts'
import { answerRaw } from '../http/raw-answers.ts'
import { createDiagnostics } from '../http/diagnostics.ts'
import { ModelList } from '../http/model-list.ts'
import type { Change } from '../identity/change.ts'
import { KeyCache } from '../identity/key-cache.ts'
import type { Principal } from '../identity/principal.ts'
import type { LimitAuthority } from '../limits/authority.ts'
import { RelayMetrics } from '../relay/relay-metrics.ts'
import { Relay } from '../relay/relay.ts'
import { headerNames } from '../relay/reply-headers.ts'
import { SealMemory } from '../relay/seal-memory.ts'
import { SessionTransport, SocketBook } from '../relay/session-transport.ts'
import { Upstreams } from '../relay/upstreams.ts'
import type { Lookup } from '../relay/dns-lookup.ts'
import type { TurnMemory } from '../relay/turn-memory.ts'
import type { JobOrder } from '../responses/keeper.ts'
import { identifyCaller } from '../responses/websocket/identify.ts'
import { SocketServer } from '../responses/websocket/socket-server.ts'
import { AutoRouter } from '../routing/auto/auto-router.ts'
import type { PickerPort } from '../routing/auto/picker-port.ts'
import { Picker } from '../routing/auto/picker/picker.ts'
import type { ShadowAsk, ShadowReply } from '../routing/auto/learning/shadow.ts'
import { Fleet } from '../routing/fleet.ts'
import type { FleetChange } from '../routing/outcome.ts'
import { EmbedRunner } from './embed-runner.ts'
import { MirrorRunner } from './mirror-runner.ts'
import { ShadowRunner } from './shadow-runner.ts'
import type { WorkerReport } from './messages.ts'
import { ResponsesFront, type ResponsesPrimary } from './responses-front.ts'

export interface PrimaryPort extends ResponsesPrimary {
  findKey(digest: string): Principal | null | Promise<Principal | null>
  limits(wheel: DeadlineWheel): LimitAuthority
  /** Money for a slice of this worker; rejects when nobody can say. */
  draw(ask: DrawAsk): Promise<DrawReply>
  /** One probe of a half-open circuit in the whole cluster. */
  requestProbe(circuit: string): boolean | Promise<boolean>
  fleetChanged(change: FleetChange): void
  /** For shadow evaluations: a part of the day's cap, and what came of it. */
  shadow(ask: ShadowAsk): Promise<ShadowReply>
  /** For the other workers. */
  sealRemembered(entry: TurnMemory): void
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
  /** Instead of the one that ships with the gateway. */
  readonly picker?: () => PickerPort
}

/** Between the end of accepting and the closing of idle connections: requests that are on their way still arrive. */
const POLITE_MS = 1_500
const GOODBYE_MS = 500
/** Changes that are about no caller. */
const OTHERS: ReadonlySet<Change['kind']> = new Set(['prices', 'upstreams', 'auto', 'response'])

export class DataPlane {
  readonly metrics = new RelayMetrics()
  readonly fleet: Fleet
  readonly auto: AutoRouter
  readonly wallets: WorkerWallets
  readonly #log: Logger
  readonly #wheel = new DeadlineWheel()
  readonly #upstreams: Upstreams
  readonly #keys: KeyCache
  readonly #relay: Relay
  readonly #shadow: ShadowRunner
  readonly #responses: ResponsesFront
  readonly #sealKey: Buffer
  readonly #seals: SealMemory
  readonly #server: DataServer
  readonly #sockets: SocketServer
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
    this.auto = new AutoRouter({
      config,
      fleet: this.fleet,
      catalogue,
      picker: options.picker ?? (() => Picker.load()),
      tell: (conversation) => primary.sealRemembered({ conversation }),
    })
    this.#keys = new KeyCache({
      findKey: (digest) => primary.findKey(digest),
      pepper: options.pepper,
      keyPrefix: () => this.#config.brand.keyPrefix,
      masterKey: () => this.#config.server.masterKey,
    })
    this.#sealKey = createHmac('sha256', options.pepper).update('reasoning seals').digest()
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
    this.#shadow = new ShadowRunner({
      config: () => this.#config,
      fleet: this.fleet,
      call: (request) => this.#relay.call(request),
      ask: (ask) => primary.shadow(ask),
      costHeader: () => this.#headerNames.cost.toLowerCase(),
      spent: (pool, nanos) => this.metrics.auto.spent(pool, nanos),
      log,
    })
    this.#relay = new Relay({
      config: () => this.#config,
      fleet: this.fleet,
      auto: this.auto,
      shadow: this.#shadow,
      embedder: new EmbedRunner({
        config: () => this.#config,
        fleet: this.fleet,
        auto: this.auto,
        call: (request) => this.#relay.call(request),
        ask: (ask) => primary.shadow(ask),
        costHeader: () => this.#headerNames.cost.toLowerCase(),
        embedded: (outcome) => this.metrics.auto.embedded(outcome),
        spent: (pool, nanos) => this.metrics.auto.spent(pool, nanos),
        log,
      }),
      mirror: new MirrorRunner({ call: (request) => this.#relay.call(request), metrics: this.metrics }),
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
      sealKey: this.#sealKey,
      seals: this.#seals,
    })
    this.#responses = new ResponsesFront({
      config: () => this.#config,
      primary,
      relay: this.#relay,
      fleet: this.fleet,
      auto: this.auto,
      pepper: options.pepper,
      sealKey: this.#sealKey,
      log,
    })
    this.#sockets = this.#createSockets()
    this.#control = new ControlProxy(() => primary.controlSocket())
    const autoModels = new AutoModels(this.auto, () => this.#config)
    this.#server = new DataServer({
      config: () => this.#config,
      keys: this.#keys,
      models: new ModelList({
        listModels: () => autoModels.before(this.fleet.listModels()),
        publicIdOf: (id) => autoModels.publicIdOf(id) ?? this.fleet.resolve(id)?.publicId,
      }),
      control: this.#control,
      log,
      sockets: this.#sockets,
      relay: (request) => this.#responses.responder.call(request),
      refused: (endpoint, status) => this.metrics.refused(endpoint, status),
      ...(options.diagnostics ? { intercept: createDiagnostics(() => this.#config.server.masterKey) } : {}),
    })
  }

  #createSockets(): SocketServer {
    const book = new SocketBook()
    const { lookup } = this.#upstreams
    return new SocketServer({
      limits: () => {
        const { server } = this.#config
        return {
          maxFrameBytes: server.maxBodyBytes,
          maxBytesInFlight: server.maxBytesInFlight,
          minBytesPerSecond: server.minBodyBytesPerSecond,
          writeStallTimeoutMs: server.writeStallTimeoutMs,
          idleTimeoutMs: server.websocketIdleTimeoutMs,
          maxPerKey: server.maxWebsocketsPerKey,
          maxPerAccount: server.maxWebsocketsPerAccount,
        }
      },
      wheel: this.#wheel,
      log: this.#log,
      identify: (caller) => identifyCaller(this.#keys, caller),
      serve: (request, local) => this.#responses.responder.call(request, { local }),
      transport: (owner) => new SessionTransport({ lookup, book }, owner),
      holdBytes: (count) => this.metrics.hold(count, this.#config.server.maxBytesInFlight),
      releaseBytes: (count) => (this.metrics.heldBytes -= count),
      refuse: answerRaw,
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
        this.#responses.jobs.start()
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
    this.auto.update(config)
    if (before.server.masterKey !== config.server.masterKey || before.brand.keyPrefix !== config.brand.keyPrefix)
      this.#keys.clear()
    this.#sockets.callersChanged()
    // What a key may do is put together with its group.
    if (JSON.stringify(before.groups) !== JSON.stringify(config.groups)) this.#keys.forget({ kind: 'all' })
  }

  applyChange(change: FleetChange): void {
    this.fleet.apply(change, performance.now())
  }

  learnSeal(entry: TurnMemory): void {
    if ('conversation' in entry) this.auto.conversations.learn(entry.conversation)
    else this.#seals.learn(entry)
  }

  /** The primary has work for us, or takes some away. */
  orderJob(order: JobOrder): void {
    this.#responses.order(order)
  }

  /** What was remembered of it is asked for again. */
  forget(change: Change): void {
    this.#keys.forget(change)
    if (!OTHERS.has(change.kind)) this.#sockets.callersChanged()
  }

  report(): WorkerReport {
    return {
      metrics: [...this.metrics.collect(), ...this.#sockets.collect(), ...this.#responses.collect()],
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

  get #openCount(): number {
    return this.#relay.openCount + this.#responses.openCount + this.#server.waitingBodies
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#server.stopAccepting()
    this.#sockets.drain()
    this.#responses.jobs.drain()
    const startedMs = performance.now()
    await sleep(Math.min(POLITE_MS, timeoutMs))
    while (this.#openCount > 0 && performance.now() - startedMs < timeoutMs) {
      this.#server.closeIdleConnections()
      await sleep(50)
    }
    this.#responses.jobs.discardAll()
    if (this.#relay.openCount > 0) {
      this.#log.warn({ open: this.#relay.openCount }, 'the drain time is over: ending what is left with an error')
      this.#relay.endAll()
      await sleep(100)
    }
    // For the last words of WebSockets, and for their clients' own goodbyes.
    for (let waitedMs = 0; this.#sockets.size > 0 && waitedMs < GOODBYE_MS; waitedMs += 50) await sleep(50)
    await this[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sockets[Symbol.dispose]()
    this.#responses[Symbol.dispose]()
    this.#server.destroy()
    this.#upstreams[Symbol.dispose]()
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
