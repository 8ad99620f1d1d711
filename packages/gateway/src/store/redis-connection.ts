// The way to Redis, such that no request ever waits for a Redis that does not answer.
//
// A frozen Redis is worse than a dead one: connections open, commands go out, and nothing comes back. So the oldest
// command that waits is watched; when it has waited for 100 ms, the connection is given up, everything that waited fails
// at once, and from then on `usable` is false and commands fail without being sent. In the background the connection
// is tried again for as long as it takes; requests never do the trying. Whoever asks decides what to do without Redis.

import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { READY_TIMEOUT_MS, redisClient } from './redis-client.ts'

/** How long a command may wait before Redis counts as gone. */
const COMMAND_TIMEOUT_MS = 100

export interface RedisOptions {
  /** `redis://[user:password@]host:port/database`, `rediss://` for TLS. */
  readonly url: string
  readonly log: Logger
  readonly commandTimeoutMs?: number
}

/** Redis does not answer, or the connection is not there. */
export class RedisGone extends Error {
  override readonly name = 'RedisGone'
}

export type RedisReply = number | string | null | readonly RedisReply[]

interface Waiting {
  readonly sentMs: number
  readonly reject: (reason: Error) => void
}

export class RedisConnection implements Disposable {
  readonly #redis: Redis
  readonly #log: Logger
  readonly #timeoutMs: number
  readonly #waiting = new Set<Waiting>()
  readonly #backListeners: (() => void)[] = []
  readonly #goneListeners: (() => void)[] = []
  #usable = false
  /** Null until the first connection, so that the log tells of a Redis that was never there as well. */
  #told: 'well' | 'gone' | null = null
  #watch: NodeJS.Timeout | undefined
  #readyTimer: NodeJS.Timeout | undefined
  #closed = false

  /** Returns at once; the connection comes when it comes. */
  constructor({ url, log, commandTimeoutMs = COMMAND_TIMEOUT_MS }: RedisOptions) {
    this.#log = log
    this.#timeoutMs = commandTimeoutMs
    this.#redis = redisClient(url, 'fairlead', {
      // A primary that became a replica refuses to write: its address leads to the new one by now, or soon.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    })
    this.#redis.on('connect', () => this.#awaitReady())
    this.#redis.on('ready', () => this.#isBack())
    this.#redis.on('close', () => this.#isGone('the connection was closed'))
    this.#redis.on('error', (error: Error) => this.#isGone(error.message))
    // A failure is heard of through `error` and `close`, and tried again there.
    this.#redis.connect().catch(() => undefined)
  }

  /** False: do without it, and do not ask. */
  get usable(): boolean {
    return this.#usable
  }

  /** Called each time it answers again, the first time included. */
  onBack(listener: () => void): void {
    this.#backListeners.push(listener)
  }

  onGone(listener: () => void): void {
    this.#goneListeners.push(listener)
  }

  /** Sends one command; rejects with `RedisGone` within the command time-out, or with the server's own refusal. */
  command(name: string, ...args: readonly (string | number)[]): Promise<RedisReply> {
    if (!this.#usable) return Promise.reject(new RedisGone('Redis is not reachable'))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { sentMs: performance.now(), reject }
      this.#waiting.add(waiting)
      if (this.#waiting.size === 1) this.#watchFor(this.#timeoutMs)
      this.#redis.call(name, ...args).then(
        (reply) => {
          this.#waiting.delete(waiting)
          resolve(reply as RedisReply)
        },
        (error: unknown) => {
          this.#waiting.delete(waiting)
          reject(this.#usable && isReplyError(error) ? error : new RedisGone('Redis did not answer', { cause: error }))
        },
      )
    })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#usable = false
    clearTimeout(this.#watch)
    clearTimeout(this.#readyTimer)
    this.#rejectAll('the gateway ends')
    this.#redis.disconnect()
  }

  #watchFor(ms: number): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => this.#look(), ms).unref()
  }

  /** Replies come in the order of the commands, so the oldest one tells for all. */
  #look(): void {
    const [oldest] = this.#waiting
    if (oldest === undefined) return
    const leftMs = oldest.sentMs + this.#timeoutMs - performance.now()
    if (leftMs > 1) return this.#watchFor(leftMs)
    // It may have been us who slept, with the reply in the socket all the while: that is read before this runs.
    setImmediate(() => {
      if (!this.#waiting.has(oldest)) return this.#look()
      this.#isGone(`no answer within ${this.#timeoutMs} ms`)
      this.#redis.disconnect(true)
    })
  }

  #awaitReady(): void {
    clearTimeout(this.#readyTimer)
    this.#readyTimer = setTimeout(() => this.#redis.disconnect(true), READY_TIMEOUT_MS).unref()
  }

  #isBack(): void {
    clearTimeout(this.#readyTimer)
    if (this.#closed || this.#usable) return
    this.#usable = true
    if (this.#told === 'gone') this.#log.info('Redis answers again')
    this.#told = 'well'
    for (const listener of this.#backListeners) listener()
  }

  #isGone(reason: string): void {
    if (this.#closed) return
    const before = this.#usable
    this.#usable = false
    this.#rejectAll(reason)
    if (this.#told !== 'gone') {
      this.#told = 'gone'
      this.#log.warn({ reason }, 'Redis does not answer: every instance keeps to its share of the limits until it does')
    }
    if (before) for (const listener of this.#goneListeners) listener()
  }

  #rejectAll(reason: string): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(new RedisGone(`Redis does not answer: ${reason}`))
  }
}

function isReplyError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}
