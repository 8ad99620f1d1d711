// One line per call. A worker appends it to its journal before the reply ends, the primary brings it into the database.

import type { TokenUsage } from '../../core/token-usage.ts'
import type { JournalReceipt } from './receipts.ts'

/** One upstream that was asked. */
export interface AttemptNote {
  readonly provider: string
  /** `ok`, or what went wrong, as the metric `fairlead_attempts_total` names it. */
  readonly outcome: string
  readonly durationMs: number
  /** Of the provider; '' = not known. */
  readonly credential: string
  /** After the request came in; -1 = not known. */
  readonly startMs: number
  readonly upstreamModel: string
}

export interface UsageRecord {
  readonly requestId: string
  readonly startedAtMs: number
  readonly durationMs: number
  /** To the first content of a stream, else to the reply; -1 when no byte came. */
  readonly firstByteMs: number
  /** `key_...`, or `master`. */
  readonly keyId: string
  readonly accountId: string
  /** Whose limits and prices the call had; empty = none. */
  readonly group: string
  /** `/v1/chat/completions` */
  readonly endpoint: string
  /** Public id that was asked for. */
  readonly model: string
  readonly provider: string
  readonly upstreamModel: string
  /** What the client saw: the HTTP status, or 499 when it left first. */
  readonly status: number
  /** Empty when all went well; else a code of the error table, `client_gone`, or `interrupted`: our process died. */
  readonly errorCode: string
  readonly stream: boolean
  readonly attempts: number
  /** In the order in which they were asked; empty when the first answered and that was all. */
  readonly trail: readonly AttemptNote[]
  readonly usage: TokenUsage
  /** True when `usage` is our estimate because the provider sent none. */
  readonly estimated: boolean
  /** At the caller's price. Integer nano-US$, as all amounts. */
  readonly costNanos: number
  /** At the upstream's price: what the call cost the operator. */
  readonly providerCostNanos: number
  /** The price by which `costNanos` was reckoned, multiplier included (`price-text.ts`); '' = the model has none. */
  readonly priceText: string
  /** The slice of the caller's wallet that pays; '' = nothing is charged. */
  readonly sliceId: string
  /** Of the cost, what was captured in that slice. What is missing is taken from the wallet itself when the line is brought in. */
  readonly paidNanos: number
  /** What was held of the wallet when the call ended; 0 where nobody pays. */
  readonly heldNanos: number
  /** What the client calls itself; absent = nothing. */
  readonly userAgent?: string
  /** Background work, which may be run again under the same request id: only one of its records is charged. */
  readonly once?: true
  /** Of a call that the picker chose for; written down once, and again where another model answered in the end. */
  readonly receipt?: JournalReceipt
}

/** A call as the database has it. */
export interface StoredUsageRecord extends Omit<UsageRecord, 'sliceId' | 'paidNanos' | 'once' | 'receipt'> {
  /** `tr_...`: with which it was charged; null = it was not, or cost nothing. */
  readonly transferId: string | null
  /** Unix ms by the database's clock; null likewise. */
  readonly chargedAtMs: number | null
  /** What the wallet was charged; null = nobody pays for this call. Less than the cost only where the operator bears the rest. */
  readonly chargedNanos: number | null
}
