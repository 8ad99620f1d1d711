// Pace, ledger, connections and control of the fake upstream.
import { expect, test } from 'vitest'
import { call } from '../clients/http.ts'
import { nowMs } from '../deadlines.ts'
import { connectRaw } from '../raw-client.ts'
import { openStream } from '../sse-client.ts'
import { startFakeUpstream } from './fake-upstream.ts'
import { spawnFakeUpstream } from './process.ts'

function chat(content: string, more: object = {}): string {
  return JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content }], ...more })
}

test('streams at deadlines: 100 streams of 20 gaps of 10 ms end together and on time', async () => {
  await using upstream = await startFakeUpstream({ script: { tokens: 21, gapMs: 10 } })
  const url = `${upstream.url}/chat/completions`
  const results = await Promise.all(Array.from({ length: 100 }, () => openStream(url, chat('pace')).result))
  for (const result of results) {
    expect(result.end).toBe('done')
    expect(result.endedAtMs - result.startedAtMs).toBeGreaterThanOrEqual(199)
    // One after the other would take twenty seconds.
    expect(result.endedAtMs - result.startedAtMs).toBeLessThan(5_000)
  }
  expect(upstream.ledger.totals).toMatchObject({
    requests: 100,
    complete: 100,
    completionTokens: 2100,
    openRequests: 0,
  })
})

test('keeps the bytes and headers of a request as they came', async () => {
  await using upstream = await startFakeUpstream()
  const body =
    '{"model":"gpt-4o",  "messages":[{"role":"user","content":"\\u00e9 é"}], "unknown":{"deep":[1e400]}, "n":1}'
  await using client = await connectRaw(upstream.port)
  await client.request(
    'POST',
    '/v1/chat/completions?x=1',
    { Authorization: 'Bearer sk-one', 'X-Odd-CASE': 'kept' },
    body,
  )
  expect((await client.response()).status).toBe(200)
  const entry = upstream.ledger.last!
  expect(entry.body.toString()).toBe(body)
  expect(entry).toMatchObject({
    method: 'POST',
    path: '/v1/chat/completions',
    query: 'x=1',
    model: 'gpt-4o',
    key: 'sk-one',
  })
  expect(entry).toMatchObject({
    stream: false,
    end: 'complete',
    status: 200,
    eventsWritten: 1,
    bodyBytes: Buffer.byteLength(body),
  })
  expect(entry.headerLines).toContainEqual(['X-Odd-CASE', 'kept'])
  expect(entry.tokensServed).toEqual({ prompt: 2, completion: 16 })
})

test('bounds what it keeps', async () => {
  await using upstream = await startFakeUpstream({ ledger: { entries: 10, bodyBytes: 64, allBodyBytes: 200 } })
  await using client = await connectRaw(upstream.port)
  for (let index = 0; index < 30; index += 1) {
    await client.request('POST', '/v1/chat/completions', {}, chat('x'.repeat(500), { stream: false }))
    await client.response(index)
  }
  const { entries, totals } = upstream.ledger
  expect(entries.length).toBeLessThanOrEqual(11)
  expect(entries.reduce((sum, entry) => sum + entry.body.length, 0)).toBeLessThanOrEqual(200)
  expect(entries.at(-1)).toMatchObject({ bodyBytes: expect.any(Number) })
  expect(totals.requests).toBe(30)
})

test('notices at once that the client has gone: before headers, in the stream, in the upload', async () => {
  await using upstream = await startFakeUpstream({ script: { tokens: 1000, gapMs: 20 } })
  const url = `${upstream.url}/chat/completions`
  const early = openStream(url, chat('x [[testkit: delayMs=5000]]'))
  await upstream.ledger.until((ledger) => ledger.last?.model === 'gpt-4o')
  early.abort()
  await upstream.ledger.until((ledger) => ledger.totals.clientGone === 1, 1000)
  const mid = openStream(url, chat('x'), { onEvent: (_event, call) => call.eventCount === 3 && call.abort() })
  const { endedAtMs, end } = await mid.result
  await upstream.ledger.until((ledger) => ledger.totals.clientGone === 2)
  expect(end).toBe('aborted')
  expect(upstream.ledger.last!.clientGoneAtMs! - endedAtMs).toBeLessThan(200)
  expect(upstream.ledger.last!.eventsWritten).toBeLessThan(10)
  await using upload = await connectRaw(upstream.port)
  await upload.send('POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{"half":')
  await upstream.ledger.until((ledger) => ledger.last?.bodyBytes === 8)
  upload.reset()
  await upstream.ledger.until((ledger) => ledger.totals.clientGone === 3)
  await upstream.ledger.until((ledger) => ledger.totals.openConnections === 0 && ledger.totals.openRequests === 0)
})

