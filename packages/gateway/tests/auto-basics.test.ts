// `auto` through a whole gateway: names, replies, headers, the list of models, refusals.
import { openStream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAutoShop, type AutoShop } from './support/auto-shop.ts'
import { post, type Reply } from './support/gateway.ts'
import { PlainPicker } from './support/plain-picker.ts'

const hello = [{ role: 'user', content: 'Hello!' }]

function ask({ gateway }: AutoShop, body: Record<string, unknown>, path = '/chat/completions'): Promise<Reply> {
  return post(`${gateway.url}${path}`, gateway.key, { messages: hello, ...body })
}

/** For tests that leave nothing behind. */
let open: AutoShop
beforeAll(async () => {
  open = await openAutoShop({ auto: 'presets: { quality: { tradeoff: 0, min_quality: 1 } }' })
})
afterAll(async () => {
  await open[Symbol.asyncDispose]()
})

describe('a request for auto', () => {
  it('is answered by a cheaper model, which says who it is and what that saved', async () => {
    await using shop = await openAutoShop()
    const reply = await ask(shop, { model: 'auto' })
    expect(reply.status).toBe(200)
    expect(reply.json).toMatchObject({ object: 'chat.completion', model: 'gpt-4o-mini' })
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'x-fairlead-model': 'gpt-4o-mini',
      'x-fairlead-provider': 'openai',
      'x-fairlead-baseline-model': 'gpt-4o',
      'x-fairlead-cost': expect.stringMatching(/^0\.\d{9}$/),
      'x-fairlead-savings': expect.stringMatching(/^0\.\d*[1-9]\d*$/),
      'x-fairlead-receipt': expect.stringMatching(/^rcpt_[0-9a-f]{26}$/),
    })
  })

  it.each(['auto', 'kr-auto', 'auto:cheap', 'auto:balanced', 'auto:quality', 'kr-auto:quality'])(
    'is understood as %s',
    async (model) => {
      const reply = await ask(open, { model })
      expect(reply.status).toBe(200)
      expect(reply.json['model']).toBe(model.endsWith('quality') ? 'gpt-4o' : 'gpt-4o-mini')
    },
  )

  it('says in a stream what it expects, and in the usage chunk what it was', async () => {
    await using shop = await openAutoShop()
    const { url, key } = shop.gateway
    const body = {
      model: 'auto',
      messages: hello,
      stream: true,
      max_tokens: 100,
      stream_options: { include_usage: true },
    }
    const stream = await openStream(`${url}/chat/completions`, body, { key }).result
    expect(stream.headers['x-fairlead-cost-estimated']).toBe('true')
    expect(stream.headers['x-fairlead-savings']).toMatch(/^0\.\d*[1-9]/)
    const last = JSON.parse(stream.events.at(-2)?.data ?? '{}') as { usage: Record<string, unknown> }
    expect(last.usage).toMatchObject({
      cost: expect.any(Number),
      savings: expect.any(Number),
      baseline_model: 'gpt-4o',
      receipt: stream.headers['x-fairlead-receipt'],
    })
    expect(Number(last.usage['savings'])).toBeGreaterThan(0)
  })
})

describe('the list of models', () => {
  const list = async ({ gateway }: AutoShop, id = ''): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await fetch(`${gateway.url}/models${id}`, { headers: { authorization: `Bearer ${gateway.key}` } })
    return { status: response.status, json: (await response.json()) as Record<string, unknown> }
  }

  it('has the picker first, then its pools, then what it picks from', async () => {
    await using shop = await openAutoShop({ auto: 'pools: [{ name: small, models: [gpt-4o-mini] }]' })
    const { json } = await list(shop)
    const data = json['data'] as { id: string }[]
    expect(data.map(({ id }) => id)).toEqual(['auto', 'auto/small', 'gpt-4o', 'gpt-4.1', 'gpt-4o-mini'])
    expect(data[0]).toMatchObject({ object: 'model', owned_by: 'fairlead', permission: [], root: 'auto', parent: null })
    expect((await list(shop, '/auto')).json).toEqual(data[0])
    expect((await list(shop, '/kr-auto')).json).toEqual(data[0])
  })

  it('shows it under the name that the brand gives it', async () => {
    const brand =
      'brand: { name: KairosRoute, header_prefix: X-KairosRoute, key_prefix: kr_live_, auto_model: kr-auto }\n'
    await using shop = await openAutoShop({ extra: brand })
    const data = (await list(shop)).json['data'] as Record<string, unknown>[]
    expect(data[0]).toMatchObject({ id: 'kr-auto', owned_by: 'kairosroute', root: 'kr-auto' })
    const reply = await ask(shop, { model: 'kr-auto' })
    expect(reply.headers.get('x-kairosroute-savings')).toMatch(/[1-9]/)
    expect(reply.headers.get('x-kairosroute-provider')).toBe('openai')
    expect([...reply.headers.keys()].filter((name) => name.startsWith('x-fairlead'))).toEqual([])
  })
})

