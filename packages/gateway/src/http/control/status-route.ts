// GET /api/status: open to everybody, so it says little; what it says is true now.
import type { Hono } from 'hono'
import type { ControlContext } from './app.ts'

export function addStatusRoute(app: Hono, { state, probe }: ControlContext): void {
  app.get('/api/status', async (c) => {
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
    return c.json(body, well ? 200 : 503)
  })
}
