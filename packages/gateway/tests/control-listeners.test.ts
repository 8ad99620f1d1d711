// The admin surface on a port of its own: what is there is nowhere else, and what tenants need stays with the models.

import { connectRaw } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../src/http/control/routes.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { Browser } from './support/browser.ts'
import { MASTER_KEY, providersYaml, startGateway, type TestGateway } from './support/gateway.ts'
import { PASSWORD } from './support/logged-in.ts'

let gateway: TestGateway
let admin: string
beforeAll(async () => {
  gateway = await startGateway(providersYaml(['http://127.0.0.1:9/v1'], 'health: { check: off }\n'), {
    server: 'admin_port: 0',
  })
  admin = gateway.app.control.adminUrl ?? ''
})
afterAll(() => gateway[Symbol.asyncDispose]())

const ask = (origin: string, path: string, token?: string, init: RequestInit = {}) =>
  fetch(origin + path, {
    ...init,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers },
  })

it('listens on this machine only, unless told otherwise', () => {
  expect(new URL(admin).hostname).toBe('127.0.0.1')
  expect(new URL(admin).port).not.toBe(new URL(gateway.origin).port)
})

it('an operator logs in there by the link, and is an operator there alone', async () => {
  const link = (await gateway.app.control.setUpLink()) ?? ''
  expect(link.startsWith(`${admin.replace('127.0.0.1', 'localhost')}/set-up#`)).toBe(true)
  const inside = new Browser(admin)
  const wanted = { token: link.split('#')[1], email: 'ada@example.com', password: PASSWORD }
  expect((await inside.post('/api/login/link', wanted)).status).toBe(200)
  expect((await inside.get('/api/people')).status).toBe(200)

  const outside = new Browser(gateway.origin)
  const logIn = { email: wanted.email, password: PASSWORD }
  expect((await outside.post('/api/login/password', logIn)).json).toMatchObject({ state: 'done' })
  expect((await outside.get('/api/session')).json.person).toMatchObject({ operator: true })
  expect((await outside.get('/api/people')).status).toBe(404)
  expect((await outside.get('/api/accounts')).status).toBe(403)
  expect((await outside.post('/api/auth', { name: 'x' })).status).toBe(403)
})

describe('the port of the models', () => {
  it.each(ROUTES.filter(({ surface }) => surface === 'admin').map(({ method, path }) => [method, path]))(
    'answers 404 to %s %s, as to what never was',
    async (method, path) => {
      for (const token of [undefined, gateway.key, MASTER_KEY]) {
        const real = path.replaceAll(/\{\w+\}/g, 'x')
        const reply = await ask(gateway.origin, real, token, { method })
        // A GET of the same path may be a tenant's: then only the method is wrong.
        const shared = ROUTES.some((route) => route.path === path && route.surface === 'everywhere')
        expect([real, reply.status]).toEqual([real, shared ? 405 : 404])
        expect(await reply.text()).not.toMatch(
          /Did you mean \/(?:metrics|vhealth|api\/(?:config|instances|groups|models|docs|openapi))/,
        )
      }
    },
  )

  it('serves tenants what is theirs, probes their answer, and the operator nothing', async () => {
    for (const path of [
      '/api/auth',
      '/api/me',
      '/api/limits',
      '/api/usage',
      '/api/requests',
      '/api/accounts',
      '/v1/models',
    ])
      expect([path, (await ask(gateway.origin, path, gateway.key)).status]).toEqual([path, 200])
    for (const path of ['/health/live', '/health/ready', '/api/status'])
      expect([path, (await ask(gateway.origin, path)).status]).toEqual([path, 200])
    const refused = await ask(gateway.origin, '/api/auth', MASTER_KEY)
    expect([refused.status, ((await refused.json()) as { error: { message: string } }).error.message]).toEqual([
      403,
      expect.stringContaining('admin listener'),
    ])
    // The models themselves are not the admin surface.
    expect((await ask(gateway.origin, '/v1/models', MASTER_KEY)).status).toBe(200)
  })
})

describe('the admin listener', () => {
  it('serves the operator everything, and no models', async () => {
    for (const path of ['/', '/vhealth', '/metrics', '/api/docs', '/api/openapi.json'])
      expect([path, (await ask(admin, path)).status]).toEqual([path, 200])
    for (const path of ['/api/config', '/api/auth', '/api/accounts', '/api/groups', '/api/instances'])
      expect([path, (await ask(admin, path, MASTER_KEY)).status]).toEqual([path, 200])
    expect((await ask(admin, '/v1/models', MASTER_KEY)).status).toBe(404)
    expect((await ask(admin, '/api/config')).status).toBe(401)
    expect((await ask(admin, '/api/config', gateway.key)).status).toBe(403)
  })

  it('makes request ids of its own, and believes nobody who says where he comes from', async () => {
    const headers = { 'x-request-id': 'req_mine', 'x-fairlead-client-address': '203.0.113.9' }
    const reply = await ask(admin, '/api/auth', MASTER_KEY, { method: 'POST', body: '{"name":"a"}', headers })
    expect(reply.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{26}$/)
    const audit = await ask(admin, '/api/audit?limit=1', MASTER_KEY)
    const { data } = (await audit.json()) as { data: { address: string; request_id: string }[] }
    expect(data[0]).toMatchObject({ address: '127.0.0.1', request_id: reply.headers.get('x-request-id') })
  })

  it.each(['/', '?', '#', '@', ':', '..', 'a b', '[', '127.0.0.1:0@evil.example', '%00', ''])(
    'is not moved by a Host of %j, nor is the port of the models',
    async (host) => {
      for (const origin of [admin, gateway.origin]) {
        await using client = await connectRaw(Number(new URL(origin).port))
        await client.send(`GET /api/config HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        const reply = await client.response()
        expect([400, origin === admin ? 401 : 404]).toContain(reply.status)
      }
    },
  )
})

it('a configuration that gives both the same port is refused, and one without admin_port has one listener', () => {
  const load = (text: string) => loadConfig({ text, fileName: 'f.yaml', env: {}, overrides: {} }).config
  expect(() => load('server: { port: 9000, admin_port: 9000 }')).toThrow('is the port of the models as well')
  expect(load('server: { admin_port: 9001 }').server).toMatchObject({ adminHost: '127.0.0.1', adminPort: 9001 })
  expect(load('server: { port: 9000 }').server.adminPort).toBeUndefined()
})
