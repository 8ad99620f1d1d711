// Fault 17: clients that read slowly, or not at all. The upstream is read no faster than the client reads, what waits
// in between is bounded, and whoever reads nothing for too long is cut off.

import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chatRequest, startBench } from './support/bench.ts'
import { chat, post } from './support/gateway.ts'

/** Beside what has been written and not taken, one read of the upstream's socket may be on its way. */
const MAX_BUFFERED_BYTES = 128 * 1024
/** 40 MB in a stream: far more than the kernel's buffers on both connections hold. */
const LONG = { tokens: 10_000, bytes: 4_000 }

/** Waits until the upstream has written nothing for a while; returns how much it has written. */
async function untilPaused({ ledger }: FakeUpstream, streams: number): Promise<number> {
  await ledger.until(({ open }) => open.size === streams && [...open].every(({ eventsWritten }) => eventsWritten > 2))
  for (let before = -1; ;) {
    const written = [...ledger.open].reduce((sum, { eventsWritten }) => sum + eventsWritten, 0)
    if (written === before) return written
    before = written
    await sleep(250)
  }
}

describe('a client that reads nothing for a while', () => {
  it('makes the gateway stop reading the upstream, and gets every byte when it reads on', async () => {
    await using bench = await startBench({ upstream: { script: LONG } })
    await using client = await bench.connect({ paused: true, keepBytes: 100_000_000 })
    await client.send(chatRequest(bench.gateway.key, { stream: true }))
    const written = await untilPaused(bench.upstream, 1)
    expect(written).toBeLessThan(LONG.tokens * 0.6)
    expect(bench.sockets.size).toBe(1)
    for (const socket of bench.sockets) expect(socket.writableLength).toBeLessThan(MAX_BUFFERED_BYTES)
    client.resumeReading()
    const { body, status, complete } = await client.response(0, 20_000)
    expect({ status, complete }).toEqual({ status: 200, complete: true })
    expect(body.toString('latin1').endsWith('data: [DONE]\n\n')).toBe(true)
    expect(body.length).toBeGreaterThan(LONG.tokens * LONG.bytes)
    const served = bench.upstream.ledger.last?.tokensServed.completion
    expect(await bench.gateway.usage()).toMatchObject([{ status: 200, estimated: false, usage: { output: served } }])
  })

  it('and then leaves: nothing hangs', async () => {
    await using bench = await startBench({ upstream: { script: LONG } })
    await using client = await bench.connect({ paused: true })
    await client.send(chatRequest(bench.gateway.key, { stream: true }))
    await untilPaused(bench.upstream, 1)
    client.close()
    await bench.untilQuiet()
    expect(bench.upstream.ledger.totals).toMatchObject({ clientGone: 1, complete: 0 })
    expect(await bench.gateway.usage()).toMatchObject([{ status: 499, errorCode: 'client_gone' }])
  })

  it('gets a large JSON reply in the same way', async () => {
    await using bench = await startBench({ upstream: { script: { tokens: 10_000, bytes: 2_000 } } })
    await using client = await bench.connect({ paused: true })
    await client.send(chatRequest(bench.gateway.key))
    await bench.upstream.ledger.until(({ totals }) => totals.openRequests === 1)
    await sleep(500)
    expect(bench.sockets.size).toBe(1)
    for (const socket of bench.sockets) expect(socket.writableLength).toBeLessThan(2 * MAX_BUFFERED_BYTES)
    client.resumeReading()
    const { body } = await client.response(0, 20_000)
    expect(JSON.parse(body.toString())).toMatchObject({ model: 'gpt-4o', object: 'chat.completion' })
    expect(body.length).toBeGreaterThan(20_000_000)
    expect(await bench.gateway.usage()).toMatchObject([{ status: 200 }])
  })
})

describe('a dozen clients at one byte a second', () => {
  it('leave each stream with a bounded buffer, and a quick client unharmed', async () => {
    await using bench = await startBench({ upstream: { script: LONG } })
    const clients = await Promise.all(Array.from({ length: 12 }, async () => await bench.connect({ paused: true })))
    for (const client of clients) {
      await client.send(chatRequest(bench.gateway.key, { stream: true }))
      client.readSlowly(1)
    }
    await untilPaused(bench.upstream, clients.length)
    expect(bench.sockets.size).toBe(clients.length)
    for (const socket of bench.sockets) expect(socket.writableLength).toBeLessThan(MAX_BUFFERED_BYTES)
    const quick = await post(
      `${bench.gateway.url}/chat/completions`,
      bench.gateway.key,
      chat('[[testkit: tokens=4 bytes=4]]'),
    )
    expect(quick.status).toBe(200)
    for (const client of clients) client.close()
    await bench.upstream.ledger.until(() => bench.upstream.ledger.totals.clientGone === 12, 5_000)
    const rows = await bench.gateway.usage()
    expect(rows.filter(({ status }) => status === 499)).toHaveLength(12)
    expect(bench.upstream.ledger.totals).toMatchObject({ clientGone: 12, complete: 1 })
  })
})

describe('a client that reads nothing for longer than it may', () => {
  const server = 'write_stall_timeout_ms: 400'

  it('is cut off in the middle of a stream, and its upstream with it', async () => {
    await using bench = await startBench({ upstream: { script: LONG }, server })
    await using client = await bench.connect({ paused: true })
    await client.send(chatRequest(bench.gateway.key, { stream: true }))
    await bench.upstream.ledger.until(({ totals }) => totals.clientGone === 1, 5_000)
    expect(await bench.gateway.usage()).toMatchObject([{ status: 499 }])
    await bench.untilQuiet()
  })

  it('is cut off also when its reply is complete, and only waits to be read', async () => {
    await using bench = await startBench({ upstream: { script: { tokens: 200, bytes: 4_000 } }, server })
    await using client = await bench.connect({ paused: true })
    await client.send(chatRequest(bench.gateway.key).repeat(12))
    await bench.upstream.ledger.until(({ totals }) => totals.complete >= 4, 5_000)
    await bench.untilQuiet(5_000)
    expect(
      (await post(`${bench.gateway.url}/chat/completions`, bench.gateway.key, chat('[[testkit: tokens=4 bytes=4]]')))
        .status,
    ).toBe(200)
  })
})
