// Is it well? Three questions, three answers: /health (can it serve models?), /health/live (does the process run?),
// /health/ready (should a load balancer send requests here?).
import { page, type Route } from './api/route.ts'
import type { ControlServices } from './api/services.ts'
import { healthBody } from './health-view.ts'

const JSON_REPLY = 'application/json'

export const HEALTH_ROUTES: readonly Route[] = [
  page(
    {
      path: '/health',
      tag: 'Health',
      name: 'getHealth',
      summary: 'Every provider, credential and model',
      description:
        '503 when no provider is healthy. How much it tells strangers is health.detail of the configuration; the operator sees all of it.',
      errors: ['upstream_error'],
      reply: {
        description: 'At least one provider is healthy.',
        schema: null,
        content: { [JSON_REPLY]: 'See docs/operations.md.' },
      },
    },
    async (request, services) => {
      const { state } = services
      const detail = (await isOperator(request, services)) ? 'full' : state.config().health.detail
      const facts = {
        detail,
        nowMs: state.now(),
        configError: state.configError(),
        moneyViolations: state.moneyViolations(),
      }
      const { healthy, body } = healthBody(state.health(), facts)
      return Response.json(body, { status: healthy ? 200 : 503 })
    },
  ),
  page(
    {
      path: '/health/live',
      tag: 'Health',
      name: 'getLiveness',
      summary: 'Whether the process runs',
      reply: { description: 'It does.', schema: null, content: { [JSON_REPLY]: '{"status": "alive"}' } },
    },
    () => Response.json({ status: 'alive' }),
  ),
  ...(['/health/ready', '/health/readiness'] as const).map((path) =>
    page(
      {
        path,
        tag: 'Health',
        name: path === '/health/ready' ? 'getReadiness' : 'getReadinessByItsOtherName',
        summary: 'Whether a load balancer should send requests here',
        errors: ['service_unavailable'],
        reply: {
          description: 'It should.',
          schema: null,
          content: { [JSON_REPLY]: '{"status": "ready", "checks": {...}}' },
        },
      },
      (_request, services) => readiness(services),
    ),
  ),
]

async function readiness({ state, probe }: ControlServices): Promise<Response> {
  const databaseIsWell = (await probe.problem()) === undefined
  const checks = {
    accepting: state.accepting(),
    database: databaseIsWell,
    workers: state.workersReady(),
    journal: state.journalIsWell(),
  }
  const isReady = checks.accepting && checks.database && checks.journal && checks.workers > 0
  const status = isReady ? 'ready' : checks.accepting ? 'not_ready' : 'draining'
  return Response.json(
    { status, checks, db: databaseIsWell ? 'connected' : 'Not connected' },
    { status: isReady ? 200 : 503, headers: isReady ? {} : { 'retry-after': '1' } },
  )
}

/** The operator sees everything whatever strangers may see. A wrong key is no error here: the page is open. */
async function isOperator(request: Request, { authenticate }: ControlServices): Promise<boolean> {
  const { headers } = request
  if (!headers.has('authorization') && !headers.has('x-api-key')) return false
  return authenticate(request).then(
    (principal) => principal.operator,
    () => false,
  )
}
