// A person's whole way, by HTTP: the one-time link, password and passkey, a team, an invitation, another role, suspension.
// Each step is also tried where it must be refused.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Browser } from './support/browser.ts'
import { MASTER, startControl, type Reply, type TestControl } from './support/control-app.ts'
import { SoftAuthenticator } from './support/soft-authenticator.ts'

const MINUTE_MS = 60_000
const FOUNDER = 'founder@example.com'
const ADA = 'ada@example.com'
const PASSWORD = 'a long sentence of hers'

let control: TestControl
/** Passkeys belong to a name: browsers take localhost for one. */
let page: string
let founder: Browser
let ada: Browser
let key: SoftAuthenticator
let team = ''
let adasPlace = ''
let adasToken = ''

beforeAll(async () => {
  control = await startControl()
  page = control.origin.replace('127.0.0.1', 'localhost')
  founder = new Browser(page)
  ada = new Browser(page)
  key = new SoftAuthenticator(page)
})
afterAll(async () => await control[Symbol.asyncDispose]())

const refused = ({ status, json }: Reply): readonly [number, string | null] => [status, json?.error?.param ?? null]
const tokenIn = (text: string): string => /#([\w-]{43})/.exec(text)?.[1] ?? ''

async function proveByPasskey(browser: Browser, authenticator: SoftAuthenticator): Promise<Reply> {
  const { json } = await browser.post('/api/session/prove/passkey/options')
  return await browser.post('/api/session/prove/passkey', { credential: authenticator.get(json.options) })
}

async function logInByPasskey(browser: Browser, authenticator: SoftAuthenticator): Promise<Reply> {
  const { json } = await browser.post('/api/login/passkey/options', {})
  return await browser.post('/api/login/passkey', { credential: authenticator.get(json.options) })
}

it('begins with a one-time link, and with no password that everybody knows', async () => {
  for (const password of ['admin', 'password', '123456', 'root', 'fairlead', '']) {
    const guess = await founder.post('/api/login/password', { email: 'admin@example.com', password })
    expect([400, 401, 429]).toContain(guess.status)
  }
  const stranger = await control.makeKey()
  expect((await control.call('/api/set-up-links', { method: 'POST', body: {} })).status).toBe(401)
  expect((await control.call('/api/set-up-links', { method: 'POST', body: {}, token: stranger.key })).status).toBe(403)
  const made = await control.call('/api/set-up-links', { method: 'POST', body: {}, token: MASTER })
  expect(made.status).toBe(201)
  const token = tokenIn(made.json.url)
  expect((await founder.post('/api/login/link', { token: 'x'.repeat(43), email: FOUNDER })).status).toBe(404)
  const weak = await founder.post('/api/login/link', { token, email: FOUNDER, password: 'short' })
  expect(refused(weak)).toEqual([400, 'password'])
  const fromElsewhere = await founder.post(
    '/api/login/link',
    { token, email: FOUNDER },
    { page: 'https://evil.example' },
  )
  expect(refused(fromElsewhere)).toEqual([403, 'Origin'])
  const reply = await founder.post('/api/login/link', { token, email: FOUNDER, name: 'Grace', password: PASSWORD })
  expect(reply).toMatchObject({ status: 200, json: { state: 'done', session: { person: { operator: true } } } })
  expect((await ada.post('/api/login/link', { token, email: 'second@example.com', password: PASSWORD })).status).toBe(
    404,
  )
  const again = await control.call('/api/set-up-links', { method: 'POST', body: {}, token: MASTER })
  expect(again.status).toBe(409)
})

it('adds a passkey, after which the password alone lets nobody in', async () => {
  const { json } = await founder.post('/api/me/passkey-options')
  const foreign = new SoftAuthenticator('https://evil.example').create(json.options)
  expect((await founder.post('/api/me/passkeys', { credential: foreign })).status).toBe(400)
  const { json: again } = await founder.post('/api/me/passkey-options')
  const stale = key.create(json.options)
  expect((await founder.post('/api/me/passkeys', { credential: stale })).status).toBe(400)
  const { json: fresh } = await founder.post('/api/me/passkey-options')
  expect(fresh.options.challenge).not.toBe(again.options.challenge)
  const added = await founder.post('/api/me/passkeys', { credential: key.create(fresh.options), name: 'Laptop' })
  expect(added).toMatchObject({ status: 201, json: { name: 'Laptop' } })

  const other = new Browser(page)
  const half = await other.post('/api/login/password', { email: FOUNDER, password: PASSWORD })
  expect(half.json).toMatchObject({ state: 'second_factor', session: null })
  expect((await other.get('/api/people')).status).toBe(401)
  const { json: asked } = await other.post('/api/login/passkey/options', {})
  const forged = new SoftAuthenticator(page)
  forged.create({ challenge: 'x', rp: { id: 'localhost' }, user: { id: 'x' } })
  expect((await other.post('/api/login/passkey', { credential: forged.get(asked.options) })).status).toBe(401)
  expect((await other.get('/api/session')).status).toBe(401)
  expect((await logInByPasskey(other, key)).json).toMatchObject({ state: 'done', session: { two_factors: true } })
})

