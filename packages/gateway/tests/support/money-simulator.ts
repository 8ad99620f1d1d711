// The billing state machine in one thread, on a made-up clock, in an order that a seed decides.
//
// What is real: WorkerWallets, SliceServer, GatewayRecalls, the wallet store and the usage store on SQLite, the lines of the
// journal. What is made up: time, the messages between workers, primaries and gateways, the way to the database and back,
// and the disk under the journals. Each step lets one thing arrive that is on its way, or makes something happen: a call
// begins, grows or ends, money comes in or goes out, a wallet is locked, a worker or a gateway dies, a gateway stands still
// and goes on, the database goes away for a while, a statement in the middle of a transaction fails as if its process had
// died there. After each step the books must balance, no slice may owe more than was drawn, and nobody may have been refused
// while there was money. At the end everything may end, and each wallet has exactly what was put in less what was served.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { seededRandom } from '@fairlead/testkit'
import { formatJournalLine, formatReturnLine, parseJournalLines } from 'fairlead/billing/journal/journal-line.ts'
import type { LedgerAccount } from 'fairlead/billing/wallets/ledger.ts'
import { GatewayRecalls } from 'fairlead/billing/slices/gateway-recalls.ts'
import type { DrawAsk, DrawReply } from 'fairlead/billing/slices/slice-messages.ts'
import { SliceServer } from 'fairlead/billing/slices/slice-server.ts'
import type { Timer } from 'fairlead/billing/slices/timer.ts'
import { WorkerWallets } from 'fairlead/billing/slices/worker-wallets.ts'
import type { UsageRecord } from 'fairlead/billing/usage/usage-record.ts'
import type { JournalRow, SliceReturn } from 'fairlead/billing/usage/usage-store.ts'
import type { Hold, HoldAnswer } from 'fairlead/billing/wallets/wallet-authority.ts'
import type { WalletStore } from 'fairlead/billing/wallets/wallet-store.ts'
import { NO_USAGE } from 'fairlead/core/token-usage.ts'
import { usageRecord } from 'fairlead/store/__fixtures__/usage-rows.ts'
import type { News } from 'fairlead/identity/change.ts'
import { Books } from './simulated-books.ts'

/** Small, so that wallets are empty often. */
const ACCOUNTS = ['acc_a', 'acc_b', 'acc_c']
const LARGEST_NEED = 100
const START_NANOS = 400
const BEAT_MS = 5_000
const LOOK_MS = 1_000
const DRAIN_MS = 500
const SECONDS_TO_QUIET = 120

export interface SimulationOptions {
  readonly seed: number
  readonly steps: number
  /** More than one: they share the database, and can be written off. */
  readonly gateways: number
  readonly workers: number
}

export interface Simulated {
  readonly calls: number
  readonly refused: number
  readonly unanswered: number
  readonly crashes: number
  readonly recalls: number
  readonly writtenOff: number
  readonly lateLoss: number
  readonly overrunLoss: number
}

/** Resolves when all is well; throws with the seed and the step otherwise. */
export async function simulate(options: SimulationOptions): Promise<Simulated> {
  const world = new World(options)
  try {
    return await world.run()
  } catch (error) {
    const { seed, gateways, workers } = options
    const where = `seed ${seed}, ${gateways} gateways of ${workers} workers, step ${world.step}`
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    await world.close()
  }
}

/** Something on its way. */
interface Parcel {
  readonly deliver: () => void | Promise<void>
  /** Whether there is anybody to take it; what is for the dead is thrown away. */
  readonly to: Machine | null
}

interface Alarm {
  readonly dueMs: number
  readonly machine: Machine
  readonly run: () => void
  stopped: boolean
}

/** What dies and freezes together: a gateway. */
interface Machine {
  dead: boolean
  frozen: boolean
}

/** What the database has not got yet of a journal. */
interface Unread {
  readonly from: number
  readonly to: number
  readonly rows: readonly JournalRow[]
  /** Captured and returned, by slice. */
  readonly nanos: ReadonlyMap<string, number>
}

class Journal {
  readonly holder: string
  #unread: Unread | null = null
  /** The writer lives. */
  alive = true
  text = ''
  /** Streams that have begun, by request id: how they would count if nothing more were heard of them. */
  readonly begun = new Map<string, UsageRecord>()

  constructor(holder: string) {
    this.holder = holder
  }

