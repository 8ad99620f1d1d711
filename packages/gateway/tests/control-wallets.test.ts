// Wallets, redeem codes and balances over HTTP, each reply held against its own declaration.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MASTER, startControl, type Reply, type TestControl } from './support/control-app.ts'

let control: TestControl
let account: string
let key: string

beforeEach(async () => {
  control = await startControl()
  account = await control.makeAccount('Team')
  key = (await control.makeKey({ accountId: account })).key
})
afterEach(() => control[Symbol.asyncDispose]())

const post = (path: string, body: unknown, token = MASTER, headers: Record<string, string> = {}): Promise<Reply> =>
  control.call(path, { method: 'POST', token, body, headers })
const get = (path: string, token = key): Promise<Reply> => control.call(path, { token })
const wallet = (path = ''): string => `/api/accounts/${account}/wallet${path}`

describe('A wallet', () => {
  it('is empty before there was money, for its account and the operator, and shown to nobody else', async () => {
    const empty = { id: account, balance: '0.000000000', state: 'active', low_balance: null, auto_top_up: null }
    expect((await get('/api/wallet')).json).toMatchObject({ ...empty, billing: 'off', can_pay: false })
    expect((await get(wallet())).json).toMatchObject(empty)
    expect((await get(wallet(), MASTER)).json).toMatchObject(empty)
    const stranger = (await control.makeKey({ accountId: await control.makeAccount('Other') })).key
    for (const path of [wallet(), wallet('/entries')]) expect((await get(path, stranger)).status).toBe(404)
    expect((await get('/api/wallets', MASTER)).json.data).toEqual([])
  })

  it('is topped up by the operator, and once with an Idempotency-Key, even after the answer is forgotten', async () => {
    const body = { amount: '25.50', note: 'Bank transfer' }
    const headers = { 'idempotency-key': 'k1' }
    const first = await post(wallet('/top-ups'), body, MASTER, headers)
    expect([first.status, first.json]).toMatchObject([
      201,
      {
        object: 'transfer',
        kind: 'top_up',
        amount: '25.500000000',
        repeated: false,
        wallet: { balance: '25.500000000' },
      },
    ])
    const replayed = await post(wallet('/top-ups'), body, MASTER, headers)
    expect([replayed.json, replayed.headers.get('idempotent-replayed')]).toEqual([first.json, 'true'])
    expect((await post(wallet('/top-ups'), { ...body, amount: 1 }, MASTER, headers)).status).toBe(409)
    // Two days later the answers to repeated requests are gone; the ledger forgets nothing.
    control.world.nowMs += 2 * 86_400_000
    const late = await post(wallet('/top-ups'), body, MASTER, headers)
    expect(late.json).toMatchObject({ id: first.json.id, repeated: true })
    expect((await post(wallet('/top-ups'), { ...body, amount: 1 }, MASTER, headers)).status).toBe(409)
    expect((await get('/api/wallet')).json.balance).toBe('25.500000000')
  })

  it.each([0, -5, '0', '-1', 'x', '', '1.0000000001', 1e7, '1e400', null, [], {}, true])(
    'takes no top-up of %j',
    async (amount) => {
      expect((await post(wallet('/top-ups'), { amount })).status).toBe(400)
    },
  )

  it('moves for nobody but the operator', async () => {
    for (const [path, body] of [
      ['/top-ups', { amount: 5 }],
      ['/adjustments', { amount: 5, note: 'x' }],
      ['/refunds', { transfer: 'tr_1' }],
      ['/lock', { reason: 'x' }],
      ['/unlock', {}],
    ] as const)
      expect((await post(wallet(path), body, key)).status).toBe(403)
    expect((await post('/api/redeem-code-batches', { name: 'x', amount: 5, count: 1 }, key)).status).toBe(403)
  })

  it('is adjusted, refunded, locked and unlocked, and says so line by line', async () => {
    const { id } = (await post(wallet('/top-ups'), { amount: 20 })).json
    expect((await post(wallet('/adjustments'), { amount: '-4.25', note: 'counted twice' })).json.amount).toBe(
      '-4.250000000',
    )
    expect((await post(wallet('/adjustments'), { amount: '-400', note: 'too much' })).status).toBe(409)
    expect((await post(wallet('/adjustments'), { amount: 1 })).status).toBe(400)
    expect((await post(wallet('/refunds'), { transfer: id, amount: '5' })).json).toMatchObject({
      kind: 'refund',
      amount: '-5.000000000',
      corrects: id,
    })
    expect((await post(wallet('/refunds'), { transfer: id, amount: '15.1' })).status).toBe(409)
    for (const body of [{}, { transfer: id, request: 'req_1' }])
      expect((await post(wallet('/refunds'), body)).status).toBe(400)
    expect((await post(wallet('/refunds'), { request: 'req_none' })).status).toBe(404)
    expect((await post(wallet('/lock'), { reason: 'disputed' })).json).toMatchObject({ lock_reason: 'disputed' })
    expect((await get('/api/wallets?state=locked', MASTER)).json.data).toHaveLength(1)
    expect((await post(wallet('/unlock'), {})).json).toMatchObject({ state: 'active', lock_reason: null })

    const { data } = (await get('/api/wallet/entries?order=oldest_first')).json
    expect(data.map(({ kind, amount, balance }: Record<string, string>) => [kind, amount, balance])).toEqual([
      ['top_up', '20.000000000', '20.000000000'],
      ['adjustment', '-4.250000000', '15.750000000'],
      ['refund', '-5.000000000', '10.750000000'],
    ])
    expect(data[0]).not.toHaveProperty('actor')
    expect((await get(wallet('/entries'), MASTER)).json.data[0].actor).toBe('master')
    const page = (await get('/api/wallet/entries?limit=2')).json
    expect(page).toMatchObject({ has_more: true, data: [{ kind: 'refund' }, { kind: 'adjustment' }] })
    expect(
      (await get(`/api/wallet/entries?limit=2&after=${encodeURIComponent(page.next_after)}`)).json.data,
    ).toHaveLength(1)
    expect((await get('/api/wallet/entries?after=nonsense')).status).toBe(400)
    expect((await get('/api/wallet/entries?kind=refund')).json.data).toHaveLength(1)
    expect((await get('/api/wallet/entries?kind=nothing')).status).toBe(400)
  })

  it('gives its statement as CSV in which nothing is a formula', async () => {
    await post(wallet('/top-ups'), { amount: 20, note: '=cmd()' })
    await post(wallet('/adjustments'), { amount: -1, note: '+1' })
    const { headers, text } = await get('/api/wallet/entries?format=csv&order=oldest_first')
    expect(headers.get('content-type')).toMatch(/^text\/csv/)
    const [head, first = '', second = ''] = text.split('\r\n')
    expect(head).toBe('id,time,kind,amount_usd,balance_usd,note,reference,corrects')
    expect(first).toMatch(/^tr_\d+,[\dTZ:.-]+,top_up,20\.000000000,20\.000000000,'=cmd\(\),,$/)
    expect(second).toMatch(/,-1\.000000000,19\.000000000,'\+1,,$/)
  })

  it('keeps its statement from keys that manage nothing', async () => {
    const small = (await control.makeKey({ accountId: account, scopes: [] })).key
    expect((await get('/api/wallet', small)).status).toBe(200)
    for (const path of ['/api/wallet/entries', '/api/payments', '/api/wallet/webhook-key'])
      expect((await get(path, small)).status).toBe(403)
    expect((await post('/api/wallet/redeem', { code: 'x' }, small)).status).toBe(403)
  })

  it('remembers what its account wishes for when it gets low', async () => {
    const patch = (body: unknown, token = key): Promise<Reply> =>
      control.call('/api/wallet', { method: 'PATCH', token, body })
    const low = { threshold: '5', email: 'ada@example.com' }
    expect((await patch({ low_balance: low })).json).toMatchObject({
      low_balance: { threshold: '5.000000000', email: 'ada@example.com', webhook_url: null },
    })
    const auto = { threshold: 5, amount: '20', daily_cap: 40 }
    expect((await patch({ auto_top_up: auto })).json).toMatchObject({
      low_balance: { threshold: '5.000000000' },
      auto_top_up: { amount: '20.000000000', daily_cap: '40.000000000', paused: null },
    })
    expect((await patch({ auto_top_up: { ...auto, daily_cap: 19 } })).json.error.param).toBe('auto_top_up.daily_cap')
    expect((await patch({ auto_top_up: { ...auto, amount: '20.001' } })).json.error.param).toBe('auto_top_up.amount')
    expect((await patch({ low_balance: null })).json.low_balance).toBeNull()
    expect((await get('/api/wallet/webhook-key')).json.value).toMatch(/^whsec_[\w+/=]{44}$/)
  })

  it('cannot be paid into where no provider is configured', async () => {
    expect((await post('/api/wallet/checkout', { amount: 25 }, key)).status).toBe(404)
  })
})

describe('The secrets of payments and mail', () => {
  it('are shown to nobody, the operator included', async () => {
    const stripe = 'secret_key: sk_live_CANARY1, webhook_secret: whsec_CANARY2-0123456789'
    control.configure(`payments: { stripe: { ${stripe} } }
mail: { smtp_url: "smtps://user:CANARY3@mail.example.com", from: x@example.com }`)
    const shown = await get('/api/config', MASTER)
    expect(shown.json.config.payments.stripe).toMatchObject({ minimum: '5.000000000' })
    expect((await get('/api/wallet')).json.can_pay).toBe(true)
    for (const path of ['/api/config', '/api/wallet', '/api/status', '/health'])
      expect((await get(path, MASTER)).text).not.toContain('CANARY')
  })
})

describe('Redeem codes', () => {
  it('are made, shown once, redeemed once, and withdrawn', async () => {
    const made = await post('/api/redeem-code-batches', { name: 'fair', amount: '5', count: 2, expires_in: 60 })
    expect(made.status).toBe(201)
    const { id, codes } = made.json
    expect(codes).toHaveLength(2)
    expect((await post('/api/wallet/redeem', { code: codes[0].toLowerCase() }, key)).json).toMatchObject({
      object: 'redemption',
      amount: '5.000000000',
      wallet: { balance: '5.000000000' },
    })
    expect((await post('/api/wallet/redeem', { code: codes[0] }, key)).status).toBe(409)
    const batch = (await get(`/api/redeem-code-batches/${id}`, MASTER)).json
    expect(batch).toMatchObject({ redeemed: 1, count: 2, amount: '5.000000000' })
    const list = await get(`/api/redeem-code-batches/${id}/codes`, MASTER)
    expect(list.json.data).toMatchObject([{ redeemed_by: account }, { redeemed_by: null }])
    for (const code of codes) expect(list.text).not.toContain(code)
    expect((await post(`/api/redeem-code-batches/${id}/void`, {})).json.voided_at).toBe(1_700_000_000)
    expect((await post('/api/wallet/redeem', { code: codes[1] }, key)).status).toBe(404)
    expect((await post('/api/wallet/redeem', { code: 'nonsense' }, key)).json.error.param).toBe('code')
    expect((await get('/api/redeem-code-batches', MASTER)).json.data).toHaveLength(1)
  })

  it('come as CSV, the same when asked for again', async () => {
    const path = '/api/redeem-code-batches?format=csv'
    const headers = { 'idempotency-key': 'codes' }
    const body = { name: 'fair', amount: 5, count: 3 }
    const made = await post(path, body, MASTER, headers)
    expect(made.text).toMatch(/^code,amount_usd,expires,batch\r\n(?:[0-9A-Z-]{29},5\.000000000,,rcb_\w+\r\n){3}$/)
    const again = await post(path, body, MASTER, headers)
    expect([again.text, again.headers.get('content-type')]).toEqual([made.text, expect.stringMatching(/^text\/csv/)])
    expect((await get('/api/redeem-code-batches', MASTER)).json.data).toHaveLength(1)
  })
})

describe('The pages of other gateways', () => {
  it('show the balance of the account', async () => {
    await post(wallet('/top-ups'), { amount: '12.345678901' })
    expect((await get('/v1/credits')).json).toEqual({ data: { total_credits: 12.345678901, total_usage: 0 } })
    for (const base of ['/v1', ''])
      expect((await get(`${base}/dashboard/billing/credit_grants?x=1`)).json).toMatchObject({
        object: 'credit_summary',
        total_granted: 12.345678901,
        total_available: 12.345678901,
      })
  })

  it('show the key that asks, and its budget', async () => {
    const budget = { amountNanos: 10_000_000_000, reset: 'month' } as const
    const { key: limited } = await control.makeKey({ accountId: account, budget })
    for (const path of ['/v1/key', '/v1/auth/key'])
      expect((await get(path, limited)).json.data).toMatchObject({
        label: expect.stringMatching(/^sk-fl-.*\.\.\./),
        limit: 10,
        limit_remaining: 10,
        limit_reset: 'monthly',
        usage: 0,
        usage_daily: 0,
        is_free_tier: false,
        rate_limit: { interval: '1m' },
      })
    expect((await get('/v1/key')).json.data).toMatchObject({ limit: null, limit_remaining: null, limit_reset: null })
    expect((await get('/v1/dashboard/billing/subscription', limited)).json.hard_limit_usd).toBe(10)
    expect((await get('/dashboard/billing/subscription')).json).toMatchObject({
      object: 'billing_subscription',
      hard_limit_usd: 100_000_000,
    })
  })

  it('answer without a key as every keyed page does', async () => {
    for (const path of ['/v1/credits', '/v1/key', '/v1/generation', '/dashboard/billing/usage'])
      expect((await control.call(path)).status).toBe(401)
    expect((await get('/v1/generation')).status).toBe(400)
    expect((await get('/v1/generation?id=req_none')).status).toBe(404)
    expect((await get('/v1/dashboard/billing/usage?start_date=2023-10-01&end_date=2023-11-01')).json).toEqual({
      object: 'list',
      daily_costs: [],
      total_usage: 0,
    })
    expect((await get('/v1/dashboard/billing/usage?start_date=yesterday')).status).toBe(400)
  })
})

describe('An account', () => {
  it('has a budget that all its keys share', async () => {
    const patch = (budget: unknown): Promise<Reply> =>
      control.call(`/api/accounts/${account}`, { method: 'PATCH', token: MASTER, body: { budget } })
    expect((await patch({ amount: '50', reset: 'month' })).json.budget).toEqual({
      amount: '50.000000000',
      reset: 'month',
    })
    expect((await get('/api/limits')).json.data).toMatchObject([
      { of: 'account', limit: 'budget', max: '50.000000000', remaining: '50.000000000' },
    ])
    expect((await get(`/api/accounts/${account}`)).json.budget.reset).toBe('month')
    expect((await patch(null)).json.budget).toBeNull()
    expect((await get('/api/limits')).json.data).toEqual([])
  })
})
