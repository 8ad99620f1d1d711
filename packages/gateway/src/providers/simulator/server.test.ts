import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { readDirectives } from './faults.ts'
import { startSimulator } from './server.ts'

const STORY = { model: 'm', messages: [{ role: 'user', content: 'Tell me a story' }] }

async function openStream(url: string, body: object = STORY): Promise<IncomingMessage> {
  const call = request(`${url}/chat/completions`, { method: 'POST' })
  call.on('error', () => {})
  call.end(JSON.stringify({ ...body, stream: true }))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return response
}

test('streams at the set pace, counted from the start', async () => {
  await using simulator = await startSimulator({ models: [], tokensPerSecond: 200 })
  const content = 'Hi [[simulate: tokens=50]]'
  const startMs = performance.now()
  const response = await openStream(simulator.url, { model: 'm', messages: [{ role: 'user', content }] })
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const tookMs = performance.now() - startMs
  expect(text.match(/"delta":\{"content"/g)).toHaveLength(50)
  // 50 tokens at 200 a second are 250 ms; the upper bound is for a busy machine.
  expect(tookMs).toBeGreaterThanOrEqual(245)
  expect(tookMs).toBeLessThan(1000)
})

test('sends the first token before the last one is due', async () => {
  await using simulator = await startSimulator({ models: [], tokensPerSecond: 20 })
  const response = await openStream(simulator.url)
  const [first] = await once(response, 'data')
  expect(String(first)).toContain('"role":"assistant"')
  response.destroy()
})

test('close ends running streams and does not wait for idle connections', async () => {
  const simulator = await startSimulator({ models: [], tokensPerSecond: 1 })
  const response = await openStream(simulator.url)
  // Not `once`, which takes the broken connection that is meant here for a failure.
  const ended = new Promise((resolve) => response.on('close', resolve))
  response.on('error', () => {})
  response.resume()
  await simulator.close()
  await ended
  expect(response.complete).toBe(false)
  await simulator.close()
})

test('a client that leaves, streaming or waiting, leaves the simulator well', async () => {
  await using simulator = await startSimulator({ models: [], tokensPerSecond: 5 })
  for (let i = 0; i < 20; i++) (await openStream(simulator.url)).destroy()
  const waiting = request(`${simulator.url}/chat/completions`, { method: 'POST' })
  waiting.on('error', () => {})
  waiting.end(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: '[[simulate: slow=600000]]' }] }))
  await once(waiting, 'finish')
  waiting.destroy()
  expect((await fetch(`${simulator.url}/models`)).status).toBe(200)
})

test.each([
  ['a body that is no JSON', '{"model":', 400],
  ['a body that is no object', '[]', 400],
  ['an empty body', '', 400],
  ['a body nested too deep', `{"messages":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400],
])('%s is a 400', async (_name, body, status) => {
  await using simulator = await startSimulator({ models: [] })
  const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
})

test('an unknown path is a 404, a wrong method a 405 that names the right one', async () => {
  await using simulator = await startSimulator({ models: [] })
  expect((await fetch(`${simulator.url}/nothing`)).status).toBe(404)
  const wrong = await fetch(`${simulator.url}/chat/completions`)
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
})

test('an encoded body is a 415', async () => {
  await using simulator = await startSimulator({ models: [] })
  const headers = { 'content-encoding': 'br' }
  expect((await fetch(`${simulator.url}/moderations`, { method: 'POST', body: 'x', headers })).status).toBe(415)
})

test('a client that sends half a body and leaves does no harm', async () => {
  await using simulator = await startSimulator({ models: [] })
  const { port } = new URL(simulator.url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.end('POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"model"')
  socket.resume()
  await once(socket, 'close')
  expect((await fetch(`${simulator.url}/models`)).status).toBe(200)
})

test('every reply says that it is simulated and has a request id', async () => {
  await using simulator = await startSimulator({ models: [] })
  const response = await fetch(`${simulator.url}/chat/completions`, { method: 'POST', body: JSON.stringify(STORY) })
  expect(response.headers.get('x-simulated')).toBe('true')
  expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{24}$/)
})

test('every directive that the README shows is understood', async () => {
  await using simulator = await startSimulator({ models: [], tokensPerSecond: 100_000 })
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const shown = readme.match(/\[\[simulate: [^\]]+\]\]/g) ?? []
  expect(shown.length).toBeGreaterThan(8)
  for (const directive of shown) expect(readDirectives(directive)).toMatchObject({ text: '' })
  const unknown = await fetch(`${simulator.url}/moderations`, { method: 'POST', body: '{"input":"[[simulate: x=1]]"}' })
  const { error } = (await unknown.json()) as { error: { message: string } }
  const known = error.message.match(/Known are: (.*)\./)?.[1]?.split(', ') ?? []
  expect(known.filter((name) => !readme.includes(`[[simulate: ${name}=`))).toEqual([])
})
