// Who else is there. Every instance on PostgreSQL leaves a sign of life there, by that server's clock; one that has left
// none for a while is dead, and after a minute its row goes. The ledger hears the same from Redis (`store/redis-ledger.ts`).
// How many live decides how large one instance's share of the limits is while nobody can be asked, so the last known
// number stays when both are gone.

import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { type InstanceCard, type InstanceRecord, type InstanceStore, newInstanceId } from '../core/instance.ts'
import { VERSION } from '../core/version.ts'

const BEAT_MS = 5_000
/** Three signs of life missed. */
const LIFE_MS = 15_000
const BURIED_AFTER_MS = 60_000

export interface InstancesOptions {
  readonly store: InstanceStore
  /** Whether others may be there: not on SQLite, which is one process's own. */
  readonly shared: boolean
  readonly log: Logger
  readonly beatMs?: number
}

export interface InstanceView {
  readonly self: string
  readonly nowMs: number
  readonly instances: readonly InstanceRecord[]
}

interface Count {
  readonly live: number
  readonly atMs: number
}

export class Instances implements AsyncDisposable {
  readonly #options: InstancesOptions
  readonly #card: InstanceCard = {
    instanceId: newInstanceId(),
    host: hostname(),
    pid: process.pid,
    version: VERSION,
  }
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<InstanceView> | null = null
  #fromDatabase: Count | null = null
  #fromRedis: Count | null = null
  #closed = false

  constructor(options: InstancesOptions) {
    this.#options = options
  }

  get self(): string {
    return this.#card.instanceId
  }

  start(): void {
    if (!this.#options.shared) return
    void this.#beatQuietly()
    this.#timer = setInterval(() => void this.#beatQuietly(), this.#options.beatMs ?? BEAT_MS).unref()
  }

  /** How many live, this one included, as far as is known. */
  get live(): number {
    const counts = [this.#fromDatabase, this.#fromRedis].filter((count) => count !== null)
    const nowMs = performance.now()
    const fresh = counts.filter(({ atMs }) => nowMs - atMs < LIFE_MS)
    // Two that are fresh may differ for a moment: the larger number makes the smaller share.
    const known = fresh.length > 0 ? fresh : counts.toSorted((a, b) => b.atMs - a.atMs).slice(0, 1)
    return Math.max(1, ...known.map(({ live }) => live))
  }

  /** What the heartbeats in Redis say. */
  heardFromRedis(live: number): void {
    this.#fromRedis = { live, atMs: performance.now() }
  }

  /** For `GET /api/instances`; rejects when the database cannot be asked. */
  async list(): Promise<InstanceView> {
    return await this.#beat()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#closed = true
    await this.#beating?.catch(() => undefined)
    // The others count on without it at once; when the database is gone, its silence says the same.
    if (this.#options.shared)
      await this.#options.store.remove({ instanceId: this.#card.instanceId }).catch(() => undefined)
  }

  async #beatQuietly(): Promise<void> {
    try {
      await this.#beat()
    } catch (error) {
      this.#options.log.debug({ err: error }, 'no sign of life could be left in the database')
    }
  }

  #beat(): Promise<InstanceView> {
    this.#beating ??= this.#beatNow().finally(() => {
      this.#beating = null
    })
    return this.#beating
  }

  async #beatNow(): Promise<InstanceView> {
    const { store, shared } = this.#options
    const { nowMs, instances } = await store.beat(this.#card)
    const mine = (id: string): boolean => id === this.#card.instanceId
    if (!shared) {
      // A file has one process; rows of others are from before a restart.
      const dead = instances.filter(({ instanceId }) => !mine(instanceId))
      for (const { instanceId } of dead) await store.remove({ instanceId })
      return { self: this.self, nowMs, instances: instances.filter(({ instanceId }) => mine(instanceId)) }
    }
    const buried = instances.filter(({ seenAtMs }) => nowMs - seenAtMs > BURIED_AFTER_MS)
    if (buried.length > 0 && !this.#closed) await store.remove({ seenBeforeMs: nowMs - BURIED_AFTER_MS })
    const live = instances.filter(({ seenAtMs }) => nowMs - seenAtMs <= LIFE_MS)
    this.#fromDatabase = { live: live.length, atMs: performance.now() }
    return { self: this.self, nowMs, instances: live }
  }
}
