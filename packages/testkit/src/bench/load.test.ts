import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closedLoop, openLoop } from './load.ts'
import type { Arrival } from './load.ts'
import type { MockUpstream } from './mock-upstream.ts'
import { startMockUpstream } from './mock-upstream.ts'
import { plainRequest } from './plain-request.ts'
import { loadRequest } from './scenarios.ts'
import { freePort } from '../free-port.ts'
import type { BenchServer } from './servers.ts'
import { seededRandom } from './stats.ts'
import { Tally } from './tally.ts'
import { chatBody } from './workload.ts'

let mock: MockUpstream
let direct: BenchServer

beforeAll(async () => {
  mock = await startMockUpstream()
  direct = { name: 'direct', port: mock.port, headers: {}, dialect: 'chat', stop: async () => {} }
})
afterAll(() => mock.close())

test('a closed loop counts every reply, and the upstream has seen each of them', async () => {
  const before = mock.totals.requests
  const load = { connections: 4, seconds: 10, maxRequests: 200 }
  const { tally } = await closedLoop(direct.port, loadRequest(direct, 32 * 1024), load)
  expect([tally.completed, tally.failed, tally.latenciesUs.length]).toEqual([200, 0, 200])
  expect(mock.totals.requests - before).toBe(200)
})

for (const gapUs of [0, 300]) {
  test(`streams ${gapUs === 0 ? 'as fast as they go' : 'at deadlines'} arrive complete, each chunk with its delay`, async () => {
    mock.setPlan({ contentChunks: 12, gapUs })
    const load = { connections: 5, seconds: 10, maxRequests: 20, staggerUs: 50 }
    const { tally } = await closedLoop(direct.port, loadRequest(direct, 1024, 12), load)
    expect([tally.completed, tally.failed, tally.events]).toEqual([20, 0, 20 * 16])
    expect(tally.firstTokensUs).toHaveLength(20)
    expect(Math.min(...tally.chunkDelaysUs)).toBeGreaterThan(-1)
    expect(Math.max(...tally.chunkDelaysUs)).toBeLessThan(1e6)
  })
}

test('a stream that is cut short is a failure, not a reply', async () => {
  mock.setPlan({ contentChunks: 3, gapUs: 0 })
  const { tally } = await closedLoop(direct.port, loadRequest(direct, 1024, 4), { connections: 1, seconds: 0.01 })
  expect(tally.completed).toBe(0)
  expect([...tally.failures.keys()]).toEqual(['7 events, not 8'])
})

test('an open loop keeps its schedule and counts latency from it when the server is stuck', async () => {
  const stuckMs = 60
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'), stuckMs))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const tally = new Tally()
  const request = loadRequest({ ...direct, port }, 1024)
  const load = (): Parameters<typeof openLoop>[1] => ({ perSecond: 500, seconds: 0.1, random: seededRandom(3) })
  const { elapsedUs } = await openLoop(port, load(), () => ({ request, tally }))
  server.close()
  expect(elapsedUs).toBeGreaterThan(stuckMs * 1000)
  expect(tally.failures.get('status 503')).toBeGreaterThan(25)

  const good = new Tally()
  const works = loadRequest(direct, 1024)
  await openLoop(direct.port, load(), () => ({ request: works, tally: good }))
  expect(good.failed).toBe(0)
  expect(good.completed).toBe(tally.failed)
})

test('an open loop says which requests are due while it settles, and which open their connection', async () => {
  const request = loadRequest(direct, 1024)
  const tally = new Tally()
  const arrivals: Arrival[] = []
  const load = { perSecond: 500, seconds: 0.1, settleSeconds: 0.1, random: seededRandom(5) }
  await openLoop(direct.port, load, (arrival) => {
    arrivals.push(arrival)
    return { request, tally }
  })
  expect(arrivals.map(({ index }) => index)).toEqual(arrivals.map((_, index) => index))
  const settling = arrivals.filter((arrival) => arrival.settling)
  expect(settling).toEqual(arrivals.slice(0, settling.length))
  expect([settling.length, arrivals.length - settling.length].every((count) => count > 20)).toBe(true)
  const opening = arrivals.filter((arrival) => arrival.opening)
  expect(opening[0]?.index).toBe(0)
  expect(opening.length).toBeLessThan(arrivals.length)
  expect([tally.completed, tally.failed]).toEqual([arrivals.length, 0])
})

test('the platform floor relays a call and a stream unharmed', async () => {
  const port = await freePort()
  const program = fileURLToPath(new URL('floor.ts', import.meta.url))
  const floor = spawn(process.execPath, [program, String(port), `http://127.0.0.1:${mock.port}`], { stdio: 'inherit' })
  try {
    const body = chatBody(1024, false)
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
    await expect
      .poll(() => plainRequest(port, '/v1/chat/completions', headers, body).catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ status: 200, body: expect.stringContaining('"usage":{') })
    mock.setPlan({ contentChunks: 8, gapUs: 200 })
    const load = { connections: 3, seconds: 10, maxRequests: 12 }
    const { tally } = await closedLoop(port, loadRequest({ ...direct, port }, 1024, 8), load)
    expect([tally.completed, tally.failed]).toEqual([12, 0])
  } finally {
    floor.kill('SIGKILL')
  }
})
