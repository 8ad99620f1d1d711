// Responses that go on from others, over providers of every family: what a client names is found, wherever it was made,
// and nothing that is not known is left out in silence.

import { startFakeProvider, startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { UPSTREAMS } from './compatibility/upstreams.ts'
import { post, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { askResponse, readEvents, type ToldEvent, type ToldResponse } from './support/responses.ts'

const TOOLS = [
  { type: 'function', name: 'get_time', parameters: { type: 'object', properties: {} }, strict: false },
] as const

function yamlOf(upstream: (typeof UPSTREAMS)[number], origin: string): string {
  return `providers: ${JSON.stringify([{ name: 'main', ...upstream.provider(origin, 'secret') }])}
models: [{ id: m, targets: [{ provider: main, model: "${upstream.model}" }] }]
health: { check: off }`
}

describe.each(UPSTREAMS)('over $name', (upstream) => {
  async function start(): Promise<{ fake: FakeUpstream; gateway: TestGateway } & AsyncDisposable> {
    const fake = await startFakeUpstream(upstream.fake)
    const gateway = await startGateway(yamlOf(upstream, fake.origin))
    return {
      fake,
      gateway,
      async [Symbol.asyncDispose]() {
        await gateway[Symbol.asyncDispose]()
        await fake[Symbol.asyncDispose]()
      },
    }
  }

  it.each([false, true])('a turn goes on from the one before, tools included (stream: %s)', async (stream) => {
    await using stage = await start()
    const { fake, gateway } = stage
    const ask = async (body: object): Promise<ToldResponse> =>
      await askResponse(gateway, { model: 'm', tools: TOOLS, stream, max_output_tokens: 4_000, ...body })
    fake.answer({ reasoning: 'A clock is needed.', toolCalls: [{ name: 'get_time' }] })
    const first = await ask({ input: 'My name is Ada. What time is it?', metadata: { turn: '1' } })
    expect(first).toMatchObject({
      status: 'completed',
      store: true,
      previous_response_id: null,
      metadata: { turn: '1' },
    })
    const call = first.output.find(({ type }) => type === 'function_call')
    const output = [{ type: 'function_call_output', call_id: call?.call_id, output: 'twelve sharp' }]
    fake.answer({ text: 'It is noon.' })
    const second = await ask({ input: output, previous_response_id: first.id })
    expect(second).toMatchObject({ status: 'completed', previous_response_id: first.id })
    const seen: string[] = []
    fake.answer((question) => {
      seen.push(question.prompt)
      return { text: 'You are Ada.' }
    })
    const third = await ask({ input: 'Who am I?', previous_response_id: second.id })
    expect(third.output_text).toBe('You are Ada.')
    for (const words of ['My name is Ada', 'twelve sharp', 'It is noon.', 'Who am I?']) expect(seen[0]).toContain(words)
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
  })

  it('what is not known is a 400 that names it', async () => {
    await using stage = await start()
    const { gateway, fake } = stage
    const unknown = async (body: object): Promise<Reply['json']['error']> => {
      const reply = await post(`${gateway.url}/responses`, gateway.key, { model: 'm', input: 'Hi', ...body })
      expect(reply.status).toBe(400)
      return reply.json.error
    }
    const previous = {
      code: 'previous_response_not_found',
      type: 'invalid_request_error',
      param: 'previous_response_id',
    }
    expect(await unknown({ previous_response_id: 'resp_nobody' })).toMatchObject(previous)
    expect(await unknown({ previous_response_id: 'resp_nobody', stream: true })).toMatchObject(previous)
    expect(await unknown({ conversation: 'conv_nobody' })).toMatchObject({ param: 'conversation' })
    expect(await unknown({ conversation: { id: 'conv_nobody' } })).toMatchObject({ param: 'conversation' })
    const reference = { type: 'item_reference', id: 'msg_nobody' }
    expect(await unknown({ input: [reference] })).toMatchObject({ param: 'input[0].id' })
    expect(await unknown({ input: [{ id: 'msg_nobody' }] })).toMatchObject({ param: 'input[0].id' })
    // Stored nowhere, so nobody can go on from it.
    const unstored = await askResponse(gateway, { model: 'm', input: 'Hi', store: false })
    expect(unstored.store).toBe(false)
    expect(await unknown({ previous_response_id: unstored.id })).toMatchObject(previous)
    const asked = fake.ledger.entries.filter(({ path }) => !path.endsWith('/token'))
    expect(asked).toHaveLength(1)
  })

  it('the next turn may begin in the moment in which its end is read', async () => {
    await using stage = await start()
    const { gateway, fake } = stage
    let previous: string | null = null
    for (let turn = 0; turn < 5; turn += 1) {
      fake.answer({ text: `answer ${turn}` })
      const body: Record<string, unknown> = { model: 'm', input: `turn ${turn}`, stream: true }
      if (previous !== null) body['previous_response_id'] = previous
      previous = null
      for await (const event of readEvents(gateway, body)) {
        if (event.type !== 'response.completed') continue
        previous = event.response?.id ?? null
        // The stream is left open, and its connection with it.
        break
      }
      expect(previous).not.toBeNull()
    }
  })

  it('an item of before can be named instead of sent', async () => {
    await using stage = await start()
    const { gateway, fake } = stage
    fake.answer({ text: 'The word is marzipan.' })
    const first = await askResponse(gateway, { model: 'm', input: 'Say a word.' })
    const [item] = first.output.filter(({ type }) => type === 'message')
    const seen: string[] = []
    fake.answer((question) => {
      seen.push(question.prompt)
      return { text: 'ok' }
    })
    const input = [
      { role: 'user', content: 'Say a word.' },
      { type: 'item_reference', id: item?.id },
      { role: 'user', content: 'Again.' },
    ]
    await askResponse(gateway, { model: 'm', input })
    expect(seen[0]).toContain('marzipan')
  })

  it('a stream that breaks off ends with the response that failed, and nobody goes on from it', async () => {
    await using stage = await start()
    const { gateway, fake } = stage
    fake.answer({ text: 'It begins, goes on for a while, and breaks off.', pieceBytes: 2, fault: 'rst@9' })
    const events: ToldEvent[] = []
    for await (const event of readEvents(gateway, { model: 'm', input: 'Tell me.' })) events.push(event)
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['error', 'response.failed'])
    const failed = events.at(-1)?.response
    expect(failed).toMatchObject({ id: events[0]?.response?.id, status: 'failed', store: true, completed_at: null })
    expect(failed?.['error']).toEqual({ code: expect.any(String), message: expect.any(String) })
    const next = { model: 'm', input: 'Go on.', previous_response_id: failed?.id }
    const refused = await post(`${gateway.url}/responses`, gateway.key, next)
    expect([refused.status, refused.json.error?.code]).toEqual([400, 'previous_response_not_found'])
  })

  it('an answer that was cut off says so, and can be gone on from', async () => {
    await using stage = await start()
    const { gateway, fake } = stage
    for (const stream of [false, true]) {
      fake.answer({ text: 'It begins and', stop: 'max_tokens' })
      const cut = await askResponse(gateway, { model: 'm', input: 'Tell me.', stream })
      expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
      fake.answer({ text: 'ends.' })
      const rest = await askResponse(gateway, { model: 'm', input: 'Go on.', previous_response_id: cut.id, stream })
      expect(rest.output_text).toBe('ends.')
    }
  })
})

it('a chain goes on at another provider when its own is gone, and comes back', async () => {
  await using openai = await startFakeProvider()
  await using claude = await startFakeProvider()
  await using gateway = await startGateway(`providers:
  - { name: one, type: openai, base_url: "${openai.url}", api_key: sk-1 }
  - { name: two, type: anthropic, base_url: "${claude.origin}", api_key: sk-2, priority: 1 }
models:
  - { id: m, targets: [{ provider: one, model: gpt-5 }, { provider: two, model: claude-sonnet-4-5, priority: 1 }] }
health: { check: off }
balancer: { breaker: { open_ms: 20, max_open_ms: 20 } }
`)
  const said: string[] = []
  const turn = async (text: string, previous: string | null): Promise<ToldResponse> => {
    const remember = (question: { readonly prompt: string }): { text: string; reasoning: string } => {
      said.push(question.prompt)
      return { text: `heard ${text}`, reasoning: `Thinking of ${text}.` }
    }
    openai.answer(remember)
    claude.answer(remember)
    const told = await askResponse(gateway, {
      model: 'm',
      input: text,
      reasoning: { effort: 'low' },
      max_output_tokens: 4_000,
      previous_response_id: previous,
    })
    openai.clearAnswers()
    claude.clearAnswers()
    return told
  }
  const first = await turn('alpha', null)
  const second = await turn('beta', first.id)
  openai.pause({ kill: true })
  const third = await turn('gamma', second.id)
  const fourth = await turn('delta', third.id)
  await openai.resume()
  await new Promise((resolve) => {
    setTimeout(resolve, 50)
  })
  let last = fourth
  for (const word of ['epsilon', 'zeta', 'eta']) last = await turn(word, last.id)
  for (const words of ['alpha', 'heard alpha', 'beta', 'heard beta', 'gamma', 'heard gamma', 'delta', 'heard delta']) {
    expect(said.at(-1)).toContain(words)
  }
  expect(claude.ledger.totals.requests).toBeGreaterThanOrEqual(2)
})
