// Messages from instance to instance, through Redis: quick, and without any promise that they arrive. Whoever needs the
// promise reads the database as well.
//
// Listening needs a connection of its own, on which no command waits for a reply; so a frozen Redis is noticed there by
// a ping that is not answered.

import type { Redis } from 'ioredis'
import { READY_TIMEOUT_MS, redisClient } from './redis-client.ts'
import type { RedisConnection } from './redis-connection.ts'

const PING_EVERY_MS = 1_000
const PING_TIMEOUT_MS = 1_000

export interface RedisChannelOptions {
  readonly url: string
  /** Of this installation: others may share the server. */
  readonly channel: string
  /** Publishes through it. */
  readonly connection: RedisConnection
  readonly onMessage: (text: string) => void
  /** It listens again, after a time in which it may have missed something. */
  readonly onGap: () => void
}

export class RedisChannel implements Disposable {
  readonly #options: RedisChannelOptions
  readonly #redis: Redis
  readonly #pinger: NodeJS.Timeout
  #readyTimer: NodeJS.Timeout | undefined
  #listened = false
  #listening = false
  #pingedMs: number | null = null

  constructor(options: RedisChannelOptions) {
    this.#options = options
    // Subscribed by hand, so that it is known when it listens again.
    this.#redis = redisClient(options.url, 'fairlead-listener', { autoResubscribe: false })
    // `RedisConnection` tells the log of a Redis that is gone; once is enough.
    this.#redis.on('error', () => undefined)
    this.#redis.on('connect', () => {
      clearTimeout(this.#readyTimer)
      this.#readyTimer = setTimeout(() => this.#redis.disconnect(true), READY_TIMEOUT_MS).unref()
    })
    this.#redis.on('ready', () => this.#subscribe())
    this.#redis.on('close', () => {
      this.#listening = false
      this.#pingedMs = null
    })
    this.#redis.on('message', (_channel: string, text: string) => options.onMessage(text))
    this.#redis.connect().catch(() => undefined)
    this.#pinger = setInterval(() => this.#ping(), PING_EVERY_MS).unref()
  }

  get listening(): boolean {
    return this.#listening
  }

  /** To every instance that listens, this one included. */
  publish(text: string): void {
    this.#options.connection.command('PUBLISH', this.#options.channel, text).catch(() => undefined)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#pinger)
    clearTimeout(this.#readyTimer)
    this.#redis.disconnect()
  }

  #subscribe(): void {
    this.#redis.subscribe(this.#options.channel).then(
      () => {
        clearTimeout(this.#readyTimer)
        this.#listening = true
        if (this.#listened) this.#options.onGap()
        this.#listened = true
      },
      () => this.#redis.disconnect(true),
    )
  }

  #ping(): void {
    if (!this.#listening) return
    const nowMs = performance.now()
    if (this.#pingedMs !== null) {
      if (nowMs - this.#pingedMs >= PING_TIMEOUT_MS) {
        this.#listening = false
        this.#redis.disconnect(true)
      }
      return
    }
    this.#pingedMs = nowMs
    this.#redis.ping().then(
      () => {
        this.#pingedMs = null
      },
      () => this.#redis.disconnect(true),
    )
  }
}
