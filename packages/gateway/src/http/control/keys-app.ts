// The key routes alone, for the command line while no gateway runs: the same checks and the same replies, without HTTP.
import { Hono } from 'hono'
import type { KeyService } from '../../identity/key-service.ts'
import { OPERATOR } from '../../identity/principal.ts'
import { renderError } from './error-reply.ts'
import { addKeyRoutes } from './key-routes.ts'

/** Everybody who can call it is the operator: whoever can open the database file could write to it as well. */
export function createKeysApp(keys: KeyService): Hono {
  const app = new Hono()
  addKeyRoutes(app, { keys, authenticate: async () => OPERATOR })
  app.onError((error, c) => renderError(c, error))
  return app
}
