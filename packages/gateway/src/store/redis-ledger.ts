// The ledger of several instances: limits are counted in Redis, by one script call for each question.
//
// When Redis does not answer, this instance keeps to its share of every limit (`limits/share-of-limits.ts`), counted in
// its own memory. That memory is kept up to date all the while: it knows what this instance let through in the last
// minute, so the share does not begin with a full window. When Redis is back, it is told what was let through without
// it and which slots are held here, before it is asked anything again. One that lost its memory (a restart, FLUSHALL,
// a failover that lost writes) is known by a mark that is gone, and is told all of the last minute.
// Days, months and budgets are counted anew from the usage records after any of this.
//
// How far off it may be. While Redis is gone: N instances, each up to its share, on top of what passed in that minute
// before. After FLUSHALL: until the next heartbeat, 1 s. A dead instance's slots come back after SLOT_LEASE_MS; what it
// held of a budget, when others have found it dead and the budget is counted anew.

import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { GatewayError } from '../core/errors.ts'
import type { LedgerAsk, LedgerReply, LedgerReturn, LimitLedger, ScopeStanding } from '../limits/limit-ledger.ts'
import type { LimitedScope } from '../limits/limits.ts'
import { OwnCounts } from '../limits/own-counts.ts'
import type { QuotaHistory } from '../limits/quota-history.ts'
import { WINDOW_MS } from '../limits/sliding-window.ts'
import {
  type AskFrame,
  askText,
  ledgerReply,
  quotasOf,
  scopesOf,
  type ScriptReply,
  scriptReply,
  type Seed,
  seedKey,
  standingOf,
} from './redis-ask.ts'
import { RedisClock } from './redis-clock.ts'
import { RedisGone, type RedisConnection, type RedisReply } from './redis-connection.ts'
import { ASK_SCRIPT, BEAT_SCRIPT } from './redis-limit-script.ts'
import { RedisReturns } from './redis-returns.ts'
import { RedisScript } from './redis-script.ts'

export interface RedisLedgerOptions {
  readonly connection: RedisConnection
  readonly log: Logger
  /** Of this installation; without braces. */
  readonly keyPrefix: string
  /** This process among all that use the installation. */
  readonly instance: string
  readonly history: QuotaHistory
  /** How many share the limits when Redis cannot be asked: as far as is known, this one included. */
  readonly liveInstances: () => number
  /** Told with every heartbeat. */
  readonly onLive?: (instances: number) => void
  readonly windowMs?: number
  readonly slotLeaseMs?: number
  /** Instead of Redis's time; for tests. */
  readonly clock?: () => number
}

const BEAT_MS = 1_000
/** One that has not been heard of for so long is dead. */
const LIFE_MS = 10_000
/** The slots of an instance that says nothing for so long are free again. */
const SLOT_LEASE_MS = 30_000
/** A command that Redis comes to later than this after it was sent takes nothing: nobody waits for it any more. */
const LATEST_MS = 1_000
/** A new day, an unknown count, a clock that was set: each is one more turn. */
const MOST_TURNS = 6

export class RedisLedger implements LimitLedger, AsyncDisposable {
  readonly #options: RedisLedgerOptions
  readonly #connection: RedisConnection
  readonly #windowMs: number
  readonly #slotLeaseMs: number
  readonly #askScript = new RedisScript(ASK_SCRIPT)
  readonly #beatScript = new RedisScript(BEAT_SCRIPT)
  readonly #clock: RedisClock
  readonly #returns: RedisReturns
  /** What this instance has let through: all that counts while Redis is gone. */
  readonly #own: OwnCounts
  readonly #tag: string
  readonly #beater: NodeJS.Timeout
  /** Redis knows all that it must: it may be asked. */
  #synced = false
  #syncing = false
  #untold = false
  /** Changes when Redis has lost its memory. */
  #mark: string | null = null
  #backAtMs = 0
  #diedAtMs = 0
  #beatAtMs = performance.now()
  #keptAtMs = performance.now()
  /** Holders whose slots were given back: what was asked for them may still be on its way. */
  readonly #goneHolders = new Set<string>()
  /** For the metrics. */
  #degradedAsks = 0

