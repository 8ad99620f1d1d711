// Providers and models that the operator makes, drains, weighs and takes away while the gateway runs.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, post, providersYaml, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { eventually, spawnGateway } from './support/processes.ts'
import { HAS_SERVERS, startInstances } from './support/several-instances.ts'

interface Shown {
  readonly status: number
  // Replies of many shapes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

async function operate(origin: string, method: string, path: string, body?: unknown): Promise<Shown> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

const ask = async (gateway: Pick<TestGateway, 'url'>, model = 'gpt-4o', key = MASTER_KEY): Promise<Reply> =>
  await post(`${gateway.url}/chat/completions`, key, { ...chat(), model })

const fake = (name: string, url: string, more: object = {}) => ({
  name,
  type: 'openai-compatible',
  base_url: url,
  credentials: [{ secret: `sk-up-${name}-0123456789`, label: 'first' }],
  models: ['house'],
  ...more,
})

describe('a provider made at run time', () => {
  it('serves at once, beside those of the file, and shows nothing of its secret but a fingerprint', async () => {
    await using ofFile = await startFakeUpstream()
    await using added = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml([ofFile.url]))
    const { origin } = gateway
    expect((await ask(gateway, 'house')).status).toBe(404)
    const made = await operate(
      origin,
      'POST',
      '/api/providers',
      fake('mine', added.url, { headers: { 'x-team': 'a-secret-header' } }),
    )
    expect([made.status, made.json]).toMatchObject([
      201,
      {
        id: 'mine',
        source: 'database',
        type: 'openai-compatible',
        enabled: true,
        fault: null,
        healthy: true,
        weight: 1,
        models: ['house'],
        header_names: ['x-team'],
        credentials: [{ fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/), label: 'first', drained_at: null }],
      },
    ])
    expect((await ask(gateway, 'house')).status).toBe(200)
    expect(added.ledger.entries.at(-1)?.headers['authorization']).toBe('Bearer sk-up-mine-0123456789')
    expect(added.ledger.entries.at(-1)?.headers['x-team']).toBe('a-secret-header')
    const pages = ['/api/providers', '/api/providers/mine', '/api/audit', '/api/config', '/api/models']
    for (const path of pages) {
      const text = JSON.stringify((await operate(origin, 'GET', path)).json)
      expect([path, text.includes('sk-up'), text.includes('a-secret-header')]).toEqual([path, false, false])
    }
    const { json: all } = await operate(origin, 'GET', '/api/providers')
    expect(all.data.map(({ name, source }: { name: string; source: string }) => [name, source])).toEqual([
      ['a', 'config'],
      ['mine', 'database'],
    ])

    // Of the file: shown, and changed there.
    for (const [method, path, body] of [
      ['PATCH', '/api/providers/a', { priority: 1 }],
      ['DELETE', '/api/providers/a', undefined],
      ['POST', '/api/providers/a/credentials', { secret: 'sk-x' }],
      ['POST', '/api/providers', fake('a', added.url)],
    ] as const) {
      expect([path, (await operate(origin, method, path, body)).status]).toEqual([path, 409])
    }

    // Switched off, on again, and away.
    await operate(origin, 'PATCH', '/api/providers/mine', { enabled: false })
    expect((await ask(gateway, 'house')).status).toBe(404)
    await operate(origin, 'PATCH', '/api/providers/mine', { enabled: true, priority: 3 })
    expect((await ask(gateway, 'house')).status).toBe(200)
    expect((await operate(origin, 'DELETE', '/api/providers/mine')).json).toMatchObject({ deleted: true })
    expect((await ask(gateway, 'house')).status).toBe(404)
    expect((await operate(origin, 'GET', '/api/providers/mine')).status).toBe(404)
    const { json: log } = await operate(origin, 'GET', '/api/audit?object=mine')
    expect(log.data.map(({ action }: { action: string }) => action)).toEqual([
      'provider.delete',
      'provider.update',
      'provider.update',
      'provider.create',
    ])
    expect(log.data[1]).toMatchObject({ before: { enabled: false }, after: { enabled: true, priority: 3 } })
  })

  it('is held to what the file is held to, and says which field is wrong', async () => {
    await using gateway = await startGateway(providersYaml(['http://127.0.0.1:9/v1']))
    const refused = async (body: object): Promise<unknown> => {
      const { status, json } = await operate(gateway.origin, 'POST', '/api/providers', body)
      return [status, json.error.param, json.error.message]
    }
    expect(await refused(fake('x', 'ftp://nowhere'))).toEqual([400, 'base_url', expect.stringContaining('http://')])
    expect(await refused(fake('x', 'http://127.0.0.1:9/v1/chat/completions'))).toEqual([
      400,
      'base_url',
      expect.any(String),
    ])
    expect(await refused(fake('x', 'http://127.0.0.1:9', { region: 'us-east-1' }))).toEqual([
      400,
      'region',
      expect.any(String),
    ])
    expect(await refused({ name: 'x', type: 'openai-compatible' })).toEqual([
      400,
      null,
      expect.stringContaining('base_url'),
    ])
    expect(await refused(fake('x', 'http://127.0.0.1:9', { credentials: [{ secret: 'two words' }] }))).toEqual([
      400,
      'credentials[0]',
      expect.any(String),
    ])
    expect(await refused(fake('x', 'http://127.0.0.1:9', { weihgt: 2 }))).toEqual([
      400,
      'weihgt',
      expect.stringContaining('weight'),
    ])
    expect(await refused(fake('x y', 'http://127.0.0.1:9'))).toEqual([400, 'name', expect.any(String)])
  })

  it('has several credentials, each added, renamed, drained and taken away', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const { origin } = gateway
    await operate(origin, 'POST', '/api/providers', fake('mine', upstream.url))
    const path = '/api/providers/mine'
    const { json } = await operate(origin, 'POST', `${path}/credentials`, { secret: 'sk-up-second-0123456789' })
    const [first, second] = json.credentials.map(({ fingerprint }: { fingerprint: string }) => fingerprint)
    expect((await operate(origin, 'POST', `${path}/credentials`, { secret: 'sk-up-second-0123456789' })).status).toBe(
      409,
    )
    const used = async (calls: number): Promise<Set<string | undefined>> => {
      const from = upstream.ledger.entries.length
      for (let call = 0; call < calls; call++) expect((await ask(gateway, 'house')).status).toBe(200)
      return new Set(upstream.ledger.entries.slice(from).map(({ headers }) => headers['authorization']))
    }
    expect((await used(4)).size).toBe(2)
    await operate(origin, 'POST', `${path}/drain`, { fingerprint: first })
    expect([...(await used(4))]).toEqual(['Bearer sk-up-second-0123456789'])
    await operate(origin, 'POST', `${path}/undrain`, { fingerprint: first })
    await operate(origin, 'PATCH', `${path}/credentials/${second}`, { label: 'B team' })
    const { json: less } = await operate(origin, 'DELETE', `${path}/credentials/${first}`)
    expect(less.credentials).toMatchObject([{ fingerprint: second, label: 'B team' }])
    expect([...(await used(2))]).toEqual(['Bearer sk-up-second-0123456789'])
    expect((await operate(origin, 'DELETE', `${path}/credentials/${first}`)).status).toBe(404)
  })

  it('is tried before it is saved and after, and its own words come back', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const provider = fake('mine', upstream.url)
    const { json: well } = await operate(gateway.origin, 'POST', '/api/provider-tests', { provider, model: 'gpt-4o' })
    expect(well).toMatchObject({
      ok: true,
      kind: 'generate',
      status: 200,
      error: null,
      connected_ms: expect.any(Number),
    })
    expect(well.reply.length).toBeGreaterThan(0)
    expect((await operate(gateway.origin, 'GET', '/api/providers/mine')).status).toBe(404)
    await operate(gateway.origin, 'POST', '/api/providers', provider)
    const { json: list } = await operate(gateway.origin, 'POST', '/api/providers/mine/test', {})
    expect(list).toMatchObject({ ok: true, kind: 'models', models: expect.arrayContaining([expect.any(String)]) })
    await upstream.setFault({ kind: 'refusal', name: 'openai-bad-key' })
    const { json: ill } = await operate(gateway.origin, 'POST', '/api/providers/mine/test', { model: 'gpt-4o' })
    expect(ill).toMatchObject({ ok: false, status: 401, error: expect.any(String) })
    expect(ill.error).not.toContain('sk-up-mine')
    const nobody = fake('gone', 'http://127.0.0.1:9/v1')
    const { json: gone } = await operate(gateway.origin, 'POST', '/api/provider-tests', {
      provider: nobody,
      model: 'm',
    })
    expect(gone).toMatchObject({ ok: false, status: null, error: expect.stringContaining('ECONNREFUSED') })
  })
})

describe('a drain', () => {
  it('lets running streams end, sends nothing new, and can be taken back; of a provider of the file too', async () => {
    await using left = await startFakeUpstream()
    await using right = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml([left.url, right.url]))
    const { origin } = gateway
    // A stream that has begun and is far from its end.
    await operate(origin, 'PUT', '/api/providers/b/weight', { weight: 0 })
    await left.setFault({ kind: 'drip', msPerByte: 1 })
    const running = post(`${gateway.url}/chat/completions`, MASTER_KEY, { ...chat(), stream: true })
    await eventually(() => left.ledger.open.size === 1, 'the stream runs')
    const drained = await operate(origin, 'POST', '/api/providers/a/drain', {})
    await operate(origin, 'PUT', '/api/providers/b/weight', { weight: null })
    await left.setFault(undefined)
    const before = left.ledger.entries.length
    expect(drained.json).toMatchObject({ drained_at: expect.any(Number), source: 'config' })
    for (let call = 0; call < 6; call++) expect((await ask(gateway)).status).toBe(200)
    expect([left.ledger.entries.length, right.ledger.entries.length]).toEqual([before, 6])
    const { status, text } = await running
    expect([status, text.trimEnd().endsWith('data: [DONE]')]).toEqual([200, true])
    await operate(origin, 'POST', '/api/providers/b/drain', {})
    const nobody = await ask(gateway)
    expect([nobody.status, nobody.json.error?.code]).toEqual([503, 'upstream_error'])
    await operate(origin, 'POST', '/api/providers/a/undrain', {})
    expect((await ask(gateway)).status).toBe(200)
    expect(left.ledger.entries.length).toBe(before + 1)
    const { json: past } = await operate(origin, 'GET', '/api/providers/a/history')
    expect(past.events.map(({ kind }: { kind: string }) => kind)).toEqual(['undrained', 'drained'])
    // One, or two where the clock has moved on meanwhile.
    expect(past.slots.length).toBeGreaterThan(0)
    for (const slot of past.slots) expect(slot).toMatchObject({ failed: 0 })
    expect((await operate(origin, 'POST', '/api/providers/none/drain', {})).status).toBe(404)
  })

  it('and a weight hold on every worker, and after a restart', { timeout: 180_000 }, async () => {
    await using left = await startFakeUpstream()
    await using right = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([left.url, right.url]), workers: 2 })
    const { origin } = new URL(gateway.url)
    const calls = async (url: string, count: number): Promise<void> => {
      for (let call = 0; call < count; call++) {
        const reply = await post(`${url}/chat/completions`, MASTER_KEY, chat(), { headers: { connection: 'close' } })
        expect(reply.status).toBe(200)
      }
    }
    const { json } = await operate(origin, 'PUT', '/api/providers/a/weight', { weight: 0 })
    expect(json).toMatchObject({ weight: 0, own_weight: 1 })
    await eventually(async () => {
      const before = left.ledger.entries.length
      await calls(gateway.url, 4)
      return left.ledger.entries.length === before
    }, 'both workers know')
    await operate(origin, 'PUT', '/api/providers/a/weight', { weight: null })
    await operate(origin, 'POST', '/api/providers/b/drain', {})
    await operate(origin, 'POST', '/api/providers', fake('mine', left.url))
    await gateway.stop()
    await using again = await spawnGateway({
      yaml: providersYaml([left.url, right.url]),
      workers: 2,
      folder: gateway.folder,
    })
    const before = right.ledger.entries.length
    await calls(again.url, 6)
    expect(right.ledger.entries.length).toBe(before)
    const served = await post(`${again.url}/chat/completions`, MASTER_KEY, { ...chat(), model: 'house' })
    expect(served.status).toBe(200)
  })
})

describe('a model made at run time', () => {
  it('has targets, aliases and fallbacks, is changed and taken away', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const { origin } = gateway
    const wanted = {
      id: 'smart',
      aliases: ['clever'],
      targets: [{ provider: 'a', model: 'gpt-4o-mini' }],
      fallbacks: ['gpt-4o'],
    }
    const made = await operate(origin, 'POST', '/api/models', wanted)
    expect([made.status, made.json]).toMatchObject([
      201,
      {
        id: 'smart',
        source: 'database',
        fallbacks: ['gpt-4o'],
        targets: [{ provider: 'a', model: 'gpt-4o-mini', weight: 1 }],
      },
    ])
    expect((await ask(gateway, 'clever')).json['model']).toBe('smart')
    expect(JSON.parse(upstream.ledger.entries.at(-1)?.body.toString() ?? '{}').model).toBe('gpt-4o-mini')
    const refused = async (method: string, path: string, body: unknown): Promise<unknown> => {
      const { status, json } = await operate(origin, method, path, body)
      return [status, json.error.param]
    }
    expect(await refused('POST', '/api/models', wanted)).toEqual([409, 'id'])
    expect(await refused('POST', '/api/models', { id: 'gpt-4o' })).toEqual([409, null])
    expect(await refused('POST', '/api/models', { id: 'x', targets: [{ provider: 'nobody' }] })).toEqual([
      400,
      'targets[0].provider',
    ])
    expect(
      await refused('POST', '/api/models', { id: 'x', fallbacks: ['nothing'], targets: [{ provider: 'a' }] }),
    ).toEqual([400, 'fallbacks[0]'])
    expect(await refused('PATCH', '/api/models/gpt-4o', { strategy: 'cost' })).toEqual([409, null])
    const changed = await operate(origin, 'PATCH', '/api/models/smart', { aliases: null, strategy: 'latency' })
    expect(changed.json).toMatchObject({ aliases: [], strategy: 'latency', fallbacks: ['gpt-4o'] })
    expect((await ask(gateway, 'clever')).status).toBe(404)

    // A price of its own, and then it goes.
    await operate(origin, 'PUT', '/api/prices/smart', { input: 1, output: 2 })
    expect((await operate(origin, 'GET', '/api/models/smart')).json).toMatchObject({
      price: { input: '1' },
      price_source: 'database',
    })
    await operate(origin, 'DELETE', '/api/models/smart')
    expect((await ask(gateway, 'smart')).status).toBe(404)
  })

  it('keeps its provider from being deleted, and waits when the provider is switched off', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(providersYaml([upstream.url]))
    const { origin } = gateway
    await operate(origin, 'POST', '/api/providers', fake('mine', upstream.url))
    await operate(origin, 'POST', '/api/models', { id: 'smart', targets: [{ provider: 'mine', model: 'gpt-4o' }] })
    const refused = await operate(origin, 'DELETE', '/api/providers/mine')
    expect([refused.status, refused.json.error.message]).toEqual([409, expect.stringContaining('smart')])
    await operate(origin, 'PATCH', '/api/providers/mine', { enabled: false })
    expect((await operate(origin, 'GET', '/api/models/smart')).json).toMatchObject({
      enabled: true,
      fault: expect.stringContaining('mine'),
    })
    await operate(origin, 'PATCH', '/api/providers/mine', { enabled: true })
    expect((await ask(gateway, 'smart')).status).toBe(200)
  })
})

it.skipIf(!HAS_SERVERS)(
  'what is made and drained on one instance holds on the other',
  { timeout: 60_000 },
  async () => {
    await using upstream = await startFakeUpstream()
    await using instances = await startInstances(2, { yaml: providersYaml([upstream.url]) })
    const [first, second] = instances.gateways.map(({ url }) => url)
    const origin = new URL(first ?? '').origin
    const house = async (): Promise<number> =>
      (await post(`${second}/chat/completions`, MASTER_KEY, { ...chat(), model: 'house' })).status
    expect((await operate(origin, 'POST', '/api/providers', fake('mine', upstream.url))).status).toBe(201)
    await eventually(async () => (await house()) === 200, 'the other instance serves it')
    await operate(origin, 'POST', '/api/providers/mine/drain', {})
    await eventually(async () => (await house()) === 503, 'the other instance has drained it')
    const there = await operate(new URL(second ?? '').origin, 'GET', '/api/providers/mine')
    expect(there.json).toMatchObject({ drained_at: expect.any(Number), source: 'database' })
  },
)
