// What each way of ending costs an account that pays, as `docs/billing.md` says: the wallet, the usage row and what the
// client was told agree to the nano-dollar, and nothing stays held.

import { openStream, startFakeUpstream, type FakeUpstream, type StreamResult } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { readBooks, sumOf, takenNanos } from './support/books.ts'
import { chat, post, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import {
  INPUT_NANOS_PER_TOKEN,
  nanosOf,
  openAccount,
  OUTPUT_NANOS_PER_TOKEN,
  shopYaml,
  type PaidAccount,
} from './support/shop.ts'

/** Long enough that a busy machine is no upstream that stalls. */
const SETTINGS = 'health: { check: off }\ntimeouts: { first_byte_ms: 20000, idle_ms: 2000 }\n'
const BALANCE_NANOS = 5_000_000_000

interface Shop extends AsyncDisposable {
  readonly a: FakeUpstream
  readonly b: FakeUpstream
  readonly gateway: TestGateway
  readonly account: PaidAccount
  /** After the last call: its row, and what the wallet has lost since the start. */
  outcome(): Promise<Outcome>
}

interface Outcome {
  readonly row: Awaited<ReturnType<TestGateway['usage']>>[number] | undefined
  readonly takenNanos: number
}

async function openShop(
  extra = '',
  balanceNanos = BALANCE_NANOS,
  change: (yaml: string) => string = (yaml) => yaml,
): Promise<Shop> {
  const a = await startFakeUpstream({ script: { tokens: 12 } })
  const b = await startFakeUpstream({ script: { tokens: 12 } })
  const yaml = shopYaml([a.url, b.url], extra + SETTINGS).replace('{ provider: b,', '{ provider: b, priority: 1,')
  const gateway = await startGateway(change(yaml))
  const account = await openAccount(gateway.origin, balanceNanos)
  return {
    a,
    b,
    gateway,
    account,
    async outcome() {
      const [row] = await gateway.usage()
      await gateway.callBack(account.accountId)
      const books = await readBooks({ file: gateway.databaseFile }, account.accountId)
      expect(books.violations).toEqual([])
      expect(sumOf(books, 'overrun_loss')).toBe(0)
      return { row, takenNanos: takenNanos(books, account.balanceNanos) }
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await a[Symbol.asyncDispose]()
      await b[Symbol.asyncDispose]()
    },
  }
}

const ask = (shop: Shop, body = chat('Hello!', { max_tokens: 50 })): Promise<Reply> =>
  post(`${shop.gateway.url}/chat/completions`, shop.account.key, body)

const stream = (shop: Shop, extra: Record<string, unknown> = {}, content = 'Hello!'): Promise<StreamResult> =>
  openStream(`${shop.gateway.url}/chat/completions`, chat(content, { stream: true, max_tokens: 5_000, ...extra }), {
    key: shop.account.key,
  }).result

function priceOf(usage: { readonly input: number; readonly output: number }): number {
  return usage.input * INPUT_NANOS_PER_TOKEN + usage.output * OUTPUT_NANOS_PER_TOKEN
}

function told(reply: Reply): number {
  return nanosOf(reply.headers.get('x-fairlead-cost') ?? 'none')
}

describe('an answer', () => {
  it('in one piece costs what its header says, and so much leaves the wallet', async () => {
    await using shop = await openShop()
    const reply = await ask(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(reply.status).toBe(200)
    expect(takenNanos).toBe(told(reply))
    expect(row).toMatchObject({ costNanos: takenNanos, chargedNanos: takenNanos, estimated: false })
    expect(takenNanos).toBe(priceOf({ input: row?.usage.input ?? 0, output: 12 }))
  })

  it('as a stream costs what its last chunk says', async () => {
    await using shop = await openShop()
    const result = await stream(shop, { stream_options: { include_usage: true } })
    const { row, takenNanos } = await shop.outcome()
    const cost = /"cost":([\d.]+)/.exec(result.events.map(({ data }) => data).join())?.[1] ?? ''
    expect(takenNanos).toBe(nanosOf(cost))
    expect(row).toMatchObject({ costNanos: takenNanos, chargedNanos: takenNanos })
  })

  it('as a stream whose usage nobody asked for costs the same', async () => {
    await using shop = await openShop()
    expect((await stream(shop)).end).toBe('done')
    const { row, takenNanos } = await shop.outcome()
    expect(takenNanos).toBe(priceOf({ input: row?.usage.input ?? 0, output: 12 }))
  })

  it('whose usage is missing is counted, and marked as estimated', async () => {
    await using shop = await openShop()
    await shop.a.setFault('lie-usage(missing)')
    const reply = await ask(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(row).toMatchObject({ estimated: true, chargedNanos: takenNanos })
    expect(row?.usage.output).toBeGreaterThan(0)
    expect(takenNanos).toBe(told(reply))
    expect(takenNanos).toBe(priceOf(row?.usage ?? { input: 0, output: 0 }))
  })

  it('without a token of output is free', async () => {
    await using shop = await openShop()
    await shop.a.setFault('lie-usage(zero)')
    const reply = await ask(shop)
    expect(reply.status).toBe(200)
    expect(told(reply)).toBe(0)
    expect((await shop.outcome()).takenNanos).toBe(0)
  })

  it.each(['negative', 'nan', 'string'])('whose figures are %s takes nothing that is not a figure', async (lie) => {
    await using shop = await openShop()
    await shop.a.setFault(`lie-usage(${lie})`)
    const reply = await ask(shop)
    const { takenNanos } = await shop.outcome()
    expect(takenNanos).toBe(told(reply))
    expect(takenNanos).toBeGreaterThanOrEqual(0)
    expect(takenNanos).toBeLessThan(50 * OUTPUT_NANOS_PER_TOKEN)
  })

  it('whose usage is beyond belief is counted by us instead of costing the whole wallet', async () => {
    await using shop = await openShop('', 500_000_000)
    await shop.a.setFault('lie-usage(huge)')
    const reply = await ask(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(row).toMatchObject({ estimated: true })
    expect(takenNanos).toBe(told(reply))
    expect(takenNanos).toBeLessThan(50 * OUTPUT_NANOS_PER_TOKEN + 1_000 * INPUT_NANOS_PER_TOKEN)
  })

  it('whose usage comes twice is charged once', async () => {
    await using shop = await openShop()
    await shop.a.setFault('dup-usage')
    await stream(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(takenNanos).toBe(priceOf({ input: row?.usage.input ?? 0, output: row?.usage.output ?? 0 }))
    expect(row?.usage.output).toBeLessThanOrEqual(12)
  })
})

describe('a failure costs nothing', () => {
  it.each([
    'refuse',
    'rst@-1',
    '5xx(1)',
    'refusal(deepseek-balance)',
    'refusal(openai-bad-key)',
    '200-error',
    'empty',
    'sse-error@0',
    'truncated-json',
  ])('when every provider ends with %s', async (fault) => {
    await using shop = await openShop()
    await shop.a.setFault(fault)
    await shop.b.setFault(fault)
    const reply = await ask(shop)
    expect(reply.status).toBeGreaterThanOrEqual(fault === 'sse-error@0' ? 200 : 500)
    // Half a JSON document is a fault of replies in one piece.
    if (fault !== 'truncated-json') await stream(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(takenNanos).toBe(reply.status === 200 ? told(reply) : 0)
    expect(row?.chargedNanos ?? 0).toBe(reply.status === 200 ? takenNanos : 0)
  })

  it('when the request is wrong, or the model unknown', async () => {
    await using shop = await openShop()
    expect((await ask(shop, { model: 'gpt-4o', messages: 'x'.repeat(10), stream: 'maybe' })).status).toBe(400)
    expect((await ask(shop, { ...chat(), model: 'no-such-model' })).status).toBe(404)
    expect((await shop.outcome()).takenNanos).toBe(0)
  })

  it('when the client leaves before a word was said', async () => {
    await using shop = await openShop('')
    await shop.a.setFault('slowhead(5000)')
    const controller = new AbortController()
    const call = openStream(`${shop.gateway.url}/chat/completions`, chat('Hello!', { stream: true, max_tokens: 99 }), {
      key: shop.account.key,
      signal: controller.signal,
    })
    await shop.a.ledger.until(({ last }) => last !== undefined)
    controller.abort()
    await call.result
    await shop.a.ledger.until(({ last }) => last?.end === 'client-gone', 2_000)
    expect((await shop.outcome()).takenNanos).toBe(0)
  })
})

describe('part of an answer costs what was delivered', () => {
  it.each(['fin@5', 'rst@5', 'stall@5', 'sse-error@5'])('when the stream ends with %s', async (fault) => {
    await using shop = await openShop()
    await shop.a.setFault(fault)
    expect((await stream(shop)).end).toBe('error-event')
    const { row, takenNanos } = await shop.outcome()
    expect(row).toMatchObject({ estimated: true, chargedNanos: takenNanos })
    expect(row?.usage.output).toBeGreaterThan(0)
    expect(row?.usage.output).toBeLessThanOrEqual(12)
    expect(takenNanos).toBe(priceOf(row?.usage ?? { input: 0, output: 0 }))
  })

  it('when the client leaves in the middle', async () => {
    await using shop = await openShop()
    const controller = new AbortController()
    const body = chat('[[testkit: tokens=1000 gapMs=5]] Hello!', { stream: true, max_tokens: 5_000 })
    const call = openStream(`${shop.gateway.url}/chat/completions`, body, {
      key: shop.account.key,
      signal: controller.signal,
      onEvent: (_event, { eventCount }) => {
        if (eventCount === 20) controller.abort()
      },
    })
    await call.result
    await shop.a.ledger.until(({ last }) => last?.end === 'client-gone', 2_000)
    const { row, takenNanos } = await shop.outcome()
    expect(row).toMatchObject({ status: 499, estimated: true, chargedNanos: takenNanos })
    expect(takenNanos).toBe(priceOf(row?.usage ?? { input: 0, output: 0 }))
    expect(takenNanos).toBeGreaterThan(15 * OUTPUT_NANOS_PER_TOKEN)
  })
})

describe('several providers', () => {
  it('charge for the one that answered', async () => {
    await using shop = await openShop()
    await shop.a.setFault('5xx(1)')
    const reply = await ask(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(row).toMatchObject({ provider: 'b', attempts: 2 })
    expect(takenNanos).toBe(told(reply))
    expect(takenNanos).toBe(priceOf({ input: row?.usage.input ?? 0, output: 12 }))
  })
})

describe('a wallet that cannot pay', () => {
  it('is refused before anybody is asked, with what would fit', async () => {
    await using shop = await openShop('', 2_000_000)
    const reply = await ask(shop, chat('Hello!', { max_tokens: 1_000 }))
    expect(reply.status).toBe(402)
    expect(reply.json.error).toMatchObject({ code: 'insufficient_balance', type: 'insufficient_quota' })
    const fitting = Number(/max_tokens of (\d+)/.exec(reply.json.error?.message ?? '')?.[1])
    expect(shop.a.ledger.totals.requests).toBe(0)
    expect(await ask(shop, chat('Hello!', { max_tokens: fitting }))).toMatchObject({ status: 200 })
  })

  it('ends a stream in the middle, charges what was delivered, and is never overdrawn', async () => {
    await using shop = await openShop('', 150_000_000)
    const result = await stream(shop, {}, '[[testkit: tokens=4000]] Tell me a long story.')
    expect(result.end).toBe('error-event')
    expect(result.errorBody).toMatchObject({ code: 'insufficient_balance' })
    const { row, takenNanos } = await shop.outcome()
    expect(takenNanos).toBeLessThanOrEqual(150_000_000)
    expect(takenNanos).toBeGreaterThan(100_000_000)
    expect(row).toMatchObject({ errorCode: 'insufficient_balance', chargedNanos: takenNanos })
  })

  it('serves a long stream that it can pay for, step by step', async () => {
    await using shop = await openShop('', 520_000_000)
    const result = await stream(shop, {}, '[[testkit: tokens=4000]] Tell me a long story.')
    expect(result.end).toBe('done')
    const { takenNanos } = await shop.outcome()
    expect(takenNanos).toBeGreaterThanOrEqual(4_000 * OUTPUT_NANOS_PER_TOKEN)
  })

  it('is told in each dialect', async () => {
    await using shop = await openShop('', 1_000)
    const { url, origin } = shop.gateway
    const { key } = shop.account
    const said = { model: 'gpt-4o', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }
    const anthropic = await post(`${url}/messages`, key, said)
    expect([anthropic.status, anthropic.json['type']]).toEqual([402, 'error'])
    const gemini = await post(`${origin}/v1beta/models/gpt-4o:generateContent`, key, {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    })
    expect([gemini.status, typeof gemini.json.error]).toEqual([402, 'object'])
    const responses = await post(`${url}/responses`, key, { model: 'gpt-4o', input: 'Hi' })
    expect(responses.status).toBe(402)
  })
})

describe('a model that stands in', () => {
  const models = (price: string): string => `  - id: dear
    targets: [{ provider: b, model: gpt-4o }]
    price: ${price}
`
  /** `gpt-4o` at `a` alone, which fails; `dear` at `b`. */
  async function openWithFallback(price: string, balanceNanos?: number): Promise<Shop> {
    const shop = await openShop('', balanceNanos, (yaml) =>
      yaml
        .replace(/targets: \[.*\]/, 'targets: [{ provider: a, model: gpt-4o }]\n    fallbacks: [dear]')
        .replace('groups:', `${models(price)}groups:`),
    )
    await shop.a.setFault('5xx(1)')
    return shop
  }

  it('is charged at its own price, and named', async () => {
    await using shop = await openWithFallback('{ input: 2, output: 200 }')
    const reply = await ask(shop)
    const { row, takenNanos } = await shop.outcome()
    expect(reply.headers.get('x-fairlead-model')).toBe('dear')
    expect(takenNanos).toBe(2 * priceOf({ input: row?.usage.input ?? 0, output: 12 }))
    expect(takenNanos).toBe(told(reply))
  })

  it('is left out where the wallet cannot pay for it', async () => {
    await using shop = await openWithFallback('{ input: 2, output: 200 }', 9_000_000)
    const reply = await ask(shop)
    expect(reply.status).toBe(503)
    expect(shop.b.ledger.totals.requests).toBe(0)
    expect((await shop.outcome()).takenNanos).toBe(0)
  })
})

describe('a model without a price', () => {
  it('is not for accounts that pay, and says whom to ask', async () => {
    await using shop = await openShop('', BALANCE_NANOS, (yaml) =>
      yaml.replace('groups:', '  - { id: homemade, targets: [{ provider: a, model: homemade-7b }] }\ngroups:'),
    )
    const reply = await ask(shop, { ...chat(), model: 'homemade' })
    expect(reply.status).toBe(503)
    expect(reply.json.error).toMatchObject({ code: 'service_unavailable' })
    expect(reply.json.error?.message).toMatch(/"homemade" has no price yet/)
    expect(reply.headers.get('x-should-retry')).toBe('false')
    expect((await shop.outcome()).takenNanos).toBe(0)
    const own = await post(`${shop.gateway.url}/chat/completions`, shop.gateway.key, { ...chat(), model: 'homemade' })
    expect(own.status).toBe(200)
  })
})

describe('a group that does not pay', () => {
  it('sees the cost and is charged nothing', async () => {
    await using shop = await openShop()
    const reply = await post(`${shop.gateway.url}/chat/completions`, shop.gateway.key, chat())
    expect(told(reply)).toBeGreaterThan(0)
    const [row] = await shop.gateway.usage()
    expect(row).toMatchObject({ chargedNanos: null, costNanos: told(reply) })
  })
})
