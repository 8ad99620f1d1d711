// A price and a multiplier as one short text: the snapshot beside every call in the journal and in the usage tables, so
// that a cost can be worked out again years after the price changed (invariant I9). The same price always gives the same
// text; whatever follows from other figures (`makePrice`) is left out.
//
//   i150000000c75000000o600000000                     nano-US$ per million tokens: input, cached input, output
//   i1250000000o10000000000;t200000i2500000000o15000000000;sflex=500000;m900000
//                                                     a tier above 200,000 tokens, a service tier, a group's multiplier
//   i1250000000o10000000000;l8528000                  no more than so many nano-US$ for this one call
//
// A text is never empty for a price (`i0o0` is free); '' stands for no price at all.

import type { TokenUsage } from '../../core/token-usage.ts'
import { costNanos } from './cost.ts'
import { FULL_PPM, makePrice, type GivenPrice, type GivenRates, type Price, type Rates } from './price.ts'

/** Letters never change their meaning: texts of every release lie in databases. */
const RATE_LETTERS = {
  i: 'inputNanosPerMillion',
  c: 'cachedInputNanosPerMillion',
  w: 'cacheWrite5mNanosPerMillion',
  h: 'cacheWrite1hNanosPerMillion',
  a: 'audioInputNanosPerMillion',
  v: 'imageInputNanosPerMillion',
  o: 'outputNanosPerMillion',
  r: 'reasoningNanosPerMillion',
  b: 'audioOutputNanosPerMillion',
  x: 'imageOutputNanosPerMillion',
} as const satisfies Record<string, keyof Rates>

const FEE_LETTERS = {
  p: 'perCallNanos',
  q: 'perImageNanos',
  s: 'perWebSearchNanos',
} as const satisfies Record<string, keyof Price>

export interface PricedAt {
  readonly price: Price
  readonly multiplierPpm: number
  /** Nano-US$; for a call whose provider was not believed. */
  readonly limitNanos: number
}

/** Prices are frozen and few; a Price object has one text for each multiplier. */
const texts = new WeakMap<Price, Map<number, string>>()
/** More multipliers than this for one price are somebody's experiment. */
const KEPT_TEXTS = 1000
const decoded = new Map<string, PricedAt>()

/** /!\ Hot path: one or two look-ups. '' for a model without a price. */
export function encodePrice(price: Price | null, multiplierPpm = FULL_PPM): string {
  if (price === null) return ''
  let ofPrice = texts.get(price)
  if (ofPrice === undefined) {
    ofPrice = new Map()
    texts.set(price, ofPrice)
  }
  let text = ofPrice.get(multiplierPpm)
  if (text === undefined) {
    text = textOf(price, multiplierPpm)
    if (ofPrice.size >= KEPT_TEXTS) ofPrice.clear()
    ofPrice.set(multiplierPpm, text)
  }
  return text
}

/** For one call that was charged no more than this, whatever the provider said. Such calls are rare: the text is not kept. */
export function encodeLimitedPrice(price: Price | null, multiplierPpm: number, limitNanos: number): string {
  const text = encodePrice(price, multiplierPpm)
  return text === '' ? '' : `${text};l${limitNanos}`
}

/** @returns null for '' (there was no price) and for text that `encodePrice` never wrote */
export function decodePrice(text: string): PricedAt | null {
  const known = decoded.get(text)
  if (known !== undefined) return known
  const read = readText(text)
  if (read === null) return null
  if (decoded.size >= KEPT_TEXTS) decoded.clear()
  decoded.set(text, read)
  return read
}

/**
 * What a recorded call costs, from its record alone (invariant I9).
 * @returns null where the text is none
 */
export function recomputeCost(priceText: string, usage: TokenUsage): number | null {
  if (priceText === '') return 0
  const read = decodePrice(priceText)
  return read === null ? null : Math.min(read.limitNanos, costNanos(read.price, usage, read.multiplierPpm))
}

