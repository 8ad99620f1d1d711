// The web app: its index page under every path that is one of its own, and the files that the page loads.
import { GatewayError } from '../../../core/errors.ts'
import { normalPathOf } from '../../normal-path.ts'
import { page, type Route } from '../api/route.ts'
import type { ControlServices } from '../api/services.ts'
import { pageResponse } from '../pages/html.ts'
import { noDashboardPage } from '../pages/no-dashboard.ts'
import { indexResponse } from './index-page.ts'
import { DASHBOARD_PATHS } from './paths.ts'

const HTML = { description: 'The web app.', schema: null, content: { 'text/html': 'HTML' } } as const
const FILE = { description: 'A file of the web app.', schema: null, content: { '*/*': 'A file.' } } as const
const FACTS = { tag: 'Health' } as const
const FILES = ['/assets/{file}', '/theme.js', '/favicon.svg'] as const

export const DASHBOARD_ROUTES: readonly Route[] = [
  ...DASHBOARD_PATHS.map((path) =>
    page(
      { ...FACTS, path, name: `page ${path}`, summary: 'The web app', reply: HTML },
      async (_request, services) => await indexFor(services),
    ),
  ),
  ...FILES.map((path) =>
    page({ ...FACTS, path, name: `file ${path}`, summary: 'A file of the web app', reply: FILE }, fileFor),
  ),
]

async function indexFor({ dashboard, state }: ControlServices): Promise<Response> {
  const { brand, server } = state.config()
  const files = server.dashboard ? await dashboard.files() : null
  const why = server.dashboard ? await dashboard.state() : 'off'
  if (files !== null && why === 'ready')
    return indexResponse(files.index, { brand: brand.name, publicUrl: server.publicUrl })
  const response = pageResponse(noDashboardPage({ brand: brand.name, why: why === 'ready' ? 'absent' : why }))
  response.headers.set('x-fairlead-dashboard', why)
  return response
}

async function fileFor(request: Request, { dashboard, state }: ControlServices): Promise<Response> {
  const path = normalPathOf(request.url)
  const files = state.config().server.dashboard ? await dashboard.files() : null
  const file = (await files?.read(path.slice(1), request.headers.get('accept-encoding') ?? '')) ?? null
  if (file === null) throw new GatewayError('not_found', `There is no file ${path.slice(0, 200)}.`)
  return new Response(new Uint8Array(file.body), { headers: file.headers })
}
