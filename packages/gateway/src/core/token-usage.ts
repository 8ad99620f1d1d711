import { numberOf } from './json.ts'

/**
 * What one call used, by class of price; all counts >= 0 and whole. Each dialect brings its own way of counting into
 * this one at its edge, once (H55).
 *
 * `cacheRead`, both cache writes, `audioInput` and `imageInput` are parts of `input` that never overlap (sound or
 * pictures read from a cache are `cacheRead`); what is left of `input` is fresh text. In the same way `reasoning`,
 * `audioOutput` and `imageOutput` are parts of `output`. So a price needs no rule about what is counted twice.
 */
export interface TokenUsage {
  readonly input: number
  readonly cacheRead: number
  /** Written to a cache that lives five minutes, or as long as the provider likes. */
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly audioInput: number
  readonly imageInput: number
  readonly output: number
  readonly reasoning: number
  readonly audioOutput: number
  readonly imageOutput: number
  /** Pictures made, where the answer says how many. */
  readonly images: number
  /** Searches that the provider made for the model (hosted tools), where it says how many. */
  readonly webSearches: number
  /** The tier that the upstream says it charged, in its own word in small letters; '' = its usual one. */
  readonly serviceTier: string
}

export const NO_USAGE: TokenUsage = Object.freeze({
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  audioInput: 0,
  imageInput: 0,
  output: 0,
  reasoning: 0,
  audioOutput: 0,
  imageOutput: 0,
  images: 0,
  webSearches: 0,
  serviceTier: '',
})

/** Above any context window; a larger figure is a provider's mistake. */
export const MAX_TOKENS = 100_000_000

/**
 * Usage from the classes that are known; the others are 0. Parts that do not fit into their whole are cut, in the
 * order of the interface: a provider whose figures contradict each other never makes a class negative.
 *
 * @param parts counts that went through `tokenCount`, or were added up from such
 */
export function tokenUsage(parts: Partial<TokenUsage>): TokenUsage {
  const input = Math.min(parts.input ?? 0, MAX_TOKENS)
  const output = Math.min(parts.output ?? 0, MAX_TOKENS)
  let room = input
  const cacheRead = Math.min(parts.cacheRead ?? 0, room)
  room -= cacheRead
  const cacheWrite5m = Math.min(parts.cacheWrite5m ?? 0, room)
  room -= cacheWrite5m
  const cacheWrite1h = Math.min(parts.cacheWrite1h ?? 0, room)
  room -= cacheWrite1h
  const audioInput = Math.min(parts.audioInput ?? 0, room)
  room -= audioInput
  const imageInput = Math.min(parts.imageInput ?? 0, room)
  room = output
  const reasoning = Math.min(parts.reasoning ?? 0, room)
  room -= reasoning
  const audioOutput = Math.min(parts.audioOutput ?? 0, room)
  room -= audioOutput
  return {
    input,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    audioInput,
    imageInput,
    output,
    reasoning,
    audioOutput,
    imageOutput: Math.min(parts.imageOutput ?? 0, room),
    images: parts.images ?? 0,
    webSearches: parts.webSearches ?? 0,
    serviceTier: parts.serviceTier ?? '',
  }
}

/** What two pieces of work of the same call used together. The later one's service tier counts. */
export function addUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  return tokenUsage({
    input: first.input + second.input,
    cacheRead: first.cacheRead + second.cacheRead,
    cacheWrite5m: first.cacheWrite5m + second.cacheWrite5m,
    cacheWrite1h: first.cacheWrite1h + second.cacheWrite1h,
    audioInput: first.audioInput + second.audioInput,
    imageInput: first.imageInput + second.imageInput,
    output: first.output + second.output,
    reasoning: first.reasoning + second.reasoning,
    audioOutput: first.audioOutput + second.audioOutput,
    imageOutput: first.imageOutput + second.imageOutput,
    images: first.images + second.images,
    webSearches: first.webSearches + second.webSearches,
    serviceTier: second.serviceTier === '' ? first.serviceTier : second.serviceTier,
  })
}

/** What an answer says about its price beside its token counts. */
export interface Extras {
  readonly serviceTier?: string
  readonly images?: number
  readonly webSearches?: number
}

/** The same usage with what stands beside it in the answer; itself where that is nothing. Null = nothing is known. */
export function withExtras(usage: TokenUsage | null, extras: Extras): TokenUsage | null {
  const { serviceTier = '', images = 0, webSearches = 0 } = extras
  if (images === 0 && webSearches === 0 && (serviceTier === '' || usage === null)) return usage
  const counted = usage ?? NO_USAGE
  return {
    ...counted,
    serviceTier: serviceTier || counted.serviceTier,
    images: Math.max(images, counted.images),
    webSearches: Math.max(webSearches, counted.webSearches),
  }
}

/** A provider may lie: every figure becomes a whole number from 0 to MAX_TOKENS. */
export function tokenCount(value: unknown): number {
  // `10.0` and `1e3` are kept as text where JSON is read without harm.
  const count = typeof value === 'number' ? value : numberOf(value)
  if (count === undefined || !(count > 0)) return 0
  return Math.min(Math.floor(count), MAX_TOKENS)
}

/** OpenAI's, Anthropic's and Google's words for the tier that everybody gets. */
const USUAL_TIERS: ReadonlySet<string> = new Set([
  'default',
  'standard',
  'standard_only',
  'on_demand',
  'unspecified',
  'auto',
])

/**
 * The upstream's word for the tier that it served, as `TokenUsage.serviceTier` has it. A word that no price knows is
 * kept: the price decides what to make of it.
 */
export function chargedTier(value: unknown): string {
  if (typeof value !== 'string') return ''
  const tier = value
    .slice(0, MAX_TIER_LENGTH)
    .toLowerCase()
    .replace(/[^a-z0-9_.+-]/g, '_')
  return USUAL_TIERS.has(tier) ? '' : tier
}

const MAX_TIER_LENGTH = 32
