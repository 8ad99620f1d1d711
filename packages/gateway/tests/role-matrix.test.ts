// Every route of the control plane against everybody who may stand at its door: each role, in a session and with a personal
// access token, operators, people of no account, suspended ones, keys, nobody. Routes and rights come from the table that
// serves them, so a new route is in here without anybody remembering to add it; docs/people.md shows the same table.
// (Peers had routes that forgot the check, sessions that outlived a role, and a step-up that a token walked round.)

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Method, Route } from '../src/http/control/api/route.ts'
import { leastRole } from '../src/http/control/api/access.ts'
import { ROUTES } from '../src/http/control/routes.ts'
import { ROLES, type Role } from '../src/identity/member-store.ts'
import { createPerson } from '../src/identity/people/create-person.ts'
import type { TokenScope } from '../src/identity/people/access-token-store.ts'
import { csrfTokenOf } from '../src/identity/people/session-service.ts'
import type { PersonRecord } from '../src/identity/people/person-store.ts'
import { OPERATOR } from '../src/identity/principal.ts'
import { MASTER, startControl, type TestControl } from './support/control-app.ts'

let control: TestControl
let account: string
let other: string
const people = new Map<string, PersonRecord>()
const keys = new Map<string, string>()

const FROM = { address: '', requestId: '', userAgent: '' }
const DAY_MS = 24 * 3_600_000

/** `refused` = in, and told that there is nothing to do it with. `param` = what the error names. */
type Outcome = 'allowed' | 'refused' | 401 | 403 | 404 | { readonly param: string }

interface Caller {
  readonly name: string
  /** Anew after each change: some of them end what they came with. */
  headers(): Promise<Record<string, string>> | Record<string, string>
  /** What a route that is not open answers. */
  expected(route: Route): Outcome
  /** What stands for `{account_id}`: an account that there is not, when absent. */
  account?(): string
  readonly config?: string
}

beforeAll(async () => {
  control = await startControl()
  account = await control.makeAccount('Team')
  other = await control.makeAccount('Others')
  const make = async (name: string, rights: { role?: Role; operator?: boolean } = {}): Promise<void> => {
    const wanted = { email: `${name}@example.com`, name, verified: true, operator: rights.operator ?? false }
    const person = await control.database.transaction((stores) => createPerson(stores, wanted, control.world.nowMs))
    people.set(name, person)
    if (rights.role !== undefined) await place(name, rights.role)
  }
  await make('founder', { role: 'owner' })
  for (const role of ROLES) await make(role, { role })
  await make('suspended', { role: 'admin' })
  await make('operator', { operator: true })
  await make('homeless')
  await control.services.members.add(OPERATOR, other, { email: 'stranger@example.com' })
  await make('stranger')
  keys.set('ordinary', (await control.makeKey({ accountId: account })).key)
  keys.set('without the scope', (await control.makeKey({ accountId: account, scopes: [] })).key)
})
afterAll(() => control[Symbol.asyncDispose]())

/** Some routes take the place away. */
async function place(name: string, role: Role, status: 'active' | 'suspended' = 'active'): Promise<void> {
  const { personId, email } = personOf(name)
  const { members } = control.database
  const found = await members.findByPerson(account, personId)
  if (found === undefined) {
    await members.insert({
      memberId: `mem_${name.padEnd(16, '0')}`,
      accountId: account,
      email,
      name,
      role,
      personId,
      status,
      createdAtMs: control.world.nowMs,
    })
  } else await members.update(found.memberId, { role, status })
}

function personOf(name: string): PersonRecord {
  const person = people.get(name)
  if (person === undefined) throw new Error(`nobody is called ${name}`)
  return person
}

interface SessionWish {
  readonly proved?: boolean
  readonly twoFactors?: boolean
  readonly without?: 'csrf' | 'origin'
  readonly from?: string
}

async function session(name: string, wish: SessionWish = {}): Promise<Record<string, string>> {
  const { proved = true, twoFactors = true, without, from = control.origin } = wish
  const facts = { method: 'password', twoFactors, proved } as const
  const { token } = await control.database.transaction((stores) =>
    control.people.sessions.begin(stores, personOf(name), facts, FROM),
  )
  return {
    cookie: `fairlead_session=${token}`,
    ...(without === 'origin' ? {} : { origin: from }),
    ...(without === 'csrf' ? {} : { 'x-csrf-token': csrfTokenOf(token) }),
  }
}

async function token(name: string, scopes: readonly TokenScope[]): Promise<Record<string, string>> {
  const person = personOf(name)
  await control.database.accessTokens.removeAllOf(person.personId)
  const { session: opened } = await control.database.transaction((stores) =>
    control.people.sessions.begin(stores, person, { method: 'password', twoFactors: true, proved: true }, FROM),
  )
  const principal = await control.people.principalOf(
    person,
    { kind: 'session', session: opened },
    { ofPath: null, ofHeader: null },
  )
  const wanted = { name: 'test', scopes, expiresInSeconds: 60 }
  return { authorization: `Bearer ${(await control.people.tokens.create(principal, wanted)).token}` }
}

