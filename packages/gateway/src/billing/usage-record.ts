// One line per call. A worker appends it to its journal before the reply ends, the primary brings it into the database.

import type { TokenUsage } from '../core/token-usage.ts'

export interface UsageRecord {
  readonly requestId: string
  readonly startedAtMs: number
  readonly durationMs: number
  /** -1 when no byte came. */
  readonly firstByteMs: number
  /** `key_...`, or `master`. */
  readonly keyId: string
  readonly accountId: string
  /** `/v1/chat/completions` */
  readonly endpoint: string
  /** Public id that was asked for. */
  readonly model: string
  readonly provider: string
  readonly upstreamModel: string
  /** What the client saw: the HTTP status, or 499 when it left first. */
  readonly status: number
  /** Empty when all went well; else a code of the error table or `client_gone`, `upstream_cut`. */
  readonly errorCode: string
  readonly stream: boolean
  readonly attempts: number
  readonly usage: TokenUsage
  /** True when `usage` is our estimate because the provider sent none. */
  readonly estimated: boolean
  /** Integer nano-US$. */
  readonly costNanos: number
}
