// Chains on an upstream that holds its responses itself: it is sent what is new, and everything where it has lost the rest,
// where another one answers, or where it only seems to listen.

import { startFakeProvider, type FakeUpstream } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { startCannedUpstream } from './support/canned-upstream.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { askResponse } from './support/responses.ts'

interface SentBody {
  readonly previous_response_id?: string
  readonly input: readonly unknown[]
  readonly store?: boolean
}

function sent(upstream: FakeUpstream): readonly SentBody[] {
  return upstream.ledger.entries
    .filter(({ path }) => path === '/v1/responses')
    .map(({ body }) => JSON.parse(String(body)) as SentBody)
}

async function startOpenai(upstream: Pick<FakeUpstream, 'url'>, keys = ['sk-up'], more = ''): Promise<TestGateway> {
  return await startGateway(`providers:
  - { name: openai, type: openai, base_url: "${upstream.url}", api_keys: [${keys.join(', ')}] }
models: [{ id: m, targets: [{ provider: openai, model: gpt-5 }] }]
health: { check: off }
${more}`)
}

it.each([false, true])('an upstream is sent what is new, and its ids are kept (stream: %s)', async (stream) => {
  await using upstream = await startFakeProvider()
  await using gateway = await startOpenai(upstream)
  const first = await askResponse(gateway, { model: 'm', input: 'one', stream })
  const second = await askResponse(gateway, { model: 'm', input: 'two', previous_response_id: first.id, stream })
  const third = await askResponse(gateway, { model: 'm', input: 'three', previous_response_id: second.id, stream })
  const bodies = sent(upstream)
  expect(bodies.map(({ previous_response_id }) => previous_response_id)).toEqual([undefined, first.id, second.id])
  expect(bodies[2]?.input).toHaveLength(1)
  expect(third).toMatchObject({ previous_response_id: second.id, store: true, output_text: 'You said: three' })
  for (const { id } of [first, second, third]) {
    const kept = await fetch(`${upstream.url}/responses/${id}`)
    expect(kept.status).toBe(200)
  }
})

it.each([false, true])('one that has lost the rest is sent everything (stream: %s)', async (stream) => {
  await using upstream = await startFakeProvider()
  await using gateway = await startOpenai(upstream)
  const first = await askResponse(gateway, { model: 'm', input: 'one', stream })
  await fetch(`${upstream.url}/responses/${first.id}`, { method: 'DELETE' })
  const second = await askResponse(gateway, { model: 'm', input: 'two', previous_response_id: first.id, stream })
  expect(second).toMatchObject({ previous_response_id: first.id, output_text: 'You said: two' })
  const [, short, whole] = sent(upstream)
  expect(short?.previous_response_id).toBe(first.id)
  expect(whole?.previous_response_id).toBeUndefined()
  expect(whole?.input).toHaveLength(3)
  // It holds that one, and is well: the next turn is short again.
  await askResponse(gateway, { model: 'm', input: 'three', previous_response_id: second.id, stream })
  expect(sent(upstream).at(-1)).toMatchObject({ previous_response_id: second.id })
  const [row] = await gateway.usage()
  expect(row).toMatchObject({ status: 200, errorCode: '' })
})

it('another credential is sent everything', async () => {
  await using upstream = await startFakeProvider()
  await using gateway = await startOpenai(upstream, ['sk-one', 'sk-two'])
  const first = await askResponse(gateway, { model: 'm', input: 'one' })
  const [asked] = upstream.ledger.entries.filter(({ path }) => path === '/v1/responses')
  const key = /sk-\w+/.exec(JSON.stringify(asked))?.[0] ?? ''
  await upstream.setFault('5xx', { forKey: key })
  const second = await askResponse(gateway, { model: 'm', input: 'two', previous_response_id: first.id })
  expect(second.output_text).toBe('You said: two')
  expect(sent(upstream).map(({ previous_response_id }) => previous_response_id ?? null)).toEqual([null, first.id, null])
  expect(sent(upstream)[2]?.input).toHaveLength(3)
})

it('one that leaves out of account what it is to go on from is noticed, and never believed again', async () => {
  const reply = (id: string): string =>
    JSON.stringify({
      id,
      object: 'response',
      status: 'completed',
      model: 'gpt-5',
      store: true,
      previous_response_id: null,
      output: [{ id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] }],
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    })
  await using upstream = await startCannedUpstream({ body: reply('resp_a') })
  await using gateway = await startOpenai(upstream)
  const first = await askResponse(gateway, { model: 'm', input: 'one' })
  expect(first.id).toBe('resp_a')
  upstream.reply = { body: reply('resp_b') }
  const second = await askResponse(gateway, { model: 'm', input: 'two', previous_response_id: first.id })
  expect(second).toMatchObject({ id: 'resp_b', previous_response_id: 'resp_a' })
  upstream.reply = { body: reply('resp_c') }
  await askResponse(gateway, { model: 'm', input: 'three', previous_response_id: second.id })
  const bodies = upstream.seen.map(({ body }) => JSON.parse(body) as SentBody)
  expect(bodies.map(({ previous_response_id, input }) => [previous_response_id ?? null, input.length])).toEqual([
    [null, 3],
    ['resp_a', 1],
    [null, 3],
    [null, 5],
  ])
})

