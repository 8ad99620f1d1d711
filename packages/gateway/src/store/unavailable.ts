// Which errors are the database's own trouble. A caller who gets one of these has asked for nothing wrong: the answer
// is 503 with Retry-After, never 401 ("no such key") and never 500.
import { GatewayError } from '../core/errors.ts'

const RETRY_AFTER_SECONDS = 5

/** Codes of Node for a server that cannot be reached, or left. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EMFILE',
  'ENFILE',
])

/**
 * SQLSTATE classes and codes of PostgreSQL (its manual, appendix A): connection exceptions, insufficient resources,
 * operator intervention (shutdown, starting up, statement timeout), system errors; refused log-ins, a database that is
 * not there, and a server that only reads, as a standby does.
 */
const SQLSTATE = /^(?:08|53|57|58|28|3D|25006$|55P03$|XX001$|XX002$)/

/** What the driver says without a code. */
const DRIVER =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|is only a standby/

/** Primary result codes of SQLite (its manual, "Result and Error Codes"). */
const SQLITE = new Set([5, 6, 8, 10, 11, 13, 14, 26]) // busy, locked, readonly, ioerr, corrupt, full, cantopen, notadb

/** Whether the database, not the question, is at fault: unreachable, locked, full, broken or shutting down. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof GatewayError) return error.tableCode === 'service_unavailable'
  if (!(error instanceof Error)) return false
  const { code, errcode } = codesOf(error)
  if (errcode !== undefined) return SQLITE.has(errcode & 0xff)
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isUnavailable)
  if (NETWORK.has(code) || ('syscall' in error && error.syscall === 'connect')) return true
  // SQLSTATE has five characters; so has EPIPE, which was asked for above.
  if (code.length === 5) return SQLSTATE.test(code)
  return DRIVER.test(error.message) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')
}

/** Whether the server is not there, not ready or full, so that asking again later may help without anybody's doing. */
export function isAway(error: unknown): boolean {
  if (error instanceof GatewayError) return isAway(error.cause)
  return isUnavailable(error) && !(error instanceof Error && /^(?:28|3D)/.test(codesOf(error).code))
}

/** Whether a connection to PostgreSQL is of no use any more after this error, rather than the statement. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  const { code } = codesOf(error)
  return !/^[0-9A-Z]{5}$/.test(code) || code === 'EPIPE' || /^(?:08|57P|25006|25P03|58|XX)/.test(code)
}

/** What a client may see of it. The reason is the error's `cause`, for the log. */
export function unavailable(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  return new GatewayError(
    'service_unavailable',
    `The gateway's database is not available at the moment. Try again in ${RETRY_AFTER_SECONDS} s.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  )
}

/** The error as callers of the stores get it. */
export function translated(error: unknown): unknown {
  return isUnavailable(error) ? unavailable(error) : error
}

/** The reason behind an error of the stores, in words for the operator. */
export function reasonOf(error: unknown): string {
  if (error instanceof GatewayError && error.cause !== undefined) return reasonOf(error.cause)
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** `code` is '' when there is none; `errcode` is SQLite's. */
export function codesOf(error: Error): { readonly code: string; readonly errcode: number | undefined } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const errcode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
  return { code, errcode }
}
