// Shadow evaluation through a whole gateway: nobody gives feedback and nothing is left to chance, and the picker learns all
// the same, from a judge, within its cap to the nano-dollar.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import { MASTER_KEY, post, startGateway, type TestGateway } from './support/gateway.ts'
import { nanosOf, operate } from './support/shop.ts'
import { TaskPicker } from './support/task-picker.ts'

const CHEAP = 'gpt-4o-mini'
const OTHER = 'gpt-4.1-mini'
const JUDGE = 'gpt-4o'
/** What the models say; the judge sees these and no names. */
const ANSWERS: Readonly<Record<string, string>> = { [CHEAP]: 'alpha', [OTHER]: 'beta' }
const OUTPUT_TOKENS = 100
const SOON = { timeout: 15_000, interval: 10 }

interface World extends AsyncDisposable {
  readonly gateway: TestGateway
  /** Bodies that the judge was sent. */
  readonly judged: readonly string[]
}

/** One upstream for all: `beta` is the better answer, and comes first or second. */
async function open(shadow: string): Promise<World> {
  const judged: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const { model } = JSON.parse(text) as { model: string }
      if (model === JUDGE) judged.push(text)
      const content = ANSWERS[model] ?? (text.indexOf('beta') < text.indexOf('alpha') ? '1' : '2')
      const usage = {
        prompt_tokens: Math.ceil(text.length / 4),
        completion_tokens: model === JUDGE ? 1 : OUTPUT_TOKENS,
      }
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model, choices, usage }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const models = [
    [CHEAP, 0.15, 0.6],
    [OTHER, 0.2, 0.8],
    [JUDGE, 2.5, 10],
  ].map(
    ([id, input, output]) =>
      `  - { id: ${id}, targets: [{ provider: p }], price: { input: ${input}, output: ${output} } }`,
  )
  const gateway = await startGateway(
    `providers: [{ name: p, type: openai-compatible, base_url: "${url}", api_keys: [sk-a] }]
models:
${models.join('\n')}
auto:
  pool: [${CHEAP}, ${OTHER}]
  skills: { ${CHEAP}: { overall: 0.85 }, ${OTHER}: { overall: 0.85 } }
  learning: { max_cost_rise: 1${shadow === '' ? '' : `, shadow: { judge: ${JUDGE}, ${shadow} }`} }
health: { check: off }
`,
    { picker: () => new TaskPicker() },
  )
  return {
    gateway,
    judged,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const ask = async ({ gateway }: World, index: number): Promise<unknown> => {
  const messages = [{ role: 'user', content: `code number ${index}` }]
  return (await post(`${gateway.url}/chat/completions`, gateway.key, { model: 'auto', messages })).json['model']
}

function rows({ gateway }: World, query: string): readonly Record<string, unknown>[] {
  using database = new DatabaseSync(gateway.databaseFile, { readOnly: true })
  return database.prepare(query).all()
}

const usedNanos = (world: World): number =>
  Number(rows(world, 'select coalesce(sum(used_nanos), 0) as used from auto_shadow_spend')[0]?.['used'])

/** Until nothing is held any more that was not spent: what was used is what the books say. */
async function settled(world: World, keyId: string, aside = 0): Promise<number> {
  return await vi.waitFor(async () => {
    const records = (await world.gateway.usage()).filter((record) => record.keyId === keyId)
    const spent = records.reduce((sum, { costNanos }) => sum + costNanos, 0) - aside
    expect(usedNanos(world)).toBe(spent)
    return spent
  }, SOON)
}

const BEARER = { authorization: `Bearer ${MASTER_KEY}` }

function nanosOfSigned(text: string): number {
  return text.startsWith('-') ? -nanosOf(text.slice(1)) : nanosOf(text)
}

function figure(metrics: string, name: string): number {
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(metrics)?.[1])
}

