// Accounts, members, groups and keys, as the operator and as tenants meet them through the API.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_RESPONSES_POLICY } from 'fairlead/identity/responses-policy.ts'
import { MASTER, startControl, type TestControl } from './support/control-app.ts'

let control: TestControl
let key: string
let keyId: string
beforeEach(async () => {
  control = await startControl()
  const made = await control.makeKey()
  key = made.key
  keyId = made.id
})
afterEach(() => control[Symbol.asyncDispose]())

const asOperator = (method: string, path: string, body?: unknown) =>
  control.call(path, { method, token: MASTER, ...(body === undefined ? {} : { body }) })
const asKey = (method: string, path: string, body?: unknown, token = key) =>
  control.call(path, { method, token, ...(body === undefined ? {} : { body }) })

describe('accounts', () => {
  it('are made, listed, changed, suspended and activated by the operator', async () => {
    const made = await asOperator('POST', '/api/accounts', {
      name: 'Research',
      time_zone: 'Europe/Berlin',
      limits: { rpm: 5 },
    })
    expect([made.status, made.json]).toMatchObject([
      201,
      {
        id: expect.stringMatching(/^acc_\w{16}$/),
        object: 'account',
        kind: 'team',
        status: 'active',
        limits: { rpm: 5 },
      },
    ])
    const path = `/api/accounts/${made.json.id}`
    const changed = await asOperator('PATCH', path, { name: 'R&D', limits: { tpm: 100, rpm: null } })
    expect(changed.json).toMatchObject({ name: 'R&D', time_zone: 'Europe/Berlin', limits: { tpm: 100 } })
    expect(changed.json.limits).toEqual({ tpm: 100 })

    const own = await control.makeKey({ accountId: made.json.id })
    expect((await asOperator('POST', `${path}/suspend`)).json.status).toBe('suspended')
    const refused = await asKey('GET', '/api/me', undefined, own.key)
    expect([refused.status, refused.json.error.code]).toEqual([403, 'permission_denied'])
    expect(refused.json.error.message).toContain('suspended')
    expect((await asOperator('POST', `${path}/activate`)).json.status).toBe('active')
    expect((await asKey('GET', '/api/me', undefined, own.key)).status).toBe(200)
    expect((await asOperator('GET', '/api/accounts?limit=1')).json).toMatchObject({
      has_more: true,
      data: [{ id: made.json.id }],
    })
  })

  it('are seen by a key only where they are its own; all others are like none at all', async () => {
    const other = await control.makeAccount('Other')
    expect((await asKey('GET', '/api/accounts')).json.data.map(({ id }: { id: string }) => id)).toEqual(['default'])
    const foreign = await asKey('GET', `/api/accounts/${other}`)
    const unknown = await asKey('GET', '/api/accounts/acc_0000000000000000')
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    expect(foreign.json.error.message.replace(other, '?')).toBe(
      unknown.json.error.message.replace('acc_0000000000000000', '?'),
    )
    expect((await asKey('GET', `/api/accounts/${other}/keys`)).json).toEqual(foreign.json)
  })

  it('have members, of whom one at least stays the owner', async () => {
    const account = await control.makeAccount('Team')
    const path = `/api/accounts/${account}/members`
    const first = (await asOperator('POST', path, { email: 'Ada@Example.com', role: 'viewer' })).json
    expect(first).toMatchObject({ object: 'member', role: 'owner', email: 'ada@example.com' })
    expect((await asOperator('PATCH', `${path}/${first.id}`, { role: 'viewer' })).status).toBe(409)
    expect((await asOperator('DELETE', `${path}/${first.id}`)).status).toBe(409)
    expect((await asOperator('POST', path, { email: 'ada@example.com' })).status).toBe(409)
    const second = (await asOperator('POST', path, { email: 'grace@example.com', role: 'owner' })).json
    expect((await asOperator('DELETE', `${path}/${first.id}`)).json).toEqual({
      id: first.id,
      object: 'member',
      deleted: true,
    })
    expect((await asOperator('GET', path)).json.data).toMatchObject([{ id: second.id }])
    // Of another account it is no member.
    const other = await control.makeAccount('Other')
    expect((await asOperator('GET', `/api/accounts/${other}/members/${second.id}`)).status).toBe(404)
  })
})

