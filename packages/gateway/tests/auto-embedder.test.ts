// A model of embeddings beside the picker's own points, through a whole gateway: two models of which each is good at what
// the other is not, at questions that only the embedder can tell apart.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MASTER_KEY, post, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { nanosOf, operate } from './support/shop.ts'
import { TaskPicker } from './support/task-picker.ts'

const CHEAP = 'gpt-4o-mini'
const OTHER = 'gpt-4.1-mini'
const EMBEDDER = 'text-embedding-3-small'
/** US$ 0.02 a million tokens, of which each question has so many. */
const QUESTION_TOKENS = 10
const EMBEDDING_NANOS = QUESTION_TOKENS * 20
const ANSWER_MS = 5
/** Rounds of lessons: chance has a part in who is asked, and in what is held out. */
const MOST_ROUNDS = 5
const QUALITY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  red: { [CHEAP]: 0.05, [OTHER]: 0.95 },
  blue: { [CHEAP]: 0.95, [OTHER]: 0.05 },
}

/** How the embedder answers: at once or when it is let, with an error, with vectors of another size. */
interface Behaviour {
  isHeld: boolean
  status: number
  dimensions: number
}

interface World extends AsyncDisposable {
  readonly gateway: TestGateway
  readonly embeds: Behaviour
  /** Texts that the embedder was sent. */
  readonly embedded: readonly string[]
  /** Lets it answer. */
  release(): void
}