  unreadFrom(from: number): Unread {
    const to = this.text.length
    if (this.#unread?.from === from && this.#unread.to === to) return this.#unread
    const rows: JournalRow[] = []
    const returns: SliceReturn[] = []
    if (from < to) parseJournalLines(this.text.slice(from), rows, { returns })
    const nanos = new Map<string, number>()
    for (const { sliceId, paidNanos } of rows) nanos.set(sliceId, (nanos.get(sliceId) ?? 0) + paidNanos)
    for (const given of returns) nanos.set(given.sliceId, (nanos.get(given.sliceId) ?? 0) + given.nanos)
    this.#unread = { from, to, rows, nanos }
    return this.#unread
  }
}

interface Call {
  readonly id: string
  readonly accountId: string
  readonly worker: Worker
  hold: Hold
  growing: boolean
  ended: boolean
}

interface Asking {
  readonly accountId: string
  readonly needNanos: number
  /** The least that nobody held at any moment since. */
  leastUnspent: number
}

class Worker implements Machine {
  readonly id: number
  readonly gateway: Gateway
  readonly journal: Journal
  readonly wallets: WorkerWallets
  readonly calls = new Set<Call>()
  readonly asking = new Set<Asking>()
  #dead = false

  constructor(world: World, gateway: Gateway, id: number) {
    this.id = id
    this.gateway = gateway
    this.journal = new Journal(`w${id}`)
    this.wallets = new WorkerWallets({
      holder: this.journal.holder,
      clock: () => world.nowMs,
      draw: (ask) => world.throughIpc(this, ask),
      giveBack: (sliceId, nanos) => {
        if (world.chance(0.01)) return false
        this.journal.text += formatReturnLine({ sliceId, nanos })
        return true
      },
    })
  }

  get dead(): boolean {
    return this.#dead || this.gateway.dead
  }

  set dead(dead: boolean) {
    this.#dead = dead
  }

  get frozen(): boolean {
    return this.gateway.frozen
  }
}

class Gateway implements Machine {
  readonly instanceId: string
  readonly slices: SliceServer
  readonly recalls: GatewayRecalls | null
  readonly workers: Worker[] = []
  /** Of the machine: the next gateway there finds what this one leaves. */
  readonly disk: Journal[]
  dead = false
  frozen = false
  beatMs: number
  #draining: Promise<void> | null = null

  constructor(world: World, instanceId: string, disk: Journal[], shared: boolean) {
    this.instanceId = instanceId
    this.disk = disk
    this.beatMs = world.nowMs
    const timer: Timer = (run, ms) => world.alarm(this, run, ms)
    this.recalls = shared
      ? new GatewayRecalls({
          self: instanceId,
          timer,
          hint: (news) => world.tellOthers(this, news, 0.3),
          publish: async (news) => world.tellOthers(this, news, 0),
          recallOwn: (accountId) => this.slices.recallOwn(accountId),
        })
      : null
    const { wallets } = world.books
    const ask = <T>(question: () => Promise<T>): Promise<T> => world.askDatabase(this, question)
    const store: Pick<WalletStore, 'draw' | 'renew' | 'leave' | 'writeOffDead' | 'closeHolder' | 'liveSlices'> = {
      draw: (draw) =>
        ask(async () => {
          const drawn = await wallets.draw(draw)
          const { accountId, holder, needNanos } = draw
          if (drawn.ok)
            world.flying.set(`${holder} ${accountId}`, { accountId, nanos: Math.min(needNanos, drawn.drawnNanos) })
          return drawn
        }),
      renew: (id) => ask(() => wallets.renew(id, world.nowMs)),
      leave: (id) => ask(() => wallets.leave(id)),
      writeOffDead: (afterMs) => ask(() => wallets.writeOffDead(afterMs, world.nowMs)),
      closeHolder: (holder) => ask(() => wallets.closeHolder(holder)),
      liveSlices: (of) => ask(() => wallets.liveSlices(of)),
    }
    this.slices = new SliceServer({
      store,
      instanceId,
      others: this.recalls,
      drainJournals: () => this.drain(world),
      isAlive: (holder) => this.workers.some((worker) => !worker.dead && worker.journal.holder === holder),
      log: SILENT,
      clock: () => world.nowMs,
      timer,
    })
  }

