// The most that one call may cost, so that so much can be held before anything goes upstream.
//
// Each part is the dearest that the request leaves possible: its input as the dearest kind of input (all of it written
// to a cache, all of it sound), its answer as the dearest kind of output, every picture and search made, in the dearest
// tier that may be served. What a request cannot bound (what a hosted tool finds, how long a stored conversation is) has
// a figure of ours, written in `docs/billing.md`: where a call uses more, the wallet pays what it has, never what it has
// not, and the rest is the operator's loss.

import type { PriceBounds } from '../../core/price-bounds.ts'
import { tokenUsage, type TokenUsage } from '../../core/token-usage.ts'
import { costNanos } from '../prices/cost.ts'
import { ratesAt, serviceTierPpm, type Price, type Rates } from '../prices/price.ts'
import type { TokenRatio } from './token-ratio.ts'

/** A stream holds its answer in steps of so many tokens. */
export const STEP_TOKENS = 1_024

/** What the catalogue knows of a model; 0 = not known. */
export interface ModelFacts {
  readonly contextLength: number
  readonly maxOutputTokens: number
  /** It thinks before it answers, and the client sees little or nothing of that while it is paid for. */
  readonly hiddenReasoning: boolean
}

export interface CallAsked {
  /** Of the body that came. */
  readonly bodyBytes: number
  readonly bounds: PriceBounds
  /** What its answers are made of; embeddings and moderations have nothing that is paid for. */
  readonly answer: 'tokens' | 'pictures' | 'none'
  readonly model: ModelFacts
  readonly ratio: TokenRatio
}

export interface WorstCase {
  /** All of the call. */
  readonly wholeNanos: number
  /** Its input and the first `firstStepTokens` of its answers. */
  readonly firstStepNanos: number
  /** Output tokens, those of thinking that nobody sees included. */
  readonly firstStepTokens: number
  /** About what the input is, for an estimate where the upstream does not say. */
  readonly likelyInputTokens: number
  /** Each further `STEP_TOKENS` of the answers; 0 where the first step is all. */
  readonly perOutputStepNanos: number
}

/** The longest answer where neither the request nor the catalogue sets a limit. */
const UNKNOWN_OUTPUT_TOKENS = 32_768
const UNKNOWN_CONTEXT_TOKENS = 200_000
/** Gemini 3 counts up to 1,120 for a picture, GPT-5.4 and Claude 4.7 nearly 5,000 for a large one. */
const PICTURE_TOKENS = 5_000
/** The largest picture of the best quality that GPT Image makes, with three partial ones on the way. */
const MADE_PICTURE_TOKENS = 6_600
/** Where hosted tools may be called as often as the model likes. */
const HOSTED_CALLS = 10
/** What one such call adds to the input: the pages that were read. */
const HOSTED_CALL_TOKENS = 8_000
/** Pictures that one answer of a chat model may hold, where it is not said how many. */
const PICTURES_PER_ANSWER = 4
/** Base64 of sound and pictures: no vendor makes more tokens of it. */
const MEDIA_BYTES_PER_TOKEN = 16
/** What a picture of the usual size is. */
const USUAL_PICTURE_TOKENS = 1_000

/** /!\ Hot path, for calls that are paid for. */
export function worstCase(price: Price, multiplierPpm: number, asked: CallAsked): WorstCase {
  const { bounds } = asked
  const input = inputBound(asked)
  const outputTokens = outputBound(asked)
  const cost = (output: number): number => costNanos(price, dearest(price, asked, input, output), multiplierPpm)
  const wholeNanos = cost(outputTokens)
  const likelyInputTokens = likelyInput(asked, input)
  const firstStepTokens = Math.min(outputTokens, firstTokens(asked, outputTokens))
  if (firstStepTokens === outputTokens || picturesBound(bounds, asked.answer) > 0)
    return {
      wholeNanos,
      firstStepNanos: wholeNanos,
      firstStepTokens: outputTokens,
      likelyInputTokens,
      perOutputStepNanos: 0,
    }
  const firstStepNanos = cost(firstStepTokens)
  // Each sum is rounded up by itself, so that their difference may lack one.
  const perOutputStepNanos = cost(firstStepTokens + STEP_TOKENS) - firstStepNanos + 1
  return { wholeNanos, firstStepNanos, firstStepTokens, likelyInputTokens, perOutputStepNanos }
}

/** The most input tokens, as far as the request and the catalogue can tell. */
function inputBound({ bodyBytes, bounds, answer, model, ratio }: CallAsked): number {
  const text = ratio.bound(Math.max(0, bodyBytes - bounds.mediaBytes))
  const own = text + Math.ceil(bounds.mediaBytes / MEDIA_BYTES_PER_TOKEN) + bounds.pictures * PICTURE_TOKENS
  const context = model.contextLength || UNKNOWN_CONTEXT_TOKENS
  const whole = bounds.inputElsewhere ? own + context : own
  // Longer input is refused by the upstream; but many prompts, or many texts to embed, have a context each.
  const oneContext = answer === 'tokens' && bounds.prompts === 1 && (bounds.inputElsewhere || model.contextLength > 0)
  const fitting = oneContext ? Math.min(whole, context) : whole
  // A model that calls hosted tools reads its input again after each of them, mostly from a cache.
  const calls = hostedBound(bounds)
  return calls === 0 ? fitting : 2 * fitting + calls * HOSTED_CALL_TOKENS
}

