// Prices as people write them, in the file, in the catalogue and in the API: US$ per million tokens, fees in US$.
// Amounts are read from their decimal digits, never through a binary fraction.

import { dollarsFromNanos, nanosFromDollars } from '../../core/dollars.ts'
import { chargedTier } from '../../core/token-usage.ts'
import { FULL_PPM, makePrice, type GivenPrice, type GivenRates, type Price, type Rates } from './price.ts'

type Amount = number | string

/** US$ per million tokens. */
export interface RatesDollars {
  readonly input: Amount
  readonly cached_input?: Amount | undefined
  readonly cache_write_5m?: Amount | undefined
  readonly cache_write_1h?: Amount | undefined
  readonly audio_input?: Amount | undefined
  readonly image_input?: Amount | undefined
  readonly output: Amount
  readonly reasoning?: Amount | undefined
  readonly audio_output?: Amount | undefined
  readonly image_output?: Amount | undefined
}

export interface PriceDollars extends RatesDollars {
  /** US$ for each call, picture, search. */
  readonly per_call?: Amount | undefined
  readonly per_image?: Amount | undefined
  readonly per_web_search?: Amount | undefined
  readonly tiers?: readonly (RatesDollars & { readonly above_input_tokens: number })[] | undefined
  /** Name of the upstream's service tier -> multiple of the token rates: 0.5 is half price. */
  readonly service_tiers?: Readonly<Record<string, Amount>> | undefined
}

/** What a client may read: every amount as plain decimal text, what follows from the others left out. */
export interface PriceText {
  [field: string]: string | Readonly<Record<string, string>> | readonly Readonly<Record<string, string | number>>[]
}

