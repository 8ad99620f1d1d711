// What a running gateway says about what it has measured: the timeline of a call, calls as they come in, models, status.

import { openStream, startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './support/browser.ts'
import { chat, MASTER_KEY, post, startGateway, type TestGateway } from './support/gateway.ts'
import { PASSWORD } from './support/logged-in.ts'
import { nanosOf, openAccount, operate, shopYaml, type PaidAccount } from './support/shop.ts'

const BALANCE_NANOS = 5_000_000_000

let a: FakeUpstream
let b: FakeUpstream
let gateway: TestGateway
let account: PaidAccount
/** With nothing to spend. */
let poor: PaidAccount

beforeAll(async () => {
  a = await startFakeUpstream({ script: { tokens: 12 } })
  b = await startFakeUpstream({ script: { tokens: 12 } })
  const yaml = shopYaml([a.url, b.url], '').replace('{ provider: b,', '{ provider: b, priority: 1,')
  const discounted = yaml.replace('billing: prepaid', 'billing: prepaid, price_multiplier: 0.5')
  gateway = await startGateway(`${discounted}balancer: { sticky: false }\n`)
  account = await openAccount(gateway.origin, BALANCE_NANOS)
  poor = await openAccount(gateway.origin, 0)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await a[Symbol.asyncDispose]()
  await b[Symbol.asyncDispose]()
})

// What replies hold is looked into.
// oxlint-disable-next-line typescript/no-explicit-any
async function get(path: string, key = account.key): Promise<any> {
  const response = await fetch(gateway.origin + path, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status, path).toBe(200)
  return await response.json()
}

const ask = async (key = account.key) =>
  await post(`${gateway.url}/chat/completions`, key, chat('Hello!', { max_tokens: 50 }))

/** Once it is in the database. */
async function idOf(reply: { readonly headers: Headers }): Promise<string> {
  await gateway.usage()
  return reply.headers.get('x-request-id') ?? ''
}

describe('the timeline of a call', () => {
  it('shows each attempt and why it failed; names and causes to the operator alone', async () => {
    await a.setFault('5xx(500)', { times: 1 })
    const id = await idOf(await ask())
    const mine = await get(`/api/requests/${id}`)
    expect(mine.timeline).toMatchObject([
      { event: 'accepted', at_ms: 0 },
      { event: 'attempt', attempt: 1, outcome: 'failed' },
      { event: 'attempt', attempt: 2, outcome: 'ok' },
      { event: 'ended', at_ms: mine.duration_ms },
    ])
    expect(mine.user_agent).toBe('node')
    const starts = mine.timeline.map(({ at_ms }: { at_ms: number }) => at_ms)
    expect(starts.toSorted((left: number, right: number) => left - right)).toEqual(starts)
    const hidden = ['provider', 'credential', 'cause', 'upstream_model', 'trail', 'provider_cost']
    for (const name of hidden) expect(JSON.stringify(mine)).not.toContain(`"${name}"`)

    const whole = await get(`/api/requests/${id}`, MASTER_KEY)
    expect(whole.timeline[1]).toMatchObject({ provider: 'a', credential: 'a', upstream_model: 'gpt-4o' })
    expect(whole.timeline[2]).toMatchObject({ provider: 'b', cause: 'ok' })
    expect(whole.trail).toHaveLength(2)
    expect(whole.trail[0].started_ms).toBe(whole.timeline[1].at_ms)
  })

  it('tells of an attempt that answered at once no time that was not measured', async () => {
    const id = await idOf(await ask())
    const { timeline } = await get(`/api/requests/${id}`)
    expect(timeline[1]).toMatchObject({ event: 'attempt', at_ms: null, duration_ms: null, outcome: 'ok' })
  })

  it('has the first content of a stream', async () => {
    const { result } = openStream(`${gateway.url}/chat/completions`, chat('Hi', { stream: true, max_tokens: 50 }), {
      key: account.key,
    })
    await result
    const [newest] = await gateway.usage()
    const { timeline, first_byte_ms: firstMs } = await get(`/api/requests/${newest?.requestId}`)
    expect(timeline.map(({ event }: { event: string }) => event)).toEqual([
      'accepted',
      'attempt',
      'first_content',
      'ended',
    ])
    expect(timeline[2].at_ms).toBe(firstMs)
  })

  it('shows what was held, what was taken, what went back, and with which entry of the ledger', async () => {
    const id = await idOf(await ask())
    const { money, cost, price } = await get(`/api/requests/${id}`)
    expect(money.charged).toBe(cost)
    expect(money.lost).toBe('0.000000000')
    expect(nanosOf(money.held)).toBeGreaterThan(nanosOf(money.charged))
    expect(nanosOf(money.held)).toBe(nanosOf(money.charged) + nanosOf(money.released))
    expect(money.charged_at).toBeGreaterThan(1_700_000_000)
    expect(price.lines.map((line: { class: string }) => line.class)).toEqual(['input', 'output'])
    const statement = await get('/api/wallet/entries')
    expect(statement.data.map((line: { id: string }) => line.id)).toContain(money.transfer)
    const refused = await get(`/api/requests/${await idOf(await ask(poor.key))}`, poor.key)
    expect([refused.status, refused.money]).toEqual([402, null])
    expect(refused.timeline).toHaveLength(2)
  })
})

describe('the list of calls', () => {
  it('finds one by its id, and those with an error by its code; nobody finds what is somebody else’s', async () => {
    const id = await idOf(await ask())
    const failed = await idOf(await ask(poor.key))
    const idsIn = ({ data }: { readonly data: readonly { readonly id: string }[] }) => data.map((one) => one.id)
    expect(idsIn(await get(`/api/requests?request_id=${id}`))).toEqual([id])
    expect(idsIn(await get(`/api/requests?request_id=${id}&status=4xx`))).toEqual([])
    expect(idsIn(await get(`/api/requests?request_id=${id}`, gateway.key))).toEqual([])
    expect(idsIn(await get('/api/requests?error=insufficient_balance', MASTER_KEY))).toContain(failed)
    expect(idsIn(await get('/api/requests?error=none', MASTER_KEY))).not.toContain(failed)
  })
})

describe('calls as they come in', () => {
  it('are told to whoever may see them, and after a break from where it was', async () => {
    const stream = await listen()
    const id = await idOf(await ask())
    const event = await stream.until((text) => text.includes(id))
    expect(event).toContain('event: request')
    expect(event).not.toContain('"provider"')
    const place = [...(await stream.until((text) => /id: \d+\nevent: place/.test(text))).matchAll(/^id: (\d+)$/gm)].at(
      -1,
    )
    await stream.close()

    const foreign = await listen({ key: gateway.key })
    const missed = await idOf(await ask())
    const again = await listen({ headers: { 'last-event-id': place?.[1] ?? '' } })
    expect(await again.until((text) => text.includes(missed))).not.toContain(id)
    await again.close()
    expect(foreign.text()).not.toContain(missed)
    await foreign.close()
  })

  it('end with the session that listens', async () => {
    const browser = new Browser(gateway.origin, '198.51.100.1')
    const link = await gateway.app.control.setUpLink()
    const credentials = { token: link?.split('#')[1], email: 'ada@example.com', password: PASSWORD }
    expect((await browser.post('/api/login/link', credentials)).status).toBe(200)
    const stream = await listen({ key: '', headers: { cookie: browser.cookieHeader } })
    const id = await idOf(await ask())
    await stream.until((text) => text.includes(id))
    expect((await browser.call('/api/session', { method: 'DELETE' })).status).toBe(200)
    await stream.until((text) => text.includes('event: ended'))
    await stream.ended
  })

  it('are not told in more streams than somebody looks at', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => listen()))
    const refused = await fetch(`${gateway.origin}/api/requests/events`, {
      headers: { authorization: `Bearer ${account.key}` },
    })
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, 10])
    await Promise.all(streams.map((stream) => stream.close()))
  })
})

