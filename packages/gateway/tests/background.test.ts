// Background responses, from the client's side: answered at once, made without anybody waiting, watched, cancelled, kept,
// over providers of several dialects.

import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import { eventSchemaName, loadOpenaiSchemas } from '@fairlead/testkit/openapi-validator.ts'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from './support/gateway.ts'
import { outputText, responsesClient, type ResponsesClient } from './support/responses-client.ts'

const schemas = loadOpenaiSchemas()
let upstream: FakeUpstream
let gateway: TestGateway
let client: ResponsesClient

beforeAll(async () => {
  upstream = await startFakeUpstream()
  const origin = upstream.url.replace(/\/v1$/, '')
  gateway = await startGateway(
    `providers:
  - { name: chat, type: openai-compatible, base_url: "${upstream.url}", api_keys: [sk-up-a] }
  - { name: native, type: openai, base_url: "${upstream.url}", api_keys: [sk-up-b] }
  - { name: claude, type: anthropic, base_url: "${origin}", api_keys: [sk-up-c] }
models:
  - { id: gpt-chat, targets: [{ provider: chat, model: gpt-4o }] }
  - { id: gpt-native, targets: [{ provider: native, model: gpt-4o }] }
  - { id: claude, targets: [{ provider: claude, model: claude-sonnet-4-5 }] }
health: { check: off }
`,
    { server: 'max_background_per_worker: 3, max_background_per_account: 6' },
  )
  client = responsesClient(gateway.url, gateway.key)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

function background(model: string, text: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { model, input: text, background: true, ...extra }
}

/** Says that it is valid by OpenAI's own document, where that is at hand. */
function expectValid(schema: string, value: unknown): void {
  expect(schemas?.validate(schema, value) ?? []).toEqual([])
}

describe.each(['gpt-chat', 'gpt-native', 'claude'])('in the background, %s', (model) => {
  it('is queued, made and kept, with one id and all that was asked said again', async () => {
    const asked = { instructions: 'Be brief.', metadata: { a: 'b' }, temperature: 0.5 }
    const made = await client.create(background(model, '[[testkit: tokens=5 gapMs=20]] Hello!', asked))
    expect(made.status).toBe(200)
    expect(made.json).toMatchObject({
      object: 'response',
      status: 'queued',
      background: true,
      model,
      output: [],
      ...asked,
    })
    expectValid('Response', made.json)
    const id = String(made.json['id'])
    const running = await client.until(id, 'in_progress', 'completed')
    expectValid('Response', running.json)
    const done = await client.until(id)
    expect(done.json).toMatchObject({ id, status: 'completed', background: true, store: true, error: null, ...asked })
    expect(done.json['created_at']).toBeTypeOf('number')
    expectValid('Response', done.json)
    expect(outputText(done.json)).not.toBe('')
    const next = await client.create({ model, input: 'And now?', previous_response_id: id })
    expect(next.json).toMatchObject({ status: 'completed', previous_response_id: id })
    const items = await client.call('GET', `/responses/${id}/input_items`)
    expect(items.json).toMatchObject({ data: [{ type: 'message', role: 'user' }], has_more: false })
  })

  it('streams while it is made, and again behind any event, also when it is over', async () => {
    const events = await client.stream(null, background(model, '[[testkit: tokens=8 gapMs=5]] Hi', { stream: true }))
    expect(events.slice(0, 3).map(({ name }) => name)).toEqual([
      'response.created',
      'response.queued',
      'response.in_progress',
    ])
    expect(events.map(({ data }) => data['sequence_number'])).toEqual(events.map((_event, index) => index))
    for (const { name, data } of events) {
      expect(data['type']).toBe(name)
      expectValid(eventSchemaName(name), data)
    }
    const last = events.at(-1)?.data['response'] as Record<string, unknown>
    expect(events.at(-1)?.name).toBe('response.completed')
    const id = String(last['id'])
    expect((await client.call('GET', `/responses/${id}`)).json).toEqual(last)
    for (const after of [0, 3, events.length - 2, events.length - 1]) {
      expect(await client.stream(`/responses/${id}?stream=true&starting_after=${after}`)).toEqual(
        events.slice(after + 1),
      )
    }
    expect(await client.stream(`/responses/${id}?stream=true`)).toEqual(events)
  })

  it('is cancelled, which ends its upstream and is done once', async () => {
    const made = await client.create(background(model, '[[testkit: tokens=500 gapMs=20]] Hello!'))
    const id = String(made.json['id'])
    await upstream.ledger.until(({ totals }) => totals.openRequests > 0, 5_000)
    const gone = upstream.ledger.totals.clientGone
    const cancelled = await client.call('POST', `/responses/${id}/cancel`)
    expect(cancelled.json).toMatchObject({ id, status: 'cancelled', error: null })
    expectValid('Response', cancelled.json)
    expect((await client.call('POST', `/responses/${id}/cancel`)).json).toEqual(cancelled.json)
    await upstream.ledger.until(({ totals }) => totals.clientGone > gone, 5_000)
    expect((await client.call('GET', `/responses/${id}`)).json).toEqual(cancelled.json)
    const rows = (await gateway.usage()).filter(({ status }) => status === 499)
    expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(rows.length)
  })

  it('ends as failed with the reason when no upstream will have it', async () => {
    const made = await client.create(background(model, '[[testkit: fault=status(400)]] Hello!'))
    const done = await client.until(String(made.json['id']))
    expect(done.json).toMatchObject({ status: 'failed', output: [] })
    expect(done.json['error']).toMatchObject({ code: expect.any(String), message: expect.any(String) })
    expectValid('Response', done.json)
  })

  it('ends as incomplete where the answer was cut short', async () => {
    const made = await client.create(background(model, '[[testkit: tokens=40]] Hello!', { max_output_tokens: 16 }))
    const done = await client.until(String(made.json['id']))
    expect(done.json).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  })
})

describe('background work', () => {
  it('is refused at once where it could never be done', async () => {
    const nothing = await client.create(background('no-such-model', 'Hello!'))
    expect(nothing.json.error).toMatchObject({ code: 'model_not_found' })
    const unstored = await client.create(background('gpt-chat', 'Hello!', { store: false }))
    expect(unstored).toMatchObject({ status: 400, json: { error: { param: 'store' } } })
    const lost = await client.create(background('gpt-chat', 'Hello!', { previous_response_id: 'resp_none' }))
    expect(lost).toMatchObject({ status: 400, json: { error: { code: 'previous_response_not_found' } } })
  })

  it('waits where a worker has its hands full, and is limited for each account', async () => {
    const made: string[] = []
    for (let index = 0; index < 6; index += 1) {
      const reply = await client.create(background('gpt-chat', '[[testkit: tokens=60 gapMs=20]] Hello!'))
      made.push(String(reply.json['id']))
    }
    const seventh = await client.create(background('gpt-chat', 'Hello!'))
    expect(seventh).toMatchObject({ status: 429, json: { error: { code: 'rate_limit_exceeded' } } })
    const statuses = await Promise.all(
      made.map(async (id) => (await client.call('GET', `/responses/${id}`)).json['status']),
    )
    expect(statuses.filter((status) => status === 'in_progress')).toHaveLength(3)
    expect(statuses.filter((status) => status === 'queued')).toHaveLength(3)
    await client.call('DELETE', `/responses/${made.pop()}`)
    const other = await client.create(background('gpt-chat', 'Hello!'))
    expect(other.status).toBe(200)
    for (const id of [...made, String(other.json['id'])]) {
      expect((await client.until(id)).json['status']).toBe('completed')
    }
  })

  it('goes on when the client that watches leaves, and when nobody ever does', async () => {
    const body = JSON.stringify(background('gpt-chat', '[[testkit: tokens=20 gapMs=20]] Hello!', { stream: true }))
    const leave = new AbortController()
    const response = await fetch(`${gateway.url}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body,
      signal: leave.signal,
    })
    const reader = response.body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    leave.abort()
    const id = /resp_[0-9a-f]+/.exec(first)?.[0] ?? ''
    expect((await client.until(id)).json['status']).toBe('completed')
  })

  it('is not to be cancelled, or streamed again, where it was none', async () => {
    const made = await client.create({ model: 'gpt-chat', input: 'Hello!' })
    const id = String(made.json['id'])
    expect(await client.call('POST', `/responses/${id}/cancel`)).toMatchObject({ status: 400 })
    const again = await client.call('GET', `/responses/${id}?stream=true`)
    expect(again).toMatchObject({ status: 400, json: { error: { param: 'stream' } } })
  })

  it('is made, watched and cancelled as OpenAI’s SDK does it', async () => {
    const sdk = new OpenAI({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 })
    const made = await sdk.responses.create({
      model: 'gpt-chat',
      input: '[[testkit: tokens=10 gapMs=10]] Hello!',
      background: true,
      stream: true,
    })
    const seen: OpenAI.Responses.ResponseStreamEvent[] = []
    for await (const event of made) {
      seen.push(event)
      if (event.type === 'response.output_text.delta') break
    }
    const [created] = seen
    if (created?.type !== 'response.created') throw new Error('the first event says that it was created')
    const { id } = created.response
    const after = seen.at(-1)?.sequence_number ?? 0
    const rest = await sdk.responses.retrieve(id, { stream: true, starting_after: after })
    for await (const event of rest) seen.push(event)
    expect(seen.map(({ sequence_number: number }) => number)).toEqual(seen.map((_event, index) => index))
    expect(await sdk.responses.retrieve(id)).toMatchObject({ status: 'completed' })
    expect(await sdk.responses.cancel(id)).toMatchObject({ id, status: 'completed' })
    const long = await sdk.responses.create({
      model: 'gpt-chat',
      input: '[[testkit: tokens=500 gapMs=20]] Hello!',
      background: true,
    })
    expect(long.status).toBe('queued')
    expect(await sdk.responses.cancel(long.id)).toMatchObject({ id: long.id, status: 'cancelled' })
  })

  it('is charged once, by its own request', async () => {
    const made = await client.create(background('gpt-chat', '[[testkit: tokens=7]] charged once'))
    await client.until(String(made.json['id']))
    const rows = (await gateway.usage()).filter(({ requestId }) => requestId === made.headers.get('x-request-id'))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ status: 200, endpoint: '/v1/responses', usage: { output: 7 } })
  })
})
