import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  MASTER,
  OPERATOR_TOKEN,
  startControl,
  type CallOptions,
  type TestControl,
} from '../../../tests/support/control-app.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { CredentialHealth, ProviderHealth } from '../control-ports.ts'

let control: TestControl
let key: string
/** What the control plane sees of everything around it. */
let state: TestControl['world']

beforeEach(async () => {
  control = await startControl()
  state = control.world
  state.health = { ...state.health, providers: [providerOf('openai')], credentials: [credentialOf('openai')] }
  key = (await control.makeKey({ name: 'First key' })).key
})
afterEach(() => control[Symbol.asyncDispose]())

const call: TestControl['call'] = (path, options) => control.call(path, options)

function providerOf(name: string, rest: Partial<ProviderHealth> = {}): ProviderHealth {
  return {
    name,
    type: 'openai',
    url: `https://${name}.example`,
    healthy: true,
    lastCheckMs: 1_699_999_999_000.4,
    responseTimeMs: 12.6,
    consecutiveFailures: 0,
    ...rest,
  }
}

function credentialOf(name: string, rest: Partial<CredentialHealth> = {}): CredentialHealth {
  const rates = { currentRpm: 1, currentTpm: 2, limitRpm: 10, limitTpm: -1 }
  return {
    name,
    fingerprint: '0a1b2c3d',
    provider: name,
    inFlight: 0,
    type: 'openai',
    baseUrl: `https://${name}.example`,
    disabled: false,
    coolingUntilMs: 0,
    ...rates,
    weight: 1,
    priority: 0,
    errorCounts: {},
    ...rest,
  }
}

function errorOf(code: string, param: string | null = null) {
  return { error: { message: expect.any(String), type: expect.any(String), code, param } }
}