  constructor(options: RedisLedgerOptions) {
    this.#options = options
    this.#connection = options.connection
    this.#windowMs = options.windowMs ?? WINDOW_MS
    this.#slotLeaseMs = options.slotLeaseMs ?? SLOT_LEASE_MS
    this.#tag = `{${options.keyPrefix}}`
    this.#clock = new RedisClock(options.clock)
    this.#returns = new RedisReturns({
      connection: options.connection,
      clock: this.#clock,
      tag: this.#tag,
      instance: options.instance,
      windowMs: this.#windowMs,
      slotLeaseMs: this.#slotLeaseMs,
      isUsable: () => !this.degraded,
      failed: (error) => this.#failed(error),
    })
    this.#own = new OwnCounts({
      clock: () => this.#clock.nowMs,
      windowMs: this.#windowMs,
      history: options.history,
      instances: () => Math.max(1, options.liveInstances()),
    })
    this.#connection.onGone(() => this.#gone())
    this.#connection.onBack(() => void this.#beat())
    this.#beater = setInterval(() => void this.#beat(), BEAT_MS).unref()
    if (this.#connection.usable) void this.#beat()
  }

  /** Every instance keeps to its own share at the moment. */
  get degraded(): boolean {
    return !(this.#synced && this.#connection.usable)
  }

  /** Questions that were answered without Redis. */
  get degradedAsks(): number {
    return this.#degradedAsks
  }

  ask(ask: LedgerAsk): LedgerReply | Promise<LedgerReply> {
    return this.degraded ? this.#askShare(ask) : this.#askRedis(ask)
  }

  give({ holder, scopes }: LedgerReturn): void {
    for (const back of scopes) this.#returns.owe(this.#own.give(holder, back))
  }

  holderGone(holder: string): void {
    this.#goneHolders.add(holder)
    for (const back of this.#own.holderGone(holder)) this.#returns.owe(back)
  }

  peek(scopes: readonly LimitedScope[]): readonly ScopeStanding[] | Promise<readonly ScopeStanding[]> {
    if (scopes.length === 0) return []
    return this.degraded ? this.#own.peek(scopes) : this.#peekRedis(scopes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beater)
    this.#returns.flush()
    // The others need not find out by its silence.
    await this.#connection.command('ZREM', this.#key('instances'), this.#options.instance).catch(() => undefined)
  }

  // --- with Redis ---

  async #askRedis(ask: LedgerAsk): Promise<LedgerReply> {
    const scopes = scopesOf(ask)
    const reply = await this.#run(ask, scopes)
    if (reply === null) return await this.#askShare(ask)
    const answer = ledgerReply(ask, scopes, reply)
    this.#own.remember(ask, answer)
    for (const [index, scope] of scopes.entries()) {
      const figures = reply.figures[index]
      if (figures !== undefined) this.#own.heardTotal(scope, figures.requests, figures.tokens)
    }
    this.#freeOfGone(ask.holder)
    return answer
  }

  async #peekRedis(scopes: readonly LimitedScope[]): Promise<readonly ScopeStanding[]> {
    const reply = await this.#run(null, scopes)
    if (reply === null) return await this.#own.peek(scopes)
    return scopes.map((scope, index) => standingOf(scope, reply, index))
  }

  /** Null when Redis is gone. */
  async #run(
    ask: LedgerAsk | null,
    scopes: readonly LimitedScope[],
  ): Promise<Extract<ScriptReply, { kind: 'ok' }> | null> {
    this.#returns.flush()
    const seeds = new Map<string, Seed>()
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const sentMs = performance.now()
      let raw: RedisReply
      try {
        raw = await this.#askScript.run(this.#connection, [this.#tag], askText(ask, scopes, this.#frame(), seeds))
      } catch (error) {
        this.#failed(error)
        return null
      }
      const reply = scriptReply(raw)
      this.#clock.heard(reply.nowMs, sentMs)
      if (reply.kind === 'ok') return reply
      if (reply.kind === 'seed') await this.#fetchSeeds(scopes, reply, seeds)
    }
    throw new GatewayError(
      'service_unavailable',
      'The limits of this key cannot be checked at the moment. Try again in 1 s.',
      {
        retryAfterSeconds: 1,
      },
    )
  }

  #frame(): AskFrame {
    const { nowMs, givenMs, isMeasured } = this.#clock
    return {
      keyOf: (scope) => this.#key(scope),
      instance: this.#options.instance,
      windowMs: this.#windowMs,
      slotLeaseMs: this.#slotLeaseMs,
      trust: {
        requestsMs: this.#backAtMs,
        costMs: Math.max(this.#backAtMs, this.#diedAtMs),
        keepCosts: this.#backAtMs >= this.#diedAtMs,
      },
      nowMs,
      deadlineMs: isMeasured ? nowMs + LATEST_MS : null,
      clockMs: givenMs,
    }
  }

  async #fetchSeeds(
    scopes: readonly LimitedScope[],
    { nowMs, unknown }: Extract<ScriptReply, { kind: 'seed' }>,
    seeds: Map<string, Seed>,
  ): Promise<void> {
    try {
      await Promise.all(
        unknown.map(async ([scopeAt, quotaAt]) => {
          const scope = scopes[scopeAt]
          const quota = scope === undefined ? undefined : quotasOf(scope, nowMs)[quotaAt]
          if (scope === undefined || quota === undefined) return
          seeds.set(seedKey(scope, quota), await this.#options.history.since(scope.scope, quota.startMs))
        }),
      )
    } catch (cause) {
      const message = 'What was spent of the limits cannot be checked at the moment. Try again in 1 s.'
      throw new GatewayError('service_unavailable', message, { cause, retryAfterSeconds: 1 })
    }
  }

  /** The answer comes too late for a worker that has ended meanwhile: what was booked for it is freed again. */
  #freeOfGone(holder: string): void {
    if (this.#goneHolders.has(holder)) this.holderGone(holder)
  }

  #failed(error: unknown): void {
    if (error instanceof RedisGone) return
    // It answers, and not as it should: full, read-only, or without the right to run scripts.
    if (this.#synced)
      this.#options.log.error({ err: error }, 'Redis refuses to count limits: this instance keeps to its share of them')
    this.#gone()
  }

  #key(name: string): string {
    return `${this.#tag}:${name}`
  }

  // --- without Redis ---

  #askShare(ask: LedgerAsk): LedgerReply | Promise<LedgerReply> {
    this.#degradedAsks++
    const reply = this.#own.ask(ask)
    if (!(reply instanceof Promise)) return reply
    return reply.then((answer) => {
      this.#freeOfGone(ask.holder)
      return answer
    })
  }

  #gone(): void {
    if (!this.#synced) return
    this.#synced = false
    this.#returns.forgetSlots()
    this.#own.begin()
  }

  // --- heartbeat and return ---

  async #beat(): Promise<void> {
    if (this.#syncing) return
    this.#own.sweep()
    if (!this.#connection.usable) return
    this.#syncing = true
    const sentMs = performance.now()
    try {
      const { instance, onLive } = this.#options
      if (!this.#synced) await Promise.all([this.#askScript.load(this.#connection), this.#returns.load()])
      const keys = [this.#key('instances'), this.#key('mark'), this.#key('died')]
      const reply = await this.#beatScript.run(
        this.#connection,
        keys,
        instance,
        randomBytes(8).toString('hex'),
        LIFE_MS,
      )
      const [now, mark, live, died] = Array.isArray(reply) ? (reply as readonly RedisReply[]) : []
      this.#clock.heard(Number(now), sentMs)
      this.#diedAtMs = Number(died)
      const slept = sentMs - this.#beatAtMs > this.#slotLeaseMs / 2
      this.#beatAtMs = sentMs
      const lost = this.#mark !== null && this.#mark !== mark
      if (lost) this.#options.log.warn('Redis has lost its memory: it is told what counts, and quotas are counted anew')
      if (lost || slept) this.#gone()
      if (!this.#synced) await this.#sync(lost || this.#untold, Number(now))
      this.#mark = String(mark)
      onLive?.(Number(live))
      if (sentMs - this.#keptAtMs >= this.#slotLeaseMs / 3) await this.#keepSlots(sentMs)
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#syncing = false
    }
    this.#returns.flush()
  }

  /**
   * What Redis must know before it is asked again. Commands of one connection are carried out in their order, so it may
   * be asked as soon as all of this is on its way.
   */
  async #sync(lost: boolean, nowMs: number): Promise<void> {
    // Quotas of the time before are believed no more, unless there was none.
    if (this.#mark !== null || this.#degradedAsks > 0) this.#backAtMs = nowMs
    const told = this.#own.tell(lost).map(({ scope: { scope, limits }, counted, held }) => {
      const { rpm, tpm } = limits
      return { k: this.#key(scope), rpm, tpm, counted, held }
    })
    const sent = this.#returns.giveAll(told)
    this.#synced = this.#connection.usable
    // When it goes again before it has heard, it is told too much the next time, and never too little.
    this.#untold = true
    await sent
    this.#untold = false
  }

  async #keepSlots(nowMs: number): Promise<void> {
    this.#keptAtMs = nowMs
    await this.#returns.giveAll(this.#own.held().map(({ scope }) => ({ k: this.#key(scope), slots: 0 })))
  }
}