export interface PriceProblem {
  /** Within the price: `['tiers', 0, 'input']`. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

const RATES = {
  input: 'inputNanosPerMillion',
  cached_input: 'cachedInputNanosPerMillion',
  cache_write_5m: 'cacheWrite5mNanosPerMillion',
  cache_write_1h: 'cacheWrite1hNanosPerMillion',
  audio_input: 'audioInputNanosPerMillion',
  image_input: 'imageInputNanosPerMillion',
  output: 'outputNanosPerMillion',
  reasoning: 'reasoningNanosPerMillion',
  audio_output: 'audioOutputNanosPerMillion',
  image_output: 'imageOutputNanosPerMillion',
} as const satisfies Record<keyof RatesDollars, keyof Rates>

const FEES = {
  per_call: 'perCallNanos',
  per_image: 'perImageNanos',
  per_web_search: 'perWebSearchNanos',
} as const satisfies Partial<Record<keyof PriceDollars, keyof Price>>

/** The names of the fields, as the file and the API spell them. */
export const RATE_FIELDS: readonly (keyof RatesDollars)[] = Object.keys(RATES).filter(isRateField)
export const FEE_FIELDS = ['per_call', 'per_image', 'per_web_search'] as const

/** Above any context window. */
export const MAX_TIER_TOKENS = 100_000_000
const MAX_TIERS = 16
const MAX_SERVICE_TIERS = 16
/** A thousand times the price: more is a mistyped figure. */
const MAX_MULTIPLE_PPM = 1000 * FULL_PPM

/** @returns the price, or everything that keeps it from being one */
export function priceFromDollars(file: PriceDollars): Price | readonly PriceProblem[] {
  const problems: PriceProblem[] = []
  const given: GivenPrice = {
    ...readRates(file, [], problems),
    ...readFees(file, problems),
    ...readTiers(file, problems),
    ...readServiceTiers(file, problems),
  }
  if (problems.length > 0) return problems
  const price = makePrice(given)
  const cheaper = cheaperTiers(price)
  return cheaper.length > 0 ? cheaper : price
}

/** What is held for a call before its length is known counts on the highest tier that it may reach being the dearest. */
function cheaperTiers(price: Price): readonly PriceProblem[] {
  return price.tiers.flatMap((tier, index) => {
    const before = price.tiers[index - 1] ?? price
    const fields = RATE_FIELDS.filter((field) => tier[RATES[field]] < before[RATES[field]])
    const message = `is less above ${tier.aboveInputTokens} input tokens than below, and must not be. Say what it is there.`
    return fields.map((field) => ({ path: ['tiers', index, field], message }))
  })
}

export function isPrice(read: Price | readonly PriceProblem[]): read is Price {
  return !Array.isArray(read)
}

function readRates(file: RatesDollars, path: readonly (string | number)[], problems: PriceProblem[]): GivenRates {
  const rates: Partial<Record<keyof Rates, number>> = {}
  for (const field of RATE_FIELDS) {
    const amount = file[field]
    if (amount === undefined) continue
    const nanos = nanosFromDollars(amount)
    if (nanos !== undefined) rates[RATES[field]] = nanos
    else {
      const message = 'is not a price in US$ per million tokens: a decimal from 0 to 1000000 with at most 9 places.'
      problems.push({ path: [...path, field], message })
    }
  }
  return { inputNanosPerMillion: 0, outputNanosPerMillion: 0, ...rates }
}

function readFees(file: PriceDollars, problems: PriceProblem[]): Partial<GivenPrice> {
  const fees: { [Field in (typeof FEES)[keyof typeof FEES]]?: number } = {}
  for (const field of FEE_FIELDS) {
    const amount = file[field]
    if (amount === undefined) continue
    const nanos = nanosFromDollars(amount)
    if (nanos !== undefined) fees[FEES[field]] = nanos
    else
      problems.push({
        path: [field],
        message: 'is not an amount in US$: a decimal from 0 to 1000000 with at most 9 places.',
      })
  }
  return fees
}

function readTiers({ tiers }: PriceDollars, problems: PriceProblem[]): Pick<GivenPrice, 'tiers'> {
  if (tiers === undefined) return {}
  if (tiers.length > MAX_TIERS) problems.push({ path: ['tiers'], message: `has more than ${MAX_TIERS} entries.` })
  const seen = new Set<number>()
  return {
    tiers: tiers.map((tier, index) => {
      const { above_input_tokens: aboveInputTokens } = tier
      const path = ['tiers', index, 'above_input_tokens']
      if (!Number.isSafeInteger(aboveInputTokens) || aboveInputTokens < 1 || aboveInputTokens > MAX_TIER_TOKENS)
        problems.push({ path, message: `is not a whole number of tokens from 1 to ${MAX_TIER_TOKENS}.` })
      else if (seen.has(aboveInputTokens)) problems.push({ path, message: 'is the same as that of a tier before.' })
      seen.add(aboveInputTokens)
      return { aboveInputTokens, ...readRates(tier, ['tiers', index], problems) }
    }),
  }
}

function readServiceTiers(file: PriceDollars, problems: PriceProblem[]): Pick<GivenPrice, 'serviceTiers'> {
  if (file.service_tiers === undefined) return {}
  const serviceTiers: Record<string, number> = {}
  const entries = Object.entries(file.service_tiers)
  if (entries.length > MAX_SERVICE_TIERS)
    problems.push({ path: ['service_tiers'], message: `has more than ${MAX_SERVICE_TIERS} entries.` })
  for (const [name, multiple] of entries) {
    const path = ['service_tiers', name]
    const tier = chargedTier(name)
    const ppm = multiplePpm(multiple)
    if (!/^[a-z][\w.+-]{0,31}$/i.test(name))
      problems.push({
        path,
        message: 'is no name of a service tier: letters, digits, ".", "_", "-" and "+", at most 32.',
      })
    else if (tier === '')
      problems.push({ path, message: 'is the usual tier: what it costs is the price itself. Leave it out.' })
    else if (ppm === undefined)
      problems.push({
        path,
        message: 'is not a multiple of the price: a decimal from 0 to 1000 with at most 6 places.',
      })
    else serviceTiers[tier] = ppm
  }
  return { serviceTiers }
}

/**
 * The shortest text that `priceFromDollars` reads back as the same price. `cached_input` is always said.
 *
 * @param multiplierPpm of a group: what its members pay; then amounts may have up to 15 places
 */
export function dollarsFromPrice(price: Price, multiplierPpm = FULL_PPM): PriceText {
  const text: PriceText = { ...ratesText(price, multiplierPpm) }
  for (const field of FEE_FIELDS) {
    if (price[FEES[field]] > 0) text[field] = multiplied(price[FEES[field]], multiplierPpm)
  }
  if (price.tiers.length > 0) {
    text['tiers'] = price.tiers.map((tier) => ({
      above_input_tokens: tier.aboveInputTokens,
      ...ratesText(tier, multiplierPpm),
    }))
  }
  const serviceTiers = Object.entries(price.serviceTiers)
  if (serviceTiers.length > 0) {
    const multiples = serviceTiers.map(([name, ppm]) => [name, dollarsFromNanos(ppm * 1000)])
    text['service_tiers'] = Object.fromEntries(multiples)
  }
  return text
}

function ratesText(rates: Rates, multiplierPpm: number): Record<string, string> {
  const whole = makePrice({
    inputNanosPerMillion: rates.inputNanosPerMillion,
    outputNanosPerMillion: rates.outputNanosPerMillion,
    cacheWrite5mNanosPerMillion: rates.cacheWrite5mNanosPerMillion,
  })
  const follows = (field: keyof RatesDollars): boolean =>
    field === 'cache_write_5m'
      ? rates.cacheWrite5mNanosPerMillion === rates.inputNanosPerMillion
      : field !== 'input' &&
        field !== 'cached_input' &&
        field !== 'output' &&
        rates[RATES[field]] === whole[RATES[field]]
  const said = RATE_FIELDS.filter((field) => !follows(field))
  return Object.fromEntries(said.map((field) => [field, multiplied(rates[RATES[field]], multiplierPpm)]))
}

function multiplied(nanos: number, multiplierPpm: number): string {
  if (multiplierPpm === FULL_PPM) return dollarsFromNanos(nanos)
  const digits = String(BigInt(nanos) * BigInt(multiplierPpm)).padStart(16, '0')
  const fraction = digits.slice(-15).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, -15) : `${digits.slice(0, -15)}.${fraction}`
}

/** `0.5` -> 500,000: a multiple of a price in parts per million; undefined when it is none. */
export function multiplePpm(multiple: Amount): number | undefined {
  const nanos = nanosFromDollars(multiple)
  return nanos === undefined || nanos % 1000 !== 0 || nanos / 1000 > MAX_MULTIPLE_PPM ? undefined : nanos / 1000
}

function isRateField(field: string): field is keyof RatesDollars {
  return Object.hasOwn(RATES, field)
}
