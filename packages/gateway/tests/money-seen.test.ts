// What a customer sees of the money that a call took: the header, the call with its price lines, the balance, the
// statement, and the pages of other gateways. All of them say the same, to the nano-dollar.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeUpstream, startFakeUpstream } from '@fairlead/testkit'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { dollars, nanosOf, openAccount, operate, shopYaml, type PaidAccount } from './support/shop.ts'

let upstream: FakeUpstream
let gateway: TestGateway
let spender: PaidAccount
let cost = ''
let requestId = ''
const PAID_IN = 5_000_000_000

beforeAll(async () => {
  upstream = await startFakeUpstream()
  gateway = await startGateway(shopYaml([upstream.url]))
  spender = await openAccount(gateway.origin, PAID_IN)
  const call = await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${spender.key}` },
    body: JSON.stringify({ model: 'gpt-4o', max_tokens: 50, messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  if (call.status !== 200) throw new Error(await call.text())
  await call.text()
  cost = call.headers.get('x-fairlead-cost') ?? ''
  requestId = call.headers.get('x-request-id') ?? ''
  // All that was journaled is in the database then.
  await gateway.app.control.recentUsage()
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

// Tests look into replies of many shapes.
// oxlint-disable-next-line typescript/no-explicit-any
async function get(path: string): Promise<any> {
  const response = await fetch(gateway.origin + path, { headers: { authorization: `Bearer ${spender.key}` } })
  return await response.json()
}

describe('What a call has cost', () => {
  it('is on its reply, in the list of calls, in the statement and in the balance, to the nano-dollar', async () => {
    expect(nanosOf(cost)).toBeGreaterThan(0)
    expect((await get('/api/wallet')).balance).toBe(dollars(PAID_IN - nanosOf(cost)))
    const { data } = await get('/api/wallet/entries')
    expect(data).toMatchObject([
      { kind: 'usage', amount: `-${cost}`, balance: dollars(PAID_IN - nanosOf(cost)) },
      { kind: 'top_up', amount: '5.000000000' },
    ])
    expect((await get('/api/usage')).total).toMatchObject({ cost, charged: cost })
  })

  it('is explained line by line, and the lines add up', async () => {
    const call = await get(`/api/requests/${requestId}`)
    expect(call).toMatchObject({ cost, charged: cost, price: { exact: expect.any(String) } })
    const sum = call.price.lines.reduce((total: number, line: { amount: string }) => total + nanosOf(line.amount), 0)
    expect(dollars(sum)).toBe(cost)
    const output = call.price.lines.find((line: { class: string }) => line.class === 'output')
    expect(output).toMatchObject({
      unit: 'token',
      quantity: call.tokens.output,
      rate: '100.000000000',
      price_multiplier: 1,
    })
    expect(call).not.toHaveProperty('provider_cost')
    expect(await operate(gateway.origin, 'GET', `/api/requests/${requestId}`)).toHaveProperty('provider_cost')
  })

  it('is given back by the operator, once, and never more than it was', async () => {
    const refunds = `/api/accounts/${spender.accountId}/wallet/refunds`
    const refund = await operate(gateway.origin, 'POST', refunds, { request: requestId })
    expect(refund).toMatchObject({ kind: 'refund', amount: cost, reference: `request:${requestId}` })
    await expect(operate(gateway.origin, 'POST', refunds, { request: requestId })).rejects.toThrow('refunded already')
    const log = await operate(gateway.origin, 'GET', `/api/audit?action=wallet.refund&account=${spender.accountId}`)
    expect(log).toMatchObject({ data: [{ actor: 'master', object_id: expect.stringMatching(/^tr_/) }] })
    expect((await get('/api/wallet')).balance).toBe(dollars(PAID_IN))
  })

  it('is where tools for other gateways look for it, on the port of the models', async () => {
    const spent = Number(cost)
    const { total_credits: credits, total_usage: usage } = (await get('/v1/credits')).data
    expect([usage, credits]).toEqual([spent, Number(dollars(PAID_IN + nanosOf(cost)))])
    expect((await get('/v1/key')).data).toMatchObject({ usage: spent, usage_daily: spent, usage_monthly: spent })
    expect((await get(`/v1/generation?id=${requestId}`)).data).toMatchObject({
      id: requestId,
      total_cost: spent,
      model: 'gpt-4o',
      provider_name: null,
    })
    for (const base of ['/v1', '']) {
      expect((await get(`${base}/dashboard/billing/subscription`)).hard_limit_usd).toBeCloseTo(5 + spent, 9)
      expect((await get(`${base}/dashboard/billing/usage`)).total_usage).toBeCloseTo(spent * 100, 6)
    }
    const lost = await fetch(`${gateway.origin}/v1/credit`, { headers: { authorization: `Bearer ${spender.key}` } })
    expect(await lost.text()).toContain('/v1/credits')
  })

  it('is not shown to another account', async () => {
    const stranger = await openAccount(gateway.origin, 0)
    const response = await fetch(`${gateway.origin}/v1/generation?id=${requestId}`, {
      headers: { authorization: `Bearer ${stranger.key}` },
    })
    expect(response.status).toBe(404)
  })
})
