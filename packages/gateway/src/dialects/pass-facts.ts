// What a stream that passes through has to know of its request.

import type { JsonObject } from '../core/json.ts'
import type { TokenUsage } from '../core/token-usage.ts'

export interface PassFacts {
  /** The public id as a JSON string of ASCII characters. */
  readonly publicModelJson: string
  /** The client asked for the usage chunk, so it is passed on, with its cost. */
  readonly usageAsked: boolean
  /** Of the Responses API: what the reply object says over again of its request. */
  readonly truth?: ReplyTruth
  /** The exact cost of a call as a JSON number, or null when the price is not known. */
  costJson(usage: TokenUsage): string | null
  /** Members beside the cost: what the picker has saved. Absent where the request named its model. */
  readonly besideCost?: ((usage: TokenUsage) => JsonObject) | undefined
}

/** What a client is told of its own request, where an upstream's reply says less of it, or something else. */
export interface ReplyTruth {
  /** Members that stand over the upstream's: `store`, `previous_response_id`, `id`… */
  readonly echo: JsonObject | undefined
  /** Where the upstream was only sent what is new: the response that it goes on from, which its reply must say again. */
  readonly previousId: string | null
  /** A reply object with all its members, for those that the upstream left out; one that is not here stays out. */
  template(status: 'in_progress' | 'completed'): JsonObject
}

/** Where nothing is known of the request, or its dialect's replies say nothing of it. */
export const NO_TRUTH: ReplyTruth = Object.freeze({ echo: undefined, previousId: null, template: () => ({}) })

/** What an upstream calls its response, and whether it says that it keeps it. */
export interface UpstreamResponse {
  readonly id: string
  readonly stored: boolean
}
