// Every error that the gateway itself says, in one table. The documentation's table and the server's replies are made
// from it; the shape in which a client sees it belongs to its dialect (`dialects/*/errors.ts`).

export interface ErrorKind {
  readonly status: number
  /** OpenAI's `type` for this class of error. */
  readonly type: string
  /** One sentence for the documentation. */
  readonly meaning: string
  readonly fix: string
}

const INVALID = 'invalid_request_error'

/** Source: DESIGN section 5; the codes are part of the public API. */
export const ERROR_TABLE = {
  invalid_request: {
    status: 400,
    type: INVALID,
    meaning: 'The request cannot be understood.',
    fix: 'The message names the field. Change it and send the request again.',
  },
  previous_response_not_found: {
    status: 400,
    type: INVALID,
    meaning: 'The response to continue from does not exist.',
    fix: 'Send the whole conversation, or an id that still exists.',
  },
  invalid_api_key: {
    status: 401,
    type: 'authentication_error',
    meaning: 'API key is missing, unknown, expired or revoked.',
    fix: 'Check the Authorization header and that the key is active.',
  },
  insufficient_balance: {
    status: 402,
    type: 'insufficient_quota',
    meaning: 'Wallet or budget cannot cover the call.',
    fix: 'Top up the wallet or raise the budget.',
  },
  permission_denied: {
    status: 403,
    type: 'permission_denied',
    meaning: 'The key may not do this.',
    fix: 'Use a key with the scope that the message names.',
  },
  model_not_found: {
    status: 404,
    type: INVALID,
    meaning: 'The model is unknown, inactive, or not open to this key.',
    fix: 'Choose an id from GET /v1/models.',
  },
  not_found: {
    status: 404,
    type: INVALID,
    meaning: 'There is no such object or path.',
    fix: 'Check the address; the message names the nearest one.',
  },
  method_not_allowed: {
    status: 405,
    type: INVALID,
    meaning: 'The path does not take this method.',
    fix: 'Use a method from the Allow header.',
  },
  request_timeout: {
    status: 408,
    type: 'timeout_error',
    meaning: 'The request arrived too slowly.',
    fix: 'Send it again over a better connection.',
  },
  conflict: {
    status: 409,
    type: INVALID,
    meaning: 'The request conflicts with another one.',
    fix: 'Wait for the other one, or use another idempotency key.',
  },
  request_too_large: {
    status: 413,
    type: INVALID,
    meaning: 'The request is larger than the limit.',
    fix: 'Send less, or ask the operator for a higher limit.',
  },
  unsupported_media_type: {
    status: 415,
    type: INVALID,
    meaning: 'The body is not JSON, or its encoding is not known.',
    fix: 'Send Content-Type: application/json, plain or gzip, br or zstd.',
  },
  upgrade_required: {
    status: 426,
    type: INVALID,
    meaning: 'WebSocket is switched off here.',
    fix: 'Use HTTP with server-sent events.',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    meaning: 'A limit of requests, tokens or concurrency is reached.',
    fix: 'Try again after the time in the Retry-After header.',
  },
  internal_error: {
    status: 500,
    type: 'server_error',
    meaning: 'The gateway could not choose a route or forward the request.',
    fix: 'Report the request id to the operator.',
  },
  upstream_error: {
    status: 503,
    type: 'server_error',
    meaning: 'Every upstream failed, or none is healthy.',
    fix: 'Try again after the time in the Retry-After header.',
  },
  service_unavailable: {
    status: 503,
    type: 'server_error',
    meaning: 'The gateway is draining, overloaded, or its database is not well.',
    fix: 'Try again after the time in the Retry-After header.',
  },
  upstream_timeout: {
    status: 504,
    type: 'timeout_error',
    meaning: 'The upstreams did not answer in time.',
    fix: 'Try again, or ask for a shorter answer.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERROR_TABLE

export interface ErrorDetails {
  /** The field of the request at fault, as a path: `messages[0].role`. */
  readonly param?: string | null
  /** Whole seconds; becomes the Retry-After header. */
  readonly retryAfterSeconds?: number
  /** For `upstream_error`. */
  readonly reason?: 'all_failed' | 'none_healthy' | 'all_limited'
  readonly headers?: Readonly<Record<string, string>>
  /** What a provider said about a request that is wrong: its status, type and code stand in place of the table's. */
  readonly provider?: ProviderWords
  readonly cause?: unknown
}

export interface ProviderWords {
  /** 400 to 422. */
  readonly status: number
  /** `context_length_exceeded` and `content_filter` always spelled so: agents act on them. '' = none. */
  readonly code: string
  /** '' = none. */
  readonly type: string
}

/** An error whose message a client may see. Anything else that is thrown is a bug, and is answered as `internal_error`. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  /** One of the table's, or a provider's own. */
  readonly code: string
  readonly tableCode: ErrorCode
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly retryAfterSeconds: number | undefined
  readonly reason: ErrorDetails['reason']
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    const kind = ERROR_TABLE[code]
    this.code = details.provider?.code || code
    this.tableCode = code
    this.status = details.provider?.status ?? kind.status
    this.type = details.provider?.type || kind.type
    this.param = details.param ?? null
    this.retryAfterSeconds = details.retryAfterSeconds
    this.reason = details.reason
    this.headers = details.headers ?? {}
  }
}

/** OpenAI's error body; `param` and `code` are always there. Source: the OpenAPI document's `ErrorResponse`. */
export function openaiErrorBody(error: GatewayError): string {
  const { message, type, param, code, reason } = error
  return JSON.stringify({ error: reason ? { message, type, param, code, reason } : { message, type, param, code } })
}

export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  return new GatewayError(
    'internal_error',
    'The gateway met an unexpected error. Its log has the details under this request id.',
    { cause: error },
  )
}
