// Every route against every credential that is no person's (those are in `role-matrix.test.ts`), in every header that
// carries one. The routes come from the tables that serve them, the rights from what they declare, so a new route is in
// here without anybody remembering to add it.
// (LiteLLM, Portkey and Open WebUI each had a route, or a header, at which the check was missing.)

import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { FakeStripe } from '@fairlead/testkit/stripe/fake-stripe.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR } from '../src/identity/principal.ts'
import { makeKey as makeSecret } from '../src/identity/key-format.ts'
import type { NewKey } from '../src/identity/key-service.ts'
import type { Access, Method } from '../src/http/control/api/route.ts'
import { ensureBuilt } from '../src/commands/build-dashboard.ts'
import { DASHBOARD_PATHS } from '../src/http/control/dashboard/paths.ts'
import { ROUTES } from '../src/http/control/routes.ts'
import { dialectOfPath } from '../src/http/paths.ts'
import { ENDPOINTS, GEMINI_METHODS } from '../src/relay/endpoints.ts'
import { MASTER_KEY, providersYaml, startGateway, type TestGateway } from './support/gateway.ts'

interface Tried {
  readonly title: string
  readonly method: Method
  readonly access: Access
  /** Of the data plane: with a model in it, of one that the key may name, and a dialect of its own. */
  readonly plane: 'control' | 'models' | 'model' | 'relay'
  /** Where object ids stand, `{...}` still. */
  readonly path: string
  /** That is good enough to come to the question of whose it is. */
  readonly body?: string
}

/** What anybody with a key may call; a relay endpoint that is not among these is served without a decision about it. */
const RELAYED = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/images/generations',
  '/v1/moderations',
  '/v1/responses',
  '/v1/responses/compact',
  '/v1/responses/input_tokens',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1beta/models/{model}:generateContent',
  '/v1beta/models/{model}:streamGenerateContent',
  '/v1beta/models/{model}:countTokens',
  '/v1beta/models/{model}:embedContent',
  '/v1beta/models/{model}:batchEmbedContents',
]

const relays = [...ENDPOINTS, ...[...GEMINI_METHODS.values()].map(({ endpoint }) => endpoint)]
const routes: readonly Tried[] = [
  ...ROUTES.map(({ method, path, access, example }) => ({
    title: `${method} ${path}`,
    method,
    path,
    access,
    plane: 'control' as const,
    ...(path.startsWith('/v1/conversations') ? { body: JSON.stringify(example?.body ?? {}) } : {}),
  })),
  ...relays.map(({ path }) => ({
    title: `POST ${path}`,
    method: 'POST' as const,
    path,
    access: 'key' as const,
    plane: 'relay' as const,
  })),
  ...['/v1/models', '/v1beta/models'].flatMap((path) => [
    { title: `GET ${path}`, method: 'GET' as const, path, access: 'key' as const, plane: 'models' as const },
    {
      title: `GET ${path}/{model}`,
      method: 'GET' as const,
      path: `${path}/{model}`,
      access: 'key' as const,
      plane: 'model' as const,
    },
  ]),
]

type Outcome = 'allowed' | 401 | 403 | 404

interface Credential {
  readonly name: string
  token(): string
  /** What a route that is not open answers to it. */
  expected(route: Tried): Outcome
  /** Ask for what is another account's, by its real id. */
  readonly foreign?: true
}

let upstream: FakeUpstream
let stripe: FakeStripe
let gateway: TestGateway
/** What belongs to the account whose keys are tried. */
let own: Ids
/** Another account with a key, a member and a call. */
let theirs: Pick<Ids, 'account_id'>
const tokens = new Map<string, string>()

interface Ids {
  readonly account_id: string
  readonly key_id: string
  readonly member_id: string
  readonly request_id: string
  readonly order_id: string
  readonly batch_id: string
  readonly response_id: string
  readonly conversation_id: string
  readonly item_id: string
}

