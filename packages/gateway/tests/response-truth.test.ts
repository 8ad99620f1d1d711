// Reply objects of upstreams whose bytes pass: a server that speaks the dialect badly, or says less than it should, is not
// let through as it is. Each stream is held to Open Responses and to OpenAI's own document.

import { expect, it } from 'vitest'
import { startCannedUpstream } from './support/canned-upstream.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { streamFlaws } from './support/open-responses/stream-flaws.ts'
import { askResponse, readEvents, type ToldEvent } from './support/responses.ts'

const MEMBERS = [
  'background completed_at created_at error frequency_penalty id incomplete_details instructions max_output_tokens',
  'max_tool_calls metadata model object output parallel_tool_calls presence_penalty previous_response_id prompt_cache_key',
  'reasoning safety_identifier service_tier status store temperature text tool_choice tools top_logprobs top_p truncation usage',
].flatMap((names) => names.split(' '))

/** A server that says no more than it must, numbers nothing, and calls everything by another name each time. */
function carelessStream(): string {
  let id = 0
  const fresh = (prefix: string): string => `${prefix}_${(id += 1)}`
  const item = (): object => ({
    id: fresh('msg'),
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Hé"llo', annotations: [], logprobs: [] }],
  })
  const place = (): object => ({ item_id: fresh('msg'), output_index: 0, content_index: 0 })
  const response = (status: string, more: object = {}): object => ({
    id: fresh('resp'),
    status,
    model: 'upstream-name',
    ...more,
  })
  const events: readonly object[] = [
    { type: 'response.created', response: response('in_progress') },
    {
      type: 'response.in_progress',
      sequence_number: 7,
      response: response('in_progress', { tools: null, metadata: null }),
    },
    { type: 'response.output_item.added', output_index: 0, item: { ...item(), status: 'in_progress', content: [] } },
    {
      type: 'response.content_part.added',
      ...place(),
      part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
    },
    { type: 'response.output_text.delta', ...place(), delta: 'Hé', logprobs: [] },
    { type: 'response.output_text.delta', sequence_number: 7, ...place(), delta: '"llo', logprobs: [] },
    { type: 'response.output_text.done', ...place(), text: 'Hé"llo', logprobs: [] },
    {
      type: 'response.content_part.done',
      ...place(),
      part: { type: 'output_text', text: 'Hé"llo', annotations: [], logprobs: [] },
    },
    { type: 'response.output_item.done', output_index: 0, item: item() },
    {
      type: 'response.completed',
      response: response('completed', {
        output: [item()],
        usage: {
          input_tokens: 3,
          output_tokens: 2,
          total_tokens: 5,
          input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
          output_tokens_details: { reasoning_tokens: 0 },
        },
      }),
    },
  ]
  // Without names, as some do.
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
}

async function startWith(url: string): Promise<TestGateway> {
  return await startGateway(`providers:
  - { name: careless, type: openai-compatible, base_url: "${url}", api_key: sk-up, dialects: [responses] }
models: [{ id: public-model, targets: [{ provider: careless, model: upstream-name }] }]
health: { check: off }`)
}

const REQUEST = {
  model: 'public-model',
  input: 'Hi',
  instructions: 'Be kind.',
  metadata: { who: 'Zoë' },
  tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }],
  tool_choice: 'none',
  temperature: 0.5,
  max_output_tokens: 77,
  truncation: 'auto',
  text: { format: { type: 'text' } },
}

const SAID = {
  model: 'public-model',
  instructions: 'Be kind.',
  metadata: { who: 'Zoë' },
  tools: [
    { type: 'function', name: 'f', description: null, parameters: { type: 'object', properties: {} }, strict: null },
  ],
  tool_choice: 'none',
  temperature: 0.5,
  max_output_tokens: 77,
  truncation: 'auto',
  store: true,
  previous_response_id: null,
}

it('a careless stream leaves with every member, one id and strict numbers', async () => {
  await using upstream = await startCannedUpstream({
    headers: { 'content-type': 'text/event-stream' },
    body: carelessStream(),
  })
  await using gateway = await startWith(upstream.url)
  const events: ToldEvent[] = []
  for await (const event of readEvents(gateway, REQUEST)) events.push(event)
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
  const snapshots = events.flatMap(({ response }) => (response === undefined ? [] : [response]))
  expect(snapshots.map(({ status }) => status)).toEqual(['in_progress', 'in_progress', 'completed'])
  for (const snapshot of snapshots) {
    expect(Object.keys(snapshot)).toEqual(expect.arrayContaining(MEMBERS))
    expect(snapshot).toMatchObject({ ...SAID, id: snapshots[0]?.id })
  }
  const ids = events.flatMap(({ item_id, item }) => [item_id, (item as { id?: string } | undefined)?.id])
  const said = new Set([...ids.filter((id) => id !== undefined), snapshots[2]?.output[0]?.id])
  expect([...said]).toHaveLength(1)
  expect(streamFlaws(events as never)).toEqual([])
  // And somebody can go on from it, which that server could not.
  upstream.reply = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'x', output: [] }) }
  const next = await askResponse(gateway, { ...REQUEST, previous_response_id: snapshots[0]?.id })
  expect(next).toMatchObject({ ...SAID, previous_response_id: snapshots[0]?.id, status: 'completed' })
  expect(upstream.seen[1]?.body).not.toContain('previous_response_id')
  expect(upstream.seen[1]?.body).toContain('Hé')
})

it('a bare JSON reply leaves with every member', async () => {
  const body = JSON.stringify({ id: 'resp_x', model: 'upstream-name', output: [], store: false, service_tier: null })
  await using upstream = await startCannedUpstream({ body })
  await using gateway = await startWith(upstream.url)
  const told = await askResponse(gateway, REQUEST)
  expect(Object.keys(told)).toEqual(expect.arrayContaining(MEMBERS))
  expect(told).toMatchObject({ ...SAID, id: 'resp_x', status: 'completed', service_tier: 'default' })
  expect(told['created_at']).toEqual(expect.any(Number))
})

it('a stream that breaks off before a word ends with its terminal event', async () => {
  const begun = carelessStream().split('\n\n').slice(0, 6).join('\n\n')
  await using upstream = await startCannedUpstream({
    headers: { 'content-type': 'text/event-stream' },
    body: `${begun}\n\n`,
  })
  await using gateway = await startWith(upstream.url)
  const events: ToldEvent[] = []
  for await (const event of readEvents(gateway, REQUEST)) events.push(event)
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index))
  expect(events.slice(-2).map(({ type }) => type)).toEqual(['error', 'response.failed'])
  const failed = events.at(-1)?.response
  expect(Object.keys(failed ?? {})).toEqual(expect.arrayContaining(MEMBERS))
  expect(failed).toMatchObject({ ...SAID, id: events[0]?.response?.id, status: 'failed' })
})
