import type { Price } from '../billing/prices/price.ts'
import type { MirrorConfig, SplitBy, Strategy } from '../config/config.ts'
import type { DataPolicy } from '../core/data-policy.ts'
import type { TargetCondition } from '../core/target-condition.ts'
import type { LimitedScope } from '../limits/limits.ts'
import { Candidate } from './candidate.ts'
import type { CandidateParts } from './candidate.ts'
import type { ProviderState } from './provider-state.ts'

/** A public model and everything that may serve it, best tier first. */
export interface Route {
  /** What replies say in `model`. */
  readonly publicId: string
  /** As a JSON string of ASCII characters, and as a header's value. */
  readonly publicIdJson: string
  readonly publicIdHeader: string
  readonly ownedByHeader: string
  /** Vendor: `openai`, `anthropic`... */
  readonly ownedBy: string
  /** What callers pay, before their group's multiplier; null = unknown. */
  readonly price: Price | null
  /** The names under which somebody may have given it a price of his own, the nearest first: its id, and that of the model behind it. */
  readonly priceNames: readonly string[]
  /** The model's own limits, which all of its users share; empty = none. */
  readonly limited: readonly LimitedScope[]
  readonly strategy: Strategy
  /** Null but for the strategy `split`. */
  readonly splitBy: SplitBy | null
  /** Some of its candidates are meant for some requests only. */
  readonly isConditional: boolean
  readonly tiers: readonly (readonly Candidate[])[]
  /** Public ids to try, in this order, when every candidate of this one failed. */
  readonly fallbacks: readonly string[]
  /** When a second candidate is asked too; null = never. */
  readonly hedge: { readonly afterMs: number | null } | null
  /** Who gets copies of a share of its requests; null = nobody. */
  readonly mirror: MirrorConfig | null
  /** What is done with its requests, instead of what its providers do; null = what they do. */
  readonly dataPolicy: DataPolicy | null
  /** Another candidate goes on with a stream that broke off. */
  readonly continueStreams: boolean
  /** Tokens; null = unknown. */
  readonly contextLength: number | null
  /** Of one answer, in tokens; null = unknown. */
  readonly maxOutputTokens: number | null
  /** It thinks before it answers unless it is told not to, and the client sees little of what it pays for. */
  readonly hiddenReasoning: boolean
}

/** Whether there is anything to stick to. */
export function hasChoice({ tiers, fallbacks }: Route): boolean {
  return tiers.length > 1 || fallbacks.length > 0 || (tiers[0]?.length ?? 0) > 1
}

/** A model on a provider, before it is split over the provider's credentials. */
export interface RouteTarget {
  readonly provider: ProviderState
  readonly upstreamModel: string
  readonly weight: number
  readonly priority: number
  readonly price: Price | null
  /** Which requests it is meant for; null = all. */
  readonly when: TargetCondition | null
}

/**
 * Tiers by the target's priority, then by its provider's: what a model says about itself wins over what a provider says
 * about all models, and where the model says nothing the provider's order holds.
 * Weight: provider x target, the same total for a provider with one key or with ten.
 */
export function buildTiers(targets: readonly RouteTarget[]): readonly (readonly Candidate[])[] {
  const serving = targets.filter((target) => target.provider.credentials.length > 0)
  const byPriority = Map.groupBy(
    serving.toSorted(byTier),
    (target) => `${target.priority}/${target.provider.config.priority}`,
  )
  return [...byPriority.values()].map((tier, number) => {
    // Whole numbers keep round-robin free of rounding: only the ratio counts.
    const scale = tier.map(({ provider }) => sharingIn(provider)).reduce(leastCommonMultiple, 1)
    return mergeTwins(tier.flatMap((target) => candidatesOf(target, number, scale))).map(
      (parts) => new Candidate(parts),
    )
  })
}

function byTier(left: RouteTarget, right: RouteTarget): number {
  return left.priority - right.priority || left.provider.config.priority - right.provider.config.priority
}

function candidatesOf(target: RouteTarget, priority: number, scale: number): CandidateParts[] {
  const { provider, upstreamModel, price, when } = target
  const { credentials } = provider
  const weight = (provider.config.weight * target.weight * scale) / sharingIn(provider)
  return credentials.map((credential) => ({ provider, credential, upstreamModel, weight, priority, price, when }))
}

/** A drained credential leaves its share to its siblings. */
function sharingIn({ credentials }: ProviderState): number {
  return credentials.filter(({ drained }) => !drained).length || credentials.length
}

/** The same target listed twice is one candidate with both weights: trying it twice would not be failing over. */
function mergeTwins(parts: readonly CandidateParts[]): readonly CandidateParts[] {
  const byId = new Map<string, CandidateParts>()
  for (const part of parts) {
    const key = `${part.credential.id}|${part.upstreamModel}|${part.when === null ? '' : JSON.stringify(part.when)}`
    const twin = byId.get(key)
    byId.set(key, twin === undefined ? part : { ...twin, weight: twin.weight + part.weight })
  }
  return [...byId.values()]
}

function leastCommonMultiple(left: number, right: number): number {
  let [high, low] = [left, right]
  while (low > 0) [high, low] = [low, high % low]
  return (left * right) / high
}

export function* candidatesOfRoute(route: Pick<Route, 'tiers'>): Generator<Candidate> {
  for (const tier of route.tiers) yield* tier
}

/** Lets go of the run-time state that only this route needed. */
export function releaseRoute(route: Route): void {
  for (const { credential, state } of candidatesOfRoute(route)) {
    state.references--
    if (state.references === 0) credential.models.delete(state.model)
  }
}