function likelyInput({ bodyBytes, bounds, ratio }: CallAsked, most: number): number {
  const text = ratio.likely(Math.max(0, bodyBytes - bounds.mediaBytes))
  return Math.min(most, text + bounds.pictures * USUAL_PICTURE_TOKENS)
}

/** The most output tokens of all answers together, pictures left out. */
function outputBound({ bounds, answer, model, ratio }: CallAsked): number {
  if (answer !== 'tokens') return 0
  const most = model.maxOutputTokens || (bounds.maxOutputTokens === 0 ? UNKNOWN_OUTPUT_TOKENS : Infinity)
  const one = bounds.maxOutputTokens === 0 ? most : Math.min(bounds.maxOutputTokens, most)
  const rejected = bounds.predictionBytes === 0 ? 0 : ratio.bound(bounds.predictionBytes)
  return (one + rejected) * bounds.answers * bounds.prompts
}

/** What a stream holds at first: thinking that nobody sees cannot be held in steps. */
function firstTokens({ bounds, model }: CallAsked, outputTokens: number): number {
  if (!model.hiddenReasoning || bounds.maxThinkingTokens === 0) return STEP_TOKENS
  if (bounds.maxThinkingTokens < 0) return outputTokens
  return STEP_TOKENS + bounds.maxThinkingTokens * bounds.answers
}

function picturesBound(bounds: PriceBounds, answer: CallAsked['answer']): number {
  if (answer === 'pictures') return bounds.answers
  if (answer === 'none') return 0
  return bounds.images < 0 ? PICTURES_PER_ANSWER * bounds.answers : bounds.images
}

function hostedBound({ hostedCalls }: PriceBounds): number {
  return hostedCalls < 0 ? HOSTED_CALLS : Math.min(hostedCalls, HOSTED_CALLS)
}

function dearest(price: Price, { bounds, answer }: CallAsked, input: number, output: number): TokenUsage {
  const rates = ratesAt(price, input)
  const images = picturesBound(bounds, answer)
  const imageOutput = images * MADE_PICTURE_TOKENS
  return tokenUsage({
    input,
    [dearestInput(rates, bounds)]: input,
    output: output + imageOutput,
    [dearestOutput(rates, bounds)]: output,
    imageOutput,
    images,
    webSearches: hostedBound(bounds),
    serviceTier: dearestTier(price, bounds.serviceTier),
  })
}

/** Caches that live five minutes are written without being asked for (OpenAI from GPT-5.6 on). */
function dearestInput(
  rates: Rates,
  bounds: PriceBounds,
): 'input' | 'cacheWrite5m' | 'cacheWrite1h' | 'audioInput' | 'imageInput' {
  let most = rates.inputNanosPerMillion
  let kind: ReturnType<typeof dearestInput> = 'input'
  if (rates.cacheWrite5mNanosPerMillion > most) [kind, most] = ['cacheWrite5m', rates.cacheWrite5mNanosPerMillion]
  if (bounds.cacheWrite1h && rates.cacheWrite1hNanosPerMillion > most)
    [kind, most] = ['cacheWrite1h', rates.cacheWrite1hNanosPerMillion]
  if (bounds.audioInput && rates.audioInputNanosPerMillion > most)
    [kind, most] = ['audioInput', rates.audioInputNanosPerMillion]
  if (bounds.pictures > 0 && rates.imageInputNanosPerMillion > most) kind = 'imageInput'
  return kind
}

function dearestOutput(rates: Rates, bounds: PriceBounds): 'output' | 'reasoning' | 'audioOutput' {
  const { outputNanosPerMillion: plain, reasoningNanosPerMillion: thought } = rates
  if (bounds.audioOutput && rates.audioOutputNanosPerMillion > Math.max(plain, thought)) return 'audioOutput'
  return thought > plain ? 'reasoning' : 'output'
}

/**
 * The usual tier may be served where a cheaper one was asked for, and a word that the price does not know may mean any
 * of those that it knows.
 */
function dearestTier(price: Price, asked: string): string {
  if (asked === '') return ''
  const known = Object.keys(price.serviceTiers)
  if (known.includes(asked)) return dearestOf(price, [asked])
  // Several words that hold together multiply.
  const words = asked.split('+').map((word) => dearestOf(price, known.includes(word) ? [word] : known))
  return words.filter((word) => word !== '').join('+')
}

/** '' where none is dearer than the usual tier. */
function dearestOf(price: Price, tiers: readonly string[]): string {
  let dearest = ''
  for (const tier of tiers) if (serviceTierPpm(price, tier) > serviceTierPpm(price, dearest)) dearest = tier
  return dearest
}
