// One request's walk through its candidates: each at most once, the best tier that has anything first. When nothing is
// available the least bad one is tried, once: a gateway that refuses because it believes everything to be ill would keep
// refusing after everything got well.
import type { Candidate } from './candidate.ts'
import type { DataPolicy } from '../core/data-policy.ts'
import type { RequestTraits } from '../core/target-condition.ts'
import { tiersFor } from './conditional-tiers.ts'
import { keepersOf } from './data-keepers.ts'
import { candidatesOfRoute } from './route.ts'
import type { Route } from './route.ts'
import { chooseBy } from './strategies.ts'

export interface SelectionContext {
  readonly random: () => number
  /** Below this share of available candidates in a tier, health is ignored there; 0 = never. */
  readonly panicThreshold: number
  readonly checkIntervalMs: number
  /** Scratch, shared by all selections of one fleet: choosing is synchronous. */
  readonly pool: Candidate[]
}

export interface Exhaustion {
  readonly reason: 'none_healthy' | 'all_limited'
  /** The smallest wait until a candidate can be tried, at least 1 ms. */
  readonly retryAfterMs: number
}

export class Selection {
  readonly route: Route
  /** True once the last chance was taken. */
  desperate = false
  readonly #keyHash: number | null
  readonly #tiers: Route['tiers']
  readonly #context: SelectionContext
  readonly #tried: Candidate[] = []

  /** The deployment that is tried first, once: it made what the request brings back. */
  #origin: string | null

  /**
   * @param origin as `Candidate.origin`
   * @param traits for a route with conditions; null = it has none
   * @param wanted what candidates must promise; null = nothing
   */
  constructor(
    route: Route,
    keyHash: number | null,
    context: SelectionContext,
    origin: string | null = null,
    traits: RequestTraits | null = null,
    wanted: DataPolicy | null = null,
  ) {
    this.route = route
    const tiers = traits === null ? route.tiers : tiersFor(route, traits)
    this.#tiers = wanted === null ? tiers : keepersOf(tiers, route, wanted)
    this.#origin = origin
    this.#keyHash = keyHash
    this.#context = context
  }

  /** Nobody may be asked, well or not. */
  get isEmpty(): boolean {
    return this.#tiers.length === 0
  }

  /** /!\ Hot path. The next candidate that was not tried yet, or null. Every candidate that is sent to must be reported. */
  next(nowMs: number): Candidate | null {
    if (this.#origin !== null) {
      const candidate = this.#fromOrigin(this.#origin, nowMs)
      this.#origin = null
      if (candidate !== null) return candidate
    }
    for (const tier of this.#tiers) {
      const candidate = this.#fromTier(tier, nowMs)
      if (candidate !== null) return candidate
    }
    return this.#lastChance(nowMs)
  }

  /** One beside the candidate that is being tried; never a last chance. @param fits else it is left for `next` */
  beside(nowMs: number, fits: (candidate: Candidate) => boolean): Candidate | null {
    for (const tier of this.#tiers) {
      const candidate = this.#fromTier(tier, nowMs)
      if (candidate === null) continue
      if (fits(candidate)) return candidate
      this.#tried.pop()
      candidate.handBack(nowMs)
      return null
    }
    return null
  }

  /** It was given up for a faster one: `next` may still come to it. */
  forgive(candidate: Candidate): void {
    const index = this.#tried.indexOf(candidate)
    if (index !== -1) this.#tried.splice(index, 1)
  }

  /** Why `next` said null. After `retryAfterMs` a new selection finds something that this one could not. */
  exhausted(nowMs: number): Exhaustion {
    let readyAtMs = Infinity
    let limited = 0
    let others = 0
    for (const candidate of candidatesOfRoute({ tiers: this.#tiers })) {
      readyAtMs = Math.min(readyAtMs, candidate.readyAtMs(nowMs, this.#context.checkIntervalMs))
      if (!candidate.permitted(nowMs)) continue
      if (candidate.resting(nowMs)) limited++
      else others++
    }
    const waitMs = Number.isFinite(readyAtMs) ? readyAtMs - nowMs : this.#context.checkIntervalMs
    return {
      reason: limited > 0 && others === 0 ? 'all_limited' : 'none_healthy',
      retryAfterMs: Math.max(1, Math.ceil(waitMs)),
    }
  }

  #fromOrigin(origin: string, nowMs: number): Candidate | null {
    for (const candidate of candidatesOfRoute({ tiers: this.#tiers })) {
      if (candidate.origin === origin && candidate.available(nowMs) && candidate.enter(nowMs))
        return this.#take(candidate)
    }
    return null
  }

  #fromTier(tier: readonly Candidate[], nowMs: number): Candidate | null {
    const { pool, random } = this.#context
    // Again only when another process turns out to hold the probe of the one chosen: it is then not available any more.
    for (let round = 0; round <= tier.length; round++) {
      const count = this.#fill(tier, nowMs)
      if (count === 0) return null
      const chosen = chooseBy(this.route.strategy, pool, count, this.#keyHash, nowMs, random)
      if (chosen === undefined) return null
      // A panic also picks what is not available: such an attempt is nobody's probe.
      if (!chosen.available(nowMs) || chosen.enter(nowMs)) return this.#take(chosen)
    }
    return null
  }

  /** Fills the pool with what may be chosen in this tier; the number of them. */
  #fill(tier: readonly Candidate[], nowMs: number): number {
    const { pool, panicThreshold } = this.#context
    let count = 0
    let available = 0
    for (const candidate of tier) {
      if (!candidate.available(nowMs)) continue
      available++
      if (!this.#tried.includes(candidate)) pool[count++] = candidate
    }
    if (available === 0 || available >= panicThreshold * tier.length) return count
    count = 0
    for (const candidate of tier) {
      if (candidate.permitted(nowMs) && !candidate.resting(nowMs) && !this.#tried.includes(candidate))
        pool[count++] = candidate
    }
    return count
  }

  /** The one that comes back first. Never a key that its provider refused, never one that was told to wait. */
  #lastChance(nowMs: number): Candidate | null {
    if (this.desperate) return null
    let best: Candidate | null = null
    let bestAtMs = Infinity
    for (const candidate of candidatesOfRoute({ tiers: this.#tiers })) {
      if (!candidate.permitted(nowMs) || candidate.resting(nowMs) || this.#tried.includes(candidate)) continue
      const readyAtMs = candidate.readyAtMs(nowMs, this.#context.checkIntervalMs)
      if (readyAtMs >= bestAtMs) continue
      best = candidate
      bestAtMs = readyAtMs
    }
    if (best === null) return null
    this.desperate = true
    return this.#take(best)
  }

  #take(candidate: Candidate): Candidate {
    this.#tried.push(candidate)
    return candidate
  }
}
