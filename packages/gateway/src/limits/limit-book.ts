// The figures themselves: what every scope has spent and how many slots it holds.
// One book exists per deployment; whoever answers for it writes into the same one, so that the parts of a process
// cannot each spend the whole limit.

import { GatewayError } from '../core/errors.ts'
import type { LimitedScope } from './limits.ts'
import type { QuotaHistory } from './quota-history.ts'
import { type Moment, ScopeFigures, type Unseeded } from './scope-figures.ts'
import { ScopeTable } from './scope-table.ts'
import { WINDOW_MS } from './sliding-window.ts'

export interface LimitBookOptions {
  /** Milliseconds, never going backwards. */
  readonly clock?: () => number
  /** Unix milliseconds; may be put forward and back. */
  readonly wallClock?: () => number
  readonly windowMs?: number
  /** Absent = days, months and budgets begin at 0 with this process. */
  readonly history?: QuotaHistory
}

export class LimitBook {
  readonly #clock: () => number
  readonly #wallClock: () => number
  readonly #scopes: ScopeTable<ScopeFigures>
  readonly #history: QuotaHistory | null
  #quotaEpoch = 0

  constructor(options: LimitBookOptions = {}) {
    const { clock = () => performance.now(), wallClock = Date.now, windowMs = WINDOW_MS, history = null } = options
    this.#clock = clock
    this.#wallClock = wallClock
    this.#history = history
    this.#scopes = new ScopeTable(() => new ScopeFigures(windowMs), 2 * windowMs)
  }

  get now(): Moment {
    return { nowMs: this.#clock(), wallMs: this.#wallClock() }
  }

  /** The scope's figures, made on first use and forgotten when nothing of them counts any more. */
  figures(scope: string, nowMs: number): ScopeFigures {
    return this.#scopes.get(scope, nowMs)
  }

  /**
   * Brings the scope's calendar windows to this moment.
   * @returns a promise where what was spent before must be fetched first; it rejects with `service_unavailable` when
   * that fails, and the next call tries again
   */
  turn(scope: LimitedScope, figures: ScopeFigures, moment: Moment): Promise<void> | null {
    if (figures.seeding !== null) return figures.seeding
    if (figures.quotaEpoch !== this.#quotaEpoch) figures.forgetQuotas(this.#quotaEpoch)
    const unseeded = figures.turn(scope, moment)
    if (unseeded.length === 0) return null
    if (this.#history === null) {
      for (const { seed } of unseeded) seed(null)
      return null
    }
    figures.seeding = seedFrom(this.#history, scope, unseeded).finally(() => {
      figures.seeding = null
    })
    return figures.seeding
  }

  /** What was counted of days, months and budgets is of no more use: they begin again from the usage records. */
  forgetQuotas(): void {
    this.#quotaEpoch++
  }

  /** Scopes that are remembered. */
  get size(): number {
    return this.#scopes.size
  }
}

async function seedFrom(history: QuotaHistory, scope: LimitedScope, unseeded: readonly Unseeded[]): Promise<void> {
  try {
    const spent = await Promise.all(
      unseeded.map(async ({ period }) => await history.since(scope.scope, period.startMs)),
    )
    for (const [index, { seed }] of unseeded.entries()) seed(spent[index] ?? null)
  } catch (cause) {
    const message = 'What was spent of the limits cannot be checked at the moment. Try again in 1 s.'
    throw new GatewayError('service_unavailable', message, { cause, retryAfterSeconds: 1 })
  }
}