describe('shadow evaluation', () => {
  it('teaches the picker which answer is better, without a word of feedback', async () => {
    await using world = await open('share: 1, max_cost_per_day: 10')
    for (let index = 0; index < 60; index++) {
      expect(await ask(world, index)).toBe(CHEAP)
      const evaluated = index + 1
      await vi.waitFor(() => expect(rows(world, 'select 1 from auto_shadows')).toHaveLength(evaluated), SOON)
    }
    expect(rows(world, 'select distinct other, verdict from auto_shadows')).toEqual([{ other: OTHER, verdict: 'lost' }])
    const learned = await operate(world.gateway.origin, 'POST', '/api/auto/learn', { serve: true })
    expect(learned['data']).toMatchObject([
      { outcomes: 60, version: { state: 'serving', replay: { verdict: 'better' } } },
    ])
    expect(await ask(world, 1_000)).toBe(OTHER)
  })

  it('asks a judge that does not know who said what, in both orders', async () => {
    await using world = await open('share: 1, max_cost_per_day: 10')
    await ask(world, 1)
    await vi.waitFor(() => expect(world.judged).toHaveLength(2), SOON)
    for (const text of world.judged) expect(text).not.toMatch(/gpt-4(o-mini|\.1-mini)/)
    const firsts = world.judged.map((text) => text.indexOf('alpha') < text.indexOf('beta')).toSorted()
    expect(firsts).toEqual([false, true])
  })

  it('never spends more than its cap, however many calls come at once, and what it has spent is in the books', async () => {
    // Room for some evaluations, and not for all.
    const capNanos = 6_000_000
    await using world = await open(`share: 1, max_cost_per_day: ${capNanos / 1e9}`)
    for (let round = 0; round < 8; round++) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => ask(world, round * 10 + index)))
      expect(usedNanos(world)).toBeLessThanOrEqual(capNanos)
    }
    const spent = await settled(world, 'master')
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThanOrEqual(capNanos)
    const before = rows(world, 'select 1 from auto_shadows').length
    expect(before).toBeLessThan(80)
  })

  it('can be paid by the account itself, by its own key', async () => {
    await using world = await open('share: 1, max_cost_per_day: 10, paid_by: account')
    await ask(world, 1)
    await vi.waitFor(() => expect(rows(world, 'select 1 from auto_shadows')).toHaveLength(1), SOON)
    const records = await world.gateway.usage()
    const [{ keyId, costNanos: own } = { keyId: '', costNanos: 0 }] = records
      .filter(({ model }) => model === CHEAP)
      .slice(-1)
    expect(new Set(records.map((record) => record.keyId))).toEqual(new Set([keyId]))
    await settled(world, keyId, own)
    expect(rows(world, 'select payer from auto_shadow_spend')).toEqual([{ payer: 'default' }])
  })

  it('counts against what the call has saved, in its receipt and in the figures of its pool', async () => {
    await using world = await open('share: 1, max_cost_per_day: 10')
    const { origin, url, key } = world.gateway
    const messages = [{ role: 'user', content: 'code' }]
    const reply = await post(`${url}/chat/completions`, key, { model: 'auto', messages })
    const saved = nanosOfSigned(reply.headers.get('x-fairlead-savings') ?? '')
    await vi.waitFor(() => expect(rows(world, 'select 1 from auto_shadows')).toHaveLength(1), SOON)
    const spent = await settled(world, 'master')
    const response = await fetch(`${url}/receipts/${reply.headers.get('x-fairlead-receipt')}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    const receipt = (await response.json()) as Record<string, string>
    expect(nanosOfSigned(receipt['routing_overhead'] ?? '')).toBe(spent)
    expect(nanosOfSigned(receipt['savings'] ?? '')).toBe(saved - spent)
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${origin}/metrics`, { headers: BEARER })).text()
      expect(metrics).toMatch(
        /fairlead_auto_choices_total\{[^}]*pool="default",model="gpt-4o-mini",reason="best"[^}]*\} 1/,
      )
      expect(metrics).toMatch(/fairlead_auto_conversation_turns_total\{[^}]*pool="default",outcome="new"[^}]*\} 1/)
      expect(figure(metrics, 'fairlead_auto_overhead_dollars_total')).toBeCloseTo(spent / 1e9, 12)
      expect(figure(metrics, 'fairlead_auto_savings_dollars')).toBeCloseTo((saved - spent) / 1e9, 12)
    }, SOON)
  })

  it('is off unless somebody switches it on, and for what a judge cannot compare', async () => {
    await using off = await open('')
    await ask(off, 1)
    expect(await off.gateway.usage()).toHaveLength(1)
    await using world = await open('share: 1, max_cost_per_day: 10')
    const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }]
    const body = { model: 'auto', messages: [{ role: 'user', content: 'code' }], tools }
    await post(`${world.gateway.url}/chat/completions`, world.gateway.key, body)
    expect(await world.gateway.usage()).toHaveLength(1)
  })
})