const isChange = ({ method }: Route): boolean => method !== 'GET'
/** Only somebody in a browser has one. */
const isAboutSession = ({ path }: Route): boolean => path === '/api/session' || path.startsWith('/api/session/')
const isForOperator = ({ access, role }: Route): boolean => access === 'operator' && role === undefined

function byRole(role: Role): (route: Route) => Outcome {
  return (route) => {
    if (isForOperator(route)) return 403
    const least = leastRole(route)
    return least === null || ROLES.indexOf(role) <= ROLES.indexOf(least) ? 'allowed' : 403
  }
}

function byScopes(scopes: readonly TokenScope[], allowed: (route: Route) => Outcome): (route: Route) => Outcome {
  return (route) => {
    const outcome = allowed(route)
    if (isAboutSession(route)) return 'refused'
    if (outcome === 404) return 404
    if (outcome === 403 || route.stepUp === true || route.sessionOnly === true) return 403
    const needed = route.stepUp ?? (isChange(route) ? 'write' : 'read')
    return scopes.includes(needed) ? outcome : 403
  }
}

const byKey =
  (missing: readonly string[]) =>
  ({ access }: Route): Outcome =>
    missing.includes(access) ? 403 : 'allowed'

/** Of an account that is not theirs nothing is said, not even that it is there. */
const ofNoAccount = (route: Route): Outcome => {
  if (route.path.includes('{account_id}')) return 404
  if (isForOperator(route)) return 403
  return leastRole(route) === null ? 'allowed' : 403
}

const ofOperator = (route: Route): Outcome => {
  // Nobody's place in an account is theirs to hand on.
  if (route.path.endsWith('/leave') || route.path.endsWith('/transfer')) return 'refused'
  return 'allowed'
}

const inside = (role: Role, headers: Caller['headers'], expected: Caller['expected'], name: string): Caller => ({
  name,
  async headers() {
    await place(role, role)
    return await headers()
  },
  expected,
  account: () => account,
})

const CALLERS: readonly Caller[] = [
  { name: 'nobody', headers: () => ({}), expected: () => 401 },
  {
    name: 'somebody with a made-up cookie',
    headers: () => ({ cookie: `fairlead_session=${'x'.repeat(43)}` }),
    expected: () => 401,
  },
  {
    name: 'somebody with a made-up token',
    headers: () => ({ authorization: `Bearer flp_${'x'.repeat(54)}` }),
    expected: () => 401,
  },
  {
    name: 'an API key',
    headers: () => ({ authorization: `Bearer ${keys.get('ordinary')}` }),
    expected: byKey(['operator', 'person']),
    account: () => account,
  },
  {
    name: 'an API key without the scope',
    headers: () => ({ authorization: `Bearer ${keys.get('without the scope')}` }),
    expected: byKey(['operator', 'person', 'keys:manage']),
    account: () => account,
  },
  { name: 'the master key', headers: () => ({ authorization: `Bearer ${MASTER}` }), expected: byKey(['person']) },
  ...ROLES.flatMap((role): Caller[] => [
    inside(role, () => session(role), byRole(role), `a session: ${role}`),
    inside(
      role,
      () => session(role, { proved: false }),
      (route) => {
        const outcome = byRole(role)(route)
        return outcome === 'allowed' && route.stepUp !== undefined ? { param: 'step_up' } : outcome
      },
      `a session without a fresh factor: ${role}`,
    ),
    ...([['read'], ['read', 'write', 'secrets', 'operator']] as const).map((scopes) =>
      inside(role, () => token(role, scopes), byScopes(scopes, byRole(role)), `a token, ${scopes.join(' ')}: ${role}`),
    ),
  ]),
  inside(
    'owner',
    () => token('owner', ['read', 'write']),
    byScopes(['read', 'write'], byRole('owner')),
    'a token that may change, and make no secrets: owner',
  ),
  inside(
    'owner',
    () => session('owner', { without: 'csrf' }),
    (route) => (isChange(route) ? { param: 'x-csrf-token' } : byRole('owner')(route)),
    'a session without the csrf token',
  ),
  inside(
    'owner',
    () => session('owner', { from: 'https://evil.example' }),
    (route) => (isChange(route) ? { param: 'Origin' } : byRole('owner')(route)),
    'a session, from the page of somebody else',
  ),
  inside(
    'owner',
    () => session('owner', { without: 'origin' }),
    (route) => (isChange(route) ? { param: 'Origin' } : byRole('owner')(route)),
    'a session, from who knows where',
  ),
  {
    name: 'the session of a suspended member',
    async headers() {
      await place('suspended', 'admin', 'suspended')
      return await session('suspended')
    },
    expected: (route) => (isForOperator(route) || leastRole(route) !== null ? 403 : 'allowed'),
    account: () => account,
  },
  { name: 'a session of nowhere', headers: () => session('homeless'), expected: ofNoAccount, account: () => account },
  {
    name: 'a session of another account',
    async headers() {
      return await session('stranger')
    },
    expected: (route) => (route.path.includes('{account_id}') ? 404 : byRole('owner')(route)),
    account: () => account,
  },
  { name: 'the session of an operator', headers: () => session('operator'), expected: ofOperator },
  {
    name: 'the session of an operator, without a fresh factor',
    headers: () => session('operator', { proved: false }),
    expected: (route) => {
      return route.stepUp !== undefined ? { param: 'step_up' } : ofOperator(route)
    },
  },
  {
    name: "an operator's token without the scope",
    headers: () => token('operator', ['read', 'write', 'secrets']),
    expected: byScopes(['read', 'write', 'secrets'], ofNoAccount),
    account: () => account,
  },
  {
    name: "an operator's token",
    headers: () => token('operator', ['read', 'write', 'secrets', 'operator']),
    expected: byScopes(['read', 'write', 'secrets', 'operator'], ofOperator),
  },
  {
    name: 'somebody of whom a second factor is asked',
    config: 'people: { require_second_factor: all }',
    async headers() {
      await place('owner', 'owner')
      return await session('owner', { twoFactors: false })
    },
    expected: (route) => {
      if (route.whileSettingUp !== true) return { param: 'second_factor' }
      return byRole('owner')(route)
    },
    account: () => account,
  },
]

