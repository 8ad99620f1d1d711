// The large versions of what `leaving-clients`, `slow-clients` and `hostile-requests` show in small.

import { setTimeout as sleep } from 'node:timers/promises'
import { connectRaw, openStream, spawnFakeUpstream, type RawClient } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { expectAgreement, leaveInMasses } from './support/aborts.ts'
import { chatRequest, openAiError, requestHead, startBench } from './support/bench.ts'
import { spawnWithDiagnostics, workerMemory } from './support/diagnostics.ts'
import { chat, MASTER_KEY, providersYaml } from './support/gateway.ts'
import { eventually } from './support/processes.ts'

const MEBIBYTE = 1024 * 1024
/** Each of them fills some 8 MB of the kernel's buffers before the gateway notices. */
const SLOW = 60

const portOf = (origin: string): number => Number(new URL(origin).port)

describe('fault 18 at large', () => {
  it('a thousand clients leave: the upstream sees each within a second (p99), and nothing is left', async () => {
    const result = await leaveInMasses({ clients: 1_000, atOnce: 50, seed: 1_018 })
    console.log(JSON.stringify(result))
    expect(result.gone).toBeGreaterThan(500)
    expect(result.p99Ms).toBeLessThan(1_000)
    expectAgreement(result)
  })
})

describe('fault 17 at large', () => {
  it(`${SLOW} clients at one byte a second cost the worker a bounded buffer each, and are cut off in the end`, async () => {
    await using upstream = await spawnFakeUpstream(['--tokens', '10000', '--bytes', '8000'])
    await using gateway = await spawnWithDiagnostics({
      yaml: providersYaml([upstream.url]),
      server: 'write_stall_timeout_ms: 10000',
    })
    const before = await workerMemory(gateway)
    const clients: RawClient[] = []
    for (let index = 0; index < SLOW; index += 1) {
      const client = await connectRaw(portOf(gateway.origin), { paused: true })
      clients.push(client)
      await client.send(chatRequest(MASTER_KEY, { stream: true }))
      client.readSlowly(1)
    }
    let mostBytes = 0
    for (let gone = 0; gone < SLOW; gone = (await upstream.ledger(0)).totals.clientGone) {
      const { heapUsed, external } = await workerMemory(gateway)
      mostBytes = Math.max(mostBytes, heapUsed + external - before.heapUsed - before.external)
      await sleep(500)
    }
    console.log(JSON.stringify({ mostBytesPerStream: mostBytes / SLOW }))
    expect(mostBytes / SLOW).toBeLessThan(256 * 1024)
    const gone = (): boolean => gateway.usageRows().filter(({ status }) => status === 499).length === SLOW
    await eventually(gone, 'all of them are in the books', 10_000)
    expect((await upstream.ledger(0)).totals).toMatchObject({ requests: SLOW, clientGone: SLOW })
    for (const client of clients) client.close()
  }, 240_000)
})

describe('fault 19 at large', () => {
  it('a gigabyte without a length leaves the worker as small as it was', async () => {
    await using upstream = await spawnFakeUpstream([])
    await using gateway = await spawnWithDiagnostics({ yaml: providersYaml([upstream.url]) })
    const before = await workerMemory(gateway)
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MEBIBYTE, 0x61), Buffer.from('\r\n')])
    for (let round = 0; round < 3; round += 1) {
      await using client = await connectRaw(portOf(gateway.origin))
      await client.send(requestHead(MASTER_KEY, 'Transfer-Encoding: chunked\r\n'))
      for (let sent = 0; sent < 1024 && !client.closed && !client.ended; sent += 1) await client.send(chunk)
      const { status, body } = await client.response()
      expect(status).toBe(413)
      expect(openAiError(body).code).toBe('request_too_large')
    }
    const after = await workerMemory(gateway)
    console.log(JSON.stringify({ before: before.rss / MEBIBYTE, after: after.rss / MEBIBYTE }))
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(4 * MEBIBYTE)
    expect(after.rss - before.rss).toBeLessThan(160 * MEBIBYTE)
  })
})

describe('fault 21 at large', () => {
  it('bodies that drip, or stop after a quick beginning, are a 408 after ten seconds; one that keeps the pace is served', async () => {
    await using bench = await startBench()
    await using drip = await bench.connect()
    await using stop = await bench.connect()
    await using control = await bench.connect()
    await using honest = await bench.connect()
    const body = JSON.stringify(chat('x'.repeat(20_000)))
    await drip.send(requestHead(bench.gateway.key, `Content-Length: ${body.length}\r\n`))
    await stop.send(requestHead(bench.gateway.key, 'Content-Length: 30000000\r\n') + 'x'.repeat(20 * MEBIBYTE))
    await control.send('POST /api/auth HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n{')
    await honest.send(requestHead(bench.gateway.key, `Content-Length: ${body.length}\r\n`))
    // 50 B/s is too slow, 2 KiB/s is not.
    void drip.drip(body, 100, 5)
    void honest.drip(body, 500, 1_024)
    for (const client of [drip, stop, control]) {
      const response = await client.response(0, 20_000)
      expect(response.status).toBe(408)
      expect(openAiError(response.body).code).toBe('request_timeout')
    }
    expect((await honest.response(0, 20_000)).status).toBe(200)
    await drip.whenEnded()
    expect(bench.upstream.ledger.totals.requests).toBe(1)
    expect(await bench.gateway.usage()).toHaveLength(1)
  })

  it('two thousand sockets that drip change nothing for the others', async () => {
    await using upstream = await spawnFakeUpstream(['--tokens', '4'])
    await using gateway = await spawnWithDiagnostics({ yaml: providersYaml([upstream.url]) })
    const measure = async (): Promise<number> => {
      const timesMs: number[] = []
      for (let index = 0; index < 500; index += 1) {
        const { startedAtMs, endedAtMs, end } = await openStream(
          `${gateway.url}/chat/completions`,
          chat('Hello!', { stream: true }),
          { key: MASTER_KEY, keep: false },
        ).result
        if (end !== 'done') throw new Error(`a stream ended with ${end}`)
        timesMs.push(endedAtMs - startedAtMs)
      }
      return timesMs.toSorted((a, b) => a - b)[Math.floor(timesMs.length * 0.99)] ?? Infinity
    }
    await measure()
    const alone = await measure()
    const clients: RawClient[] = []
    for (let index = 0; index < 2_000; index += 1) clients.push(await connectRaw(portOf(gateway.origin)))
    // One byte a second each: half of them in their headers, half in their bodies.
    const drips = clients.map(async (client, index) => {
      if (index % 2 === 0) await client.send(requestHead(MASTER_KEY, 'Content-Length: 1000\r\n'))
      await client.drip('POST /v1/chat/completions HTTP/1.1', 1_000)
    })
    const among = await measure()
    console.log(JSON.stringify({ aloneP99Ms: alone, amongDrippersP99Ms: among }))
    expect(among).toBeLessThan(Math.max(4 * alone, 50))
    for (const client of clients) {
      expect((await client.response(0, 30_000)).status).toBe(408)
      client.close()
    }
    await Promise.all(drips)
    expect(gateway.usageRows().filter(({ status }) => status !== 200)).toEqual([])
  })
})
