/**
 * What a request says about its own price, read before anybody is asked: the most that its answer may use, and what
 * kinds of it. Where a request leaves something open, so does this; `billing/estimates/worst-case.ts` fills it in.
 */
export interface PriceBounds {
  /** Answers that are paid for: `n` for each prompt. At least 1. */
  readonly answers: number
  /** Prompts in one request, each answered alone (completions). At least 1. */
  readonly prompts: number
  /** Output tokens of one answer, its thinking included; 0 = the request sets no limit. */
  readonly maxOutputTokens: number
  /** Tokens of thinking in one answer: 0 = it is switched off, -1 = the request sets no limit. */
  readonly maxThinkingTokens: number
  /** The tier that is asked for, in small letters; several words that each change the price are joined by `+`. '' = the usual. */
  readonly serviceTier: string
  /** Hosted tools (web search and others that the provider runs): the most calls; 0 = none is there, -1 = no limit is set. */
  readonly hostedCalls: number
  /** Bytes of a text that the answer is expected to repeat: what it does not, is paid for as output all the same. */
  readonly predictionBytes: number
  /** Something may be written to a cache that lives an hour. */
  readonly cacheWrite1h: boolean
  /** Sound in the input, and in the answer. */
  readonly audioInput: boolean
  readonly audioOutput: boolean
  /** Pictures in the input, as far as they can be seen: each is a number of tokens that its bytes do not tell. */
  readonly pictures: number
  /** Pictures that may be made, of all answers together; 0 = none, -1 = the request sets no limit. */
  readonly images: number
  /** Bytes of the body that are pictures, sound or files in base64, which are fewer tokens than text. */
  readonly mediaBytes: number
  /** The input is longer than the body: an earlier answer, a stored prompt, a cache, a file or a URL stands for a part of it. */
  readonly inputElsewhere: boolean
}

/** Of a request that says nothing beside its text. */
export const PLAIN_BOUNDS: PriceBounds = Object.freeze({
  answers: 1,
  prompts: 1,
  maxOutputTokens: 0,
  maxThinkingTokens: -1,
  serviceTier: '',
  hostedCalls: 0,
  predictionBytes: 0,
  cacheWrite1h: false,
  audioInput: false,
  audioOutput: false,
  pictures: 0,
  images: 0,
  mediaBytes: 0,
  inputElsewhere: false,
})
