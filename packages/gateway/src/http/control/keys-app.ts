// The routes on keys, accounts, groups, wallets and people alone, for the command line while no gateway runs: the same checks and the
// same replies, without HTTP.
import { Hono } from 'hono'
import { OPERATOR } from '../../identity/principal.ts'
import type { ControlEnv } from './api/listener.ts'
import { mount } from './api/mount.ts'
import type { MoneyServices } from './api/services.ts'
import type { PersonRouteServices } from './resources/people.ts'
import { normalPathOf } from '../normal-path.ts'
import { renderError } from './error-reply.ts'
import { notFound } from './not-found.ts'
import { DESK_ROUTES } from './routes.ts'

/** Everybody who can call it is the operator: whoever can open the database file could write to it as well. */
export function createKeysApp(services: MoneyServices & PersonRouteServices): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ getPath: (request) => normalPathOf(request.url) })
  app.use(async (c, next) => {
    c.set('requestId', '')
    await next()
  })
  mount(app, DESK_ROUTES, {
    services: {
      ...services,
      hasAdminListener: false,
      authenticate: async () => OPERATOR,
      admit: (_door, principal) => principal,
    },
    notFound: (c) => renderError(c, notFound(DESK_ROUTES, c.req.method, c.req.path)),
  })
  app.notFound((c) => renderError(c, notFound(DESK_ROUTES, c.req.method, c.req.path)))
  app.onError((error, c) => renderError(c, error))
  return app
}
