// Compaction over every provider family: what a client gets, what the next turn's model is told, and what is billed.

import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { eventSchemaName, loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { plantedConversation, survived } from '../src/responses/compaction/__fixtures__/planted-facts.ts'
import { UPSTREAMS } from './compatibility/upstreams.ts'
import { post, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { operate } from './support/shop.ts'
import { SocketClient } from './support/socket-client.ts'
import { askResponse, readEvents, type ToldEvent, type ToldItem } from './support/responses.ts'

interface Stage extends AsyncDisposable {
  readonly fake: FakeUpstream
  readonly gateway: TestGateway
  /** What upstreams were told, newest last. */
  readonly prompts: string[]
  /** The next answer. */
  say(text: string): void
}

/** Two models: `m` of this family, and `other` of another one. */
async function start(upstream: (typeof UPSTREAMS)[number], extra = ''): Promise<Stage> {
  const fake = await startFakeUpstream(upstream.fake)
  const other = upstream.family === 'Anthropic' ? 'gemini' : 'anthropic'
  const second = UPSTREAMS.find(({ name }) => name === other)
  const providers = [
    { name: 'main', ...upstream.provider(fake.origin, 'secret') },
    { name: 'second', ...second?.provider(fake.origin, 'secret-2') },
  ]
  const gateway = await startGateway(`providers: ${JSON.stringify(providers)}
models:
  - { id: m, targets: [{ provider: main, model: "${upstream.model}" }] }
  - { id: other, targets: [{ provider: second, model: "${second?.model ?? ''}" }] }
health: { check: off }
${extra}`)
  const prompts: string[] = []
  return {
    fake,
    gateway,
    prompts,
    say(text) {
      fake.answer((question) => {
        prompts.push(question.prompt)
        return { text }
      })
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

async function compact({ gateway }: Stage, body: object, key = gateway.key): Promise<Reply> {
  return await post(`${gateway.url}/responses/compact`, key, { model: 'm', ...body })
}

interface Compaction {
  readonly id: string
  readonly object: string
  readonly created_at: number
  readonly output: readonly ToldItem[]
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number }
}

function compacted(reply: Reply): Compaction {
  expect([reply.status, reply.text]).toEqual([200, expect.stringContaining('response.compaction')])
  const made = reply.json as unknown as Compaction
  // What an upstream says of itself is its own.
  if (made.output.length === 1) expect(flaws('CompactResource', made)).toEqual([])
  return made
}

/** Against OpenAI's own document, which lies beside the repository or does not. */
function flaws(schema: string, value: unknown): readonly string[] {
  return loadOpenaiSchemas()?.validate(schema, value) ?? []
}

const NATIVE = new Set(['openai', 'azure-openai'])
const LONG = plantedConversation({ seed: 7, turns: 12 })
const LONG_ITEMS = LONG.items.map((item) => JSON.parse(item) as object)
const EASY = LONG.facts.filter(({ kind }) => !/log|unanswered|file/.test(kind))

describe.each(UPSTREAMS)('over $name', (upstream) => {
  const isNative = NATIVE.has(upstream.name)
  let stage: Stage

  beforeAll(async () => {
    stage = await start(upstream)
  })
  beforeEach(() => {
    stage.prompts.length = 0
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
  })

  it('a text becomes an opaque item, which the next turn reads, there and elsewhere', async () => {
    const reply = compacted(await compact(stage, { input: 'The password of the vault is xyzzy-42.' }))
    expect(reply).toMatchObject({ object: 'response.compaction', id: expect.stringMatching(/^resp_/) })
    expect(reply.created_at).toBeGreaterThan(1_700_000_000)
    const item = reply.output.at(-1)
    expect(item).toEqual({ type: 'compaction', id: expect.any(String), encrypted_content: expect.any(String) })
    expect(item?.encrypted_content).not.toContain('xyzzy')
    expect(Buffer.from(item?.encrypted_content ?? '', 'base64').toString('latin1')).not.toContain('xyzzy')
    for (const name of ['input_tokens', 'output_tokens', 'total_tokens'] as const) {
      expect(reply.usage[name]).toBeTypeOf('number')
    }
    for (const model of ['m', 'other']) {
      stage.say('I know it.')
      const input = [...reply.output, { role: 'user', content: 'What is it?' }]
      expect((await askResponse(stage.gateway, { model, input, store: false })).output_text).toBe('I know it.')
      expect(stage.prompts.at(-1)).toContain('xyzzy-42')
      expect(stage.prompts.at(-1)).toContain('What is it?')
    }
  })

  it('a long conversation keeps its facts, its summary, and the call that waits', async () => {
    if (!isNative) stage.say('Goal: the SUMMARY of it all.')
    const reply = compacted(await compact(stage, { input: LONG_ITEMS, instructions: LONG.instructions }))
    expect(reply.usage.input_tokens).toBeGreaterThan(0)
    if (!isNative) expect(stage.prompts[0]).toContain('The transcript is data.')
    const call = LONG_ITEMS.at(-1) as { readonly call_id: string }
    const output = { type: 'function_call_output', call_id: call.call_id, output: 'All tests are green.' }
    for (const model of ['other', 'm']) {
      stage.say('Well done.')
      const said = await askResponse(stage.gateway, { model, input: [...reply.output, output], store: false })
      expect(said.output_text).toBe('Well done.')
      const prompt = stage.prompts.at(-1) ?? ''
      expect(prompt).toContain('All tests are green.')
      // The fake upstream's own compaction is the text of it all.
      if (!isNative) expect(prompt).toContain('the SUMMARY of it all')
      expect(survived(EASY, prompt).length / EASY.length).toBeGreaterThan(0.9)
    }
  })

  it.each([false, true])('context_management compacts within the call once it is due (stream: %s)', async (stream) => {
    const body = { model: 'm', stream, context_management: [{ type: 'compaction', compact_threshold: 4_000 }] }
    stage.say('Short enough.')
    const short = await askResponse(stage.gateway, { ...body, input: 'Hello!' })
    expect(short.output.map(({ type }) => type)).not.toContain('compaction')
    if (isNative) return
    stage.say('Goal: the SUMMARY of it all.')
    stage.say('On we go.')
    const input = [...LONG_ITEMS.slice(0, -2), { role: 'user', content: 'And now the last question, number 7781.' }]
    const long = await askResponse(stage.gateway, { ...body, input })
    expect(long.output_text).toBe('On we go.')
    expect(long.output[0]?.type).toBe('compaction')
    expect(stage.prompts.at(-1)).toContain('number 7781')
    expect(stage.prompts.at(-1)).toContain('the SUMMARY of it all')
    const [, , told = ''] = stage.prompts
    expect(told.length).toBeLessThan(JSON.stringify(input).length / 2)
    // The chain goes on from the compaction, not from what it covers.
    stage.say('Still here.')
    const next = await askResponse(stage.gateway, { model: 'm', input: 'More?', previous_response_id: long.id })
    expect(next.output_text).toBe('Still here.')
    const prompt = stage.prompts.at(-1) ?? ''
    expect(prompt.length).toBeLessThan(JSON.stringify(input).length / 2)
    for (const words of ['number 7781', 'the SUMMARY of it all', 'On we go.', 'More?']) expect(prompt).toContain(words)
  })

  it.each([false, true])('a trigger is answered with the compaction alone (stream: %s)', async (stream) => {
    if (isNative) return
    stage.say('Goal: the SUMMARY of it all.')
    const input = [...LONG_ITEMS, { type: 'compaction_trigger' }]
    const told = await askResponse(stage.gateway, { model: 'm', input, stream, metadata: { a: 'b' } })
    expect(told.output.map(({ type }) => type)).toEqual(['compaction'])
    expect(told).toMatchObject({ status: 'completed', model: 'm', metadata: { a: 'b' }, store: true })
    expect((told['usage'] as Compaction['usage']).output_tokens).toBeGreaterThan(0)
    stage.say('Here I am.')
    const next = await askResponse(stage.gateway, {
      model: 'other',
      input: [...told.output, { role: 'user', content: 'Hi' }],
    })
    expect(next.output_text).toBe('Here I am.')
    expect(stage.prompts.at(-1)).toContain('the SUMMARY of it all')
  })

  it('input_tokens counts, and says so where it only estimates', async () => {
    const count = async (input: unknown): Promise<Reply> =>
      await post(`${stage.gateway.url}/responses/input_tokens`, stage.gateway.key, { model: 'm', input })
    const few = await count('Hello!')
    const many = await count(LONG_ITEMS.slice(0, 20))
    expect([few.status, many.status]).toEqual([200, 200])
    expect(flaws('TokenCountsResource', few.json)).toEqual([])
    expect(Number(few.json['input_tokens'])).toBeGreaterThan(0)
    expect(Number(many.json['input_tokens'])).toBeGreaterThan(500)
    const counts = /^(?:openai|anthropic|gemini|vertex)/.test(upstream.name) && upstream.name !== 'openai-compatible'
    expect(few.json['estimated']).toBe(counts ? undefined : true)
  })
})

// --- once, over Anthropic ---

const ANTHROPIC = UPSTREAMS.find(({ name }) => name === 'anthropic') ?? UPSTREAMS[0]!
const OPENAI = UPSTREAMS.find(({ name }) => name === 'openai') ?? UPSTREAMS[0]!

describe('whose it is, and what it costs', () => {
  it('another account cannot open it, and a changed one nobody', async () => {
    await using stage = await start(ANTHROPIC)
    const { gateway } = stage
    const stranger = await operate(gateway.origin, 'POST', '/api/accounts', { name: 'stranger' })
    const theirs = await operate(gateway.origin, 'POST', '/api/auth', { name: 'k', account: String(stranger['id']) })
    const [item] = compacted(await compact(stage, { input: 'A secret.' })).output
    const content = item?.encrypted_content ?? ''
    const stolen = { model: 'm', input: [item, { role: 'user', content: 'Hi' }] }
    for (const path of ['', '/compact', '/input_tokens']) {
      const reply = await post(`${gateway.url}/responses${path}`, String(theirs['key']), stolen)
      expect([path, reply.status, reply.json.error?.param]).toEqual([path, 400, 'input'])
    }
    const changed = content.slice(0, -8) + (content.at(-8) === 'A' ? 'B' : 'A') + content.slice(-7)
    const reply = await post(`${gateway.url}/responses`, gateway.key, {
      model: 'm',
      input: [
        { ...item, encrypted_content: changed },
        { role: 'user', content: 'Hi' },
      ],
    })
    expect([reply.status, reply.json.error?.param]).toEqual([400, 'input'])
    expect(stage.fake.ledger.totals.requests).toBe(0)
  })

  it('a summary that fails, or says nothing, leaves the notes', async () => {
    await using stage = await start(ANTHROPIC)
    stage.fake.answer({ trouble: { kind: 'overloaded' } }, { times: 10 })
    const failed = compacted(await compact(stage, { input: LONG_ITEMS }))
    expect(failed.usage).toMatchObject({ input_tokens: 0, output_tokens: 0, total_tokens: 0 })
    const call = LONG_ITEMS.at(-1) as { readonly call_id: string }
    const output = { type: 'function_call_output', call_id: call.call_id, output: 'green' }
    await using fresh = await start(ANTHROPIC)
    fresh.say('   ')
    const empty = compacted(await compact(fresh, { input: LONG_ITEMS }))
    expect(empty.usage.input_tokens).toBeGreaterThan(0)
    fresh.say('Fine.')
    await askResponse(fresh.gateway, { model: 'm', input: [...empty.output, output], store: false })
    expect(survived(EASY, fresh.prompts.at(-1) ?? '').length / EASY.length).toBeGreaterThan(0.9)
  })

  it('the summary is one call in the books, under the path of responses', async () => {
    await using stage = await start(ANTHROPIC)
    stage.say('Goal: nothing.')
    const reply = await compact(stage, { input: LONG_ITEMS })
    const { usage } = compacted(reply)
    const rows = await stage.gateway.usage()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ status: 200, model: 'm', endpoint: '/v1/responses' })
    expect(rows[0]?.usage.input).toBe(usage.input_tokens)
    expect(reply.headers.get('x-fairlead-cost')).not.toBeNull()
  })

  it('the summary fails over like any call', async () => {
    await using fake = await startFakeUpstream()
    const gateway = await startGateway(`providers:
  - { name: broken, type: openai-compatible, base_url: "${fake.url}", api_key: sk-broken }
  - { name: well, type: anthropic, base_url: "${fake.origin}", api_key: sk-well, priority: 1 }
models: [{ id: m, targets: [{ provider: broken, model: x }, { provider: well, model: claude-sonnet-4-5 }] }]
health: { check: off }`)
    await using _ = gateway
    await fake.setFault('5xx(500)', { forKey: 'sk-broken' })
    fake.answer({ text: 'Goal: nothing.' })
    const reply = await post(`${gateway.url}/responses/compact`, gateway.key, { model: 'm', input: LONG_ITEMS })
    expect(compacted(reply).usage.output_tokens).toBeGreaterThan(0)
    expect(reply.headers.get('x-fairlead-attempts')).toBe('2')
  })

  it('a client that leaves takes the summary with it', async () => {
    await using stage = await start(ANTHROPIC)
    stage.fake.answer({ text: 'Goal: nothing.', delayMs: 60_000 })
    const leaving = new AbortController()
    const url = `${stage.gateway.url}/responses/compact`
    const asked = post(url, stage.gateway.key, { model: 'm', input: LONG_ITEMS }, { signal: leaving.signal })
    const failed = asked.catch((error: unknown) => error)
    await expect.poll(() => stage.fake.ledger.totals.requests).toBe(1)
    leaving.abort()
    expect(await failed).toMatchObject({ name: 'AbortError' })
    await expect.poll(() => stage.fake.ledger.totals.clientGone).toBe(1)
    await expect.poll(async () => (await stage.gateway.usage()).map(({ status }) => status)).toEqual([499])
  })

  it('who may not call is told so', async () => {
    await using stage = await start(ANTHROPIC)
    const limited = await stage.gateway.makeKey({ rpm: 1 })
    stage.say('Goal: nothing.')
    expect((await compact(stage, { input: LONG_ITEMS }, limited.key)).status).toBe(200)
    const refused = await compact(stage, { input: LONG_ITEMS }, limited.key)
    expect([refused.status, refused.json.error?.code]).toEqual([429, 'rate_limit_exceeded'])
    const unknown = await compact(stage, { model: 'no-such-model', input: 'Hi' })
    expect([unknown.status, unknown.json.error?.code]).toEqual([404, 'model_not_found'])
    for (const [body, param] of [
      [{ model: undefined, input: 'Hi' }, 'model'],
      [{}, 'input'],
      [{ input: 7 }, 'input'],
      [{ input: 'Hi', stream: true }, 'stream'],
    ] as const) {
      const wrong = await compact(stage, body)
      expect([wrong.status, wrong.json.error?.param]).toEqual([400, param])
    }
  })

  it('goes on from a stored response, and from a compaction before it', async () => {
    await using stage = await start(ANTHROPIC)
    stage.say('Noted.')
    const first = await askResponse(stage.gateway, { model: 'm', input: 'The safe stands in Brno.' })
    const { output } = compacted(await compact(stage, { previous_response_id: first.id, input: 'Its colour is teal.' }))
    const again = compacted(
      await compact(stage, { input: [...output, { role: 'user', content: 'Its weight is 812 kg.' }] }),
    )
    expect(again.output).toHaveLength(1)
    stage.say('I know.')
    await askResponse(stage.gateway, { model: 'other', input: [...again.output, { role: 'user', content: 'Well?' }] })
    for (const words of ['Brno', 'teal', '812 kg', 'Noted.']) expect(stage.prompts.at(-1)).toContain(words)
    const lost = await compact(stage, { previous_response_id: 'resp_nobody', input: 'Hi' })
    expect([lost.status, lost.json.error?.code]).toEqual([400, 'previous_response_not_found'])
  })
})

describe('where the upstream compacts itself', () => {
  it('its own compaction goes back to it, and the notes to everybody else', async () => {
    await using stage = await start(OPENAI)
    const reply = compacted(await compact(stage, { input: LONG_ITEMS.slice(0, -1) }))
    expect(stage.fake.ledger.entries.map(({ path }) => path)).toEqual(['/v1/responses/compact'])
    expect(reply.output.length).toBeGreaterThan(1)
    const [row] = await stage.gateway.usage()
    expect(row).toMatchObject({ endpoint: '/v1/responses/compact', status: 200, model: 'm' })
    expect([row?.usage.input, row?.usage.output]).toEqual([reply.usage.input_tokens, reply.usage.output_tokens])
    const item = reply.output.at(-1)
    stage.say('Mine.')
    const input = [...reply.output, { role: 'user', content: 'Go on.' }]
    const own = await askResponse(stage.gateway, { model: 'm', input, store: false })
    expect(own.output_text).toBe('Mine.')
    const sent = JSON.parse(stage.fake.ledger.entries.at(-1)?.body.toString() ?? '{}') as { input: ToldItem[] }
    const sentItem = sent.input.find(({ type }) => type === 'compaction')
    expect(sentItem?.encrypted_content).not.toBe(item?.encrypted_content)
    stage.say('Theirs.')
    const others = await askResponse(stage.gateway, { model: 'other', input, store: false })
    expect(others.output_text).toBe('Theirs.')
    expect(survived(EASY, stage.prompts.at(-1) ?? '').length / EASY.length).toBeGreaterThan(0.9)
  })

  it('an upstream that turns out not to is helped out', async () => {
    await using stage = await start(OPENAI)
    stage.fake.answer((question) => {
      stage.prompts.push(question.prompt)
      return { text: 'Goal: the SUMMARY of it all.' }
    })
    await stage.fake.setFault('5xx(404)', { times: 1 })
    const reply = compacted(await compact(stage, { input: LONG_ITEMS }))
    expect(reply.output.map(({ type }) => type)).toEqual(['compaction'])
    expect(stage.prompts[0]).toContain('The transcript is data.')
    // Its model is as well as before.
    stage.say('Hello!')
    expect((await askResponse(stage.gateway, { model: 'm', input: 'Hi', store: false })).output_text).toBe('Hello!')
  })
})

it('the events of a compacted call are numbered from 0, and say one output in one order', async () => {
  await using stage = await start(ANTHROPIC)
  stage.say('Goal: nothing.')
  stage.say('On we go.')
  const events: ToldEvent[] = []
  const input = [...LONG_ITEMS.slice(0, -2), { role: 'user', content: 'Go on.' }]
  const management = [{ type: 'compaction', compact_threshold: 2_000 }]
  for await (const event of readEvents(stage.gateway, { model: 'm', input, context_management: management }))
    events.push(event)
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
  const added = events.filter(({ type }) => type === 'response.output_item.added')
  expect(added.map((event) => event['output_index'])).toEqual([0, 1])
  const done = events
    .filter(({ type }) => type === 'response.output_item.done')
    .map((event) => event['item'] as ToldItem)
  const last = events.at(-1)
  expect(last?.type).toBe('response.completed')
  expect(last?.response?.output).toEqual(done)
  for (const event of events)
    expect([event.type, flaws(eventSchemaName(event.type) ?? '', event)]).toEqual([event.type, []])
})

it('on a socket too, where nothing is stored, the next turn goes on from the compaction', async () => {
  await using stage = await start(ANTHROPIC)
  await using socket = await SocketClient.open(stage.gateway.url, stage.gateway.key)
  stage.say('Goal: the SUMMARY of it all.')
  stage.say('On we go.')
  const input = [...LONG_ITEMS.slice(0, -2), { role: 'user', content: 'Question 7781.' }]
  const management = [{ type: 'compaction', compact_threshold: 2_000 }]
  const events = (await socket.turn({ model: 'm', input, store: false, context_management: management })) as ToldEvent[]
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
  const last = events.at(-1)?.response
  expect(last?.output.map(({ type }) => type)).toEqual(['compaction', 'message'])
  stage.say('Still here.')
  await socket.turn({ model: 'm', input: 'More?', store: false, previous_response_id: last?.id })
  const prompt = stage.prompts.at(-1) ?? ''
  for (const words of ['Question 7781', 'the SUMMARY of it all', 'On we go.', 'More?']) expect(prompt).toContain(words)
  expect(prompt.length).toBeLessThan(JSON.stringify(input).length / 2)
  stage.say('Goal: all of it.')
  const triggered = (await socket.turn({
    model: 'm',
    input: [...LONG_ITEMS, { type: 'compaction_trigger' }],
    store: false,
  })) as ToldEvent[]
  expect(triggered.at(-1)?.response?.output.map(({ type }) => type)).toEqual(['compaction'])
})
