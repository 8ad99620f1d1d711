// GET /api/status: open to everybody, so it says little; what it says is true now.
import { page, type Route } from './api/route.ts'

export const STATUS_ROUTES: readonly Route[] = [
  page(
    {
      path: '/api/status',
      tag: 'Health',
      name: 'getStatus',
      summary: 'Release, start time, and whether the database is well',
      errors: ['service_unavailable'],
      reply: {
        description: 'All is well.',
        schema: null,
        content: {
          'application/json': '{"success", "message", "data": {"version", "start_time", "system_name", "upstreams"}}',
        },
      },
    },
    async (_request, { state, probe }) => {
      const well = (await probe.problem()) === undefined
      const { providers } = state.health()
      const body = {
        success: well,
        message: well
          ? ''
          : 'The database is not well. The operator finds the reason in the log and with "fairlead doctor".',
        data: {
          version: state.version,
          start_time: Math.floor(state.startedAtMs / 1000),
          system_name: state.config().brand.name,
          upstreams: { total: providers.length, healthy: providers.filter(({ healthy }) => healthy).length },
        },
      }
      return Response.json(body, { status: well ? 200 : 503 })
    },
  ),
]
