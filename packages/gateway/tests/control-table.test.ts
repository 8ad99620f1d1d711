// What must hold for every route of the control plane, whatever it does: generated from the table that serves them, so
// that a new one is held to it too.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ensureBuilt } from '../src/commands/build-dashboard.ts'
import { openApiDocument } from '../src/http/control/api/openapi.ts'
import type { Route } from '../src/http/control/api/route.ts'
import { API_ROUTES, ROUTES } from '../src/http/control/routes.ts'
import type { Browser } from './support/browser.ts'
import { MASTER, startControl, type TestControl } from './support/control-app.ts'
import { firstOperator } from './support/logged-in.ts'

let control: TestControl
let key: string
/** An operator in a browser, for what is for people. */
let person: Browser
/** Ids that exist, for each parameter of a path. */
let ids: Readonly<Record<string, string>>

beforeAll(async () => {
  // Pages of the dashboard differ while nobody has built it.
  await ensureBuilt()
  control = await startControl()
  const account = await control.makeAccount('Team')
  const made = await control.makeKey({ accountId: account })
  key = made.key
  const member = await control.call(`/api/accounts/${account}/members`, {
    method: 'POST',
    token: MASTER,
    body: { email: 'ada@example.com' },
  })
  await control.call('/api/groups', { method: 'POST', token: MASTER, body: { name: 'g', limits: { rpm: 5 } } })
  // Of the same account, so that the key may do all that it ever may.
  const child = await control.call('/api/auth', { method: 'POST', token: key, body: { name: 'child' } })
  const batch = await control.call('/api/redeem-code-batches', {
    method: 'POST',
    token: MASTER,
    body: { name: 'b', amount: 5, count: 2 },
  })
  const topUps = `/api/accounts/${account}/wallet/top-ups`
  await control.call(topUps, { method: 'POST', token: MASTER, body: { amount: 1 } })
  person = (await firstOperator(control, 'operator@example.com')).browser
  ids = {
    account_id: account,
    key_id: child.json.id,
    member_id: member.json.id,
    name: 'g',
    request_id: 'req_none',
    batch_id: batch.json.id,
    order_id: 'ord_none',
  }
}, 180_000)
afterAll(() => control[Symbol.asyncDispose]())

const titled = (routes: readonly Route[]) => routes.map((route) => [`${route.method} ${route.path}`, route] as const)
const pathOf = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'none')

/** Everything in the database, but for when a key was used last. */
async function everything(): Promise<string> {
  const parts = [
    '/api/accounts',
    '/api/auth',
    '/api/groups',
    `/api/accounts/${ids['account_id']}/members`,
    '/api/audit',
    '/api/wallets',
    '/api/payments',
    '/api/redeem-code-batches',
  ]
  const replies = await Promise.all(parts.map((path) => control.call(path, { token: MASTER })))
  return replies.map(({ text }) => text.replaceAll(/"last_used_at":\w+/g, '')).join('\n')
}

/** A flag says that there is one, and no more. */
function nameOfText([name, schema]: readonly [string, unknown]): string[] {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'boolean' ? [] : [name]
}

/** Whether a reply has it in something that it has. */
function isWithin(id: string, said: string, schemas: Readonly<Record<string, object>>): boolean {
  return Object.entries(schemas).some(
    ([outer, schema]) =>
      outer !== id &&
      JSON.stringify(schema).includes(`schemas/${id}"`) &&
      (said.includes(`schemas/${outer}"`) || isWithin(outer, said, schemas)),
  )
}