describe('groups', () => {
  it('are made here, or shown as the file has them and changed only there', async () => {
    control.world.groups.push({
      name: 'pro',
      models: ['*'],
      priceMultiplierPpm: 1_000_000,
      prices: {},
      billing: 'off',
      limits: { rpm: 1000 },
      sharedLimits: {},
      responses: DEFAULT_RESPONSES_POLICY,
    })
    const made = await asOperator('POST', '/api/groups', { name: 'trial', preset: 'free', price_multiplier: 1.25 })
    expect([made.status, made.json]).toMatchObject([201, { id: 'trial', source: 'database', limits: { rpm: 100 } }])
    expect((await asOperator('GET', '/api/groups')).json.data).toMatchObject([
      { name: 'pro', source: 'config', price_multiplier: 1, created_at: null },
      { name: 'trial', source: 'database', price_multiplier: 1.25 },
    ])
    for (const [method, body] of [
      ['PATCH', { limits: { rpm: 1 } }],
      ['DELETE', undefined],
    ] as const) {
      const refused = await asOperator(method, '/api/groups/pro', body)
      expect([refused.status, refused.json.error.code]).toEqual([409, 'conflict'])
      expect(refused.json.error.message).toContain('configuration file')
    }
    expect((await asOperator('PATCH', '/api/groups/trial', { shared_limits: { concurrency: 9 } })).json).toMatchObject({
      limits: { rpm: 100 },
      shared_limits: { concurrency: 9 },
    })
    await asOperator('PATCH', '/api/accounts/default', { group: 'trial' })
    expect((await asOperator('DELETE', '/api/groups/trial')).status).toBe(409)
    await asOperator('PATCH', '/api/accounts/default', { group: '' })
    expect((await asOperator('DELETE', '/api/groups/trial')).json).toEqual({
      id: 'trial',
      object: 'group',
      deleted: true,
    })
    expect((await asOperator('GET', '/api/groups/trial')).status).toBe(404)
  })
})

describe('keys', () => {
  it('are given rules, changed one by one, rotated with a grace, and looked at', async () => {
    const made = (
      await asKey('POST', '/api/auth', {
        name: 'child',
        limits: { rpm: 10, requests_per_day: 100 },
        budget: { amount: '12.5', reset: 'month' },
        models: ['gpt-4o*'],
        endpoints: ['/v1/chat/completions'],
        addresses: ['10.0.0.0/8'],
      })
    ).json
    expect(made).toMatchObject({ made_by: keyId, budget: { amount: '12.500000000', reset: 'month' }, group: null })
    const patched = (await asKey('PATCH', `/api/auth/${made.id}`, { limits: { rpm: null, tpm: 7 }, budget: null })).json
    expect(patched).toMatchObject({ limits: { requests_per_day: 100, tpm: 7 }, budget: null, models: ['gpt-4o*'] })
    expect(patched).not.toHaveProperty('key')
    expect((await asKey('GET', `/api/auth/${made.id}`)).json).toEqual(patched)

    const rotated = (await asKey('POST', `/api/auth/${keyId}/rotate`, { grace_seconds: 60 })).json
    expect(rotated).toMatchObject({
      id: keyId,
      key: expect.stringMatching(/^sk-fl-/),
      previous_expires_at: 1_700_000_060,
    })
    for (const token of [key, rotated.key]) expect((await asKey('GET', '/api/me', undefined, token)).status).toBe(200)
    control.world.nowMs += 61_000
    expect((await asKey('GET', '/api/me', undefined, key)).status).toBe(401)
    expect((await asKey('GET', '/api/me', undefined, rotated.key)).status).toBe(200)
    // Without a body the old secret ends now.
    expect((await asKey('POST', `/api/auth/${keyId}/rotate`, undefined, rotated.key)).status).toBe(200)
    expect((await asKey('GET', '/api/me', undefined, rotated.key)).status).toBe(401)
  })

  it('of another account are like none at all, whatever is done to them', async () => {
    const foreign = await control.makeKey({ accountId: await control.makeAccount('Other') })
    for (const [method, end, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'mine' }],
      ['DELETE', '', undefined],
      ['POST', '/rotate', {}],
    ] as const) {
      const replies = await Promise.all(
        [foreign.id, 'key_0000000000000000'].map((id) => asKey(method, `/api/auth/${id}${end}`, body)),
      )
      expect(replies.map(({ status }) => status)).toEqual([404, 404])
      const [text, unknown] = replies.map(({ json }) => json.error.message.replaceAll(/key_\w{16}/g, '?'))
      expect(text).toBe(unknown)
    }
    expect((await asOperator('GET', `/api/auth/${foreign.id}`)).json).toMatchObject({ name: 'test', revoked_at: null })
  })

  it('that are bound to addresses are so here as well, and those without the scope see themselves alone', async () => {
    const bound = await control.makeKey({ addresses: ['10.0.0.0/8'] })
    const from = (address: string) =>
      control.call('/api/me', { token: bound.key, headers: { 'x-fairlead-client-address': address } })
    expect((await from('10.1.2.3')).status).toBe(200)
    expect([(await from('192.0.2.1')).status, (await from('192.0.2.1')).json.error.code]).toEqual([
      403,
      'permission_denied',
    ])
    const plain = await control.makeKey({ scopes: [], name: 'plain' })
    expect((await asKey('GET', '/api/me', undefined, plain.key)).json).toMatchObject({
      operator: false,
      scopes: [],
      key: { name: 'plain' },
      account: { id: 'default' },
    })
    for (const path of ['/api/auth', `/api/auth/${plain.id}`, '/api/audit', '/api/accounts/default/keys']) {
      expect((await asKey('GET', path, undefined, plain.key)).status).toBe(403)
    }
  })
})

