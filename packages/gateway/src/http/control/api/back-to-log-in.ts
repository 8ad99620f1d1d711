// A browser that follows a link wants a page. When an issuer's log-in fails it is shown the log-in page, which says what
// happened in the reader's language; a program that calls the same address gets the error itself.
import { GatewayError } from '../../../core/errors.ts'
import type { Call } from './route.ts'
import { redirect, type SessionServices } from './session-reply.ts'

type AnyCall = Call<unknown, unknown, unknown>

interface Journey {
  /** Its name in the configuration. */
  readonly issuer: string
  /** A path of ours. */
  readonly returnTo: string
}

/** The address carries codes alone, never a sentence: a link must not put words into our mouth. @throws what it was given */
export function backToLogIn(
  { request }: AnyCall,
  services: SessionServices,
  error: unknown,
  { issuer, returnTo }: Journey,
): Response {
  if (!(error instanceof GatewayError) || !takesPages(request)) throw error
  const search = new URLSearchParams({ failed: error.tableCode, issuer })
  if (error.param !== null) search.set('why', error.param)
  if (returnTo !== '/') search.set('next', returnTo)
  return redirect(`${basePath(services)}/log-in?${search.toString()}`, [])
}

/** Under which path of its host the gateway stands: '' or `/path`. */
export function basePath({ state }: SessionServices): string {
  return (URL.parse(state.config().server.publicUrl)?.pathname ?? '').replace(/\/+$/, '')
}

function takesPages({ headers }: Pick<Request, 'headers'>): boolean {
  return /\btext\/html\b/.test(headers.get('accept') ?? '')
}
