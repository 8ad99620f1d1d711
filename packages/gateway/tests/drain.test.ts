// The end of a process: what is being served ends whole, nobody new is refused before the time, nothing is lost.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connectRaw, openStream, startFakeUpstream } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { chat, MASTER_KEY, post, providersYaml } from './support/gateway.ts'
import { eventually, isAlive, spawnGateway, type GatewayProcess } from './support/processes.ts'

function openStreams(gateway: GatewayProcess, count: number, directive: string): ReturnType<typeof openStream>[] {
  const body = chat(`[[testkit: ${directive}]]`, { stream: true })
  return Array.from({ length: count }, () => openStream(`${gateway.url}/chat/completions`, body, { key: MASTER_KEY }))
}

describe('SIGTERM', () => {
  it('lets open streams end whole, accepts until the delay is over, and ends with 0 and every call in the database', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({
      yaml: providersYaml([upstream.url]),
      workers: 2,
      server: 'shutdown_delay_ms: 900',
    })
    const streams = openStreams(gateway, 20, 'tokens=60 gapMs=50')
    await Promise.all(streams.map(({ responded }) => responded))
    expect(await gateway.control.ready()).toBe(200)

    gateway.signal('SIGTERM')
    await gateway.untilOutput(/draining/)
    expect(await gateway.control.ready()).toBe(503)
    const late = await post(`${gateway.url}/chat/completions`, MASTER_KEY, chat())
    expect(late.status).toBe(200)
    // A service manager signals the whole group: the second copy must not end what the first one lets end.
    gateway.signal('SIGTERM')

    const results = await Promise.all(streams.map(({ result }) => result))
    expect(results.map(({ end }) => end)).toEqual(Array.from({ length: 20 }, () => 'done'))
    expect(new Set(results.map(({ text }) => text)).size).toBe(1)
    expect(Buffer.byteLength(results[0]?.text ?? '')).toBe(240)
    expect(await gateway.ended).toEqual({ code: 0, signal: null })
    expect(gateway.usageRows().map(({ status }) => status)).toEqual(Array.from({ length: 21 }, () => 200))
    expect(upstream.ledger.totals.requests).toBe(21)
  })

  it('tells a stream that outlasts the drain time so, in the stream', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), server: 'drain_timeout_ms: 400' })
    const [stream] = openStreams(gateway, 1, 'tokens=2000 gapMs=50')
    await eventually(() => (stream?.eventCount ?? 0) > 2, 'the stream runs')

    expect(await gateway.stop()).toEqual({ code: 0, signal: null })
    const result = await stream!.result
    expect(result.end).toBe('error-event')
    expect(result.errorBody).toEqual({
      message: expect.stringContaining('shutting down'),
      type: expect.any(String),
      param: null,
      code: 'service_unavailable',
    })
    await upstream.ledger.until(({ last }) => last?.end === 'client-gone')
    expect(gateway.usageRows()).toHaveLength(1)
    using database = new DatabaseSync(join(gateway.folder, 'data', 'fairlead.db'), { readOnly: true })
    // Given up by us: the attempt is in the row, and no failure of the upstream.
    expect(String(database.prepare('select trail from usage_records').get()?.['trail'])).toContain('abandoned')
  })

  it('waits for a client that takes its reply slowly', async () => {
    // More than the kernel's buffers hold, so that a good part waits in the worker.
    const bytes = 8_000_000
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]) })
    await using client = await connectRaw(Number(new URL(gateway.origin).port), { paused: true })
    const body = JSON.stringify(chat(`[[testkit: tokens=1 bytes=${bytes}]]`))
    await client.request('POST', '/v1/chat/completions', { Authorization: `Bearer ${MASTER_KEY}` }, body)
    await upstream.ledger.until(({ totals }) => totals.requests === 1)

    gateway.signal('SIGTERM')
    await gateway.untilOutput(/draining/)
    client.readSlowly(bytes / 3)
    const reply = await client.response(0, 20_000)
    expect(reply.status).toBe(200)
    expect(reply.body.length).toBeGreaterThan(bytes)
    expect((await gateway.ended).code).toBe(0)
  })
})

describe('what is not a call yet', () => {
  it('is waited for while it arrives, and not at all when nothing was sent', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]) })
    const port = Number(new URL(gateway.origin).port)
    await using silent = await connectRaw(port)
    await using client = await connectRaw(port)
    // An answer on the later connection: the gateway has accepted both, and not the kernel alone.
    await client.request('GET', '/v1/models', { Authorization: `Bearer ${MASTER_KEY}` })
    expect((await client.response(0)).status).toBe(200)
    const body = JSON.stringify(chat('x'.repeat(20_000)))
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${MASTER_KEY}\r\nContent-Length: ${body.length}\r\n\r\n`
    await client.send(head + body.slice(0, 100))
    const rest = client.drip(body.slice(100), 500, 3_000)
    gateway.signal('SIGTERM')
    await rest
    expect((await client.response(1)).status).toBe(200)
    expect((await gateway.ended).code).toBe(0)
    expect(silent.receivedBytes).toBe(0)
    expect(gateway.usageRows()).toHaveLength(1)
  })
})

describe('SIGINT', () => {
  it('drains, once for both copies of one Ctrl-C, and the next one ends at once', async () => {
    await using upstream = await startFakeUpstream()
    await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]) })
    const [stream] = openStreams(gateway, 1, 'tokens=2000 gapMs=50')
    await stream!.responded
    const workers = gateway.workerPids()

    process.kill(gateway.primaryPid, 'SIGINT')
    gateway.signal('SIGINT')
    await gateway.untilOutput(/draining/)
    const seen = stream!.eventCount
    await eventually(() => stream!.eventCount > seen + 12, 'the stream goes on')

    gateway.signal('SIGINT')
    expect(await gateway.ended).toEqual({ code: 130, signal: null })
    expect((await stream!.result).end).toBe('reset')
    await eventually(() => !workers.some(isAlive), 'the workers are gone', 3_000)
  })
})
