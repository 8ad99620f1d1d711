// How many tokens a body of text is at most, learned from what answers said about earlier bodies.
//
// A tokenizer never runs before a call: its time grows with the text, and each vendor's is another one. Bytes are known,
// and calls of one model tell how many tokens they became. The bound follows the highest share that was seen lately,
// with some room, because a bound that is too low is the operator's loss, and one that is too high only holds money for
// the length of a call.
//
// Never above one token a byte, which no byte-level tokenizer exceeds, and never below what dense prose in English is.

const LOWEST = 0.2
const HIGHEST = 1
/** Before anything was seen: prose is about 0.25, code 0.35, Chinese up to 0.6. */
const AT_FIRST = 0.6
/** Above the highest share that was seen. */
const ROOM = 1.25
/** With each call the memory of an earlier, denser one fades: half of it is gone after about 700. */
const FADE = 0.999
/** Smaller bodies are mostly JSON and what the vendor adds on its own: they say nothing about text. */
const LEAST_BYTES = 256
/** What a vendor puts around any conversation (roles, its own prompt for tools). */
const AROUND_TOKENS = 64

/** Tokens a byte of prose with the JSON around it. */
const USUAL = 0.25
/** Of each call in the average. */
const NEW_SHARE = 0.02

export class TokenRatio {
  /** Tokens a byte, the highest lately. */
  #highest = AT_FIRST / ROOM
  /** The same, on average. */
  #usual = USUAL

  /**
   * /!\ Hot path, O(1). What a call has told.
   * @param bytes of text in the body
   * @param inputTokens as the upstream counted them, those from a cache included
   */
  observe(bytes: number, inputTokens: number): void {
    if (bytes < LEAST_BYTES || inputTokens <= 0) return
    const ratio = inputTokens / bytes
    this.#highest = Math.max(ratio, this.#highest * FADE + ratio * (1 - FADE))
    this.#usual += (Math.min(ratio, HIGHEST) - this.#usual) * NEW_SHARE
  }

  /** /!\ Hot path, O(1). The most tokens that so many bytes of text may be. */
  bound(bytes: number): number {
    const ratio = Math.min(HIGHEST, Math.max(LOWEST, this.#highest * ROOM))
    return Math.ceil(bytes * ratio) + AROUND_TOKENS
  }

  /** About as many as so many bytes of text are, for an estimate. */
  likely(bytes: number): number {
    return Math.ceil(bytes * this.#usual)
  }
}

/** More models than any configuration has; names that clients made up do not fill the memory. */
const MOST_MODELS = 10_000

/** What was learned, by public id. */
export class TokenRatios {
  readonly #ratios = new Map<string, TokenRatio>()

  /** `/!\ Hot path`. */
  of(publicModel: string): TokenRatio {
    const known = this.#ratios.get(publicModel)
    if (known !== undefined) return known
    if (this.#ratios.size >= MOST_MODELS) this.#ratios.clear()
    const fresh = new TokenRatio()
    this.#ratios.set(publicModel, fresh)
    return fresh
  }
}
