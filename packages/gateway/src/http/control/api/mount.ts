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
import type { ControlServices } from './services.ts'
import { checked, readBody, readQuery } from './validate.ts'

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

type Gate = Pick<ControlServices, 'authenticate' | 'hasAdminListener'> & Partial<Pick<ControlServices, 'state'>>

export function mount<Services>(
  app: Hono<ControlEnv>,
  routes: readonly Route<Services>[],
  options: MountOptions<Services>,
): void {
  for (const route of routes) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) => answer(c, route, options))
  }
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
  const common = { requestId: c.get('requestId'), address: listener.address, request }
  if (route.access === 'open') {
    const call = { ...common, principal: NOBODY, params: {}, query: {}, body: {}, bodyText: '' }
    return finished(await route.handle(call, services), route, options)
  }
  const principal = await services.authenticate(request.headers)
  if (isSeparate && listener.kind === 'data' && principal.operator) {
    throw new GatewayError(
      'permission_denied',
      "The operator's key works on the admin listener here: see server.admin_port in the configuration.",
    )
  }
  checkAddress(principal, listener.address)
  mustHaveAccess(route, principal)
  const params = route.params === null ? {} : checked(route.params, c.req.param(), 'The path')
  const query = checkedQuery(route, request.url)
  if (route.body === null) return run({ ...common, principal, params, query, body: {}, bodyText: '' })
  const mostBytes = route.largeBody === true ? services.state?.config().server.maxBodyBytes : undefined
  const read = await readBody(request, route.body.safeParse({}).success, mostBytes)
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

/** @throws {GatewayError} `permission_denied` */
function mustHaveAccess({ access }: Pick<Route, 'access'>, principal: Principal): void {
  if (principal.operator || access === 'open' || access === 'key') return
  if (access === 'operator') {
    throw new GatewayError('permission_denied', 'Only the operator may do this: use the master key.')
  }
  if (principal.scopes.includes(access)) return
  throw new GatewayError(
    'permission_denied',
    `This key may not manage keys: it was made without the scope "${access}".`,
  )
}

/** Open routes ask who calls themselves, where it matters at all. */
const NOBODY: Principal = Object.freeze({ ...OPERATOR, keyId: '', accountId: '', operator: false, scopes: [] })
