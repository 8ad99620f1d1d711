// Writes down what becomes of providers, a few seconds behind. While the database is away the newest is kept and the
// rest forgotten: a gap in the history is shown as one.
import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { FleetChange } from '../routing/outcome.ts'
import {
  eventOf,
  KEEP_HISTORY_MS,
  SLOT_MS,
  type CheckSlot,
  type ProviderEvent,
  type ProviderHistoryStore,
} from '../upstreams/provider-history.ts'
import type { ProviderPast } from '../upstreams/upstream-context.ts'

const WRITE_EVERY_MS = 5_000
const PRUNE_EVERY_MS = 3_600_000
const MOST_WAITING = 2_000
const MOST_EVENTS = 500

export class ProviderChronicle implements AsyncDisposable {
  readonly #store: ProviderHistoryStore
  readonly #log: Logger
  readonly #down = new Map<string, boolean>()
  #slots = new Map<string, CheckSlot>()
  #events: ProviderEvent[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | null = null
  #prunedAtMs = -Infinity

  constructor(store: ProviderHistoryStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), WRITE_EVERY_MS).unref()
  }

  heard(change: FleetChange): void {
    if (change.kind === 'provider-check') {
      this.#checked(change)
      return
    }
    const event = eventOf(change)
    if (event !== null) this.note(event)
  }

  note(event: Omit<ProviderEvent, 'eventId' | 'atMs'>, atMs = Date.now()): void {
    if (this.#events.length >= MOST_WAITING) this.#events.shift()
    this.#events.push({ ...event, eventId: randomBytes(12).toString('hex'), atMs })
  }

  async past(provider: string, fromMs: number, toMs: number): Promise<ProviderPast> {
    await this.flush()
    return {
      slots: await this.#store.slots(provider, Math.floor(fromMs / SLOT_MS) * SLOT_MS, toMs),
      events: await this.#store.events(provider, fromMs, MOST_EVENTS),
    }
  }

  /** Never rejects. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing
    this.#writing = this.#write().finally(() => {
      this.#writing = null
    })
    await this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  #checked({
    provider,
    healthy,
    responseTimeMs,
    reason,
    atUnixMs,
  }: Extract<FleetChange, { kind: 'provider-check' }>): void {
    const startMs = Math.floor(atUnixMs / SLOT_MS) * SLOT_MS
    const key = `${startMs} ${provider}`
    const slot = this.#slots.get(key) ?? { provider, startMs, checks: 0, failed: 0, responseMs: 0 }
    if (this.#slots.size < MOST_WAITING || slot.checks > 0) {
      this.#slots.set(key, {
        ...slot,
        checks: slot.checks + 1,
        failed: slot.failed + (healthy ? 0 : 1),
        responseMs: slot.responseMs + (healthy ? Math.round(responseTimeMs) : 0),
      })
    }
    const wasDown = this.#down.get(provider) ?? false
    this.#down.set(provider, !healthy)
    if (wasDown === !healthy) return
    const base = { provider, fingerprint: '', model: '', forMs: null }
    this.note(
      healthy
        ? { ...base, kind: 'up', reason: '' }
        : { ...base, kind: 'down', reason: reason ?? 'It cannot be reached.' },
      atUnixMs,
    )
  }

  async #write(): Promise<void> {
    const [slots, events] = [this.#slots, this.#events]
    if (slots.size === 0 && events.length === 0) return
    this.#slots = new Map()
    this.#events = []
    try {
      await this.#store.add([...slots.values()], events)
      if (performance.now() - this.#prunedAtMs < PRUNE_EVERY_MS) return
      this.#prunedAtMs = performance.now()
      await this.#store.prune(Date.now() - KEEP_HISTORY_MS)
    } catch (error) {
      this.#log.debug({ err: error }, 'what became of providers cannot be written down at the moment')
      // Slots may have been written in part, and are not counted twice; events have names of their own.
      this.#events = [...events, ...this.#events].slice(-MOST_WAITING)
    }
  }
}