describe('/api/auth', () => {
  it('makes a key, lists it and revokes it', async () => {
    const made = await call('/api/auth', {
      method: 'POST',
      token: key,
      body: { name: 'Production Key', expires_in: 7_776_000 },
    })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      id: expect.stringMatching(/^key_[0-9A-Za-z]{12,}$/),
      object: 'api_key',
      name: 'Production Key',
      key: expect.stringMatching(/^sk-fl-[0-9A-Za-z]{54}$/),
      prefix: made.json.key.slice(0, 14),
      created_at: 1_700_000_000,
      expires_at: 1_707_776_000,
    })
    const listed = await call('/api/auth', { token: made.json.key })
    expect(listed.json.object).toBe('list')
    expect(listed.json.data.map(({ name }: { name: string }) => name)).toEqual(['Production Key', 'First key'])
    expect(listed.json.data[0]).toMatchObject({ id: made.json.id, revoked_at: null })
    expect(listed.json.data[1]).toHaveProperty('last_used_at')
    expect(listed.text).not.toContain(made.json.key.slice(14, -4))

    const gone = await call(`/api/auth/${made.json.id}`, { method: 'DELETE', token: key })
    expect(gone.json).toEqual({ id: made.json.id, object: 'api_key', deleted: true })
    expect((await call('/api/auth', { token: made.json.key })).status).toBe(401)
    expect((await call('/api/auth', { token: key })).json.data[0].revoked_at).toBe(1_700_000_000)
  })

  it('takes the key in every carrier, and the operator by either of two', async () => {
    for (const headers of [{ authorization: `bearer ${key}` }, { 'x-api-key': key }]) {
      expect((await call('/api/auth', { headers })).status).toBe(200)
    }
    const account = await control.makeAccount('Other')
    for (const token of [MASTER, OPERATOR_TOKEN]) {
      const body = { name: 'for them', account }
      const made = await call('/api/auth', { method: 'POST', headers: { 'x-api-key': token }, body })
      expect(made.json.account).toBe(account)
    }
  })

  it('answers 401 without a usable key, and no empty master key opens anything', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer ' },
      { authorization: 'Basic abc' },
      { 'x-api-key': 'sk-fl-nope' },
    ]) {
      const refused = await call('/api/auth', { headers })
      expect(refused.status).toBe(401)
      expect(refused.json).toEqual(errorOf('invalid_api_key'))
      expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    }
    state.config = loadConfig({ text: null, fileName: '', env: {}, overrides: {} }).config
    expect((await call('/api/auth', { headers: { 'x-api-key': '' } })).status).toBe(401)
    expect((await call('/api/auth', { token: MASTER })).status).toBe(401)
  })

  it('answers 404 for an unknown and for a foreign key alike', async () => {
    const foreign = await control.makeKey({ accountId: await control.makeAccount('Other') })
    for (const id of [foreign.id, 'key_unknown', '%2e%2e', 'x'.repeat(500)]) {
      const refused = await call(`/api/auth/${id}`, { method: 'DELETE', token: key })
      expect([refused.status, refused.json]).toEqual([404, errorOf('not_found')])
    }
  })

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: 5 }, 'name'],
    [{ name: 'a', expires_in: 0 }, 'expires_in'],
    [{ name: 'a', expires_in: 1.5 }, 'expires_in'],
    [{ name: 'a', expires_in: '60' }, 'expires_in'],
    [{ name: 'a', expires_in: 1e15 }, 'expires_in'],
    [{ name: 'a', limits: { rpm: -1 } }, 'limits.rpm'],
    [{ name: 'a', limits: { rpn: 1 } }, 'limits.rpn'],
    [{ name: 'a', scopes: ['admin'] }, 'scopes[0]'],
    [{ name: 'a', expire_in: 60 }, 'expire_in'],
    [[], null],
    ['text', null],
  ])('refuses %j with 400, naming the field', async (body, param) => {
    const refused = await call('/api/auth', { method: 'POST', token: key, body })
    expect([refused.status, refused.json]).toEqual([400, errorOf('invalid_request', param)])
  })

  it('suggests the field that was probably meant', async () => {
    const refused = await call('/api/auth', { method: 'POST', token: key, body: { name: 'a', expire_in: 60 } })
    expect(refused.json.error.message).toBe('Unknown field "expire_in". Did you mean "expires_in"?')
  })

  it('refuses bodies that are no JSON, compressed or too large', async () => {
    const post = (rest: CallOptions) => call('/api/auth', { method: 'POST', token: key, ...rest })
    expect((await post({ text: '{"name":' })).json).toEqual(errorOf('invalid_request'))
    expect((await post({ text: '' })).json).toEqual(errorOf('invalid_request'))
    expect((await post({ text: 'x', headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    expect((await post({ text: `{"name":"${'x'.repeat(70_000)}"}` })).status).toBe(413)
  })

  it('answers 403 to a key without the scope, and to a wish beyond its maker', async () => {
    const plain = (await control.makeKey({ scopes: [] })).key
    expect((await call('/api/auth', { token: plain })).json).toEqual(errorOf('permission_denied'))
    const wish = await call('/api/auth', { method: 'POST', token: key, body: { name: 'x', account: 'other' } })
    expect([wish.status, wish.json]).toEqual([403, errorOf('permission_denied', 'account')])
  })

  it('lists in pages', async () => {
    await control.makeKey({ name: 'second' })
    const first = (await call('/api/auth?limit=1', { token: key })).json
    expect([first.has_more, first.data[0].name]).toEqual([true, 'second'])
    const second = (await call(`/api/auth?limit=1&after=${first.data[0].id}`, { token: key })).json
    expect([second.has_more, second.data[0].name]).toEqual([false, 'First key'])
    expect((await call('/api/auth?limit=x', { token: key })).json).toEqual(errorOf('invalid_request', 'limit'))
  })
})

describe('/health', () => {
  it('has the fields of both earlier products, as integers', async () => {
    state.health = {
      ...state.health,
      providers: [
        providerOf('openai'),
        providerOf('local', { healthy: false, consecutiveFailures: 3, reason: 'refused' }),
      ],
      credentials: [
        credentialOf('openai'),
        credentialOf('openai#2', { disabled: true, disabledReason: 'refused (401)', errorCounts: { 401: 2 } }),
        credentialOf('local', { coolingUntilMs: state.nowMs + 5000, priority: 1, limitRpm: -1 }),
      ],
      circuits: [
        {
          credential: 'openai',
          model: 'gpt-4o',
          state: 'open',
          openUntilMs: state.nowMs + 1000,
          currentRpm: 3,
          currentTpm: 4,
          errorCounts: { 500: 5 },
        },
        {
          credential: 'local',
          model: 'qwen',
          state: 'closed',
          openUntilMs: 0,
          currentRpm: 0,
          currentTpm: 0,
          errorCounts: {},
        },
      ],
    }
    state.configError = 'fairlead.yaml:3 is wrong'
    const { status, json } = await call('/health')
    expect(status).toBe(200)
    expect(json).toEqual({
      status: 'healthy',
      totalServers: 2,
      healthyServers: 1,
      lastUpdate: 1_699_999_999_000,
      config_error: 'fairlead.yaml:3 is wrong',
      credentials_available: 1,
      credentials_banned: 2,
      total_credentials: 3,
      servers: [
        {
          name: 'openai',
          url: 'https://openai.example',
          healthy: true,
          lastCheck: 1_699_999_999_000,
          responseTime: 13,
          consecutiveFailures: 0,
        },
        {
          name: 'local',
          url: 'https://local.example',
          healthy: false,
          lastCheck: 1_699_999_999_000,
          responseTime: 13,
          consecutiveFailures: 3,
          reason: 'refused',
        },
      ],
      credentials: {
        openai: {
          provider: 'openai',
          type: 'openai',
          is_fallback: false,
          is_banned: false,
          current_rpm: 1,
          current_tpm: 2,
          limit_rpm: 10,
          limit_tpm: -1,
          weight: 1,
          priority: 0,
          base_url: 'https://openai.example',
        },
        'openai#2': expect.objectContaining({
          is_banned: true,
          banned_error_counts: { 401: 2 },
          reason: 'refused (401)',
        }),
        local: expect.objectContaining({
          is_banned: true,
          is_fallback: true,
          limit_rpm: -1,
          ban_until: state.nowMs + 5000,
        }),
      },
      models: {
        'openai:gpt-4o': {
          credential: 'openai',
          model: 'gpt-4o',
          is_banned: true,
          state: 'open',
          current_rpm: 3,
          current_tpm: 4,
          limit_rpm: -1,
          limit_tpm: -1,
          error_code_counts: { 500: 5 },
          ban_until: state.nowMs + 1000,
          weight: 1,
          priority: 0,
        },
        'local:qwen': {
          credential: 'local',
          model: 'qwen',
          is_banned: false,
          state: 'closed',
          current_rpm: 0,
          current_tpm: 0,
          limit_rpm: -1,
          limit_tpm: -1,
          weight: 1,
          priority: 1,
        },
      },
    })
  })

  it('answers 503 when nothing is healthy', async () => {
    state.health = { ...state.health, providers: [providerOf('openai', { healthy: false })] }
    const { status, json } = await call('/health')
    expect([status, json.status, json.healthyServers]).toEqual([503, 'unhealthy', 0])
  })

  it('shows strangers no more than the operator decided', async () => {
    control.configure('health: { detail: names }')
    const names = await call('/health')
    expect(names.text).not.toContain('example')
    expect(names.json.servers[0]).toMatchObject({ name: 'openai', responseTime: 13 })
    control.configure('health: { detail: status }')
    expect((await call('/health')).json).toEqual({
      status: 'healthy',
      totalServers: 1,
      healthyServers: 1,
      lastUpdate: 1_699_999_999_000,
    })
    expect((await call('/health', { token: key })).json).not.toHaveProperty('servers')
    expect((await call('/health', { token: MASTER })).json.servers[0].url).toBe('https://openai.example')
  })

  it('is live always, and ready only while it can serve', async () => {
    expect((await call('/health/ready')).status).toBe(200)
    state.workers = 0
    expect((await call('/health/readiness')).json).toMatchObject({ status: 'not_ready' })
    state.workers = 1
    state.accepting = false
    const draining = await call('/health/ready')
    expect([draining.status, draining.json.status]).toEqual([503, 'draining'])
    expect((await call('/health/live')).status).toBe(200)
  })

  it('is not ready, and says so in /api/status, once the database is not well', async () => {
    expect((await call('/api/status')).json).toEqual({
      success: true,
      message: '',
      data: {
        version: '1.2.3',
        start_time: 1_699_000_000,
        system_name: 'Fairlead',
        upstreams: { total: 1, healthy: 1 },
      },
    })
    rmSync(join(control.dir, 'fairlead.db'))
    state.nowMs += 1000
    const status = await call('/api/status')
    expect([status.status, status.json.success]).toEqual([503, false])
    expect(status.text).not.toContain(control.dir)
    expect((await call('/health/ready')).json).toMatchObject({ status: 'not_ready', db: 'Not connected' })
  })
})

describe('/metrics', () => {
  it('has the figures of the workers and its own, in Prometheus text', async () => {
    const { headers, text } = await call('/metrics')
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(text).toContain('fairlead_requests_total{model="m"} 2\n')
    expect(text).toContain('fairlead_build_info{version="1.2.3"} 1\n')
    expect(text).toContain('fairlead_database_up 1\n')
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? [-+\d.eInfNa]+)$/)
    }
  })
})

