// The control plane's pages and API. It runs in the primary, behind a local socket: the workers hand on what is not
// theirs, and nothing here is on the way of a model call. What there is to call is one table (`routes.ts`); this puts
// the table, the services and what every reply has in common together.
import { type Context, Hono } from 'hono'
import type { IdempotencyStore } from '../../core/idempotency-store.ts'
import { newRequestId } from '../../core/request-id.ts'
import type { Database } from '../../store/database.ts'
import { admit } from './api/access.ts'
import { Idempotency } from './api/idempotency.ts'
import { type ControlEnv, listenerOf } from './api/listener.ts'
import { mount } from './api/mount.ts'
import { normalPathOf } from '../normal-path.ts'
import type { ControlServices } from './api/services.ts'
import { createAuthenticate } from './authenticate.ts'
import { Dashboard } from './dashboard/dashboard.ts'
import { DatabaseProbe } from './database-probe.ts'
import { renderError } from './error-reply.ts'
import { notFound } from './not-found.ts'
import { ROUTES } from './routes.ts'

export interface ControlAppOptions extends Omit<ControlServices, 'authenticate' | 'admit' | 'probe' | 'dashboard'> {
  /** Absent = the one that lies where this package has it, if there is one. */
  readonly dashboard?: Dashboard
  readonly database: Pick<Database, 'check'>
  /** Random per run, for the command line on this machine; as good as the master key. */
  readonly operatorToken: string
  /** Told of every error that is nobody's request's fault. */
  readonly onError?: (error: unknown, requestId: string) => void
  /** Where answers to repeated requests are kept, and the gateway's secret. Absent = a repeated request is a new one. */
  readonly idempotency?: { readonly store: IdempotencyStore; readonly secret: Buffer }
  /** Every reply is held against its own declaration: for tests. */
  readonly checkReplies?: boolean
}

export type ControlApp = Hono<ControlEnv>

export function createControlApp(options: ControlAppOptions): ControlApp {
  const { state, idempotency } = options
  const app: ControlApp = new Hono<ControlEnv>({ getPath: (request) => normalPathOf(request.url) })
  const services: ControlServices = {
    ...options,
    authenticate: createAuthenticate(options),
    admit: (door, principal) =>
      admit(door, principal, { nowMs: state.now(), stepUpMs: state.config().people.stepUpMs }),
    probe: new DatabaseProbe(options.database, state.now),
    dashboard: options.dashboard ?? new Dashboard(),
  }
  app.use(async (c, next) => {
    // The port of the models has given it one; nobody else's is believed.
    const given = listenerOf(c).kind === 'admin' ? undefined : c.req.header('x-request-id')
    c.set('requestId', given ?? newRequestId())
    await next()
    if (given !== undefined || listenerOf(c).kind === 'admin') c.res.headers.set('x-request-id', c.get('requestId'))
    c.res.headers.set('x-content-type-options', 'nosniff')
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  })
  const isHidden = (c: Context<ControlEnv>): boolean => options.hasAdminListener && listenerOf(c).kind === 'data'
  const nothingThere = (c: Context<ControlEnv>): Response => {
    const known = isHidden(c) ? ROUTES.filter(({ surface }) => surface !== 'admin') : ROUTES
    return renderError(c, notFound(known, c.req.method, c.req.path))
  }
  mount(app, ROUTES, {
    services,
    notFound: nothingThere,
    checkReplies: options.checkReplies ?? false,
    ...(idempotency === undefined ? {} : { idempotency: new Idempotency({ ...idempotency, now: state.now }) }),
  })
  app.notFound(nothingThere)
  app.onError((error, c) => renderError(c, error, options.onError))
  return app
}