describe('what a request says about the choice', () => {
  it.each([
    [{ models: ['gpt-4.1'] }, 'gpt-4.1'],
    [{ models: ['gpt-4*'], exclude: ['*-mini'] }, 'gpt-4.1'],
    [{ exclude: ['gpt-4o-mini', 'gpt-4.1'] }, 'gpt-4o'],
    [{ tradeoff: 0, min_quality: 1 }, 'gpt-4o'],
    [null, 'gpt-4o-mini'],
  ])('%j is done, and no upstream sees it', async (auto, model) => {
    const before = open.asked(model)
    const reply = await ask(open, { auto, model: 'auto' })
    expect(reply.json['model']).toBe(model)
    expect(open.asked(model)).toBe(before + 1)
    expect(open.bodiesOf(model).join()).not.toContain('"auto"')
  })

  it.each([
    [[], 'auto'],
    [{ modles: [] }, 'auto.modles'],
    [{ models: [] }, 'auto.models'],
    [{ models: [1] }, 'auto.models[0]'],
    [{ tradeoff: 11 }, 'auto.tradeoff'],
    [{ min_quality: '1' }, 'auto.min_quality'],
    [{ max_cost: -1 }, 'auto.max_cost'],
    [{ baseline: 'nobody' }, 'auto.baseline'],
  ])('%j is refused, and the field named', async (auto, param) => {
    const reply = await ask(open, { model: 'auto', auto })
    expect(reply.status).toBe(400)
    expect(reply.json.error).toMatchObject({ code: 'invalid_request', param })
  })
})

describe('a request that no model can take', () => {
  it('is refused with the reason of each', async () => {
    const reply = await ask(open, { model: 'auto', auto: { models: ['gpt-4o', 'nobody'], max_cost: 0.000000001 } })
    expect(reply.status).toBe(400)
    expect(reply.json.error?.message).toContain('gpt-4o: it is expected to cost more')
    expect(reply.json.error?.message).toContain('nobody: this gateway does not serve it')
  })

  it('is not one for embeddings', async () => {
    const reply = await ask(open, { model: 'auto', input: 'x' }, '/embeddings')
    expect(reply.json.error).toMatchObject({ code: 'invalid_request', param: 'model' })
  })
})

describe('trouble', () => {
  it('goes on with the next best model when one is down', async () => {
    await using shop = await openAutoShop()
    await shop.upstreamOf('gpt-4o-mini').setFault('refuse')
    const reply = await ask(shop, { model: 'auto' })
    expect(reply.status).toBe(200)
    expect(reply.json['model']).toBe('gpt-4.1')
  })

  it('is a 503 when every model of the pool is down, and an honest one', async () => {
    await using shop = await openAutoShop()
    for (const id of ['gpt-4o', 'gpt-4.1', 'gpt-4o-mini']) await shop.upstreamOf(id).setFault('refuse')
    const reply = await ask(shop, { model: 'auto' })
    expect(reply.status).toBe(503)
    expect(reply.json.error).toMatchObject({ code: 'upstream_error', type: 'server_error', param: null })
    expect(reply.json.error?.message).toContain('All models are currently unavailable')
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
    const { url, key } = shop.gateway
    const receipt = await fetch(`${url}/receipts/${reply.headers.get('x-fairlead-receipt')}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(await receipt.json()).toMatchObject({ model: null, status: 503, cost: '0.000000000' })
  })

  it('is a 500 when the picker itself fails, and names that', async () => {
    const picker = new PlainPicker()
    picker.rank = () => {
      throw new Error('its tables are broken')
    }
    await using shop = await openAutoShop({ picker: () => picker })
    const reply = await ask(shop, { model: 'auto' })
    expect(reply.status).toBe(500)
    expect(reply.json.error).toMatchObject({ code: 'internal_error', type: 'server_error', param: null })
    expect(reply.json.error?.message).toContain('Routing service unavailable')
    expect(reply.text).not.toContain('tables')
    expect((await ask(shop, { model: 'gpt-4o' })).status).toBe(200)
  })
})