describe('the OpenAPI document', () => {
  const document = openApiDocument(API_ROUTES, { title: 'Fairlead', version: '1' })
  const paths = document['paths'] as Record<string, Record<string, { operationId: string; responses: object }>>

  it('has every route of the API, each under a name of its own', () => {
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.toSorted()).toEqual(API_ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted())
    const names = Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
    expect(new Set(names).size).toBe(names.length)
  })

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document)
    const components = document['components'] as Record<string, Record<string, object>>
    const missing = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([\w-]+)"/g)].filter(
      ([, part = '', name = '']) => components[part]?.[name] === undefined,
    )
    expect(missing.map(([reference]) => reference)).toEqual([])
    expect(text).not.toContain('#/$defs')
  })

  it('promises no secret in any reply but the one that makes a key', () => {
    const { schemas } = document['components'] as { schemas: Record<string, { properties?: object }> }
    const members = (value: unknown): string[] =>
      typeof value !== 'object' || value === null
        ? []
        : Object.entries(value).flatMap(([name, inner]) => [
            ...(name === 'properties' ? Object.entries(inner ?? {}).flatMap(nameOfText) : []),
            ...members(inner),
          ])
    const names = members(Object.values(paths).map((item) => Object.values(item).map(({ responses }) => responses)))
    // What only requests have in them is the sender's own.
    const said = JSON.stringify(
      Object.values(paths).map((item) => Object.values(item).map(({ responses }) => responses)),
    )
    const shown = Object.entries(schemas).filter(
      ([id]) => said.includes(`schemas/${id}"`) || isWithin(id, said, schemas),
    )
    const all = [...names, ...shown.map(([, schema]) => schema).flatMap(members)]
    // What scripts of our own pages must send, and what an authenticator app is given, once.
    const meant = ['csrf_token', 'secret']
    const found = all.filter((name) => /digest|secret|password|pepper|(?<!first_)token$/i.test(name))
    expect(found.filter((name) => !meant.includes(name))).toEqual([])
    expect(Object.keys(schemas['Totp']?.properties ?? {})).toContain('secret')
    // A provider's credential goes in and never comes out.
    const knowing = ['Totp', 'NewProviderCredential']
    const others = Object.entries(schemas).filter(([id]) => !knowing.includes(id))
    expect(members(Object.fromEntries(others))).not.toContain('secret')
    const withKey = Object.entries(schemas).filter(
      ([, { properties = {} }]) => 'key' in properties && 'prefix' in properties,
    )
    expect(withKey.map(([name]) => name)).toEqual(['MadeKey'])
  })

  it.each(titled(API_ROUTES).filter(([, { example }]) => example?.body !== undefined))(
    'shows an example for %s that is accepted',
    (_title, { body, example }) => {
      expect(body?.safeParse(example?.body).error).toBeUndefined()
    },
  )

  it.each(titled(API_ROUTES))(
    'says of %s what it is, and what each field means',
    (_title, { summary, reply, params, query }) => {
      expect([summary.length > 3, reply.description.length > 3]).toEqual([true, true])
      for (const field of Object.values({ ...params?.shape, ...query?.shape })) {
        const { description, enum: choices } = z.toJSONSchema(field, { io: 'output', unrepresentable: 'any' })
        expect(description !== undefined || choices !== undefined).toBe(true)
      }
    },
  )

  it('is served, with a page that shows it and loads nothing from anywhere', async () => {
    const served = await control.call('/api/openapi.json')
    expect(Object.keys(served.json.paths)).toEqual(Object.keys(paths))
    const page = await control.call('/api/docs')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    const tags = page.text.match(/<(script|style)(?! type="application\/json")[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(0)
    for (const tag of tags) expect(tag).toContain(`nonce="${nonce}"`)
    const markup = page.text.replaceAll(/<script[^]*?<\/script>/g, '')
    expect(markup).not.toMatch(/(src|href)="https?:|\son\w+=|style="|url\(|@import/)
  })
})

const GETS = ROUTES.filter(({ method }) => method === 'GET')
/** A webhook takes what its sender has signed: `payment-webhook.test.ts`. */
const WRITES = ROUTES.filter(({ method, access }) => access !== 'open' && (method === 'POST' || method === 'PATCH'))

it('a GET changes nothing', async () => {
  const before = await everything()
  for (const route of GETS) await control.call(pathOf(route), { token: MASTER })
  expect(await everything()).toBe(before)
})

describe('every spelling of a path', () => {
  const spellings = (path: string): string[] => [
    `${path}/`,
    `${path}//`,
    `/${path}`,
    path.replace('/', '//').replaceAll('/', '//'),
    `${path}?`,
    // Each letter as a percent sign has it.
    path.replaceAll(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replaceAll('_', '%5f'),
  ]

  it.each(titled(GETS).filter(([, { path }]) => path !== '/' && !path.endsWith('docs')))(
    'of %s answers the same to everybody',
    async (_title, route) => {
      const steady = (text: string): string =>
        text
          .replaceAll(/^(?:process|nodejs).*$/gm, '')
          .replaceAll(/"(?:last_used_at|seen_at|\w*bytes)":\w+|nonce[-=]"?[\w+/=]+/g, '')
      const path = pathOf(route)
      for (const token of [undefined, key, MASTER]) {
        const auth = token === undefined ? {} : { token }
        const plain = await control.call(path, auth)
        for (const other of spellings(path)) {
          const reply = await control.call(other, auth)
          expect([other, reply.status, steady(reply.text)]).toEqual([other, plain.status, steady(plain.text)])
        }
        const head = await control.call(path, { ...auth, method: 'HEAD' })
        expect([head.status, head.text]).toEqual([plain.status, ''])
      }
    },
  )

  it('that is decoded twice is another path', async () => {
    expect((await control.call('/api%252Fauth', { token: key })).status).toBe(404)
    expect((await control.call('/api%2Fauth', { token: key })).status).toBe(404)
    expect((await control.call('/API/AUTH', { token: key })).status).toBe(404)
    expect((await control.call('/api/auth/..%2f..%2fapi%2fconfig', { token: key })).status).toBe(404)
  })

  it('is refused with every other method, and the reply says which there are', async () => {
    const paths = new Set(ROUTES.map(({ path }) => path))
    for (const path of paths) {
      const own = ROUTES.filter((route) => route.path === path)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter(
        (one) => !own.some((route) => route.method === one),
      )) {
        const [first] = own
        const reply = await control.call(first === undefined ? '' : pathOf(first), { method, token: MASTER })
        expect([path, method, reply.status]).toEqual([path, method, 405])
        expect(reply.headers.get('allow')).toContain(first?.method)
      }
    }
  })
})

describe('mass assignment', () => {
  /** What rights, money and identity are called, here and elsewhere. */
  const NAMES = `
    id object key digest prefix last4 secret key_id keyId account_id accountId owner admin is_admin
    isAdmin operator is_operator master superuser root permissions permission user_role userRole user_id
    user tenant tenant_id org_id organization team_id parent_id made_by madeBy created_at createdAtMs
    updated_at expires_at expiresAtMs revoked_at revokedAtMs last_used_at previous_digest previousDigest
    previous_expires_at allowed_routes allowed_models metadata balance credit credits quota remain_quota
    unlimited_quota max_budget spend price cost priceMultiplierPpm multiplier discount free tier plan
    config api_base base_url apiKey source read_only verified enabled disabled deleted constructor
    prototype __proto__ toString`
    .trim()
    .split(/\s+/)

  it('knows enough names', () => expect(new Set(NAMES).size).toBeGreaterThanOrEqual(60))

  it.each(titled(WRITES))('to %s is refused by name and changes nothing', async (_title, route) => {
    const known = Object.keys(route.body?.shape ?? {})
    const before = await everything()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...NAMES.filter((name) => !known.includes(name))),
        fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.constant(null), fc.constant({ rpm: 1 }), fc.constant([])),
        async (name, value) => {
          const body = JSON.stringify({ ...route.example?.body, [name === '__proto__' ? 'x' : name]: value })
          const text = name === '__proto__' ? body.replace('"x":', '"__proto__":') : body
          const reply =
            route.access === 'person'
              ? await person.call(pathOf(route), { method: route.method, text })
              : await control.call(pathOf(route), { method: route.method, token: MASTER, text })
          expect([name, reply.status, reply.json.error.param]).toEqual([name, 400, name])
        },
      ),
      { numRuns: 40 },
    )
    expect(await everything()).toBe(before)
  })

  it.each(titled(WRITES))('a tenant that may call %s raises nothing of its own with it', async (_title, route) => {
    const me = await control.call('/api/me', { token: key })
    const wish = {
      limits: { rpm: 1e9 },
      scopes: ['keys:manage'],
      group: 'g',
      account: 'default',
      budget: { amount: 1e6 },
    }
    for (const [name, value] of Object.entries({
      ...wish,
      models: ['*'],
      endpoints: ['*'],
      addresses: ['0.0.0.0/0'],
    })) {
      const path = pathOf(route).replace(ids['key_id'] ?? '', me.json.key.id)
      if (path.endsWith('/rotate')) continue
      await control.call(path, { method: route.method, token: key, body: { name: 'test', [name]: value } })
    }
    const after = await control.call('/api/me', { token: key })
    expect({ ...after.json, key: { ...after.json.key, last_used_at: null } }).toEqual({
      ...me.json,
      key: { ...me.json.key, last_used_at: null },
    })
  })
})