beforeAll(async () => {
  upstream = await startFakeUpstream()
  stripe = await FakeStripe.start()
  gateway = await startGateway(`${providersYaml([upstream.url])}
payments:
  stripe: { secret_key: ${stripe.secretKey}, webhook_secret: ${stripe.webhookSecret}, api_base: "${stripe.url}" }`)
  // Its files are open to everybody, and not there before it is built.
  gateway.app.control.dashboard.use(await ensureBuilt())
  own = await makeAccount('own')
  theirs = await makeAccount('theirs')
  const suspended = await api('POST', '/api/accounts', { name: 'suspended' })
  const keyOf = async (name: string, wanted: Partial<NewKey>): Promise<string> => {
    const made = await gateway.app.control.keys.create({ name, maker: OPERATOR, accountId: own.account_id, ...wanted })
    tokens.set(name, made.key)
    return made.record.keyId
  }
  await keyOf('ordinary', {})
  await keyOf('without the scope', { scopes: [] })
  await keyOf('for other endpoints', { endpoints: ['/v1/other'] })
  await keyOf('for other models', { models: ['other-*'] })
  await keyOf('for other addresses', { addresses: ['192.0.2.0/24'] })
  await keyOf('of another account', { accountId: theirs.account_id })
  await keyOf('of a suspended account', { accountId: suspended.id })
  await api('POST', `/api/accounts/${suspended.id}/suspend`)
  await keyOf('expired', { expiresInSeconds: 1 })
  const revoked = await keyOf('revoked', {})
  const child = await fetch(`${gateway.origin}/api/auth`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.get('revoked')}` },
    body: JSON.stringify({ name: 'child' }),
  })
  tokens.set('made by a revoked key', ((await child.json()) as { key: string }).key)
  await api('DELETE', `/api/auth/${revoked}`)
  const rotated = await keyOf('from before a rotation', {})
  await api('POST', `/api/auth/${rotated}/rotate`, {})
  // Its second must pass.
  await new Promise((resolve) => {
    setTimeout(resolve, 1_100)
  })
}, 180_000)
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  await stripe[Symbol.asyncDispose]()
})

async function api(
  method: string,
  path: string,
  body?: unknown,
  token = MASTER_KEY,
): Promise<{ id: string; key: string }> {
  const response = await fetch(gateway.origin + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = (await response.json()) as { id: string; key: string }
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`)
  return json
}

