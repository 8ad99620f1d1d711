/** A refusal or a failure in OpenAI's shape: `{error: {message, type, param, code}}` with this status and these headers. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError'
  readonly status: number
  readonly param: string | null
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    details: { param?: string | null; code?: string | null; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.status = status
    this.param = details.param ?? null
    this.code = details.code ?? null
    this.headers = details.headers ?? {}
  }

  body(): { error: { message: string; type: string; param: string | null; code: string | null } } {
    return { error: { message: this.message, type: errorType(this.status), param: this.param, code: this.code } }
  }
}

/** A 400 about one field of the request. */
export function badField(message: string, param: string, code: string): SimulatorError {
  return new SimulatorError(400, message, { param, code })
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 429) return 'requests'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
