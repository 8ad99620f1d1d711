// What a stream that passes through has to know of its request.

import type { TokenUsage } from '../core/token-usage.ts'

export interface PassFacts {
  /** The public id as a JSON string of ASCII characters. */
  readonly publicModelJson: string
  /** The client asked for the usage chunk, so it is passed on, with its cost. */
  readonly usageAsked: boolean
  /** The exact cost of a call as a JSON number, or null when the price is not known. */
  costJson(usage: TokenUsage): string | null
}