it('makes a team, which nobody can who is no operator while sign-up is by invitation', async () => {
  const made = await founder.post('/api/me/accounts', { name: 'Research', time_zone: 'Europe/Berlin' })
  expect(made).toMatchObject({ status: 201, json: { member: { role: 'owner' }, account: { name: 'Research' } } })
  team = made.json.account.id
  expect((await control.call('/api/me/accounts', { method: 'POST', body: { name: 'x' }, token: MASTER })).status).toBe(
    403,
  )
})

it('invites by mail, once a factor was shown lately', async () => {
  control.world.nowMs += 11 * MINUTE_MS
  const invite = async (): Promise<Reply> =>
    await founder.post(`/api/accounts/${team}/invitations`, { email: ADA, role: 'viewer' })
  expect(refused(await invite())).toEqual([403, 'step_up'])
  expect(refused(await founder.post('/api/session/prove', { password: PASSWORD }))).toEqual([403, 'password'])
  const cookie = founder.cookie('session')
  expect((await proveByPasskey(founder, key)).status).toBe(200)
  expect(founder.cookie('session')).not.toBe(cookie)
  const replay = new Browser(page)
  replay.setCookie('session', cookie)
  expect((await replay.get('/api/session')).status).toBe(401)
  const made = await invite()
  expect(made).toMatchObject({ status: 201, json: { email: ADA, url: null } })
  expect(control.mails.at(-1)).toMatchObject({ to: ADA, text: expect.stringContaining('Research') })
  expect(JSON.stringify(made.json)).not.toContain(tokenIn(control.mails.at(-1)?.text ?? ''))
})

it('lets the invited one in, and nobody else', async () => {
  const token = tokenIn(control.mails.at(-1)?.text ?? '')
  expect((await ada.post('/api/invitations/look', { token })).json).toMatchObject({
    account_name: 'Research',
    invited_by: 'Grace',
    email: ADA,
    role: 'viewer',
  })
  expect((await founder.post('/api/invitations/accept', { token })).status).toBe(403)
  for (const nothing of ['', null, [], {}, 'x'.repeat(43)]) {
    expect([400, 404]).toContain((await ada.post('/api/invitations/join', { token: nothing })).status)
  }
  const joined = await ada.post('/api/invitations/join', { token, name: 'Ada', password: PASSWORD })
  expect(joined).toMatchObject({
    status: 200,
    json: { state: 'done', session: { person: { email: ADA, operator: false } } },
  })
  expect((await new Browser(page).post('/api/invitations/join', { token, password: PASSWORD })).status).toBe(404)
  const members = await ada.get(`/api/accounts/${team}/members`)
  adasPlace = members.json.data.find(({ email }: { email: string }) => email === ADA).id
  expect((await ada.post('/api/auth', { name: 'x' })).status).toBe(403)
  expect((await ada.post(`/api/accounts/${team}/invitations`, {})).status).toBe(403)
  expect(
    (await ada.call(`/api/accounts/${team}/members/${adasPlace}`, { method: 'PATCH', body: { role: 'owner' } })).status,
  ).toBe(403)
  expect((await ada.get('/api/people')).status).toBe(403)
  expect((await ada.post('/api/me/accounts', { name: 'x' })).status).toBe(403)
})

it('changes the role, and what was opened with the old one ends at once', async () => {
  const events = await fetch(`${page}/api/session/events`, { headers: { cookie: ada.cookieHeader } })
  const change = { method: 'PATCH', body: { role: 'developer' } }
  const path = `/api/accounts/${team}/members/${adasPlace}`
  expect(refused(await founder.call(path, { ...change, csrf: false }))).toEqual([403, 'x-csrf-token'])
  expect(refused(await founder.call(path, { ...change, page: 'https://evil.example' }))).toEqual([403, 'Origin'])
  expect((await founder.call(path, change)).json).toMatchObject({ role: 'developer' })
  expect(await events.text()).toContain('event: session-ended')
  expect((await ada.get('/api/session')).status).toBe(401)

  expect((await ada.post('/api/login/password', { email: ADA, password: PASSWORD })).status).toBe(200)
  const made = await ada.post('/api/auth', { name: 'mine' })
  expect(made).toMatchObject({ status: 201, json: { scopes: [] } })
  expect((await ada.post(`/api/accounts/${team}/invitations`, {})).status).toBe(403)
  const token = await ada.post('/api/me/tokens', { name: 'ci', scopes: ['read', 'write', 'secrets'] })
  expect(token.json.value).toMatch(/^flp_/)
  adasToken = token.json.value
  const byToken = await control.call('/api/auth', { method: 'POST', token: adasToken, body: { name: 'by token' } })
  expect(byToken.status).toBe(201)
  for (const [method, where] of [
    ['PUT', '/api/me/password'],
    ['POST', '/api/me/tokens'],
    ['POST', '/api/me/passkey-options'],
    ['POST', `/api/accounts/${team}/transfer`],
  ] as const) {
    expect((await control.call(where, { method, token: adasToken, body: {} })).status).toBe(403)
  }
})