describe('hostile text', () => {
  const TEXTS = [
    "' OR 1=1 --",
    '"; DROP TABLE api_keys; --',
    '%',
    '_',
    '%_%',
    '\\',
    "1' UNION SELECT digest FROM api_keys --",
    '\u0000',
  ]

  it('in the path and the query finds nothing that is not there, and quickly', async () => {
    for (const text of TEXTS) {
      const part = encodeURIComponent(text)
      const beganMs = performance.now()
      const paths = [`/api/auth/${part}`, `/api/accounts/${part}`, `/api/requests/${part}`, `/api/groups/${part}`]
      for (const path of paths) expect((await control.call(path, { token: MASTER })).status).toBe(404)
      for (const path of [`/api/auth?account=${part}`, `/api/audit?object=${part}`, `/api/requests?model=${part}`]) {
        const reply = await control.call(path, { token: MASTER })
        expect([path, reply.status, reply.json.data]).toEqual([path, 200, []])
      }
      expect(performance.now() - beganMs).toBeLessThan(1_000)
    }
  })

  it('in a credential is no key, in whatever header it comes', async () => {
    for (const text of TEXTS.filter((one) => one !== '\u0000')) {
      for (const name of ['authorization', 'x-api-key', 'x-goog-api-key']) {
        const headers = { [name]: name === 'authorization' ? `Bearer ${text}` : text }
        expect((await control.call('/api/auth', { headers })).status).toBe(401)
      }
    }
  })

  it('in names comes back as it was, and as JSON', async () => {
    const name = '<script>alert(1)</script> "quoted" \\ %_'
    const made = await control.call('/api/auth', { method: 'POST', token: key, body: { name } })
    expect(made.json.name).toBe(name)
    expect(made.headers.get('x-content-type-options')).toBe('nosniff')
    await control.call(`/api/auth/${made.json.id}`, { method: 'DELETE', token: key })
  })
})
