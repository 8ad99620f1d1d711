// What a model costs, as integers. A price is complete: whatever its maker left out was filled in when it was made
// (`makePrice`), so that arithmetic knows no special cases and two readers of a price cannot disagree about a gap.
//
// The same shape says what tenants pay (a model's sale price, or a group's own) and what an upstream charges (a
// target's cost price). Written in US$ it is `price-dollars.ts`; as the short text beside each call, `price-text.ts`.

/** Integer nano-US$ per million tokens. */
export interface Rates {
  readonly inputNanosPerMillion: number
  readonly cachedInputNanosPerMillion: number
  readonly cacheWrite5mNanosPerMillion: number
  readonly cacheWrite1hNanosPerMillion: number
  readonly audioInputNanosPerMillion: number
  readonly imageInputNanosPerMillion: number
  readonly outputNanosPerMillion: number
  readonly reasoningNanosPerMillion: number
  readonly audioOutputNanosPerMillion: number
  readonly imageOutputNanosPerMillion: number
}

/** Rates of a call whose whole input, cached or not, is longer than `aboveInputTokens`: all of its tokens, not the rest alone. */
export interface PriceTier extends Rates {
  readonly aboveInputTokens: number
}

export interface Price extends Rates {
  /** Integer nano-US$ for each successful call, each picture made, each search that the provider made for the model. */
  readonly perCallNanos: number
  readonly perImageNanos: number
  readonly perWebSearchNanos: number
  /** By rising `aboveInputTokens`, no class ever cheaper than in the tier before; empty = one price at any length. */
  readonly tiers: readonly PriceTier[]
  /**
   * What the upstream calls its service tier (`flex`, `priority`…) -> parts per million of the token rates. A tier that
   * is not here costs what the usual one costs; `core/token-usage.ts` joins words that hold together with `+`. Fees per call, picture and search are the same in every tier.
   */
  readonly serviceTiers: Readonly<Record<string, number>>
}

/** What must be said about a price; the rest follows from it. */
export type GivenRates = Partial<Rates> & Pick<Rates, 'inputNanosPerMillion' | 'outputNanosPerMillion'>

export interface GivenPrice extends GivenRates {
  readonly perCallNanos?: number
  readonly perImageNanos?: number
  readonly perWebSearchNanos?: number
  readonly tiers?: readonly (GivenRates & { readonly aboveInputTokens: number })[]
  readonly serviceTiers?: Readonly<Record<string, number>>
}

/** The price as it is. */
export const FULL_PPM = 1_000_000

/**
 * Absent classes: cached input and both cache writes cost what input costs, a one-hour write what a five-minute write
 * costs, sound and pictures what text costs, reasoning what output costs; fees are 0.
 */
export function makePrice(given: GivenPrice): Price {
  const tiers = (given.tiers ?? [])
    .map((tier) => Object.freeze({ aboveInputTokens: tier.aboveInputTokens, ...makeRates(tier) }))
    .toSorted((left, right) => left.aboveInputTokens - right.aboveInputTokens)
  return Object.freeze({
    ...makeRates(given),
    perCallNanos: given.perCallNanos ?? 0,
    perImageNanos: given.perImageNanos ?? 0,
    perWebSearchNanos: given.perWebSearchNanos ?? 0,
    tiers: Object.freeze(tiers),
    serviceTiers: Object.freeze({ ...given.serviceTiers }),
  })
}

function makeRates(given: GivenRates): Rates {
  const { inputNanosPerMillion, outputNanosPerMillion } = given
  const cacheWrite5mNanosPerMillion = given.cacheWrite5mNanosPerMillion ?? inputNanosPerMillion
  return {
    inputNanosPerMillion,
    cachedInputNanosPerMillion: given.cachedInputNanosPerMillion ?? inputNanosPerMillion,
    cacheWrite5mNanosPerMillion,
    cacheWrite1hNanosPerMillion: given.cacheWrite1hNanosPerMillion ?? cacheWrite5mNanosPerMillion,
    audioInputNanosPerMillion: given.audioInputNanosPerMillion ?? inputNanosPerMillion,
    imageInputNanosPerMillion: given.imageInputNanosPerMillion ?? inputNanosPerMillion,
    outputNanosPerMillion,
    reasoningNanosPerMillion: given.reasoningNanosPerMillion ?? outputNanosPerMillion,
    audioOutputNanosPerMillion: given.audioOutputNanosPerMillion ?? outputNanosPerMillion,
    imageOutputNanosPerMillion: given.imageOutputNanosPerMillion ?? outputNanosPerMillion,
  }
}

/** /!\ Hot path. The rates of a call with so many input tokens, of all classes together. */
export function ratesAt(price: Price, inputTokens: number): Rates {
  let rates: Rates = price
  for (const tier of price.tiers) {
    if (inputTokens <= tier.aboveInputTokens) break
    rates = tier
  }
  return rates
}

/**
 * Parts per million of the token rates; a word that the price does not know is the usual tier. Several words joined by `+`
 * (Anthropic's `fast+us`: quicker, and in one place only) each change the price.
 */
export function serviceTierPpm(price: Price, serviceTier: string): number {
  if (serviceTier === '') return FULL_PPM
  if (Object.hasOwn(price.serviceTiers, serviceTier)) return price.serviceTiers[serviceTier] ?? FULL_PPM
  if (!serviceTier.includes('+')) return FULL_PPM
  return serviceTier
    .split('+')
    .reduce((ppm, word) => Math.ceil((ppm * serviceTierPpm(price, word)) / FULL_PPM), FULL_PPM)
}
