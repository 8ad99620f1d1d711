// What instances share beyond the database's tables: the counting of limits, the news of changes, what was remembered
// for another turn of a conversation. With Redis all of it goes through Redis, and none of it waits for Redis; without,
// this instance is the only one that counts, and changes travel through the database alone.

import { createHmac } from 'node:crypto'
import type { Logger } from 'pino'
import { GatewayRecalls } from '../billing/slices/gateway-recalls.ts'
import type { RecallAnswer } from '../billing/slices/recall-answer.ts'
import type { Change, News } from '../identity/change.ts'
import type { LimitLedger } from '../limits/limit-ledger.ts'
import { MemoryLedger } from '../limits/memory-ledger.ts'
import type { QuotaHistory } from '../limits/quota-history.ts'
import type { TurnMemory } from '../relay/turn-memory.ts'
import type { Database } from '../store/database.ts'
import { RedisChannel } from '../store/redis-channel.ts'
import { RedisConnection } from '../store/redis-connection.ts'
import { RedisLedger } from '../store/redis-ledger.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'
import { counter, gauge } from '../telemetry/prometheus.ts'
import { Instances } from './instances.ts'
import { Invalidation } from './invalidation.ts'

/** A remembered thought that is larger stays where it was thought: the next turn elsewhere does without. */
const LARGEST_SEAL_CHARACTERS = 256 * 1024

export interface SharedStateOptions {
  readonly database: Database
  /** '' = none. */
  readonly redisUrl: string
  /** Instances with the same one belong together. */
  readonly pepper: Buffer
  readonly history: QuotaHistory
  readonly log: Logger
  /** Tells the workers of this instance. */
  readonly tellChange: (change: Change) => void
  readonly tellSeal: (entry: TurnMemory) => void
  /** Another instance calls unspent money back. Never rejects. */
  readonly recallOwn: (accountId: string) => Promise<RecallAnswer>
}

type Message =
  | { readonly from: string; readonly change: unknown }
  | { readonly from: string; readonly seal: TurnMemory }

export class SharedState implements AsyncDisposable {
  readonly instances: Instances
  readonly changes: Invalidation
  readonly ledger: LimitLedger
  /** Null where nobody shares the database. */
  readonly recalls: GatewayRecalls | null
  readonly #options: SharedStateOptions
  readonly #connection: RedisConnection | null = null
  readonly #channel: RedisChannel | null = null
  readonly #redisLedger: RedisLedger | null = null

  /** Returns at once: whoever is not there yet is done without until it is. */
  constructor(options: SharedStateOptions) {
    const { database, redisUrl, log, history } = options
    this.#options = options
    const shared = database.kind === 'postgres'
    this.instances = new Instances({ store: database.instances, shared, log })
    this.changes = new Invalidation({ store: shared ? database.changes : null, tell: (news) => this.#tell(news), log })
    this.recalls = shared
      ? new GatewayRecalls({
          self: this.instances.self,
          hint: (news) => this.changes.hint(news),
          publish: (news) => this.changes.publish(news),
          recallOwn: options.recallOwn,
        })
      : null
    if (redisUrl === '') {
      this.ledger = new MemoryLedger({ history })
      return
    }
    const keyPrefix = `fairlead:${createHmac('sha256', options.pepper).update('redis keys').digest('hex').slice(0, 16)}`
    this.#connection = new RedisConnection({ url: redisUrl, log })
    this.#redisLedger = new RedisLedger({
      connection: this.#connection,
      log,
      keyPrefix,
      instance: this.instances.self,
      history,
      liveInstances: () => this.instances.live,
      onLive: (live) => this.instances.heardFromRedis(live),
    })
    this.ledger = this.#redisLedger
    this.#channel = new RedisChannel({
      url: redisUrl,
      channel: `${keyPrefix}:news`,
      connection: this.#connection,
      onMessage: (text) => this.#heard(text),
      onGap: () => this.changes.gap(),
    })
  }

  start(): void {
    const channel = this.#channel
    const from = this.instances.self
    this.instances.start()
    this.changes.start(
      channel === null ? null : { publish: (change) => channel.publish(JSON.stringify({ from, change })) },
    )
  }

  /** A worker remembers what the next turn of a conversation needs; that turn may meet any instance. */
  sealRemembered(seal: TurnMemory): void {
    if (this.#channel?.listening !== true) return
    const text = JSON.stringify({ from: this.instances.self, seal })
    if (text.length <= LARGEST_SEAL_CHARACTERS) this.#channel.publish(text)
  }

  metrics(): readonly MetricFamily[] {
    const families: MetricFamily[] = [
      gauge('fairlead_instances', 'Instances that live, as far as this one knows.', this.instances.live),
    ]
    const ledger = this.#redisLedger
    if (ledger === null) return families
    return [
      ...families,
      gauge(
        'fairlead_limits_degraded',
        '1 while Redis does not answer and limits are shared out.',
        Number(ledger.degraded),
      ),
      counter(
        'fairlead_limits_degraded_asks_total',
        'Questions about limits that were answered without Redis.',
        ledger.degradedAsks,
      ),
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.changes[Symbol.dispose]()
    this.#channel?.[Symbol.dispose]()
    await this.#redisLedger?.[Symbol.asyncDispose]()
    this.#connection?.[Symbol.dispose]()
    await this.instances[Symbol.asyncDispose]()
  }

  #tell(news: News): void {
    if (news.kind === 'recall' || news.kind === 'recalled') this.recalls?.heard(news)
    else this.#options.tellChange(news)
  }

  #heard(text: string): void {
    const message = messageFrom(text)
    // Our own words come back to us.
    if (message === null || message.from === this.instances.self) return
    if ('seal' in message) this.#options.tellSeal(message.seal)
    else this.changes.heard(message.change)
  }
}

function messageFrom(text: string): Message | null {
  try {
    const message: unknown = JSON.parse(text)
    if (typeof message !== 'object' || message === null || !('from' in message)) return null
    // Only those who know the secret know the channel's name: what else it holds was written above.
    return message as Message
  } catch {
    return null
  }
}
