// What is given back to Redis: gathered for a turn of the event loop, and sent many at once. While Redis is gone it
// waits here, without the slots: at its return Redis hears how many are held in all.
import type { ScopeReturn } from '../limits/limit-ledger.ts'
import { EXACT_UP_TO } from '../limits/sliding-window.ts'
import { quotasOf } from './redis-ask.ts'
import type { RedisClock } from './redis-clock.ts'
import type { RedisConnection } from './redis-connection.ts'
import { GIVE_SCRIPT } from './redis-limit-script.ts'
import { RedisScript } from './redis-script.ts'

export interface RedisReturnsOptions {
  readonly connection: RedisConnection
  readonly clock: RedisClock
  /** Before every key. */
  readonly tag: string
  readonly instance: string
  readonly windowMs: number
  readonly slotLeaseMs: number
  readonly isUsable: () => boolean
  readonly failed: (error: unknown) => void
}

const MOST_OWED = 10_000
const MOST_AT_ONCE = 200

export class RedisReturns {
  readonly #options: RedisReturnsOptions
  readonly #script = new RedisScript(GIVE_SCRIPT)
  #owed: ScopeReturn[] = []
  #flushing: NodeJS.Immediate | undefined

  constructor(options: RedisReturnsOptions) {
    this.#options = options
  }

  load(): Promise<void> {
    return this.#script.load(this.#options.connection)
  }

  owe(back: ScopeReturn): void {
    const isUsable = this.#options.isUsable()
    const slots = isUsable ? back.slots : 0
    const { units, usedTokens, usedCostNanos } = back
    if (slots + units.length + usedTokens + usedCostNanos === 0) return
    // More than that is worth less than the memory: what is not given back counts for its minute.
    if (this.#owed.length < MOST_OWED) this.#owed.push({ ...back, slots })
    if (isUsable) this.#flushing ??= setImmediate(() => this.flush())
  }

  /** Redis is gone. */
  forgetSlots(): void {
    this.#owed = this.#owed.map((back) => ({ ...back, slots: 0 }))
  }

  flush(): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    while (this.#owed.length > 0 && this.#options.isUsable()) {
      const part = this.#owed.splice(0, MOST_AT_ONCE)
      this.#give(part.map((back) => this.#textOf(back))).catch((error: unknown) => {
        this.#options.failed(error)
        for (const back of part) this.owe({ ...back, slots: 0 })
      })
    }
  }

  /** @param scopes as the script has them */
  async giveAll(scopes: readonly object[]): Promise<void> {
    const sent: Promise<void>[] = []
    for (let at = 0; at < scopes.length; at += MOST_AT_ONCE) sent.push(this.#give(scopes.slice(at, at + MOST_AT_ONCE)))
    await Promise.all(sent)
  }

  #textOf({ scope, slots, units, usedTokens, usedCostNanos }: ScopeReturn) {
    const { clock, tag } = this.#options
    const { rpm, tpm } = scope.limits
    const [budget] = usedCostNanos > 0 ? quotasOf(scope, clock.nowMs).filter(({ field }) => field === 'c') : []
    return {
      k: `${tag}:${scope.scope}`,
      rpm,
      tpm,
      slots,
      units: units.map(({ bookedAtMs, requests, tokens, costNanos }) => [
        bookedAtMs,
        requests,
        tokens,
        costNanos,
        quotasOf(scope, bookedAtMs).map(({ name, field }) => [name, field]),
      ]),
      ...(usedTokens > 0 ? { tokens: usedTokens } : {}),
      ...(budget === undefined ? {} : { cost: usedCostNanos, budget: budget.name }),
    }
  }

  async #give(scopes: readonly object[]): Promise<void> {
    const { connection, clock, tag, instance, windowMs, slotLeaseMs } = this.#options
    const now = clock.givenMs
    const text = JSON.stringify({
      window: windowMs,
      exact: EXACT_UP_TO,
      slotLease: slotLeaseMs,
      instance,
      ...(now === null ? {} : { now }),
      scopes,
    })
    await this.#script.run(connection, [tag], text)
  }
}