it('reasoning of a model behind another key, and ids of its items, are not shown around', async () => {
  await using one = await startFakeProvider()
  await using two = await startFakeProvider()
  await using gateway = await startGateway(`providers:
  - { name: one, type: openai, base_url: "${one.url}", api_key: sk-1 }
  - { name: two, type: openai, base_url: "${two.url}", api_key: sk-2 }
models:
  - { id: m, targets: [{ provider: one, model: gpt-5 }, { provider: two, model: gpt-5, priority: 1 }] }
health: { check: off }
`)
  const common = { model: 'm', include: ['reasoning.encrypted_content'], reasoning: { effort: 'low' } }
  one.answer({ reasoning: 'Secret thoughts.', toolCalls: [{ name: 'get_time' }] })
  const tools = [{ type: 'function', name: 'get_time', parameters: { type: 'object', properties: {} }, strict: false }]
  const first = await askResponse(gateway, { ...common, tools, input: 'What time is it?' })
  const call = first.output.find(({ type }) => type === 'function_call')
  one.pause({ kill: true })
  const output = [{ type: 'function_call_output', call_id: call?.call_id, output: 'noon' }]
  const second = await askResponse(gateway, { ...common, tools, input: output, previous_response_id: first.id })
  expect(second.status).toBe('completed')
  expect(JSON.stringify(sent(two))).not.toContain('"reasoning","')
  expect(sent(two)[0]?.input).toMatchObject([
    { role: 'user' },
    { type: 'function_call', call_id: call?.call_id },
    { type: 'function_call_output', output: 'noon' },
  ])
  // Back at its maker, the reasoning is there again.
  await one.resume()
  two.pause({ kill: true })
  const third = await askResponse(gateway, { ...common, tools, input: 'And now?', previous_response_id: second.id })
  expect(third.status).toBe('completed')
  expect(JSON.stringify(sent(one).at(-1)?.input)).toContain('encrypted_content')
})

it.each(['rest', 'stored'])('open thoughts of another vendor do no harm on the way to OpenAI (%s)', async (manner) => {
  await using openai = await startFakeProvider()
  await using other = await startFakeProvider({ openai: { reasoningField: 'reasoning_content' } })
  await using gateway = await startGateway(`providers:
  - { name: other, type: openai-compatible, base_url: "${other.url}", api_key: sk-1 }
  - { name: openai, type: openai, base_url: "${openai.url}", api_key: sk-2 }
models:
  - { id: words, targets: [{ provider: other, model: some-model }] }
  - { id: gpt, targets: [{ provider: openai, model: gpt-5 }] }
health: { check: off }
`)
  other.answer({ reasoning: 'Thinking aloud.', text: 'Hello.' })
  const first = await askResponse(gateway, { model: 'words', input: 'Hi' })
  expect(first.output.map(({ type }) => type)).toEqual(['reasoning', 'message'])
  const stored = { model: 'gpt', input: 'And now?', previous_response_id: first.id }
  const rest = {
    model: 'gpt',
    input: [{ role: 'user', content: 'Hi' }, ...first.output, { role: 'user', content: 'And now?' }],
  }
  const second = await askResponse(gateway, manner === 'rest' ? rest : stored)
  expect(second.output_text).toBe('You said: And now?')
  // Whoever shows its thoughts wants them back.
  const third = { model: 'words', input: 'Again?', previous_response_id: first.id }
  expect((await askResponse(gateway, third)).status).toBe('completed')
  expect(String(other.ledger.last?.body)).toContain('Thinking aloud.')
})

it('a chain that comes back to its upstream is short again, whoever answered in between', async () => {
  await using openai = await startFakeProvider()
  await using claude = await startFakeProvider()
  await using gateway = await startGateway(`providers:
  - { name: openai, type: openai, base_url: "${openai.url}", api_key: sk-1 }
  - { name: claude, type: anthropic, base_url: "${claude.origin}", api_key: sk-2 }
models:
  - { id: gpt, targets: [{ provider: openai, model: gpt-5 }] }
  - { id: claude, targets: [{ provider: claude, model: claude-sonnet-4-5 }] }
health: { check: off }
`)
  const common = { reasoning: { effort: 'low' }, max_output_tokens: 4_000 }
  const turn = async (model: string, previous: string | null): Promise<string> => {
    const answer = { reasoning: `${model} thinks.`, text: 'ok' }
    if (model === 'gpt') openai.answer(answer)
    else claude.answer(answer)
    return (await askResponse(gateway, { ...common, model, input: 'Go on.', previous_response_id: previous })).id
  }
  let last = await turn('gpt', null)
  for (const model of ['claude', 'gpt', 'gpt', 'claude', 'claude', 'gpt', 'gpt']) last = await turn(model, last)
  const bodies = sent(openai)
  expect(bodies.map(({ previous_response_id }) => typeof previous_response_id === 'string')).toEqual([
    false,
    false,
    true,
    false,
    true,
  ])
  expect(bodies[2]?.input).toHaveLength(1)
  expect(bodies[3]?.input.length).toBeGreaterThan(8)
})