it('is suspended: in the team by its owner, everywhere by the operator', async () => {
  const path = `/api/accounts/${team}/members/${adasPlace}`
  expect((await founder.post(`${path}/suspend`)).json).toMatchObject({ status: 'suspended' })
  expect((await ada.get('/api/session')).status).toBe(401)
  expect((await control.call('/api/auth', { token: adasToken })).status).toBe(403)
  expect((await ada.post('/api/login/password', { email: ADA, password: PASSWORD })).status).toBe(200)
  expect((await ada.get(`/api/accounts/${team}`)).status).toBe(403)
  expect((await ada.get('/api/auth', { account: team })).status).toBe(403)
  expect((await founder.post(`${path}/restore`)).json).toMatchObject({ status: 'active' })
  expect((await control.call('/api/auth', { token: adasToken })).status).toBe(200)

  const { json } = await founder.get(`/api/people?email=${ADA}`)
  const person = `/api/people/${json.data[0].id}`
  expect((await founder.post(`${person}/suspend`)).json).toMatchObject({ status: 'suspended' })
  expect((await ada.get('/api/session')).status).toBe(401)
  expect((await control.call('/api/auth', { token: adasToken })).status).toBe(401)
  expect((await ada.post('/api/login/password', { email: ADA, password: PASSWORD })).status).toBe(403)
  expect((await ada.post('/api/login/password', { email: ADA, password: 'a wrong password' })).status).toBe(401)
  expect((await founder.post(`${person}/restore`)).status).toBe(200)
  expect((await ada.post('/api/login/password', { email: ADA, password: PASSWORD })).status).toBe(200)
})

it('is handed the team, and the one before can leave it', async () => {
  expect((await founder.post(`/api/accounts/${team}/leave`)).status).toBe(409)
  expect((await ada.post(`/api/accounts/${team}/transfer`, { member: adasPlace })).status).toBe(403)
  expect((await founder.post(`/api/accounts/${team}/transfer`, { member: adasPlace })).json).toMatchObject({
    role: 'owner',
  })
  expect((await ada.get('/api/session')).status).toBe(401)
  expect((await founder.post(`/api/accounts/${team}/leave`)).status).toBe(200)
  await ada.post('/api/login/password', { email: ADA, password: PASSWORD })
  expect((await ada.get(`/api/accounts/${team}/members`)).json.data).toHaveLength(1)
  const { json } = await founder.get(`/api/people?email=${FOUNDER}`)
  expect((await founder.post(`/api/people/${json.data[0].id}/suspend`)).status).toBe(409)
})

it('and all of it stands in the audit log: who, by what, from where', async () => {
  const { json } = await founder.get('/api/audit?limit=200')
  const actions: string[] = json.data.map(({ action }: { action: string }) => action).toReversed()
  const story = [
    'link.make',
    'person.create',
    'person.log_in',
    'passkey.add',
    'account.create',
    'person.step_up',
    'invitation.create',
    'invitation.accept',
    'member.update',
    'key.create',
    'token.create',
    'member.suspend',
    'member.restore',
    'person.suspend',
    'person.restore',
    'account.transfer',
    'member.leave',
  ]
  let at = -1
  for (const action of story) {
    const next = actions.indexOf(action, at + 1)
    expect([action, next > at]).toEqual([action, true])
    at = next
  }
  const change = json.data.find(({ action }: { action: string }) => action === 'member.update')
  expect(change).toMatchObject({
    actor: expect.stringMatching(/^ses_/),
    person: expect.stringMatching(/^per_/),
    account: team,
    before: { role: 'viewer' },
    after: { role: 'developer' },
    address: '203.0.113.7',
    user_agent: 'Test browser',
  })
  expect(JSON.stringify(json)).not.toMatch(/password":"|\$argon2|digest|flp_[0-9A-Za-z]{9}/)
})