test('stops writing to a client that does not read, and goes on when it does', async () => {
  await using upstream = await startFakeUpstream({ script: { tokens: 400, bytes: 64 * 1024 } })
  await using client = await connectRaw(upstream.port, { paused: true })
  await client.request('POST', '/v1/chat/completions', {}, chat('big'))
  await upstream.ledger.until((ledger) => (ledger.last?.eventsWritten ?? 0) > 5)
  // The kernel's buffers take some megabytes of the 26; then the figure stands still.
  let before = -1
  while (before !== upstream.ledger.last!.eventsWritten) {
    before = upstream.ledger.last!.eventsWritten
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(before).toBeLessThan(390)
  client.resumeReading()
  const response = await client.response()
  expect(response.body.length).toBeGreaterThan(400 * 64 * 1024)
  expect(upstream.ledger.last).toMatchObject({ end: 'complete' })
})

test('serves several requests on one connection, also when they come in one packet or with a chunked body', async () => {
  await using upstream = await startFakeUpstream()
  await using client = await connectRaw(upstream.port)
  const body = chat('x', { stream: false })
  const one = `POST /v1/chat/completions HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  const size = Buffer.byteLength(body)
  const cut = `${(10).toString(16)}\r\n${body.slice(0, 10)}\r\n${(size - 10).toString(16)}\r\n${body.slice(10)}\r\n0\r\n\r\n`
  const two = `POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${cut}`
  await client.send(one + two + one)
  await client.response(2)
  expect(client.responses.map((response) => response.status)).toEqual([200, 200, 200])
  expect(upstream.ledger.entries.map((entry) => entry.body.toString())).toEqual([body, body, body])
  await client.drip(two, 0, 7)
  expect((await client.response(3)).status).toBe(200)
  expect(upstream.ledger.totals.connections).toBe(1)
})

test('closes its port and opens it again', async () => {
  await using upstream = await startFakeUpstream({ script: { tokens: 1000, gapMs: 5 } })
  const url = `${upstream.url}/chat/completions`
  const running = openStream(url, chat('x'))
  await running.responded
  await upstream.setFault('refuse')
  expect((await openStream(url, chat('x')).result).end).toBe('refused')
  expect(upstream.ledger.totals.openRequests).toBe(1)
  await upstream.setFault(undefined)
  expect((await openStream(url, chat('x [[testkit: tokens=2]]')).result).end).toBe('done')
  upstream.pause({ kill: true })
  expect((await running.result).end).toBe('reset')
})

test('takes scripted answers as a process too, whatever dialect asks', async () => {
  await using upstream = await spawnFakeUpstream(['--echo'])
  await upstream.answer([{ text: 'first' }, { toolCalls: [{ name: 'f', arguments: {} }] }])
  const ask = async (): Promise<unknown> => {
    const headers = { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] }
    return (await call(`${upstream.origin}/v1/messages`, { headers, body })).json
  }
  expect(await ask()).toMatchObject({ content: [{ text: 'first' }] })
  expect(await ask()).toMatchObject({ content: [{ type: 'tool_use', name: 'f' }], stop_reason: 'tool_use' })
  expect(await ask()).toMatchObject({ content: [{ text: 'You said: Hello' }] })
  const { totals, entries } = await upstream.ledger(1)
  expect(totals.byDialect['anthropic-messages']).toMatchObject({ requests: 3 })
  expect(entries).toMatchObject([{ dialect: 'anthropic-messages', model: 'm', key: 'k', status: 200 }])
})

test('runs as a process with control over HTTP, and can be killed', async () => {
  await using upstream = await spawnFakeUpstream(['--tokens', '3'])
  const url = `${upstream.url}/chat/completions`
  await upstream.setScript({ tokens: 1000, gapMs: 5 })
  await expect(upstream.setFault('nonsense')).rejects.toThrow('Unknown fault')
  await upstream.setFault('5xx(503)', { times: 1 })
  expect((await openStream(url, chat('x')).result).status).toBe(503)
  const running = openStream(url, chat('x'), { headers: { 'x-testkit': 'tokens=500, gapMs=20' } })
  await running.responded
  const view = await upstream.ledger(1)
  expect(view).toMatchObject({ totals: { requests: 2, openRequests: 1 }, entries: [{ stream: true, body: chat('x') }] })
  const startMs = nowMs()
  await upstream.kill()
  expect(['reset', 'refused']).toContain((await running.result).end)
  expect(nowMs() - startMs).toBeLessThan(2000)
})