describe('the pages', () => {
  it('load nothing from anywhere and run nothing but their own script', async () => {
    const path = '/vhealth'
    const { status, headers, text } = await call(path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = headers.get('content-security-policy') ?? ''
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    expect(policy).toContain("default-src 'none'")
    for (const tag of text.match(/<(script|style)(?! type="application\/json")[^>]*>/g) ?? [])
      expect(tag).toContain(`nonce="${nonce}"`)
    expect(text).not.toMatch(/(src|href)="https?:|\son\w+=|style="|url\(|@import/)
    expect((await call(path)).headers.get('content-security-policy')).not.toBe(policy)
  })

  it('lets no name from the configuration or a provider become markup', async () => {
    control.configure('brand: { name: "<b>Bold</b>" }')
    state.health = { ...state.health, providers: [providerOf('</script><script>alert(1)</script>')] }
    const health_ = await call('/vhealth')
    expect(health_.text).toContain('&lt;b&gt;Bold')
    expect(health_.text).not.toContain('<script>alert')
    expect(health_.text).not.toContain('<b>')
  })

  it('show no more of the health than /health does', async () => {
    control.configure('health: { detail: status }')
    expect((await call('/vhealth')).text).not.toContain('openai.example')
  })

  it('answer HEAD', async () => {
    const reply = await call('/', { method: 'HEAD' })
    expect([reply.status, reply.text]).toEqual([200, ''])
  })
})

describe('what is not there', () => {
  it('is a 404 that names the nearest path', async () => {
    expect((await call('/helth')).json.error).toMatchObject({
      code: 'not_found',
      message: 'There is nothing at /helth. Did you mean /health?',
    })
    expect((await call('/v2/chat/completions')).json.error.message).toContain('/v1/chat/completions')
    expect((await call('/something/else/entirely')).json).toEqual(errorOf('not_found'))
  })

  it('is a 405 with Allow when only the method is wrong', async () => {
    const put = await call('/api/auth', { method: 'PUT' })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD'])
    expect((await call('/health', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD')
    expect((await call('/api/auth/key_1/rotate')).headers.get('allow')).toBe('POST')
  })

  it('does not mind a slash at the end', async () => {
    expect((await call('/health/live/')).status).toBe(200)
  })

  it('hands the request id back', async () => {
    expect((await call('/nowhere', { headers: { 'x-request-id': 'req_7' } })).headers.get('x-request-id')).toBe('req_7')
  })
})
