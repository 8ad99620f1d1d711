// The pages for people: the landing page, the health page and the reference of the API.
import { page, type Route } from './api/route.ts'
import { healthBody } from './health-view.ts'
import { ARRIVAL_KINDS, ARRIVALS, arrivalPage } from './pages/arrival.ts'
import { pageResponse } from './pages/html.ts'
import { landingPage } from './pages/landing.ts'
import { vhealthPage } from './pages/vhealth.ts'

const HTML = { description: 'A page for people.', schema: null, content: { 'text/html': 'HTML' } } as const

export const PAGE_ROUTES: readonly Route[] = [
  page(
    {
      path: '/',
      surface: 'admin',
      tag: 'Health',
      name: 'getHome',
      summary: 'What this is and how to call it',
      reply: HTML,
    },
    (request, { state }) => {
      const config = state.config()
      const origin = config.server.publicUrl || originOf(request, config.server.port)
      return pageResponse(landingPage({ config, version: state.version, origin }))
    },
  ),
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
  ...arrivals(),
]

/** Open, like the links that lead there; the operator's own only where operators come in. */
function arrivals(): readonly Route[] {
  return ARRIVAL_KINDS.map((kind) =>
    page(
      {
        path: `/${kind}`,
        surface: kind === 'set-up' ? 'admin' : 'everywhere',
        tag: 'Log-in',
        name: `get${kind
          .split('-')
          .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
          .join('')}Page`,
        summary: `Where a link leads: ${ARRIVALS[kind].title.toLowerCase()}`,
        reply: HTML,
      },
      (_request, { state }) => pageResponse(arrivalPage(kind, state.config().brand.name)),
    ),
  )
}

/** As the client wrote it in `Host`; only shown to that client, and only when it looks like a host at all. */
function originOf({ headers }: Request, port: number): string {
  const host = headers.get('host') ?? ''
  return /^[\w.-]+(:\d+)?$|^\[[0-9a-f:.]+\](:\d+)?$/i.test(host) ? `http://${host}` : `http://127.0.0.1:${port}`
}