function textOf(price: Price, multiplierPpm: number): string {
  const parts = [ratesText(price) + feesText(price)]
  for (const tier of price.tiers) parts.push(`t${tier.aboveInputTokens}${ratesText(tier)}`)
  for (const name of Object.keys(price.serviceTiers).toSorted()) parts.push(`s${name}=${price.serviceTiers[name]}`)
  if (multiplierPpm !== FULL_PPM) parts.push(`m${multiplierPpm}`)
  return parts.join(';')
}

function ratesText(rates: Rates): string {
  const { inputNanosPerMillion, outputNanosPerMillion, cacheWrite5mNanosPerMillion } = rates
  const write = cacheWrite5mNanosPerMillion === inputNanosPerMillion ? {} : { cacheWrite5mNanosPerMillion }
  const implied = makePrice({ inputNanosPerMillion, outputNanosPerMillion, ...write })
  let text = ''
  for (const [letter, name] of Object.entries(RATE_LETTERS)) {
    if (letter === 'i' || letter === 'o' || rates[name] !== implied[name] || Object.hasOwn(write, name))
      text += letter + String(rates[name])
  }
  return text
}

function feesText(price: Price): string {
  let text = ''
  for (const [letter, name] of Object.entries(FEE_LETTERS)) if (price[name] !== 0) text += letter + String(price[name])
  return text
}

function readText(text: string): PricedAt | null {
  const [base = '', ...parts] = text.split(';')
  const figures = readFigures(base)
  const rates = figures && ratesOf(figures)
  if (figures === null || rates === null) return null
  const fees: { [Fee in (typeof FEE_LETTERS)[keyof typeof FEE_LETTERS]]?: number } = {}
  for (const [letter, name] of Object.entries(FEE_LETTERS)) fees[name] = figures.get(letter) ?? 0
  const tiers: NonNullable<GivenPrice['tiers']>[number][] = []
  const serviceTiers: Record<string, number> = {}
  let multiplierPpm = FULL_PPM
  let limitNanos = Infinity
  for (const part of parts) {
    const multiple = /^(?:s([^=]+)=|m|l)(\d+)$/.exec(part)
    if (multiple !== null) {
      const [, name, figure] = multiple
      if (name !== undefined) serviceTiers[name] = Number(figure)
      else if (part.startsWith('m')) multiplierPpm = Number(figure)
      else limitNanos = Number(figure)
      continue
    }
    const ofTier = readFigures(part)
    const tierRates = ofTier && ratesOf(ofTier)
    const aboveInputTokens = ofTier?.get('t')
    if (tierRates === null || aboveInputTokens === undefined) return null
    tiers.push({ aboveInputTokens, ...tierRates })
  }
  return { price: makePrice({ ...rates, ...fees, tiers, serviceTiers }), multiplierPpm, limitNanos }
}

/** `i15c7` -> i: 15, c: 7; null when it is not of that kind. */
function readFigures(text: string): ReadonlyMap<string, number> | null {
  if (!/^(?:[a-z]\d{1,16})+$/.test(text)) return null
  const figures = new Map<string, number>()
  for (const [, letter = '', digits] of text.matchAll(/([a-z])(\d+)/g)) figures.set(letter, Number(digits))
  return figures
}

function ratesOf(figures: ReadonlyMap<string, number>): GivenRates | null {
  const [inputNanosPerMillion, outputNanosPerMillion] = [figures.get('i'), figures.get('o')]
  if (inputNanosPerMillion === undefined || outputNanosPerMillion === undefined) return null
  const rates: Partial<Record<keyof Rates, number>> = {}
  for (const [letter, name] of Object.entries(RATE_LETTERS)) {
    const nanos = figures.get(letter)
    if (nanos !== undefined) rates[name] = nanos
  }
  return { ...rates, inputNanosPerMillion, outputNanosPerMillion }
}
