// What is kept of an answer, and what is not; and that its client is told the truth of it.

import { DatabaseSync } from 'node:sqlite'
import { startFakeProvider, type FakeUpstream } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { MASTER_KEY, post, replyOf, startGateway, type Reply, type TestGateway } from './support/gateway.ts'
import { askResponse, readEvents, type ToldResponse } from './support/responses.ts'
import { SocketClient } from './support/socket-client.ts'

interface Stage extends AsyncDisposable {
  readonly upstream: FakeUpstream
  readonly gateway: TestGateway
}

async function start(more = ''): Promise<Stage> {
  const upstream = await startFakeProvider()
  const gateway = await startGateway(`providers:
  - { name: anthropic, type: anthropic, base_url: "${upstream.origin}", api_key: sk-ant }
  - { name: openai, type: openai, base_url: "${upstream.url}", api_key: sk-up }
models:
  - { id: m, targets: [{ provider: anthropic, model: claude-sonnet-4-5 }] }
  - { id: gpt, targets: [{ provider: openai, model: gpt-5 }] }
health: { check: off }
${more}`)
  return {
    upstream,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

async function get(gateway: TestGateway, path: string): Promise<Reply> {
  return await replyOf(await fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${gateway.key}` } }))
}

async function goOnFrom(gateway: TestGateway, id: string, model = 'm'): Promise<Reply> {
  return await post(`${gateway.url}/responses`, gateway.key, { model, input: 'Go on.', previous_response_id: id })
}

it.each(['m', 'gpt'])('the stored object is the one that was sent (%s)', async (model) => {
  await using stage = await start()
  const { gateway } = stage
  for (const stream of [false, true]) {
    const told = await askResponse(gateway, {
      model,
      input: 'Hi',
      stream,
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }],
      tool_choice: 'auto',
      text: { format: { type: 'text' } },
      truncation: 'disabled',
      max_output_tokens: 100,
    })
    const { output_text: _, ...sent } = told
    expect(told).toMatchObject({ instructions: 'Be brief.', metadata: { a: 'b' }, store: true, max_output_tokens: 100 })
    const stored = await get(gateway, `/responses/${told.id}`)
    expect([stored.status, stored.json]).toEqual([200, sent])
  }
})

it.each(['m', 'gpt'])('`store: false` keeps nothing, and says so (%s)', async (model) => {
  await using stage = await start()
  const { gateway } = stage
  for (const stream of [false, true]) {
    const told = await askResponse(gateway, { model, input: 'Hi', store: false, stream })
    expect(told.store).toBe(false)
    expect((await get(gateway, `/responses/${told.id}`)).status).toBe(404)
    expect((await goOnFrom(gateway, told.id)).json.error?.code).toBe('previous_response_not_found')
  }
})

it.each(['m', 'gpt'])('where the policy is off nothing is kept, not even by the upstream (%s)', async (model) => {
  await using stage = await start('groups: [{ name: default, responses: { store: off } }]')
  const { gateway, upstream } = stage
  for (const extra of [{}, { store: true }, { stream: true }]) {
    const told = await askResponse(gateway, { model, input: 'Hi', ...extra })
    expect(told.store).toBe(false)
    expect((await goOnFrom(gateway, told.id, model)).json.error?.code).toBe('previous_response_not_found')
    if (model === 'gpt') expect(JSON.parse(String(upstream.ledger.last?.body))).toMatchObject({ store: false })
  }
  const conversation = await post(`${gateway.url}/responses`, gateway.key, {
    model,
    input: 'Hi',
    conversation: 'conv_1',
  })
  expect([conversation.status, conversation.json.error?.param]).toEqual([400, 'conversation'])
  expect((await askResponse(gateway, { model, input: 'Hi', store: false })).store).toBe(false)
})

it('what does not fit into the quota is answered all the same, and says that it is not stored', async () => {
  await using stage = await start('groups: [{ name: default, responses: { store: keep, quota_responses: 1 } }]')
  const { gateway } = stage
  const first = await askResponse(gateway, { model: 'm', input: 'one' })
  for (const stream of [false, true]) {
    const second = await askResponse(gateway, { model: 'm', input: 'two', stream })
    expect([first.store, second.store, second.status]).toEqual([true, false, 'completed'])
    expect((await get(gateway, `/responses/${second.id}`)).status).toBe(404)
  }
})

/** The gateway may be in the middle of a transaction, on this very thread: to wait within SQLite would be to wait for ourselves. */
async function lockedDatabase({ databaseFile }: TestGateway): Promise<DatabaseSync> {
  const database = new DatabaseSync(databaseFile)
  const untilMs = performance.now() + 5_000
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE')
      return database
    } catch (error) {
      if (performance.now() > untilMs) throw error
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    }
  }
}

it('a database that cannot be written does not hold answers up for long', async () => {
  await using stage = await start()
  const { gateway } = stage
  await askResponse(gateway, { model: 'm', input: 'warm' })
  const database = await lockedDatabase(gateway)
  try {
    const startedMs = performance.now()
    const told = await Promise.all([
      askResponse(gateway, { model: 'm', input: 'one' }),
      askResponse(gateway, { model: 'm', input: 'two', stream: true }),
    ])
    expect(performance.now() - startedMs).toBeLessThan(8_000)
    expect(told.map(({ store, status }) => [store, status])).toEqual([
      [false, 'completed'],
      [false, 'completed'],
    ])
  } finally {
    database.exec('ROLLBACK')
    database.close()
  }
  const later = await askResponse(gateway, { model: 'm', input: 'three' })
  expect(later.store).toBe(true)
  const rows = await gateway.usage()
  expect(rows.map(({ status }) => status)).toEqual([200, 200, 200, 200])
}, 30_000)

it('a client that leaves in the middle leaves nothing to go on from', async () => {
  await using stage = await start()
  const { gateway, upstream } = stage
  upstream.answer({ text: 'word '.repeat(1_000), gapMs: 5 })
  let id = ''
  let deltas = 0
  for await (const event of readEvents(gateway, { model: 'm', input: 'Hi' })) {
    id = event.response?.id ?? id
    if (event.type === 'response.output_text.delta') deltas += 1
    if (deltas > 5) break
  }
  await upstream.ledger.until((ledger) => ledger.last?.end === 'client-gone', 5_000)
  expect((await goOnFrom(gateway, id)).json.error?.code).toBe('previous_response_not_found')
  expect((await get(gateway, `/responses/${id}`)).status).toBe(404)
})

it.each([false, true])('an answer that was complete is kept, whoever has left (stream: %s)', async (stream) => {
  await using stage = await start()
  const { gateway, upstream } = stage
  upstream.answer({ text: 'A complete answer.' })
  const database = await lockedDatabase(gateway)
  const controller = new AbortController()
  const asked = fetch(`${gateway.url}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}` },
    body: JSON.stringify({ model: 'm', input: 'Hi', stream }),
    signal: controller.signal,
  })
  asked.catch(() => undefined)
  await upstream.ledger.until((ledger) => ledger.last?.end === 'complete', 5_000)
  // The answer is there, and waits for the database. Now the client goes.
  await new Promise((resolve) => {
    setTimeout(resolve, 300)
  })
  controller.abort()
  database.exec('ROLLBACK')
  database.close()
  await expect.poll(async () => (await listed(gateway)).length, { timeout: 5_000 }).toBe(1)
})

/** Ids of what is stored. */
async function listed(gateway: TestGateway): Promise<readonly string[]> {
  const database = new DatabaseSync(gateway.databaseFile, { readOnly: true })
  const rows = database.prepare('SELECT response_id FROM responses').all()
  database.close()
  return await Promise.resolve(rows.map((row) => String(row['response_id'])))
}

it('a failed answer is kept as what it is, and nobody goes on from it', async () => {
  await using stage = await start()
  const { gateway, upstream } = stage
  upstream.answer({ text: 'It begins and then breaks off', pieceBytes: 4, fault: 'rst@7' })
  let last: ToldResponse | undefined
  const types: string[] = []
  for await (const event of readEvents(gateway, { model: 'm', input: 'Hi' })) {
    types.push(event.type)
    last = event.response ?? last
  }
  expect(types.slice(-2)).toEqual(['error', 'response.failed'])
  expect(last).toMatchObject({ status: 'failed', error: { code: expect.any(String), message: expect.any(String) } })
  const stored = await get(gateway, `/responses/${last?.id}`)
  expect([stored.status, stored.json['status']]).toEqual([200, 'failed'])
  const next = await goOnFrom(gateway, last?.id ?? '')
  expect([next.status, next.json.error?.code]).toEqual([400, 'previous_response_not_found'])
})

it('turns of a conversation know each other', async () => {
  await using stage = await start()
  const { gateway, upstream } = stage
  const made = await post(`${gateway.url}/conversations`, gateway.key, {
    items: [{ type: 'message', role: 'user', content: 'I am called Ada.' }],
  })
  const conversation = String(made.json['id'])
  upstream.answer({ text: 'Hello, Ada.' })
  const first = await askResponse(gateway, { model: 'm', input: 'Greet me.', conversation })
  expect(first['conversation']).toEqual({ id: conversation })
  const seen: string[] = []
  upstream.answer((question) => {
    seen.push(question.prompt)
    return { text: 'Ada.' }
  })
  const second = await askResponse(gateway, {
    model: 'gpt',
    input: 'Who?',
    conversation: { id: conversation },
    stream: true,
  })
  expect(second['conversation']).toEqual({ id: conversation })
  for (const words of ['I am called Ada.', 'Greet me.', 'Hello, Ada.', 'Who?']) expect(seen[0]).toContain(words)
  const both = { model: 'm', input: 'x', conversation, previous_response_id: first.id }
  expect((await post(`${gateway.url}/responses`, gateway.key, both)).json.error?.param).toBe('previous_response_id')
  const unkept = { model: 'm', input: 'x', conversation, store: false }
  expect((await post(`${gateway.url}/responses`, gateway.key, unkept)).json.error?.param).toBe('store')
})

it('numbers and letters of a history come out as they went in', async () => {
  await using stage = await start()
  const { gateway, upstream } = stage
  const args = '{"id":12345678901234567890,"f":1.0,"ü":"\\u00fc"}'
  const item = `{"type":"function_call","call_id":"c1","name":"f","arguments":${JSON.stringify(args)}}`
  const result = '{"type":"function_call_output","call_id":"c1","output":"größer 😀"}'
  const body = `{"model":"m","input":[{"role":"user","content":"Los"},${item},${result}]}`
  const first = await post(`${gateway.url}/responses`, gateway.key, body)
  expect(first.status).toBe(200)
  await goOnFrom(gateway, String(first.json['id']))
  const sent = String(upstream.ledger.last?.body)
  expect(sent).toContain('12345678901234567890')
  expect(sent).toContain('größer 😀')
  expect(sent).toMatch(/"f":\s*1\.0/)
})

async function operate(gateway: TestGateway, path: string, body: object): Promise<{ id: string; key: string }> {
  const reply = await post(`${gateway.origin}${path}`, MASTER_KEY, body)
  expect(reply.status).toBe(201)
  return reply.json as unknown as { id: string; key: string }
}

it('an id of another account is as unknown as one that nobody has', async () => {
  await using stage = await start()
  const { gateway } = stage
  const told = await askResponse(gateway, { model: 'm', input: 'mine' })
  const [message] = told.output
  const { id } = await operate(gateway, '/api/accounts', { name: 'other' })
  const { key } = await operate(gateway, '/api/auth', { name: 'theirs', account: id })
  const ask = async (body: object): Promise<Reply> =>
    await post(`${gateway.url}/responses`, key, { model: 'm', ...body })
  const theirs = await ask({ input: 'Hi', previous_response_id: told.id })
  const nobodys = await ask({ input: 'Hi', previous_response_id: 'resp_nobody' })
  expect([theirs.status, theirs.text.replace(told.id, 'resp_nobody')]).toEqual([nobodys.status, nobodys.text])
  expect((await ask({ input: [{ type: 'item_reference', id: message?.id }] })).status).toBe(400)
})

it.each(['m', 'gpt'])(
  'what is stored nowhere is known on the socket on which it was said, and nowhere else (%s)',
  async (model) => {
    await using stage = await start('groups: [{ name: default, responses: { store: off } }]')
    const { gateway, upstream } = stage
    await using socket = await SocketClient.open(gateway.url, gateway.key)
    const turn = async (body: object): Promise<ToldResponse> => {
      const end = (await socket.turn({ model, ...body })).at(-1)
      return end?.['response'] as ToldResponse
    }
    const first = await turn({ input: 'The code is QX-4421.' })
    const seen: string[] = []
    upstream.answer((question) => {
      seen.push(question.prompt)
      return { text: 'QX-4421' }
    })
    const second = await turn({ input: 'What is it?', previous_response_id: first.id })
    expect(second).toMatchObject({ status: 'completed', store: false, previous_response_id: first.id })
    expect(seen[0]).toContain('The code is QX-4421.')
    const third = await turn({ input: 'Sure?', previous_response_id: second.id })
    expect(third).toMatchObject({ status: 'completed', previous_response_id: second.id })
    expect((await goOnFrom(gateway, second.id, model)).json.error?.code).toBe('previous_response_not_found')
    await using other = await SocketClient.open(gateway.url, gateway.key)
    const [refused] = await other.turn({ model, input: 'What is it?', previous_response_id: second.id })
    expect(refused).toMatchObject({ type: 'error', status: 400, error: { code: 'previous_response_not_found' } })
  },
)
