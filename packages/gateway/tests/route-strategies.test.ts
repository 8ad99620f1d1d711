// Who serves a model, beside weights and health: splits that keep their people, targets for some requests only, copies for
// another model. Each through a whole gateway.
import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MASTER_KEY, post, startGateway, type TestGateway } from './support/gateway.ts'
import { openAccount, operate } from './support/shop.ts'

const SOON = { timeout: 5_000, interval: 10 }
const messages = [{ role: 'user', content: 'Hello!' }]

let ups: readonly FakeUpstream[]
let gateway: TestGateway
beforeAll(async () => {
  ups = await Promise.all([0, 1].map(async () => await startFakeUpstream({ script: { tokens: 5 } })))
  const providers = ups.map(
    ({ url }, index) => `{ name: p${index}, type: openai, base_url: "${url}", api_keys: [sk-${index}] }`,
  )
  gateway = await startGateway(`providers: [${providers.join(', ')}]
models:
  - id: compared
    strategy: split
    split_by: user
    targets: [{ provider: p0, model: arm-a }, { provider: p1, model: arm-b }]
    price: { input: 1, output: 1 }
  - id: tiered
    targets:
      - { provider: p0, model: gold, when: { tags: [gold, vip] } }
      - { provider: p0, model: bronze, when: { metadata: { tier: bronze } } }
      - { provider: p0, model: paid, when: { groups: [paid] } }
      - { provider: p0, model: never, when: { tags: [x], hours: "00:00-24:00", time_zone: Asia/Tokyo } }
      - { provider: p1, model: plain }
    price: { input: 1, output: 1 }
  - id: watched
    targets: [{ provider: p0 }]
    price: { input: 1, output: 1 }
    mirror: { model: copied, share: 1, at_once: 1 }
  - { id: copied, targets: [{ provider: p1 }], price: { input: 10, output: 10 } }
groups: [{ name: paid, billing: prepaid }]
health: { check: off }
`)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  for (const upstream of ups) await upstream[Symbol.asyncDispose]()
})

async function chat(body: Record<string, unknown>, headers: Record<string, string> = {}, key = gateway.key) {
  const response = await fetch(`${gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ messages, ...body }),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(text)
  return response.headers
}

/** What the newest call met. */
async function met(): Promise<string | undefined> {
  const [newest] = await gateway.usage()
  return newest?.upstreamModel
}

describe('a split', () => {
  it('gives a person the same target each time, and people both', async () => {
    const arms = new Map<string, Set<string | undefined>>()
    for (let round = 0; round < 2; round += 1) {
      for (let person = 0; person < 12; person += 1) {
        const user = `person-${person}`
        await chat({ model: 'compared', user })
        arms.set(user, (arms.get(user) ?? new Set()).add(await met()))
      }
    }
    expect([...arms.values()].map(({ size }) => size)).toEqual(Array.from({ length: 12 }, () => 1))
    expect(new Set([...arms.values()].flatMap((met) => [...met]))).toEqual(new Set(['arm-a', 'arm-b']))
  })
})

describe('a target for some requests only', () => {
  it.each([
    ['with one of its tags', {}, { 'x-fairlead-tags': 'x1, vip' }, 'gold'],
    ['with its metadata', { metadata: { tier: 'bronze', more: 'yes' } }, {}, 'bronze'],
    ['with a tag, in its hours', {}, { 'x-fairlead-tags': 'x' }, 'never'],
    ['with nothing of the kind', { metadata: { tier: 'tin' } }, { 'x-fairlead-tags': 'silver' }, 'plain'],
  ])('serves a request %s', async (_name, body, headers: Record<string, string>, expected) => {
    await chat({ model: 'tiered', ...body }, headers)
    expect(await met()).toBe(expected)
  })

  it('serves the groups that it is for', async () => {
    const { key } = await openAccount(gateway.origin, 1_000_000_000)
    await chat({ model: 'tiered' }, {}, key)
    expect(await met()).toBe('paid')
  })
})

describe('a mirror', () => {
  it("copies a request to another model, at the operator's cost, and the client pays for its own alone", async () => {
    const { key, accountId } = await openAccount(gateway.origin, 1_000_000_000)
    const headers = await chat({ model: 'watched', stream: true }, {}, key)
    expect(headers.get('x-fairlead-model')).toBe('watched')
    const records = await vi.waitFor(async () => {
      const found = (await gateway.usage()).filter(({ model }) => model === 'watched' || model === 'copied').slice(0, 2)
      expect(found.map(({ model }) => model).toSorted()).toEqual(['copied', 'watched'])
      return found
    }, SOON)
    const own = records.find(({ model }) => model === 'watched')
    const copy = records.find(({ model }) => model === 'copied')
    expect([own?.accountId, copy?.keyId]).toEqual([accountId, 'master'])
    expect(copy).toMatchObject({ status: 200, costNanos: 10 * (own?.costNanos ?? 0) })
    await gateway.callBack(accountId)
    const wallet = await operate(gateway.origin, 'GET', `/api/accounts/${accountId}/wallet`)
    expect(Number(wallet['balance'])).toBeCloseTo(1 - (own?.costNanos ?? 0) / 1e9, 9)
  })

  it('never has more copies under way than it may, and no client waits for one', async () => {
    const copied = ups[1]
    if (copied === undefined) throw new Error('there is no second upstream')
    await copied.setFault({ kind: 'stall', after: -1 })
    for (let call = 0; call < 4; call += 1)
      await post(`${gateway.url}/chat/completions`, gateway.key, { model: 'watched', messages })
    await vi.waitFor(async () => {
      const response = await fetch(`${gateway.origin}/metrics`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
      const metrics = await response.text()
      expect(metrics).toMatch(/fairlead_mirrored_requests_total\{[^}]*model="watched",outcome="left_out"[^}]*\} 3/)
    }, SOON)
    await copied.setFault(undefined)
  })
})