  /** One at a time; who comes while one runs waits for the next, as with the journal reader. */
  drain(world: World): Promise<void> {
    const before = this.#draining ?? Promise.resolve()
    const next = before.catch(() => undefined).then(() => this.#drain(world))
    this.#draining = next
    next.catch(() => undefined)
    return next
  }

  async #drain(world: World): Promise<void> {
    const { usage } = world.books
    const ask = <T>(question: () => Promise<T>): Promise<T> => world.askDatabase(this, question)
    for (const journal of this.disk.slice()) {
      const { alive } = journal
      const from = await ask(() => usage.position(journal.holder, 1))
      const rows: JournalRow[] = []
      const returns: SliceReturn[] = []
      const text = journal.text.slice(from)
      const malformed = parseJournalLines(text, rows, { returns })
      if (malformed > 0) throw new Error(`lines of ${journal.holder} make no sense`)
      const advance = { instance: journal.holder, segment: 1, from, directory: 'disk' }
      // As the journal reader does it: a position behind the end says that all is done.
      const to = from + text.length
      if (alive && text !== '') await ask(() => usage.append({ rows, returns }, { ...advance, position: to }))
      else if (!alive && from <= journal.text.length)
        await ask(() => usage.append({ rows, returns, closes: journal.holder }, { ...advance, position: to + 1 }))
      if (!alive) this.disk.splice(this.disk.indexOf(journal), 1)
    }
  }
}

class World {
  readonly books: Books
  nowMs = 1_800_000_000_000
  step = 0
  /** Drawn for a call that waits, and not with its worker yet; by worker and account. */
  readonly flying = new Map<string, { readonly accountId: string; readonly nanos: number }>()
  readonly #options: SimulationOptions
  readonly #dir = mkdtempSync(join(tmpdir(), 'fairlead-money-'))
  readonly #random: () => number
  readonly #channels = new Map<string, Parcel[]>()
  #alarms: Alarm[] = []
  readonly #gateways: Gateway[] = []
  #nextId = 1
  /** What each wallet was given, and what calls that were served cost. */
  readonly #funds = new Map<string, number>()
  #fault: Error | null = null
  readonly #served = new Map<string, number>()
  #databaseAway = false
  #calm = false
  #counts = { calls: 0, refused: 0, unanswered: 0, crashes: 0, recalls: 0, writtenOff: 0 }

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.books = new Books(join(this.#dir, 'books.db'))
  }

  async close(): Promise<void> {
    await this.books.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  async run(): Promise<Simulated> {
    const { steps, gateways } = this.#options
    await this.books.open()
    for (const accountId of ACCOUNTS) await this.#pay(accountId, START_NANOS, 'top_up')
    for (let index = 0; index < gateways; index++) this.#startGateway([])
    for (this.step = 0; this.step < steps; this.step++) {
      await this.#doSomething()
      await this.#settled()
      this.#check()
      if (this.step % 5_000 === 4_999) await this.books.checkAll()
    }
    await this.#letAllEnd()
    return { ...this.#counts, ...this.books.losses() }
  }

  chance(probability: number): boolean {
    return !this.#calm && this.#random() < probability
  }

  throughIpc(worker: Worker, ask: DrawAsk): Promise<DrawReply> {
    const { gateway } = worker
    const flight = `${ask.holder} ${ask.accountId}`
    return new Promise((resolve, reject) => {
      this.#post(`${worker.id}>`, gateway, () => {
        // As JSON, like everything there.
        gateway.slices.draw(worker.id, JSON.parse(JSON.stringify(ask))).then(
          (reply) =>
            this.#post(`>${worker.id}`, worker, () => {
              this.flying.delete(flight)
              resolve(JSON.parse(JSON.stringify(reply)))
            }),
          (error: Error) =>
            this.#post(`>${worker.id}`, worker, () => {
              this.flying.delete(flight)
              reject(error)
            }),
        )
      })
    })
  }

  /** The question and the answer each travel; either may be lost, and the server may be away. */
  askDatabase<T>(machine: Machine, question: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#post(`question ${this.#nextId++}`, null, async () => {
        // What its asker did not live to send.
        if (machine.dead && (this.#options.gateways === 1 || this.chance(0.5))) return
        const answer = (deliver: () => void): void => this.#post(`answer ${this.#nextId++}`, machine, deliver)
        if (this.#databaseAway || this.chance(0.003)) {
          answer(() => reject(new Error('the database is away')))
          return
        }
        if (this.chance(0.01)) this.books.failAfter(Math.floor(this.#random() * 14))
        try {
          const value = await question()
          if (this.chance(0.003)) answer(() => reject(new Error('the answer was lost')))
          else answer(() => resolve(value))
        } catch (error) {
          answer(() => reject(error instanceof Error ? error : new Error(String(error))))
        } finally {
          this.books.failAfter(null)
        }
      })
    })
  }

  tellOthers(from: Gateway, news: News, lost: number): void {
    for (const gateway of this.#gateways) {
      if (gateway === from || gateway.dead || this.chance(lost)) continue
      const copy = JSON.parse(JSON.stringify(news)) as News
      this.#post(`${from.instanceId}>${gateway.instanceId}`, gateway, () => {
        if (copy.kind === 'recall' || copy.kind === 'recalled') gateway.recalls?.heard(copy)
      })
    }
  }

  alarm(machine: Machine, run: () => void, ms: number): () => void {
    const alarm: Alarm = { dueMs: this.nowMs + ms, machine, run, stopped: false }
    this.#alarms.push(alarm)
    return () => {
      alarm.stopped = true
    }
  }

  // --- what happens ---

  async #doSomething(): Promise<void> {
    const dice = this.#random()
    if (dice < 0.65 && (await this.#deliverOne())) return
    if (dice < 0.75) this.#beginCall()
    else if (dice < 0.87) this.#goOnWithCall()
    else if (dice < 0.93) this.#pass(this.#below(50))
    else if (dice < 0.965) this.#housekeeping()
    else if (dice < 0.97) this.#pass(this.#below(5_000))
    else if (dice < 0.984) await this.#moveMoney()
    else if (dice < 0.987) this.#trouble()
    else this.#recover()
  }

  async #deliverOne(): Promise<boolean> {
    const ready = [...this.#channels].filter(([, [first]]) => first !== undefined && !(first.to?.frozen ?? false))
    const found = ready[this.#below(ready.length)]
    if (found === undefined) return false
    const [name, parcels] = found
    const parcel = parcels.shift()
    if (parcels.length === 0) this.#channels.delete(name)
    if (parcel !== undefined && parcel.to?.dead !== true) await parcel.deliver()
    return true
  }

  #beginCall(): void {
    const worker = this.#pick(this.#gateways.filter(({ frozen }) => !frozen).flatMap(({ workers }) => workers))
    if (worker === undefined) return
    const accountId = this.#pick(ACCOUNTS) ?? ''
    const needNanos = 1 + this.#below(LARGEST_NEED)
    this.#counts.calls += 1
    const asking: Asking = { accountId, needNanos, leastUnspent: this.#unspent(accountId) }
    const answer = worker.wallets.hold(accountId, needNanos)
    if (!(answer instanceof Promise)) {
      this.#began(worker, accountId, answer)
      return
    }
    worker.asking.add(asking)
    answer.then(
      (given) => {
        worker.asking.delete(asking)
        if (given.ok) this.#began(worker, accountId, given)
        else this.#refused(asking, given)
      },
      () => {
        worker.asking.delete(asking)
        this.#counts.unanswered += 1
      },
    )
  }

  #began(worker: Worker, accountId: string, hold: Hold): void {
    // The answer reached a process that is gone.
    if (worker.dead) return
    this.#mustBeLive(hold)
    worker.calls.add({ id: `req_${this.#nextId++}`, accountId, worker, hold, growing: false, ended: false })
  }

  /** Between the last moment of a slice and its end by the database there are five seconds. */
  #mustBeLive({ sliceId, amountNanos }: Hold): void {
    if (amountNanos === 0 || this.books.liveSlices().some((slice) => slice.sliceId === sliceId)) return
    this.#fault ??= new Error(`money of ${sliceId} was held, which is written off`)
  }

  #refused(
    { accountId, needNanos, leastUnspent }: Asking,
    { reason, availableNanos }: Extract<HoldAnswer, { ok: false }>,
  ): void {
    this.#counts.refused += 1
    if (reason === 'locked') return
    const least = Math.min(leastUnspent, this.#unspent(accountId))
    if (least >= needNanos)
      this.#fault ??= new Error(
        `refused ${needNanos} of ${accountId}, where ${least} were never held (${availableNanos} available)`,
      )
  }

  #goOnWithCall(): void {
    const calls = this.#gateways
      .filter(({ frozen }) => !frozen)
      .flatMap(({ workers }) => workers.flatMap((worker) => [...worker.calls]))
    const call = this.#pick(calls)
    if (call === undefined) return
    const { worker, hold } = call
    const dice = this.#random()
    if (dice < 0.2) {
      this.#end(call)
      worker.wallets.release(hold)
      worker.wallets.release(hold)
    } else if (dice < 0.3) {
      worker.journal.begun.set(call.id, this.#record(call, this.#below(hold.amountNanos + 1), hold.sliceId))
    } else if (dice < 0.5 && !call.growing) {
      this.#grow(call)
    } else {
      const costNanos = this.#below(hold.amountNanos + 1) + (this.chance(0.03) ? this.#below(LARGEST_NEED) : 0)
      this.#end(call)
      const { sliceId, paidNanos } = worker.wallets.capture(hold, costNanos)
      if (worker.wallets.capture(hold, costNanos).paidNanos !== 0) throw new Error('captured twice')
      this.#write(worker.journal, { ...this.#record(call, costNanos, sliceId), paidNanos })
    }
  }

  #grow(call: Call): void {
    const { worker, hold } = call
    const before = hold.amountNanos
    const byNanos = 1 + this.#below(LARGEST_NEED)
    const answer = worker.wallets.grow(hold, byNanos)
    const grown = (granted: boolean): void => {
      call.growing = false
      if (call.ended || worker.dead) return
      const { amountNanos } = hold
      if (amountNanos !== before && amountNanos !== before + byNanos)
        this.#fault ??= new Error(`a hold grew by ${amountNanos - before}`)
      if (amountNanos !== before) this.#mustBeLive(hold)
      if (!granted && amountNanos !== before) this.#fault ??= new Error('a hold grew that was refused to')
    }
    if (!(answer instanceof Promise)) {
      grown(answer)
      return
    }
    call.growing = true
    void answer.then(grown)
  }

  #write(journal: Journal, record: UsageRecord): void {
    journal.text += formatJournalLine(record)
    if (record.sliceId === '') return
    this.#served.set(record.accountId, (this.#served.get(record.accountId) ?? 0) + record.costNanos)
  }

  #end(call: Call): void {
    call.ended = true
    call.worker.calls.delete(call)
    call.worker.journal.begun.delete(call.id)
  }

  #record({ id, accountId, hold }: Call, costNanos: number, sliceId: string): UsageRecord {
    return usageRecord({
      requestId: id,
      startedAtMs: this.nowMs,
      keyId: `key_${accountId}`,
      accountId,
      usage: NO_USAGE,
      costNanos,
      providerCostNanos: 0,
      sliceId,
      paidNanos: Math.min(costNanos, hold.amountNanos),
    })
  }

  #pass(ms: number): void {
    this.nowMs += ms
    const due = this.#alarms.filter(({ dueMs, stopped }) => !stopped && dueMs <= this.nowMs)
    this.#alarms = this.#alarms.filter((alarm) => !alarm.stopped && !due.includes(alarm))
    for (const { machine, run } of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      this.#post(`alarm ${this.#nextId++}`, machine, run)
    }
    for (const gateway of this.#gateways) {
      if (gateway.dead || gateway.frozen || this.nowMs - gateway.beatMs < BEAT_MS) continue
      gateway.beatMs = this.nowMs
      void gateway.slices.tick()
    }
  }

  #housekeeping(): void {
    const gateway = this.#pick(this.#gateways.filter(({ frozen }) => !frozen))
    if (gateway === undefined) return
    if (this.#random() < 0.5) gateway.drain(this).catch(() => undefined)
    else for (const worker of gateway.workers) worker.wallets.look()
  }

  async #moveMoney(): Promise<void> {
    const accountId = this.#pick(ACCOUNTS) ?? ''
    const wallet = await this.books.wallets.ensure(accountId)
    const dice = this.#random()
    if (wallet.state === 'locked') await this.books.wallets.setState(accountId, 'active', '')
    else if (dice < 0.7) await this.#pay(accountId, 1 + this.#below(3 * LARGEST_NEED), 'top_up')
    else if (dice < 0.9) await this.#takeOut(accountId, 1 + this.#below(LARGEST_NEED))
    else {
      await this.books.wallets.setState(accountId, 'locked', 'to see what happens')
      const gateway = this.#pick(this.#gateways.filter(({ frozen }) => !frozen))
      gateway?.slices.callBack(accountId).catch(() => undefined)
    }
  }

  async #pay(accountId: string, nanos: number, kind: 'top_up'): Promise<void> {
    const wallet: LedgerAccount = `wallet:${accountId}`
    const posted = await this.books.wallets.post({
      kind,
      idemKey: `move ${this.#nextId++}`,
      actor: 'simulator',
      entries: [
        { account: wallet, nanos },
        { account: 'psp_clearing', nanos: -nanos },
      ],
    })
    if (!posted.ok) throw new Error('a top-up was refused')
    this.#fund(accountId, nanos)
  }

  async #takeOut(accountId: string, nanos: number): Promise<void> {
    const { availableNanos } = await this.books.wallets.ensure(accountId)
    const taken = Math.min(nanos, availableNanos)
    if (taken === 0) return
    const posted = await this.books.wallets.post({
      kind: 'adjustment',
      idemKey: `move ${this.#nextId++}`,
      actor: 'simulator',
      entries: [
        { account: `wallet:${accountId}`, nanos: -taken },
        { account: 'adjustment', nanos: taken },
      ],
    })
    if (posted.ok) this.#fund(accountId, -taken)
  }

  #fund(accountId: string, nanos: number): void {
    this.#funds.set(accountId, (this.#funds.get(accountId) ?? 0) + nanos)
  }

  #trouble(): void {
    const dice = this.#random()
    const gateway = this.#pick(this.#gateways)
    if (gateway === undefined) return
    if (dice < 0.3) this.#killWorker(gateway)
    else if (dice < 0.45) this.#killGateway(gateway)
    else if (dice < 0.7) gateway.frozen = true
    else this.#databaseAway = true
  }

  #recover(): void {
    this.#databaseAway = false
    for (const gateway of this.#gateways) {
      if (!gateway.frozen) continue
      gateway.frozen = false
      // It may have been a moment, or long enough to be written off.
      if (this.chance(0.5)) this.#pass(this.#below(60_000))
    }
    for (const gateway of this.#gateways)
      while (gateway.workers.length < this.#options.workers) this.#startWorker(gateway)
  }

  #killWorker(gateway: Gateway): void {
    const worker = gateway.workers.splice(this.#below(gateway.workers.length), 1)[0]
    if (worker === undefined) return
    this.#counts.crashes += 1
    this.#die(worker)
    this.#post(`exit ${worker.id}`, gateway, () => gateway.slices.workerGone(worker.id))
  }

  #die(worker: Worker): void {
    const { journal } = worker
    worker.dead = true
    for (const accountId of ACCOUNTS) this.flying.delete(`${journal.holder} ${accountId}`)
    journal.alive = false
    // What the reader does with replies that had begun.
    for (const record of journal.begun.values()) this.#write(journal, record)
    journal.begun.clear()
  }

  #killGateway(gateway: Gateway): void {
    this.#counts.crashes += 1
    this.#counted(gateway)
    for (const worker of gateway.workers) this.#die(worker)
    gateway.dead = true
    this.#gateways.splice(this.#gateways.indexOf(gateway), 1)
    this.#startGateway(gateway.disk)
  }

  #startGateway(disk: Journal[]): void {
    // The disk is the same; the list is not, as the dead may still be in the middle of it.
    const gateway = new Gateway(this, `ins_${this.#nextId++}`, [...disk], this.#options.gateways > 1)
    this.#gateways.push(gateway)
    for (let count = 0; count < this.#options.workers; count++) this.#startWorker(gateway)
    void gateway.slices.tick()
  }

  #startWorker(gateway: Gateway): void {
    const worker = new Worker(this, gateway, this.#nextId++)
    gateway.workers.push(worker)
    gateway.disk.push(worker.journal)
    gateway.slices.workerCame(worker.id, {
      recall: ({ id, accountId, known }) =>
        this.#post(`>${worker.id}`, worker, () => {
          const given = worker.wallets.recall(accountId, known)
          this.#post(`${worker.id}>`, gateway, () => gateway.slices.recalled({ kind: 'recalled', id, ...given }))
        }),
      renew: ({ life, untilMs }) => this.#post(`>${worker.id}`, worker, () => worker.wallets.renew(life, untilMs)),
    })
  }

  #counted({ slices }: Gateway): void {
    this.#counts.recalls += slices.counts.recalls
    this.#counts.writtenOff += slices.counts.writtenOff
  }

  /** Nothing new, nobody dies any more: what is on its way arrives, what is open ends. */
  async #letAllEnd(): Promise<void> {
    this.#calm = true
    this.#recover()
    for (const { workers } of this.#gateways)
      for (const worker of workers)
        for (const call of worker.calls) {
          this.#end(call)
          worker.wallets.release(call.hold)
        }
    for (let second = 0; second < SECONDS_TO_QUIET; second++) {
      this.#pass(LOOK_MS)
      for (const { workers } of this.#gateways) for (const { wallets } of workers) wallets.look()
      for (let half = 0; half < LOOK_MS / DRAIN_MS; half++)
        for (const gateway of this.#gateways) gateway.drain(this).catch(() => undefined)
      for (let more = true; more;) {
        await this.#settled()
        more = await this.#deliverOne()
        for (const { workers } of this.#gateways)
          for (const worker of workers)
            for (const call of worker.calls) {
              this.#end(call)
              worker.wallets.release(call.hold)
            }
      }
      this.#check()
    }
    for (const gateway of this.#gateways) this.#counted(gateway)
    await this.books.checkAll()
    this.books.checkQuiet(this.#funds, this.#served)
  }

  // --- what must be ---

  /** What no call holds, wherever it is. */
  #unspent(accountId: string): number {
    let nanos = this.books.balanceOf(accountId)
    for (const flight of this.flying.values()) if (flight.accountId === accountId) nanos -= flight.nanos
    const live = new Set(this.books.liveSlices().map(({ sliceId }) => sliceId))
    for (const gateway of this.#gateways) {
      for (const journal of gateway.disk) {
        for (const { keyText, sliceId, paidNanos } of this.#unread(journal).rows) {
          if (keyText.split('\t')[1] === accountId && live.has(sliceId)) nanos -= paidNanos
        }
      }
      for (const worker of gateway.workers) {
        for (const { hold, accountId: payer } of worker.calls) {
          if (payer === accountId && live.has(hold.sliceId)) nanos -= hold.amountNanos
        }
      }
    }
    return nanos
  }

  #unread(journal: Journal): Unread {
    return journal.unreadFrom(this.books.positionOf(journal.holder))
  }

  #check(): void {
    if (this.#fault !== null) throw this.#fault
    this.books.check()
    const asking = this.#gateways.flatMap(({ workers }) => workers.flatMap((worker) => [...worker.asking]))
    for (const accountId of ACCOUNTS) {
      const those = asking.filter((ask) => ask.accountId === accountId)
      if (those.length === 0) continue
      const nanos = this.#unspent(accountId)
      for (const ask of those) ask.leastUnspent = Math.min(ask.leastUnspent, nanos)
    }
    this.#checkSlices()
  }

  /** Nobody owes a slice more than was drawn into it. */
  #checkSlices(): void {
    const owed = new Map<string, number>()
    const owe = (sliceId: string, nanos: number): void => {
      if (sliceId !== '') owed.set(sliceId, (owed.get(sliceId) ?? 0) + nanos)
    }
    for (const { disk, workers } of this.#gateways) {
      for (const journal of disk) for (const [sliceId, nanos] of this.#unread(journal).nanos) owe(sliceId, nanos)
      for (const { wallets, calls } of workers) {
        for (const { hold } of calls) owe(hold.sliceId, hold.amountNanos)
        for (const accountId of ACCOUNTS) {
          const view = wallets.view(accountId)
          if (view === null) continue
          if (view.freeNanos < 0 || view.heldNanos < 0)
            throw new Error(`slice ${view.sliceId} is overdrawn by its worker`)
          owe(view.sliceId, view.freeNanos)
        }
      }
    }
    for (const { sliceId, restNanos } of this.books.liveSlices()) {
      const nanos = owed.get(sliceId) ?? 0
      if (nanos > restNanos) throw new Error(`slice ${sliceId} has ${restNanos}, and its worker spends ${nanos}`)
    }
  }

  // --- tools ---

  #post(channel: string, to: Machine | null, deliver: Parcel['deliver']): void {
    const parcels = this.#channels.get(channel) ?? []
    parcels.push({ to, deliver })
    this.#channels.set(channel, parcels)
  }

  /** Everything that follows from what has happened, without anything else arriving. */
  async #settled(): Promise<void> {
    await nextTurn()
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end)
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.#below(list.length)]
  }
}

const nothing = (): void => undefined
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing }
