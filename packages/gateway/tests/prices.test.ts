// What a call costs, from the file, from the operator while the gateway runs, and for a group: in the reply's header, in
// the list of models, and on the record.

import { startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, post, startGateway, type TestGateway } from './support/gateway.ts'
import { eventually, spawnGateway } from './support/processes.ts'

/** Of the replies of the control plane, what is looked at here. */
interface Shown {
  readonly id: string
  readonly key: string
  readonly price: unknown
  readonly data: readonly { readonly version: number }[]
}

interface ModelList {
  readonly data: readonly { readonly id: string; readonly pricing: unknown }[]
}

async function operate(origin: string, method: string, path: string, body?: unknown): Promise<Shown> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = (await response.json()) as Shown
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`)
  return json
}

/** In nano-dollars, as if each token cost one. */
async function costOf(gateway: TestGateway, key: string, model = 'm'): Promise<number> {
  const reply = await post(`${gateway.url}/chat/completions`, key, { ...chat(), model })
  expect(reply.status).toBe(200)
  const usage = reply.json['usage'] as { prompt_tokens: number; completion_tokens: number }
  const nanos = Math.round(Number(reply.headers.get('x-fairlead-cost')) * 1e9)
  return nanos / (usage.prompt_tokens + usage.completion_tokens)
}

const yaml = (url: string): string => `providers:
  - { name: a, type: openai-compatible, base_url: "${url}", api_keys: [sk-up-a] }
models:
  - id: m
    targets: [{ provider: a, model: house, price: { input: 0.002, output: 0.002 } }]
  - { id: fixed, targets: [{ provider: a, model: gpt-4o }], price: { input: 0.003, output: 0.003 } }
`

describe('prices', () => {
  it('are set, changed and taken away while the gateway runs', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(yaml(upstream.url))
    const prices = (method: string, model: string, body?: unknown): Promise<Shown> =>
      operate(gateway.origin, method, `/api/prices/${model}`, body)

    expect(await costOf(gateway, gateway.key, 'fixed')).toBe(3)
    const set = await prices('PUT', 'm', { input: 0.005, output: '0.005' })
    expect(set).toMatchObject({
      id: 'm',
      price: { input: '0.005', output: '0.005' },
      source: 'database',
      version: 1,
      set_by: 'master',
      costs: [{ provider: 'a', model: 'house', price: { input: '0.002' } }],
    })
    // In force when the reply to the operator is.
    expect(await costOf(gateway, gateway.key)).toBe(5)
    await prices('PUT', 'm', { input: 0.007, output: 0.007 })
    expect(await costOf(gateway, gateway.key)).toBe(7)
    expect(await costOf(gateway, gateway.key, 'a/m')).toBe(7)
    expect((await prices('DELETE', 'm')).price).toBeNull()
    const gone = await post(`${gateway.url}/chat/completions`, gateway.key, { ...chat(), model: 'm' })
    expect([gone.status, gone.headers.get('x-fairlead-cost')]).toEqual([200, '0.000000000'])
    expect((await prices('GET', 'm/versions')).data.map(({ version }) => version)).toEqual([3, 2, 1])

    await expect(prices('PUT', 'fixed', { input: 1, output: 1 })).rejects.toThrow(/409.*configuration file/)
    await expect(prices('PUT', 'm', { input: -1, output: 1 })).rejects.toThrow(/400.*input is not a price/)
    await expect(prices('PUT', 'm', { input: 1 })).rejects.toThrow(/400/)
    await expect(prices('PUT', 'mm', { input: 1, output: 1 })).rejects.toThrow(/404.*Did you mean/)
  })

  it('of a group stand in for the model’s, are multiplied, and are what its members are shown', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(yaml(upstream.url))
    const { origin } = gateway
    const prices = { m: { input: 0.011, output: 0.011 } }
    await operate(origin, 'POST', '/api/groups', { name: 'gold', price_multiplier: 2, prices })
    const account = await operate(origin, 'POST', '/api/accounts', { name: 'Acme', group: 'gold' })
    const { key } = await operate(origin, 'POST', '/api/auth', { name: 'k', account: account.id })
    expect(await costOf(gateway, key)).toBe(22)
    expect(await costOf(gateway, key, 'a/m')).toBe(22)
    expect(await costOf(gateway, key, 'fixed')).toBe(6)
    const shown = async (asked: string): Promise<unknown> => {
      const response = await fetch(`${gateway.url}/models`, { headers: { authorization: `Bearer ${asked}` } })
      const { data } = (await response.json()) as ModelList
      return Object.fromEntries(data.filter(({ id }) => id !== 'auto').map(({ id, pricing }) => [id, pricing]))
    }
    expect(await shown(key)).toEqual({
      m: { input: '0.022', cached_input: '0.022', output: '0.022' },
      fixed: { input: '0.006', cached_input: '0.006', output: '0.006' },
    })
    expect(await shown(gateway.key)).toEqual({
      m: null,
      fixed: { input: '0.003', cached_input: '0.003', output: '0.003' },
    })
    const one = await fetch(`${gateway.url}/models/m`, { headers: { authorization: `Bearer ${key}` } })
    expect(await one.json()).toMatchObject({ pricing: { input: '0.022' } })

    // A group's own price can be changed and taken away.
    await operate(origin, 'PATCH', '/api/groups/gold', { price_multiplier: 0.5, prices: { m: null } })
    await operate(origin, 'PUT', '/api/prices/m', { input: 0.1, output: 0.1 })
    expect(await costOf(gateway, key)).toBe(50)
  })

  it('stand on the record with what the upstream charged, so that the margin can be told', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await startGateway(yaml(upstream.url))
    await operate(gateway.origin, 'PUT', '/api/prices/m', { input: 0.005, output: 0.005 })
    await costOf(gateway, gateway.key)
    const [row] = await gateway.usage()
    const tokens = (row?.usage.input ?? 0) + (row?.usage.output ?? 0)
    expect(row).toMatchObject({
      costNanos: 5 * tokens,
      providerCostNanos: 2 * tokens,
      priceText: 'i5000000o5000000',
    })
  })

  it('reach every worker, and hold from the first call after a restart', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: yaml(upstream.url), workers: 2 })
    let { url } = gateway
    await operate(new URL(gateway.url).origin, 'PUT', '/api/prices/m', { input: 0.005, output: 0.005 })
    const costs = async (): Promise<string> => {
      const replies = await Promise.all(
        Array.from({ length: 8 }, () =>
          post(`${url}/chat/completions`, MASTER_KEY, { ...chat(), model: 'm' }, { headers: { connection: 'close' } }),
        ),
      )
      return [...new Set(replies.map(({ headers }) => headers.get('x-fairlead-cost')))].join()
    }
    await eventually(async () => Number(await costs()) > 0, 'all know')
    const known = await costs()
    await operate(new URL(gateway.url).origin, 'PUT', '/api/prices/m', { input: 0.01, output: 0.01 })
    await eventually(async () => Number(await costs()) === 2 * Number(known), 'all know of the change')
    await gateway.stop()
    await using again = await spawnGateway({ yaml: yaml(upstream.url), workers: 2, folder: gateway.folder })
    url = again.url
    expect(Number(await costs())).toBe(2 * Number(known))
  })
})