const doors = ROUTES.filter(({ access }) => access !== 'open')
const BODIES: readonly Method[] = ['POST', 'PUT', 'PATCH']

function pathOf({ path }: Route, caller: Caller): string {
  const ids: Readonly<Record<string, string>> = { account_id: caller.account?.() ?? 'acc_0' }
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'none')
}

async function ask(
  route: Route,
  caller: Caller,
  headers: Record<string, string>,
): Promise<{ status: number; param: string | null; text: string }> {
  const response = await fetch(control.origin + pathOf(route, caller), {
    method: route.method,
    redirect: 'manual',
    headers,
    ...(BODIES.includes(route.method) ? { body: '{}' } : {}),
  })
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await response.body?.cancel()
    return { status: response.status, param: null, text: '' }
  }
  const text = await response.text()
  const isError = response.status >= 400
  const { error } = isError ? (JSON.parse(text) as { error: { param: string | null } }) : { error: { param: null } }
  return { status: response.status, param: error.param, text }
}

function isRight(outcome: Outcome, status: number, param: string | null): boolean {
  if (outcome === 'allowed') return status < 500 && status !== 401 && status !== 403
  if (outcome === 'refused') return status >= 400 && status < 500
  if (typeof outcome === 'number') return status === outcome
  return status === 403 && param === outcome.param
}

describe.each(CALLERS)('$name', (caller) => {
  it('gets in where the table says so, and nowhere else', async () => {
    control.configure(caller.config ?? '')
    const wrong: string[] = []
    let headers = await caller.headers()
    for (const route of doors) {
      const outcome = caller.expected(route)
      const { status, param, text } = await ask(route, caller, headers)
      if (isChange(route)) headers = await caller.headers()
      if (!isRight(outcome, status, param)) {
        wrong.push(`${route.method} ${route.path}: ${status} for ${JSON.stringify(outcome)}: ${text.slice(0, 200)}`)
      }
    }
    control.configure('')
    expect(wrong).toEqual([])
  })
})

describe('The table', () => {
  it('asks for a fresh factor before secrets, money, factors, roles and deleting people’s access', () => {
    const fresh = ROUTES.filter(({ stepUp }) => stepUp !== undefined).map(({ name }) => name)
    const wanted = [
      'createKey updateKey rotateKey getWalletWebhookKey createAccessToken',
      'topUpWallet adjustWallet refundWallet updateWallet updateAccountWallet createRedeemCodes',
      'setPassword removePassword beginPasskey addPasskey removePasskey removeTotp makeRecoveryCodes',
      'addMember updateMember removeMember createInvitation transferAccount',
      'createPerson updatePerson suspendPerson createPersonLink resetPersonFactors',
    ]
    expect(fresh).toEqual(expect.arrayContaining(wanted.flatMap((names) => names.split(' '))))
  })

  it('asks for it at no look but that at a secret', () => {
    expect(
      ROUTES.filter(({ method, stepUp }) => method === 'GET' && stepUp !== undefined).map(({ name }) => name),
    ).toEqual(['getWalletWebhookKey'])
  })
})

it('a day later the same session has to show a factor again', async () => {
  await place('owner', 'owner')
  const headers = await session('owner')
  control.world.nowMs += 11 * 60_000
  const call = { method: 'POST', headers, body: { name: 'x' } }
  expect((await control.call('/api/auth', call)).json.error.param).toBe('step_up')
  control.world.nowMs += DAY_MS
  expect((await control.call('/api/auth', call)).status).toBe(401)
})
