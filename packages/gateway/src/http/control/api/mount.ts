// From the table of routes to what answers: who calls, may they, what do they want; then the handler. In this order, so
// that strangers learn nothing about what is valid, and nobody without the right learns what exists.
import type { Context, Hono } from 'hono'
import { GatewayError } from '../../../core/errors.ts'
import { checkAddress } from '../../../identity/permission.ts'
import { OPERATOR, type Principal } from '../../../identity/principal.ts'
import type { Idempotency } from './idempotency.ts'
import type { ControlEnv } from './listener.ts'
import { listenerOf } from './listener.ts'
import type { Call, Route } from './route.ts'
import { mustNotBeForeign } from './own-pages.ts'
import type { ControlServices } from './services.ts'
import { checked, readBody, readQuery } from './validate.ts'

/** Of what clients call themselves, as much is kept. */
const LONGEST_USER_AGENT = 300

/** @typeParam Services what the handlers of these routes need */
export interface MountOptions<Services> {
  readonly services: Services & Gate
  /** Absent where nobody can repeat a request by accident: on the command line. */
  readonly idempotency?: Idempotency
  /** What the rest of the app answers for a path that is not there. */
  notFound(c: Context<ControlEnv>): Response
  /** Every reply is held against its own declaration; tests do that. */
  readonly checkReplies?: boolean
}

type Gate = Pick<ControlServices, 'authenticate' | 'admit' | 'hasAdminListener'> &
  Partial<Pick<ControlServices, 'state'>>

export function mount<Services>(
  app: Hono<ControlEnv>,
  routes: readonly Route<Services>[],
  options: MountOptions<Services>,
): void {
  for (const route of routes) {
    app.on(route.method, routerPath(route.path), (c) => answer(c, route, options))
  }
}

/** As Hono writes it; `{name+}` takes slashes as well. */
function routerPath(path: string): string {
  return path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, more: string) => `:${name}${more === '' ? '' : '{.+}'}`)
}

async function answer<Services>(
  c: Context<ControlEnv>,
  route: Route<Services>,
  options: MountOptions<Services>,
): Promise<Response> {
  const { services } = options
  const request = c.req.raw
  const listener = listenerOf(c)
  const isSeparate = services.hasAdminListener
  if (isSeparate && listener.kind === 'data' && route.surface === 'admin') return options.notFound(c)
  const userAgent = (request.headers.get('user-agent') ?? '').slice(0, LONGEST_USER_AGENT)
  const common = {
    origin: { address: listener.address, requestId: c.get('requestId'), userAgent },
    listener: listener.kind,
    request,
  }
  if (route.access === 'open') {
    if (route.method !== 'GET') mustNotBeForeign(request.headers)
    const params = route.params === null ? {} : checked(route.params, c.req.param(), 'The path')
    const query = checkedQuery(route, request.url)
    const read = route.body === null ? null : await readOf(request, route.body)
    const body = route.body === null ? {} : checked(route.body, read?.value, 'The body')
    const call = { ...common, principal: NOBODY, params, query, body, bodyText: read?.text ?? '' }
    return finished(await route.handle(call, services), route, options)
  }
  const accountId = route.path.includes('{account_id}') ? (c.req.param('account_id') ?? null) : null
  const caller = await services.authenticate(request, { listener: listener.kind, accountId })
  // What a person may do for themselves works wherever they log in.
  if (isSeparate && listener.kind === 'data' && caller.operator && route.access !== 'person') {
    throw new GatewayError(
      'permission_denied',
      'The operator works on the admin listener here: see server.admin_port in the configuration.',
    )
  }
  checkAddress(caller, listener.address)
  const principal = services.admit(route, caller)
  const params = route.params === null ? {} : checked(route.params, c.req.param(), 'The path')
  const query = checkedQuery(route, request.url)
  if (route.body === null) return run({ ...common, principal, params, query, body: {}, bodyText: '' })
  const mostBytes = route.largeBody === true ? services.state?.config().server.maxBodyBytes : undefined
  const read = await readOf(request, route.body, mostBytes)
  const body = checked(route.body, read.value, 'The body')
  const call = { ...common, principal, params, query, body, bodyText: read.text }
  const repeatable = route.idempotent === true ? request.headers.get('idempotency-key') : null
  if (repeatable === null || options.idempotency === undefined) return run(call)
  const wanted = {
    key: repeatable,
    principal,
    path: `${route.method} ${c.req.path}${new URL(request.url).search}`,
    body: read.text,
  }
  return options.idempotency.once(wanted, () => run(call))

  async function run(made: Call<unknown, unknown, unknown>): Promise<Response> {
    return finished(await route.handle(made, services), route, options)
  }
}

async function readOf(
  request: Request,
  schema: NonNullable<Route['body']>,
  mostBytes?: number,
): Promise<{ readonly text: string; readonly value: unknown }> {
  return await readBody(request, schema.safeParse({}).success, mostBytes)
}

function finished(
  result: unknown,
  { reply }: Pick<Route, 'reply'>,
  { checkReplies }: { readonly checkReplies?: boolean },
): Response {
  if (result instanceof Response) return result
  if (checkReplies === true) reply.schema?.parse(result)
  return Response.json(result, { status: reply.status ?? 200 })
}

/** Routes without a query of their own ignore one: monitors add all sorts of things to addresses. */
function checkedQuery({ query, access }: Pick<Route, 'query' | 'access'>, url: string): unknown {
  if (query !== null) return checked(query, readQuery(url), 'The query')
  if (access === 'open') return {}
  const [name] = Object.keys(readQuery(url))
  if (name === undefined) return {}
  const param = name.slice(0, 100)
  throw new GatewayError('invalid_request', `Unknown query parameter "${param}". There are none here.`, { param })
}

/** Open routes ask who calls themselves, where it matters at all. */
const NOBODY: Principal = Object.freeze({ ...OPERATOR, keyId: '', accountId: '', operator: false, scopes: [] })
