// The key with which the playground's page calls models: an account's, for an hour, as long as its person is logged in.
import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './support/browser.ts'
import { startControl, type TestControl } from './support/control-app.ts'
import { chat, post, providersYaml, startGateway, type TestGateway } from './support/gateway.ts'
import { logIn, PASSWORD, somebody } from './support/logged-in.ts'

const PATH = '/api/me/playground-key'

describe('In the control plane', () => {
  let control: TestControl
  let team: string
  beforeAll(async () => {
    control = await startControl()
    team = await control.makeAccount('Team')
    for (const role of ['owner', 'developer', 'viewer'] as const) {
      await somebody(control, `${role}@example.com`, { places: [{ accountId: team, role }] })
    }
  })
  afterAll(async () => await control[Symbol.asyncDispose]())

  const principalOf = async (key: string) => await control.services.keys.identify(key)

  it('is the account’s, with its rights and limits and no scope, and ends after an hour', async () => {
    const ada = await logIn(control, 'developer@example.com')
    const made = await ada.post(PATH)
    expect(made.status, made.text).toBe(201)
    expect(made.json).toMatchObject({ object: 'playground_key', account: team })
    expect(made.json.expires_at - control.world.nowMs / 1000).toBeCloseTo(3600, 0)
    expect(await principalOf(made.json.key)).toMatchObject({ accountId: team, scopes: [], operator: false })
    control.world.nowMs += 3_600_000
    expect(await principalOf(made.json.key)).toBeNull()
  })

  it('is in no list, and the audit log has it once', async () => {
    const ada = await logIn(control, 'owner@example.com')
    const first = await ada.post(PATH)
    const second = await ada.post(PATH)
    expect(second.json.id).toBe(first.json.id)
    expect(second.json.key).not.toBe(first.json.key)
    // Another window of the same browser goes on with its own.
    expect(await principalOf(first.json.key)).not.toBeNull()
    expect(await principalOf(second.json.key)).not.toBeNull()
    expect((await ada.get('/api/auth')).json.data).toEqual([])
    const { data } = (await ada.get('/api/audit?action=key.create')).json
    expect(data.filter((entry: { object_id: string }) => entry.object_id === first.json.id)).toHaveLength(1)
  })

  it('calls models and does nothing else', async () => {
    const ada = await logIn(control, 'owner@example.com')
    const { key } = (await ada.post(PATH)).json
    for (const path of ['/api/me', '/api/auth', '/api/wallet', '/api/requests', '/v1/credits']) {
      const reply = await fetch(control.origin + path, { headers: { authorization: `Bearer ${key}` } })
      expect([path, reply.status]).toEqual([path, 403])
    }
  })

  it('is for a session of who may spend: no viewer, no token, no key', async () => {
    const viewer = await logIn(control, 'viewer@example.com')
    expect((await viewer.post(PATH)).json.error).toMatchObject({ code: 'permission_denied', param: 'role' })
    const owner = await logIn(control, 'owner@example.com')
    const made = await owner.post('/api/me/tokens', { name: 't', scopes: ['read', 'write'] })
    expect(made.status, made.text).toBe(201)
    const token = await fetch(control.origin + PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${made.json.value}`, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(token.status).toBe(403)
  })

  it('ends with its session, however that ends', async () => {
    const ways: readonly ((browser: Browser) => Promise<unknown>)[] = [
      (browser) => browser.call('/api/session', { method: 'DELETE' }),
      async () => {
        const other = await logIn(control, 'developer@example.com')
        await other.call('/api/me/sessions', { method: 'DELETE' })
      },
      async () => (control.world.nowMs += 15 * 24 * 3_600_000),
    ]
    for (const end of ways) {
      const browser = await logIn(control, 'developer@example.com')
      const { key } = (await browser.post(PATH)).json
      expect(await principalOf(key)).not.toBeNull()
      await end(browser)
      expect(await principalOf(key)).toBeNull()
    }
  })
})

describe('Through the port of the models', () => {
  let upstream: FakeUpstream
  let gateway: TestGateway
  beforeAll(async () => {
    upstream = await startFakeUpstream()
    gateway = await startGateway(providersYaml([upstream.url]))
  })
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await upstream?.[Symbol.asyncDispose]()
  })

  it('answers, is seen in the account’s requests, and is a 401 at once when its person logs out', async () => {
    const browser = new Browser(gateway.origin)
    const token = (await gateway.app.control.setUpLink())?.split('#')[1]
    await browser.post('/api/login/link', { token, email: 'ada@example.com', password: PASSWORD })
    const account = (await browser.post('/api/accounts', { name: 'Team' })).json.id
    const { key, id } = (await browser.post(PATH, {}, { account })).json
    const call = async () => await post(`${gateway.url}/chat/completions`, key, chat())
    expect((await call()).status).toBe(200)
    expect((await gateway.usage())[0]).toMatchObject({ keyId: id, accountId: account })
    const seen = await browser.get(`/api/requests?key=${id}`, { account })
    expect(seen.json.data[0]).toMatchObject({ endpoint: '/v1/chat/completions', status: 200 })

    await browser.call('/api/session', { method: 'DELETE' })
    expect((await call()).status).toBe(401)
  })
})
