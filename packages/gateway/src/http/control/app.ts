// The control plane's pages and API. It runs in the primary, behind a local socket: the workers hand on what is not
// theirs, and nothing here is on the way of a model call. A route is a file; this one puts them together, and decides
// what every reply has in common.
import { Hono } from 'hono'
import type { KeyService } from '../../identity/key-service.ts'
import type { Database } from '../../store/database.ts'
import type { ControlState } from '../control-ports.ts'
import { createAuthenticate } from './authenticate.ts'
import { DatabaseProbe } from './database-probe.ts'
import { renderError } from './error-reply.ts'
import { addHealthRoutes } from './health-routes.ts'
import { addKeyRoutes } from './key-routes.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { notFound } from './not-found.ts'
import { addPageRoutes } from './page-routes.ts'
import { addStatusRoute } from './status-route.ts'

export interface ControlAppOptions {
  readonly state: ControlState
  readonly keys: KeyService
  readonly database: Pick<Database, 'check'>
  /** Random per run, for the command line on this machine; as good as the master key. */
  readonly operatorToken: string
  /** Told of every error that is nobody's request's fault. */
  readonly onError?: (error: unknown, requestId: string) => void
}

/** What the routes share. */
export interface ControlContext extends ControlAppOptions {
  readonly authenticate: ReturnType<typeof createAuthenticate>
  readonly probe: DatabaseProbe
}

export function createControlApp(options: ControlAppOptions): Hono {
  const app = new Hono({ strict: false })
  const context: ControlContext = {
    ...options,
    authenticate: createAuthenticate(options),
    probe: new DatabaseProbe(options.database, options.state.now),
  }
  app.use(async (c, next) => {
    await next()
    const requestId = c.req.header('x-request-id')
    if (requestId !== undefined) c.res.headers.set('x-request-id', requestId)
    c.res.headers.set('x-content-type-options', 'nosniff')
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  })
  addHealthRoutes(app, context)
  addStatusRoute(app, context)
  addMetricsRoute(app, context)
  addKeyRoutes(app, context)
  addPageRoutes(app, context)
  app.notFound((c) => renderError(c, notFound(app, c.req.method, c.req.path)))
  app.onError((error, c) => renderError(c, error, options.onError))
  return app
}
