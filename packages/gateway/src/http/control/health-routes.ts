// Is it well? Three questions, three answers: /health (can it serve models?), /health/live (does the process run?),
// /health/ready (should a load balancer send requests here?).
import type { Context, Hono } from 'hono'
import type { ControlContext } from './app.ts'
import { healthBody } from './health-view.ts'

export function addHealthRoutes(app: Hono, context: ControlContext): void {
  const { state, probe } = context

  app.get('/health', async (c) => {
    const detail = (await isOperator(c, context)) ? 'full' : state.config().health.detail
    const { healthy, body } = healthBody(state.health(), {
      detail,
      nowMs: state.now(),
      configError: state.configError(),
    })
    return c.json(body, healthy ? 200 : 503)
  })

  app.get('/health/live', (c) => c.json({ status: 'alive' }))

  const ready = async (c: Context): Promise<Response> => {
    const databaseIsWell = (await probe.problem()) === undefined
    const checks = {
      accepting: state.accepting(),
      database: databaseIsWell,
      workers: state.workersReady(),
    }
    const isReady = checks.accepting && checks.database && checks.workers > 0
    const status = isReady ? 'ready' : checks.accepting ? 'not_ready' : 'draining'
    return c.json(
      { status, checks, db: databaseIsWell ? 'connected' : 'Not connected' },
      isReady ? 200 : 503,
      isReady ? {} : { 'retry-after': '1' },
    )
  }
  app.get('/health/ready', ready)
  app.get('/health/readiness', ready)
}

/** The operator sees everything whatever strangers may see. A wrong key is no error here: the page is open. */
async function isOperator(c: Context, { authenticate }: ControlContext): Promise<boolean> {
  if (c.req.header('authorization') === undefined && c.req.header('x-api-key') === undefined) return false
  return authenticate(c).then(
    (principal) => principal.operator,
    () => false,
  )
}
