// In which account a person acts, and what the installation asks of them before they act at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totpCode, totpStep } from '../src/identity/people/totp.ts'
import { Browser } from './support/browser.ts'
import { startControl, type TestControl } from './support/control-app.ts'
import { providersYaml, startGateway } from './support/gateway.ts'
import { logIn, PASSWORD, somebody } from './support/logged-in.ts'

let control: TestControl
let first: string
let second: string
let foreign: string

beforeAll(async () => {
  control = await startControl()
  first = await control.makeAccount('First')
  second = await control.makeAccount('Second')
  foreign = await control.makeAccount('Foreign')
  await somebody(control, 'ada@example.com', {
    places: [
      { accountId: first, role: 'viewer' },
      { accountId: second, role: 'owner' },
    ],
  })
  await somebody(control, 'op@example.com', { operator: true, places: [{ accountId: first, role: 'viewer' }] })
  await somebody(control, 'alone@example.com')
})
afterAll(async () => await control[Symbol.asyncDispose]())

describe('Somebody in two accounts', () => {
  it('acts in the first, or in the one that the header or the path names, with the role that they have there', async () => {
    const ada = await logIn(control, 'ada@example.com')
    const acting = async (account?: string) =>
      (await ada.get('/api/session', account === undefined ? {} : { account })).json.acting
    expect(await acting()).toMatchObject({ account: first, role: 'viewer' })
    expect(await acting(second)).toMatchObject({ account: second, role: 'owner' })
    expect((await ada.post('/api/auth', { name: 'a key' })).json.error).toMatchObject({ param: 'role' })
    expect((await ada.get('/api/me', { account: second })).json).toMatchObject({
      operator: false,
      person: { email: 'ada@example.com' },
      acting: { role: 'owner' },
      key: null,
      account: { id: second },
    })
    const made = await ada.post('/api/auth', { name: 'a key' }, { account: second })
    expect(made.status).toBe(201)
    expect((await ada.get('/api/auth', { account: second })).json.data).toHaveLength(1)
    expect((await ada.get(`/api/accounts/${second}/members`)).json.data).toHaveLength(1)
    expect((await ada.get(`/api/accounts/${second}/members`, { account: first })).status).toBe(400)
  })

  it('reaches no other account: by the path there is none, by the header nothing opens', async () => {
    const ada = await logIn(control, 'ada@example.com')
    for (const account of [foreign, 'acc_none', 'default', 'operator', '', '../x', 'null', '[]', '%00']) {
      const byPath = await ada.get(`/api/accounts/${encodeURIComponent(account)}/members`)
      expect([account, byPath.status]).toEqual([account, 404])
      if (account === '') continue
      const byHeader = await ada.get('/api/auth', { account })
      expect([account, byHeader.status, byHeader.json.error.param]).toEqual([account, 403, 'account'])
      // Who they are they may always ask.
      expect((await ada.get('/api/session', { account })).json.acting).toMatchObject({ account: null, role: null })
    }
  })

  it('loses one when it or they are suspended there, and keeps the other', async () => {
    const person = await control.database.persons.findByEmail('ada@example.com')
    const place = await control.database.members.findByPerson(second, person?.personId ?? '')
    const ada = await logIn(control, 'ada@example.com')
    await control.database.members.update(place?.memberId ?? '', { status: 'suspended' })
    expect((await ada.get('/api/auth', { account: second })).status).toBe(403)
    await control.database.members.update(place?.memberId ?? '', { status: 'active' })
    await control.database.accounts.update(second, { status: 'suspended' })
    expect((await ada.get('/api/auth', { account: second })).status).toBe(403)
    expect((await ada.get('/api/wallet')).status).toBe(200)
    await control.database.accounts.update(second, { status: 'active' })
  })
})

describe('An operator', () => {
  it('is the operator, until they name an account; a strange one they help as its owner', async () => {
    const op = await logIn(control, 'op@example.com')
    expect((await op.get('/api/session')).json).toMatchObject({
      person: { operator: true },
      acting: { account: null, role: null },
    })
    expect((await op.get('/api/accounts')).json.data.length).toBeGreaterThan(3)
    expect((await op.get(`/api/accounts/${foreign}/members`)).status).toBe(200)
    expect((await op.get('/api/session', { account: foreign })).json.acting).toEqual({
      account: foreign,
      role: 'owner',
      must_add_factor: false,
    })
    const made = await op.post('/api/auth', { name: 'help' }, { account: foreign })
    expect(made.status).toBe(201)
    expect((await control.database.keys.findById(made.json.id))?.accountId).toBe(foreign)
    expect((await op.get('/api/session', { account: first })).json.acting.role).toBe('viewer')
    expect((await op.get('/api/auth', { account: 'acc_none' })).status).toBe(403)
  })
})