describe('the catalogue', () => {
  it('has the price of the caller’s group, and figures once there are enough calls to say something', async () => {
    const before = await get('/api/catalogue/public', '')
    const [model] = (await get('/api/catalogue')).data
    expect(model).toMatchObject({ id: 'gpt-4o', vendor: 'openai', price: { input: '0.5', output: '50' } })
    expect(model.capabilities).toContain('tools')
    expect(before.data[0]).toMatchObject({ id: 'gpt-4o', price: { input: '1', output: '100' } })

    await using quiet = await startGateway(shopYaml([a.url]))
    const key = { authorization: `Bearer ${quiet.key}` }
    const figures = async () => {
      await quiet.usage()
      const reply = await fetch(`${quiet.origin}/api/catalogue`, { headers: key })
      return ((await reply.json()) as { data: { measured: unknown }[] }).data[0]?.measured
    }
    for (let call = 0; call < 12; call++) await post(`${quiet.url}/chat/completions`, quiet.key, chat())
    expect(await figures()).toMatchObject({ hours: 24, error_rate: 0, first_token: null })
  })
})

describe('the history of the status', () => {
  it('has looked since the start, knows of nothing before, and names no provider', async () => {
    await expect.poll(async () => (await get('/api/status/history', '')).components[0].state).toBe('operational')
    const history = await get('/api/status/history', '')
    expect(history.components.map(({ id }: { id: string }) => id)).toEqual([
      'gateway',
      'database',
      'upstreams:openai-compatible',
    ])
    for (const component of history.components) {
      expect(component.days.uptime).toHaveLength(90)
      expect(component.steps.uptime).toHaveLength(288)
      expect(component.days.uptime.slice(0, 88)).toEqual(Array(88).fill(null))
      expect(component.days.observed[0]).toBe(0)
      expect([component.steps.uptime.at(-1) ?? component.steps.uptime.at(-2), component.uptime]).toEqual([1, 1])
    }
    expect(await operate(gateway.origin, 'GET', '/api/status')).toMatchObject({ success: true })
  })
})

interface Listening {
  text(): string
  until(found: (text: string) => boolean): Promise<string>
  readonly ended: Promise<void>
  close(): Promise<void>
}

async function listen(
  how: { readonly key?: string; readonly headers?: Record<string, string> } = {},
): Promise<Listening> {
  const { key = account.key, headers = {} } = how
  const abort = new AbortController()
  const response = await fetch(`${gateway.origin}/api/requests/events`, {
    headers: { ...(key === '' ? {} : { authorization: `Bearer ${key}` }), ...headers },
    signal: abort.signal,
  })
  expect(response.status).toBe(200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let told: () => void = () => {}
  const read = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await reader?.read()
        if (next === undefined || next.done) return
        text += next.value
        told()
      }
    } catch {
      // Closed by us.
    }
  }
  const ended = read()
  return {
    text: () => text,
    ended,
    async until(found) {
      while (!found(text)) await new Promise<void>((resolve) => (told = resolve))
      return text
    },
    async close() {
      abort.abort()
      await ended
    },
  }
}