describe('limits, the audit log and what runs', () => {
  it('show every limit that a key counts against, and what is left of it', async () => {
    const limited = await control.makeKey({
      name: 'limited',
      limits: { rpm: 10, tpm: 1000 },
      budget: { amountNanos: 5_000_000_000, reset: 'day' },
    })
    await asOperator('PATCH', '/api/accounts/default', { limits: { concurrency: 3 } })
    const { data } = (await asKey('GET', '/api/limits', undefined, limited.key)).json
    expect(data).toContainEqual({
      of: 'key',
      name: 'limited',
      limit: 'rpm',
      max: 10,
      used: 0,
      remaining: 10,
      resets_at: null,
    })
    expect(data).toContainEqual(expect.objectContaining({ of: 'account', limit: 'concurrency', max: 3, remaining: 3 }))
    expect(data).toContainEqual(
      expect.objectContaining({
        of: 'key',
        limit: 'budget',
        max: '5.000000000',
        used: '0.000000000',
        resets_at: expect.any(Number),
      }),
    )
    expect((await asOperator('GET', '/api/limits')).json.data).toEqual([])
  })

  it('log who changed what, to the operator all of it and to a key its own', async () => {
    const other = await control.makeAccount('Other')
    const foreign = await control.makeKey({ accountId: other })
    await control.call(`/api/auth/${keyId}`, {
      method: 'PATCH',
      token: key,
      body: { name: 'renamed' },
      headers: {
        'x-fairlead-client-address': '192.0.2.7',
        'x-request-id': 'req_1',
      },
    })
    const { data } = (await asKey('GET', '/api/audit')).json
    expect(data[0]).toMatchObject({
      object: 'audit_entry',
      actor: keyId,
      action: 'key.update',
      object_id: keyId,
      before: { name: 'test' },
      after: { name: 'renamed' },
      address: '192.0.2.7',
      request_id: 'req_1',
    })
    expect(JSON.stringify(data)).not.toContain(other)
    expect((await asKey('GET', `/api/audit?account=${other}`)).text).not.toContain(foreign.id)
    const all = (await asOperator('GET', '/api/audit?action=key.create&limit=1')).json
    expect(all).toMatchObject({ has_more: true, data: [{ object_id: foreign.id, account: other }] })
    const next = (await asOperator('GET', `/api/audit?action=key.create&limit=1&after=${all.next_after}`)).json
    expect(next).toMatchObject({ has_more: false, data: [{ object_id: keyId }] })
    expect((await asOperator('GET', '/api/audit?action=key.steal')).status).toBe(400)
    expect((await asOperator('GET', '/api/audit?from=2023-11-14&to=2023-11-15')).json.data.length).toBeGreaterThan(3)
    expect((await asOperator('GET', '/api/audit?to=2023-11-14')).json.data).toEqual([])
  })

  it('show models, instances and the configuration, without a secret, to the operator alone', async () => {
    control.configure(`
providers:
  - { name: one, type: openai, base_url: "https://up.example/v1", api_keys: [sk-canary-0123456789], headers: { x-secret: header-canary } }
models:
  - { id: gpt-4o, targets: [{ provider: one, model: gpt-4o }], price: { input: 2.5, output: 10 } }
payments: { stripe: { secret_key: sk_test_canary0123456789, webhook_secret: whsec_canary0123456789 } }
mail: { smtp_url: "smtp://user:canary@mail.example:587", from: shop@example.com }`)
    const replies = await Promise.all(
      ['/api/config', '/api/models', '/api/instances'].map((path) => asOperator('GET', path)),
    )
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    const [config, models, instances] = replies
    expect(config?.json.config).toMatchObject({
      server: { has_master_key: true, port: 8080 },
      providers: [{ name: 'one', api_keys: 1, headers: ['x-secret'] }],
      payments: { stripe: { api_base: 'https://api.stripe.com' } },
      mail: { from: 'shop@example.com', has_smtp_url: true },
    })
    expect(config?.text).not.toMatch(/canary|horse/)
    expect(models?.json.data).toMatchObject([{ id: 'gpt-4o', targets: [{ provider: 'one' }], price: { input: '2.5' } }])
    expect(instances?.json.data).toMatchObject([{ id: 'ins_a', self: true }])
    for (const path of ['/api/config', '/api/models', '/api/instances', '/api/groups']) {
      expect((await asKey('GET', path)).json.error.code).toBe('permission_denied')
    }
  })
})
