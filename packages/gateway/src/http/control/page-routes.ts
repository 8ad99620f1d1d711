// The pages for people that need no web app: the health page.
import { page, type Route } from './api/route.ts'
import { healthBody } from './health-view.ts'
import { pageResponse } from './pages/html.ts'
import { vhealthPage } from './pages/vhealth.ts'

const HTML = { description: 'A page for people.', schema: null, content: { 'text/html': 'HTML' } } as const

export const PAGE_ROUTES: readonly Route[] = [
  page(
    {
      path: '/vhealth',
      surface: 'admin',
      tag: 'Health',
      name: 'getHealthPage',
      summary: '/health for people',
      reply: HTML,
    },
    (_request, { state }) => {
      const config = state.config()
      const nowMs = state.now()
      const options = {
        detail: config.health.detail,
        nowMs,
        configError: state.configError(),
        moneyViolations: state.moneyViolations(),
      }
      return pageResponse(
        vhealthPage({
          name: config.brand.name,
          version: state.version,
          startedAtMs: state.startedAtMs,
          nowMs,
          health: healthBody(state.health(), options).body,
        }),
      )
    },
  ),
]