describe('Somebody who belongs nowhere', () => {
  it('may look after themselves, and nothing else', async () => {
    const alone = await logIn(control, 'alone@example.com')
    expect((await alone.get('/api/session')).json.acting).toMatchObject({ account: null, role: null })
    expect((await alone.get('/api/me/sessions')).status).toBe(200)
    expect((await alone.get('/api/me')).json.error).toMatchObject({ param: 'account' })
    for (const path of ['/api/auth', '/api/wallet', '/api/usage', '/api/requests', '/api/limits'])
      expect([path, (await alone.get(path)).status]).toEqual([path, 403])
  })
})

describe('Where a second factor is asked of people', () => {
  it('one who has none adds one, and does nothing before', async () => {
    const { config } = control.world
    const ada = await logIn(control, 'ada@example.com')
    control.world.config = { ...config, people: { ...config.people, requireSecondFactor: 'operators' } }
    expect((await ada.get('/api/wallet')).status).toBe(200)
    const op = await logIn(control, 'op@example.com')
    expect((await op.get('/api/accounts')).json.error).toMatchObject({ param: 'second_factor' })
    control.world.config = { ...config, people: { ...config.people, requireSecondFactor: 'all' } }
    expect((await ada.get('/api/wallet')).json.error).toMatchObject({ param: 'second_factor' })
    expect((await ada.post('/api/me/tokens', { name: 'x', scopes: ['read'] })).json.error.param).toBe('second_factor')
    expect((await ada.get('/api/session')).json.acting.must_add_factor).toBe(true)

    const { secret } = (await ada.post('/api/me/totp')).json
    const code = totpCode(fromBase32(secret), totpStep(control.world.nowMs))
    expect((await ada.post('/api/me/totp/confirm', { code })).status).toBe(200)
    expect((await ada.get('/api/wallet')).status).toBe(200)
    expect((await ada.call('/api/me/totp', { method: 'DELETE' })).status).toBe(409)
    // A session from before, of the same person, has not shown it.
    const step = await new Browser(control.origin).post('/api/login/password', {
      email: 'ada@example.com',
      password: PASSWORD,
    })
    expect(step.json.state).toBe('second_factor')
    control.world.config = config
  })
})

describe('Through the port of the models', () => {
  it('the whole way works: link, cookie, token, account, and the address that is written down', async () => {
    await using gateway = await startGateway(providersYaml(['http://127.0.0.1:1']))
    const browser = new Browser(gateway.origin, '198.51.100.1')
    const link = await gateway.app.control.setUpLink()
    const token = link?.split('#')[1]
    expect(link).toMatch(/^http:\/\/localhost:\d+\/set-up#[\w-]{43}$/)
    const reply = await browser.post('/api/login/link', { token, email: 'ada@example.com', password: PASSWORD })
    expect(reply.status, reply.text).toBe(200)
    expect(await gateway.app.control.setUpLink()).toBeNull()
    expect((await browser.get('/api/session')).json.person.operator).toBe(true)
    const account = await browser.post('/api/accounts', { name: 'Team' })
    expect(account.status).toBe(201)
    const inside = await browser.get('/api/session', { account: account.json.id })
    expect(inside.json.acting).toMatchObject({ account: account.json.id, role: 'owner' })
    const made = await browser.post('/api/auth', { name: 'k' }, { account: account.json.id })
    expect(made.status, made.text).toBe(201)
    // The key that a person made serves, and outlives their session.
    const models = await fetch(`${gateway.origin}/v1/models`, { headers: { authorization: `Bearer ${made.json.key}` } })
    expect(models.status).toBe(200)
    const { data } = (await browser.get('/api/me/sessions')).json
    expect(data[0].address).toBe('127.0.0.1')
    // A session is nothing on the data plane.
    const call = await fetch(`${gateway.origin}/v1/models`, { headers: { cookie: browser.cookieHeader } })
    expect(call.status).toBe(401)
    // An event stream ends through both processes.
    const stream = await fetch(`${gateway.origin}/api/session/events`, { headers: { cookie: browser.cookieHeader } })
    const text = stream.text()
    expect((await browser.call('/api/session', { method: 'DELETE' })).status).toBe(200)
    expect(await text).toContain('session-ended')
  })
})

function fromBase32(text: string): Buffer {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text].map((digit) => digits.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? [])
}