async function open(more = '', provider = ''): Promise<World> {
  const embedded: string[] = []
  const embeds: Behaviour = { isHeld: false, status: 200, dimensions: 6 }
  let held: (() => void)[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { model, input, messages } = JSON.parse(Buffer.concat(parts).toString()) as {
        model: string
        input?: string
        messages?: readonly { content: string }[]
      }
      const say = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }
      if (input === undefined) {
        const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }]
        const usage = { prompt_tokens: 10, completion_tokens: 100 }
        const answer = (): void => say(200, { id: 'c', object: 'chat.completion', created: 1, model, choices, usage })
        // An answer takes longer than a vector, where that is not held back.
        const text = messages?.at(-1)?.content ?? ''
        const later = (): void => {
          if (embeds.isHeld || embedded.includes(text)) setTimeout(answer, ANSWER_MS)
          else setTimeout(later, 1)
        }
        later()
        return
      }
      embedded.push(input)
      const embedding = Array.from({ length: embeds.dimensions }, () => 0.001)
      embedding[input.startsWith('red') ? 0 : 1] = 2
      const data = [{ object: 'embedding', index: 0, embedding }]
      const usage = { prompt_tokens: QUESTION_TOKENS, total_tokens: QUESTION_TOKENS }
      const { status } = embeds
      const reply = status === 200 ? { object: 'list', data, model, usage } : { error: { message: 'No.', type: 'x' } }
      if (embeds.isHeld) held.push(() => say(status, reply))
      else say(status, reply)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const gateway = await startGateway(
    `providers: [{ name: p, type: openai-compatible, base_url: "${url}", api_keys: [sk-a]${provider} }]
models:
  - { id: ${CHEAP}, targets: [{ provider: p }], price: { input: 0.15, output: 0.6 } }
  - { id: ${OTHER}, targets: [{ provider: p }], price: { input: 0.24, output: 0.96 } }
  - { id: ${EMBEDDER}, targets: [{ provider: p }], price: { input: 0.02, output: 0 } }
auto:
  pool: [${CHEAP}, ${OTHER}]
  skills: { ${CHEAP}: { overall: 0.85 }, ${OTHER}: { overall: 0.85 } }
  learning: { explore_share: 0.5, max_cost_rise: 1 }
  embedder: { model: ${EMBEDDER}, wait_ms: 700 }
${more}health: { check: off }
`,
    { picker: () => new TaskPicker() },
  )
  return {
    gateway,
    embeds,
    embedded,
    release() {
      embeds.isHeld = false
      for (const answer of held) answer()
      held = []
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const ask = async ({ gateway }: World, text: string, more = {}, key = gateway.key): Promise<Reply> =>
  await post(`${gateway.url}/chat/completions`, key, {
    model: 'auto',
    messages: [{ role: 'user', content: text }],
    ...more,
  })

/** Whom the picker thinks best, chance left aside. */
async function best({ gateway }: World, text: string): Promise<unknown> {
  for (let index = 0; index < 100; index++) {
    const content = `${text} ${'!'.repeat(index)}`
    const { json } = await post(`${gateway.url}/route`, gateway.key, {
      model: 'auto',
      messages: [{ role: 'user', content }],
    })
    if (json['reason'] === 'best') return json['model']
  }
  throw new Error('nothing but chance chose')
}

async function metric({ gateway }: World, outcome: string): Promise<number> {
  const reply = await fetch(`${gateway.origin}/metrics`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
  const found = new RegExp(`^fairlead_auto_embeddings_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(
    await reply.text(),
  )
  return Number(found?.[1] ?? 0)
}

/** Uses both models for both kinds of question, says how good they were, and makes a version of it that serves. */
async function taught(world: World): Promise<void> {
  const { url, key, origin } = world.gateway
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (let index = 0; index < 40; index++) {
      for (const [kind, qualities] of Object.entries(QUALITY)) {
        const reply = await ask(world, `${kind} number ${index} of ${round}`)
        const score = qualities[String(reply.json['model'])]
        const receipt = reply.headers.get('x-fairlead-receipt')
        expect((await post(`${url}/feedback`, key, { receipt, score })).status).toBe(201)
      }
    }
    const made = await operate(origin, 'POST', '/api/auto/learn', { serve: true })
    const [learned] = made['data'] as { version: { state: string } | null }[]
    if (learned?.version?.state === 'serving') return
  }
  throw new Error('nothing has won')
}

describe('an embedder', () => {
  it('tells questions apart that the picker cannot, and steps aside when it is late, fails or becomes another one', async () => {
    await using world = await open()
    await taught(world)
    expect(await best(world, 'red wine')).toBe(OTHER)
    expect(await best(world, 'blue sky')).toBe(CHEAP)

    // A text that is known costs nothing, and is not sent again.
    const sent = world.embedded.length
    await ask(world, 'red number 0 of 0')
    expect(world.embedded.length).toBe(sent)
    await expect.poll(() => metric(world, 'cached')).toBeGreaterThan(0)

    // Another size of vectors is another space: what was learned in the one says nothing in the other.
    world.embeds.dimensions = 8
    const [red, blue] = [await best(world, 'red lamp'), await best(world, 'blue lamp')]
    expect(red).toBe(blue)
    world.embeds.dimensions = 6

    // It has not answered yet, and the client has been.
    world.embeds.isHeld = true
    expect((await ask(world, 'red and late')).status).toBe(200)
    await expect.poll(() => metric(world, 'late')).toBe(1)
    // Who leaves while the vector is waited for has left, as at any other time.
    const leaving = new AbortController()
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'red and gone' }] })
    const headers = { authorization: `Bearer ${world.gateway.key}`, 'content-type': 'application/json' }
    const gone = fetch(`${world.gateway.url}/chat/completions`, {
      method: 'POST',
      headers,
      body,
      signal: leaving.signal,
    })
    await expect.poll(() => world.embedded).toContain('red and gone')
    leaving.abort()
    await expect(gone).rejects.toThrow(/abort/i)
    await expect.poll(async () => (await world.gateway.usage()).some(({ status }) => status === 499)).toBe(true)
    world.release()

    world.embeds.status = 500
    expect((await ask(world, 'red and broken')).status).toBe(200)
    await expect.poll(() => metric(world, 'failed')).toBeGreaterThan(0)
  }, 30_000)

  it('makes nobody wait where nothing that serves can use it, and its cost counts against what was saved', async () => {
    await using world = await open()
    world.embeds.isHeld = true
    const reply = await ask(world, 'red at first')
    expect([reply.status, await metric(world, 'late')]).toEqual([200, 0])
    world.release()
    const id = reply.headers.get('x-fairlead-receipt')
    const receipt = async (): Promise<Record<string, unknown>> => {
      const headers = { authorization: `Bearer ${world.gateway.key}` }
      return (await (await fetch(`${world.gateway.url}/receipts/${id}`, { headers })).json()) as Record<string, unknown>
    }
    await expect.poll(async () => nanosOf(String((await receipt())['routing_overhead']))).toBe(EMBEDDING_NANOS)
    const records = await world.gateway.usage()
    expect(records.find(({ model }) => model === EMBEDDER)).toMatchObject({
      keyId: 'master',
      costNanos: EMBEDDING_NANOS,
    })
  })

  it('is not sent what its provider promises nothing about', async () => {
    await using world = await open(
      '  pools: [{ name: quiet, models: ["*"], data_policy: { retention_days: 3 } }]\n',
      ', data_policy: { retention_days: 30 }',
    )
    const made = await operate(world.gateway.origin, 'POST', '/api/auth', {
      name: 'k',
      data_policy: { training: false },
    })
    // Nobody promises what it wants, so it is not answered either.
    expect((await ask(world, 'red and own', {}, String(made['key']))).status).toBe(400)
    expect((await ask(world, 'red and mine', { auto: { data_policy: { retention_days: 3 } } })).status).toBe(400)
    expect((await ask(world, 'red and quiet', { model: 'auto/quiet' })).status).toBe(400)
    expect(world.embedded).toEqual([])
    expect((await ask(world, 'red and open', { auto: { data_policy: { retention_days: 30 } } })).status).toBe(200)
    await expect.poll(() => world.embedded).toEqual(['red and open'])
  })
})