async function makeAccount(name: string): Promise<Ids> {
  const { id } = await api('POST', '/api/accounts', { name })
  const made = await api('POST', '/api/auth', { name: 'first', account: id })
  const member = await api('POST', `/api/accounts/${id}/members`, { email: 'ada@example.com' })
  const call = await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${made.key}` },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  await call.text()
  const order = await api('POST', '/api/wallet/checkout', { amount: 25 }, made.key)
  const batch = await api('POST', '/api/redeem-code-batches', { name, amount: 5, count: 1 })
  const kept = await api('POST', '/v1/responses', { model: 'gpt-4o', input: 'Hello!' }, made.key)
  const items = [{ type: 'message', role: 'user', content: 'Hello!' }]
  const conversation = await api('POST', '/v1/conversations', { items }, made.key)
  const listed = await fetch(`${gateway.url}/conversations/${conversation.id}/items`, {
    headers: { authorization: `Bearer ${made.key}` },
  })
  const { data } = (await listed.json()) as { readonly data: readonly { readonly id: string }[] }
  return {
    account_id: id,
    key_id: made.id,
    member_id: member.id,
    request_id: call.headers.get('x-request-id') ?? '',
    order_id: order.id,
    batch_id: batch.id,
    response_id: kept.id,
    conversation_id: conversation.id,
    item_id: data[0]?.id ?? '',
  }
}

const always = (outcome: Outcome) => () => outcome

function byAccess(missing: readonly Access[]): (route: Tried) => Outcome {
  return ({ access }) => (missing.includes(access) ? 403 : 'allowed')
}

const ORDINARY = byAccess(['operator', 'person'])
const kept = (name: string, expected: Credential['expected']): Credential => ({
  name,
  token: () => tokens.get(name) ?? '',
  expected,
})

/** Of the data plane, and what belongs to it though the primary serves it: responses and conversations. */
function isEndpoint({ plane, path }: Tried): boolean {
  return plane !== 'control' || /^\/v1\/(?:responses|conversations)\b/.test(path)
}

const CREDENTIALS: readonly Credential[] = [
  { name: 'none', token: () => '', expected: always(401) },
  { name: 'garbage', token: () => 'not-a-key', expected: always(401) },
  {
    name: 'with a wrong checksum',
    token: () => (tokens.get('ordinary') ?? '').replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')),
    expected: always(401),
  },
  { name: 'well-formed and unknown', token: () => makeSecret('sk-fl-'), expected: always(401) },
  { name: 'the master key but for its end', token: () => MASTER_KEY.slice(0, -1), expected: always(401) },
  kept('expired', always(401)),
  kept('revoked', always(401)),
  kept('made by a revoked key', always(401)),
  kept('from before a rotation', always(401)),
  kept('of a suspended account', always(403)),
  kept('for other addresses', always(403)),
  kept('for other endpoints', (route) => (isEndpoint(route) ? 403 : ORDINARY(route))),
  kept('for other models', (route) => (route.plane === 'relay' || route.plane === 'model' ? 404 : ORDINARY(route))),
  kept('without the scope', byAccess(['keys:manage', 'operator', 'person'])),
  {
    ...kept('of another account', (route) => {
      const isObject = route.plane === 'control' && route.path.includes('{')
      return ORDINARY(route) === 'allowed' && isObject ? 404 : ORDINARY(route)
    }),
    foreign: true,
  },
  kept('ordinary', ORDINARY),
  { name: 'the operator', token: () => MASTER_KEY, expected: byAccess(['person']) },
]

/** Everything that a body may need; what is too much for one endpoint is refused after the caller is. */
const BODY = JSON.stringify({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hello!' }],
  max_tokens: 5,
})
const GEMINI_BODY = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] })

type Carrier = (token: string, path: string) => { readonly path: string; readonly headers: Record<string, string> }

const CARRIERS: Readonly<Record<string, Carrier>> = {
  Authorization: (token, path) => ({ path, headers: token === '' ? {} : { authorization: `Bearer ${token}` } }),
  'a lower-case bearer': (token, path) => ({ path, headers: token === '' ? {} : { authorization: `bearer ${token}` } }),
  'x-api-key': (token, path) => ({ path, headers: token === '' ? {} : { 'x-api-key': token } }),
  'x-goog-api-key': (token, path) => ({ path, headers: token === '' ? {} : { 'x-goog-api-key': token } }),
}

/** Ids of nothing, so that what is allowed finds nothing to change; or another account's, for who may not see them. */
function filled(path: string, { foreign }: Credential): string {
  const nothing = {
    account_id: 'acc_0',
    key_id: 'key_0',
    member_id: 'mem_0',
    request_id: 'req_0',
    order_id: 'ord_0',
    batch_id: 'rcb_0',
    response_id: 'resp_0',
    conversation_id: 'conv_0',
    item_id: 'msg_0',
  }
  const ids: Readonly<Record<string, string>> = { ...(foreign ? own : nothing), name: 'nothing', model: 'gpt-4o' }
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'none')
}

async function ask(
  route: Tried,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const withBody = route.method === 'POST' || route.method === 'PATCH'
  const relayed = dialectOfPath(path) === 'gemini' ? GEMINI_BODY : BODY
  const body = route.body ?? (route.plane === 'control' ? '{}' : relayed)
  const response = await fetch(gateway.origin + path, {
    method: route.method,
    headers: { ...headers, ...(withBody ? { 'content-type': 'application/json' } : {}) },
    ...(withBody ? { body } : {}),
  })
  // Without an end.
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (isStream) await response.body?.cancel()
  return { status: response.status, text: isStream ? '' : await response.text() }
}

/** Without one there is nothing that it could show. */
const NEEDS_A_QUERY: readonly string[] = ['/v1/generation']

const CODES = {
  401: {
    'openai-chat': 'invalid_api_key',
    'openai-responses': 'invalid_api_key',
    'anthropic-messages': 'authentication_error',
    gemini: 'UNAUTHENTICATED',
  },
  403: {
    'openai-chat': 'permission_denied',
    'openai-responses': 'permission_denied',
    'anthropic-messages': 'permission_error',
    gemini: 'PERMISSION_DENIED',
  },
  404: {
    'openai-chat': /^(model_)?not_found$/,
    'openai-responses': 'model_not_found',
    'anthropic-messages': 'not_found_error',
    gemini: 'NOT_FOUND',
  },
} as const

function codeOf(text: string): string | undefined {
  const { error } = JSON.parse(text) as { error?: { code?: unknown; type?: string; status?: string } }
  return typeof error?.code === 'string' ? error.code : (error?.status ?? error?.type)
}

function check(route: Tried, outcome: Outcome, reply: { status: number; text: string }, where: string): void {
  if (outcome === 'allowed') {
    expect([where, [401, 403].includes(reply.status), reply.status < 500]).toEqual([where, false, true])
    const isWhole = !route.path.includes('{') && !NEEDS_A_QUERY.includes(route.path)
    if (route.method === 'GET' && isWhole) expect([where, reply.status]).toEqual([where, 200])
    return
  }
  expect([where, reply.status]).toEqual([where, outcome])
  const dialect = route.plane === 'control' ? 'openai-chat' : dialectOfPath(route.path)
  expect([where, codeOf(reply.text)]).toEqual([where, expect.stringMatching(CODES[outcome][dialect])])
}

describe('the tables', () => {
  it('declare a right for every route, and hold every route that is served', () => {
    expect(relays.map(({ path }) => path).toSorted()).toEqual(RELAYED.toSorted())
    const accesses: readonly Access[] = ['open', 'key', 'keys:manage', 'person', 'operator']
    for (const { path, access } of ROUTES) expect([path, accesses.includes(access)]).toEqual([path, true])
    expect(new Set(routes.map(({ title }) => title)).size).toBe(routes.length)
  })

  it('leave open what strangers must see, and no more', () => {
    expect(ROUTES.filter(({ access }) => access === 'open').map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/login',
      'POST /api/login/password',
      'POST /api/login/code',
      'POST /api/login/recovery-code',
      'POST /api/login/passkey/options',
      'POST /api/login/passkey',
      'POST /api/login/link/look',
      'POST /api/login/link',
      'GET /api/login/oidc/{name}',
      'GET /api/login/oidc/{name}/callback',
      'POST /api/sign-up',
      'POST /api/sign-up/confirm',
      'POST /api/invitations/join',
      'POST /api/login/forgot',
      'GET /api/catalogue/public',
      'POST /api/invitations/look',
      'POST /api/invitations/decline',
      'POST /api/webhooks/stripe',
      'GET /health',
      'GET /health/live',
      'GET /health/ready',
      'GET /health/readiness',
      'GET /api/status',
      'GET /api/status/history',
      'GET /metrics',
      'GET /api/openapi.json',
      'GET /api/docs',
      'GET /vhealth',
      // The app asks for everything that it shows, and with the rights of who looks.
      ...DASHBOARD_PATHS.map((path) => `GET ${path}`),
      'GET /assets/{file}',
      'GET /theme.js',
      'GET /favicon.svg',
    ])
  })
})

describe.each(CREDENTIALS)('a credential: $name', (credential) => {
  it.each(Object.entries(CARRIERS))('in %s opens what it should and nothing else', async (_name, carrier) => {
    for (const route of routes) {
      const outcome = route.access === 'open' ? 'allowed' : credential.expected(route)
      const { path, headers } = carrier(credential.token(), filled(route.path, credential))
      check(route, outcome, await ask(route, path, headers), route.title)
    }
  })
})

describe('a credential in the query', () => {
  const google = routes.filter(({ path }) => path.startsWith('/v1beta'))
  const others = routes.filter(({ path, access }) => !path.startsWith('/v1beta') && access !== 'open')

  it.each(CREDENTIALS)("counts on Google's paths: $name", async (credential) => {
    for (const route of google) {
      const path = `${filled(route.path, credential)}?key=${encodeURIComponent(credential.token())}`
      check(route, credential.expected(route), await ask(route, path, {}), route.title)
    }
  })

  it('counts nowhere else', async () => {
    for (const route of others) {
      const reply = await ask(route, `${filled(route.path, { ...NO_ONE })}?key=${MASTER_KEY}`, {})
      check(route, 401, reply, route.title)
    }
  })
})

const NO_ONE: Credential = { name: 'nobody', token: () => '', expected: always(401) }

describe('a bad credential before a good one', () => {
  it('is the one that counts', async () => {
    for (const route of routes.filter(({ access }) => access !== 'open')) {
      const headers = { authorization: 'Bearer sk-fl-nope', 'x-api-key': MASTER_KEY }
      check(route, 401, await ask(route, filled(route.path, NO_ONE), headers), route.title)
      const basic = { authorization: `Basic ${btoa(`x:${MASTER_KEY}`)}` }
      check(route, 401, await ask(route, filled(route.path, NO_ONE), basic), route.title)
    }
  })
})

describe('every spelling of a path of the data plane', () => {
  const spellings = (path: string): string[] => [
    `${path}/`,
    `/${path}`,
    path.replaceAll('/', '//'),
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replaceAll(/[a-z0-9]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  ]

  it.each(CREDENTIALS)('answers the same to a credential: $name', async (credential) => {
    for (const route of routes.filter(({ plane }) => plane !== 'control')) {
      const path = filled(route.path, credential)
      const headers = { 'x-goog-api-key': credential.token() }
      for (const other of spellings(path))
        check({ ...route, title: other }, credential.expected(route), await ask(route, other, headers), other)
    }
  })
})

it('nothing of what was tried has changed the other account', async () => {
  const keys = await fetch(`${gateway.origin}/api/accounts/${own.account_id}/keys`, {
    headers: { authorization: `Bearer ${MASTER_KEY}` },
  })
  const { data } = (await keys.json()) as { data: { name: string; id: string; revoked_at: number | null }[] }
  expect(data.find(({ id }) => id === own.key_id)).toMatchObject({ name: 'first', revoked_at: null })
})
