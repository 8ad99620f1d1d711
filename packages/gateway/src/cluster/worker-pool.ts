// The worker processes. The only one accepts its connections itself; to one of several the cluster module hands each new
// connection in turn.
//
// Order of a rolling restart: fork the new worker, wait until it listens, then tell the old one to drain. So there is
// never a moment without somebody who accepts.

import cluster, { type Worker } from 'node:cluster'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { Change } from '../identity/change.ts'
import type { TurnMemory } from '../relay/turn-memory.ts'
import type { JobOrder } from '../responses/keeper.ts'
import type { FleetChange } from '../routing/outcome.ts'
import type { ControlPlane } from './control-plane.ts'
import type { Workers } from './workers.ts'
import { Handoffs } from './handoffs.ts'
import { workerFlags } from './worker-flags.ts'
import type { FromWorker, ToWorker, WorkerReport, WorkerStart } from './messages.ts'

interface Member {
  readonly worker: Worker
  readonly handoffs: Handoffs
  readonly readyPromise: Promise<{ readonly host: string; readonly port: number }>
  ready: boolean
  draining: boolean
  /** Replaces one that crashed: nobody waits for it, so when it fails another one is due. */
  readonly replacement: boolean
  report: WorkerReport | undefined
}

const COLLECT_TIMEOUT_MS = 500
const REFORK_BASE_MS = 100
const REFORK_CAP_MS = 10_000

export interface WorkerPoolOptions {
  readonly control: ControlPlane
  readonly log: Logger
  readonly diagnostics: boolean
  readonly compileCacheDir: string
}

export class WorkerPool implements Workers {
  readonly #members = new Map<number, Member>()
  readonly #collecting = new Map<number, { left: Set<number>; done: () => void }>()
  readonly #options: WorkerPoolOptions
  #nextCollect = 1
  #stopping = false
  #crashes = 0
  #restarting: Promise<void> = Promise.resolve()

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  /** Starts workers until there are as many as configured. Resolves with the address when the first round listens. */
  async start(count: number): Promise<{ readonly host: string; readonly port: number }> {
    const file = import.meta.filename
    // The only worker takes its connections from the kernel. Those of several are dealt out by the primary: the
    // kernel would do so unevenly.
    cluster.schedulingPolicy = count === 1 ? cluster.SCHED_NONE : cluster.SCHED_RR
    cluster.setupPrimary({
      exec: join(import.meta.dirname, `worker${file.slice(file.lastIndexOf('.'))}`),
      execArgv: workerFlags(process.execArgv, {
        workers: count,
        cores: availableParallelism(),
        diagnostics: this.#options.diagnostics,
      }),
      args: [],
    })
    const addresses = await Promise.all(Array.from({ length: count }, () => this.#fork().readyPromise))
    const [first] = addresses
    if (first === undefined) throw new Error('there must be at least one worker')
    return first
  }

  reports(): readonly WorkerReport[] {
    return [...this.#members.values()].flatMap(({ report }) => (report === undefined ? [] : [report]))
  }

  async collect(): Promise<readonly WorkerReport[]> {
    const left = new Set([...this.#members].filter(([, member]) => member.ready).map(([id]) => id))
    if (left.size > 0) {
      const id = this.#nextCollect++
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, COLLECT_TIMEOUT_MS)
        this.#collecting.set(id, {
          left,
          done: () => {
            clearTimeout(timer)
            resolve()
          },
        })
        for (const worker of left) this.#send(worker, { kind: 'collect', id })
      })
      this.#collecting.delete(id)
    }
    return this.reports()
  }

