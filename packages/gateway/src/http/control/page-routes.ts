// The two pages for people: the landing page and the health page.
import type { Context, Hono } from 'hono'
import type { ControlContext } from './app.ts'
import { healthBody } from './health-view.ts'
import { pageResponse } from './pages/html.ts'
import { landingPage } from './pages/landing.ts'
import { vhealthPage } from './pages/vhealth.ts'

export function addPageRoutes(app: Hono, { state }: ControlContext): void {
  app.get('/', (c) => {
    const config = state.config()
    const origin = config.server.publicUrl || originOf(c, config.server.port)
    return pageResponse(landingPage({ config, version: state.version, origin }))
  })

  app.get('/vhealth', () => {
    const config = state.config()
    const nowMs = state.now()
    const options = { detail: config.health.detail, nowMs, configError: state.configError() }
    return pageResponse(
      vhealthPage({
        name: config.brand.name,
        version: state.version,
        startedAtMs: state.startedAtMs,
        nowMs,
        health: healthBody(state.health(), options).body,
      }),
    )
  })
}

/** As the client wrote it in `Host`; only shown to that client, and only when it looks like a host at all. */
function originOf(c: Context, port: number): string {
  const host = c.req.header('host') ?? ''
  return /^[\w.-]+(:\d+)?$|^\[[0-9a-f:.]+\](:\d+)?$/i.test(host) ? `http://${host}` : `http://127.0.0.1:${port}`
}
