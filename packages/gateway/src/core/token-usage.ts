/** Token counts by class, all >= 0 and whole. `input` includes `cacheRead`; `output` includes `reasoning`. */
export interface TokenUsage {
  readonly input: number
  readonly cacheRead: number
  readonly output: number
  readonly reasoning: number
}

export const NO_USAGE: TokenUsage = Object.freeze({ input: 0, cacheRead: 0, output: 0, reasoning: 0 })
