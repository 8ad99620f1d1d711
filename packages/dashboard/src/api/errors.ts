// What can go wrong between the app and its gateway.

/** The gateway's own codes, as far as the app acts on them. */
export interface ApiProblem {
  readonly status: number
  readonly code: string
  /** In English, from the gateway. */
  readonly message: string
  /** The field at fault, as a path: `limits.rpm`. */
  readonly param: string | null
  readonly retryAfterSeconds: number | null
  readonly requestId: string | null
}

/** The gateway answered, and the answer is no. */
export class ApiError extends Error implements ApiProblem {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly param: string | null
  readonly retryAfterSeconds: number | null
  readonly requestId: string | null

  constructor(problem: ApiProblem) {
    super(problem.message)
    this.status = problem.status
    this.code = problem.code
    this.param = problem.param
    this.retryAfterSeconds = problem.retryAfterSeconds
    this.requestId = problem.requestId
  }
}

/** Nobody answered: no network, or no gateway. Whether anything was done is not known. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** Somebody was asked to show that it is still them, and would not. */
export class ProofDeclinedError extends Error {
  override readonly name = 'ProofDeclinedError'
}

/** @param response not ok */
export async function errorOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const common = {
    status: response.status,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    requestId: response.headers.get('x-request-id'),
  }
  const { message, code, param } = readBody(await response.text().catch(() => ''))
  return new ApiError({
    ...common,
    message: message ?? `HTTP ${response.status}`,
    code: code ?? '',
    param: param ?? null,
  })
}

interface ErrorMembers {
  readonly message?: string
  readonly code?: string
  readonly param?: string
}

function readBody(text: string): ErrorMembers {
  try {
    const { error } = JSON.parse(text) as { error?: Record<string, unknown> }
    const { message, code, param } = error ?? {}
    return {
      ...(typeof message === 'string' ? { message } : {}),
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof param === 'string' ? { param } : {}),
    }
  } catch {
    return {}
  }
}