  ready(): number {
    return [...this.#members.values()].filter((member) => member.ready && !member.draining).length
  }

  configChanged(config: Config): void {
    for (const id of this.#members.keys()) this.#send(id, { kind: 'config', config })
  }

  fleetChanged(change: FleetChange, from: number): void {
    for (const id of this.#members.keys()) if (id !== from) this.#send(id, { kind: 'fleet-change', change })
  }

  changed(change: Change): void {
    for (const id of this.#members.keys()) this.#send(id, { kind: 'change', change })
  }

  sealLearned(entry: TurnMemory): void {
    for (const id of this.#members.keys()) this.#send(id, { kind: 'seal', entry })
  }

  jobOrdered(order: JobOrder, to?: number): void {
    for (const id of to === undefined ? this.#members.keys() : [to]) this.#send(id, { kind: 'job', order })
  }

  /**
   * Replaces every worker by a new one, without a refused or broken connection. Resolves when the new ones listen; the
   * old ones end later. Rejects when a new one does not come up: then the old one stays.
   */
  restart(): Promise<void> {
    // One after the other: two at once would both replace the same workers.
    const turn = this.#restarting.then(() => this.#replaceAll())
    this.#restarting = turn.catch(() => undefined)
    return turn
  }

  async #replaceAll(): Promise<void> {
    const { control, log } = this.#options
    const old = [...this.#members].filter(([, member]) => !member.draining)
    log.info({ workers: old.length }, 'rolling restart')
    for (const [id, member] of old) {
      if (this.#stopping) return
      // One that crashed meanwhile has its successor already.
      if (!this.#members.has(id)) continue
      await this.#fork().readyPromise
      this.#drain(id, member, control.config.server.drainTimeoutMs)
    }
    log.info({ workers: this.ready() }, 'the new workers serve')
  }

  /** Drains all of them; resolves when the last one is gone. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true
    const gone = [...this.#members.values()].map(async ({ worker }) => {
      if (worker.isDead()) return
      await new Promise<void>((resolve) => {
        worker.once('exit', () => resolve())
      })
    })
    for (const [id, member] of this.#members) this.#drain(id, member, timeoutMs)
    await Promise.all(gone)
  }

  #drain(id: number, member: Member, timeoutMs: number): void {
    member.draining = true
    this.#send(id, { kind: 'drain', timeoutMs })
    // One that hangs must not hold up the rest for ever.
    setTimeout(() => member.worker.process.kill('SIGKILL'), timeoutMs + 10_000).unref()
  }

  #fork(replacement = false): Member {
    const { compileCacheDir } = this.#options
    const worker = cluster.fork({ NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? compileCacheDir })
    let isReady: (address: { host: string; port: number }) => void = () => undefined
    let isFailed: (reason: Error) => void = () => undefined
    const readyPromise = new Promise<{ readonly host: string; readonly port: number }>((resolve, reject) => {
      isReady = resolve
      isFailed = reject
    })
    // Whoever waits hears of it; nobody waits for a worker that replaces a crashed one.
    readyPromise.catch(() => undefined)
    const handoffs = new Handoffs(worker.process)
    const member: Member = {
      worker,
      handoffs,
      readyPromise,
      ready: false,
      draining: false,
      replacement,
      report: undefined,
    }
    this.#members.set(worker.id, member)
    this.#options.control.door.slices.workerCame(worker.id, {
      recall: (order) => this.#send(worker.id, order),
      renew: (valid) => this.#send(worker.id, valid),
    })
    // Put together only now: what changed since the fork is in it, what changes from here on is sent after it.
    worker.once('online', () => this.#send(worker.id, { kind: 'start', start: this.#startOf() }))
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') {
        member.ready = true
        this.#crashes = 0
        isReady(message)
      } else if (message.kind === 'failed') {
        isFailed(new Error(message.reason))
        worker.process.kill('SIGKILL')
      } else {
        this.#received(worker.id, member, message)
      }
    })
    // A message that could not be sent; the worker's end follows, and is heard of below.
    worker.on('error', (error) =>
      this.#options.log.warn({ err: error, worker: worker.id }, 'a worker cannot be reached'),
    )
    worker.on('exit', (code, signal) => {
      isFailed(new Error(`the worker ended before it listened (${signal ?? code})`))
      this.#exited(worker.id, member, code, signal)
    })
    return member
  }

  #startOf(): WorkerStart {
    const { control, diagnostics } = this.#options
    return {
      config: control.config,
      journalDir: control.journalDir,
      pepper: control.pepper.toString('base64'),
      controlSocket: control.socketPath,
      diagnostics,
      changes: control.door.changes,
    }
  }

  #received(id: number, member: Member, message: Exclude<FromWorker, { kind: 'ready' | 'failed' }>): void {
    const { control, log } = this.#options
    switch (message.kind) {
      case 'ask':
        Promise.resolve(control.door.answer(id, message.question)).then(
          (answer) => this.#send(id, { kind: 'answer', id: message.id, answer }),
          (error: unknown) => {
            log.error({ err: error }, 'a question of a worker could not be answered')
            this.#send(id, { kind: 'no-answer', id: message.id })
          },
        )
        return
      case 'limit-return':
        control.door.leases.accept(id, message)
        return
      case 'recalled':
        control.door.slices.recalled(message)
        return
      case 'seal':
        for (const other of this.#members.keys()) if (other !== id) this.#send(other, message)
        control.door.sealRemembered(message.entry)
        return
      case 'fleet-change':
        control.door.fleetChanged(message.change, id)
        return
      case 'room':
        control.door.jobs.room(id, message.free, message.held)
        return
      case 'report': {
        member.report = message.report
        const collect = this.#collecting.get(message.id)
        if (collect === undefined) return
        collect.left.delete(id)
        if (collect.left.size === 0) collect.done()
      }
    }
  }

  #exited(id: number, member: Member, code: number, signal: string): void {
    const { control, log } = this.#options
    this.#members.delete(id)
    const heir = [...this.#members.values()].find(({ ready, draining }) => ready && !draining)
    const passed = member.handoffs.passTo(heir?.handoffs)
    if (passed > 0)
      log.info({ connections: passed }, 'another worker takes what was on its way to the one that is gone')
    control.door.workerGone(id, member.report)
    if (this.#stopping || member.draining || !(member.ready || member.replacement)) return
    this.#crashes += 1
    log.error({ code, signal, crashes: this.#crashes }, 'a worker ended unexpectedly; starting another one')
    const delayMs = Math.min(REFORK_CAP_MS, REFORK_BASE_MS * 2 ** (this.#crashes - 1))
    setTimeout(() => {
      if (!this.#stopping) this.#fork(true)
    }, delayMs)
  }

  #send(id: number, message: ToWorker): void {
    const worker = this.#members.get(id)?.worker
    if (worker?.isConnected() !== true) return
    worker.send(message, (error) => {
      if (error) this.#options.log.debug({ err: error, worker: id }, 'a message did not reach a worker')
    })
  }
}
