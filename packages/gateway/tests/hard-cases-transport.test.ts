// Hard cases of the transport (section 4.1 of the protocols' reference), against a whole gateway: what belongs to no
// dialect alone. Each test is named by the number of its case.

import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { call, CallReply, connectRaw, type FakeUpstream } from '@fairlead/testkit'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startCannedUpstream } from './support/canned-upstream.ts'
import { startDialectBench, UPSTREAM_MODELS } from './support/dialect-bench.ts'
import { CHAT_CLIENT, CLIENTS, STREAM_CLIENTS, type Client } from './support/dialect-clients.ts'
import { startGateway } from './support/gateway.ts'

afterEach(() => void vi.restoreAllMocks())

/** Time that passes at once: a wait of ten seconds, without waiting. Timers of the runtime do not see it. */
function clockThatJumps(): (ms: number) => void {
  const now = performance.now.bind(performance)
  let aheadMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs)
  return (ms) => void (aheadMs += ms)
}

const KEEP_ALIVE: Readonly<Record<Client['name'], RegExp>> = {
  'openai-chat': /: keep-alive\n\n/g,
  'openai-responses': /: keep-alive\n\n/g,
  // Claude Code's watchdog counts events, and a comment is none.
  'anthropic-messages': /event: ping\ndata: \{"type": "ping"\}\n\n/g,
  // Google's Python SDK takes a comment for JSON: an empty line more.
  gemini: /(?<=^|\r\n\r\n)\r\n/g,
  // Between the elements of an array, which end in CRLF, white space is all that may stand.
  'gemini-array': /(?<!\r)\n/g,
}

function timesAlive(client: Client, text: string): number {
  return text.match(KEEP_ALIVE[client.name])?.length ?? 0
}

const EVENTS = { 'content-type': 'text/event-stream' }

function chunk(delta: object, reason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: reason }]
  return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`
}

function oneServer(url: string): string {
  return `providers:
  - { name: up, type: openai-compatible, base_url: "${url}", api_keys: [sk-up] }
models: [{ id: m, targets: [{ provider: up }] }]
health: { check: off }
`
}

describe('H14: an upstream that is silent for longer than clients wait', () => {
  it.each(STREAM_CLIENTS)(
    'H14: before the first token and between two, $name clients hear that we are alive',
    async (client) => {
      const jump = clockThatJumps()
      const silences = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      async function* reply(): AsyncGenerator<string> {
        jump(10_100)
        await silences[0]?.promise
        yield chunk({ role: 'assistant', content: 'One.' })
        await silences[1]?.promise
        yield `${chunk({ content: ' Two.' })}${chunk({}, 'stop')}data: [DONE]\n\n`
      }
      await using upstream = await startCannedUpstream({ headers: EVENTS, body: reply() })
      await using gateway = await startGateway(oneServer(upstream.url))
      const { path, body } = client.request('m', 'Hello!', true)
      const response = await fetch(`${gateway.origin}${path}`, {
        method: 'POST',
        headers: { ...client.auth(gateway.key), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      let text = ''
      let aliveAtFirst = 0
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece).toString()
        const alive = timesAlive(client, text)
        if (!text.includes('One.')) {
          if (alive > 0) silences[0]?.resolve()
        } else if (aliveAtFirst === 0) {
          aliveAtFirst = alive
          jump(10_100)
        } else if (alive > aliveAtFirst) silences[1]?.resolve()
      }
      const seen = new CallReply(response.status, {}, Buffer.from(text), undefined)
      expect(timesAlive(client, text)).toBeGreaterThanOrEqual(2)
      expect(client.streamedText(seen)).toBe('One. Two.')
      expect(client.endedWell(seen)).toBe(true)
    },
  )

  it('H14: what fails behind a keep-alive is told in the stream, in every dialect', async () => {
    await using bench = await startDialectBench()
    const jump = clockThatJumps()
    for (const client of STREAM_CLIENTS) {
      bench.upstream.ledger.reset()
      // Every attempt: the first one may be made again.
      for (let attempt = 0; attempt < 3; attempt += 1)
        bench.upstream.answer({ text: 'x', delayMs: 200, fault: 'fin@0' })
      const asked = bench.ask(client, 'anthropic-messages', { stream: true })
      await bench.upstream.ledger.until(({ last }) => (last?.bodyBytes ?? 0) > 0)
      jump(10_100)
      const reply = await asked
      bench.upstream.clearAnswers()
      expect([client.name, reply.status, timesAlive(client, reply.text)]).toEqual([client.name, 200, 1])
      expect(client.streamedError(reply)?.message).toMatch(/failed/)
      expect(client.endedWell(reply)).toBe(false)
    }
  })
})

describe('H18: a client that reads slowly', () => {
  it('H18: of a translated stream stops the upstream, and gets every word in order', async () => {
    await using bench = await startDialectBench()
    const text = Array.from({ length: 6_000 }, (_, index) => `${index}:${'x'.repeat(2_000)}`).join(' ')
    bench.upstream.answer({ text, pieceBytes: 2_000 })
    const port = Number(new URL(bench.gateway.origin).port)
    await using client = await connectRaw(port, { paused: true, keepBytes: 60_000_000 })
    const { path, body } = CHAT_CLIENT.request(UPSTREAM_MODELS['bedrock-converse'], 'Hello!', true)
    const payload = JSON.stringify(body)
    await client.send(
      `POST ${path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${bench.gateway.key}\r\nAccept-Encoding: gzip, br\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`,
    )
    expect(await untilPaused(bench.upstream)).toBeLessThan(5_500)
    client.resumeReading()
    const response = await client.response(0, 20_000)
    expect(response.headers['x-accel-buffering']).toBe('no')
    expect(response.headers['cache-control']).toBe('no-cache')
    expect(response.headers['content-encoding']).toBeUndefined()
    const words = [...response.body.toString().matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word)
    expect(words.join('') === text).toBe(true)
  })

  it('H18: every event leaves when it comes, not when a buffer is full', async () => {
    await using bench = await startDialectBench()
    for (const client of CLIENTS) {
      bench.upstream.ledger.reset()
      bench.upstream.answer({ text: 'One. Two. Three.', pieceBytes: 5, gapMs: 60_000 })
      const { path, body } = client.request(UPSTREAM_MODELS.gemini, 'Hello!', true)
      const controller = new AbortController()
      const response = await fetch(`${bench.gateway.origin}${path}`, {
        method: 'POST',
        headers: { ...client.auth(bench.gateway.key), 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: controller.signal,
      })
      let seen = ''
      for await (const chunk of response.body ?? []) {
        seen += Buffer.from(chunk).toString()
        if (seen.includes('One.')) break
      }
      expect([client.name, seen]).toEqual([client.name, expect.stringContaining('One.')])
      controller.abort()
      await bench.upstream.ledger.until(({ totals }) => totals.openRequests === 0)
    }
  })
})

/** Waits until the upstream has written nothing for a while; returns how many events it has written. */
async function untilPaused({ ledger }: FakeUpstream): Promise<number> {
  await ledger.until(({ open }) => [...open].some(({ eventsWritten }) => eventsWritten > 2))
  for (let before = -1; ;) {
    const [entry] = ledger.open
    const written = entry?.eventsWritten ?? 0
    if (written === before) return written
    before = written
    await sleep(150)
  }
}

describe('H19: compressed replies', () => {
  it('H19: are not asked for, whatever the client takes, and no header of the upstream’s body reaches it', async () => {
    await using bench = await startDialectBench()
    for (const client of CLIENTS) {
      for (const stream of [false, true]) {
        const headers = { 'accept-encoding': 'gzip, br, zstd' }
        const reply = await bench.ask(client, 'openai-chat', { stream, headers })
        expect(reply.status).toBe(200)
        expect(bench.upstream.ledger.last?.headers['accept-encoding'] ?? 'identity').toBe('identity')
        expect(reply.headers['content-encoding']).toBeUndefined()
      }
    }
  })

  it('H19: an upstream that compresses all the same is never passed on as if it had not', async () => {
    const answer = {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    }
    await using upstream = await startCannedUpstream({
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', server: 'x', 'set-cookie': 'a=b' },
      body: gzipSync(JSON.stringify(answer)),
    })
    await using gateway = await startGateway(oneServer(upstream.url))
    for (const client of CLIENTS) {
      const { path, body } = client.request('m', 'Hello!', false)
      const reply = await call(`${gateway.origin}${path}`, { headers: client.auth(gateway.key), body })
      expect(reply.headers['content-encoding']).toBeUndefined()
      expect(reply.headers['set-cookie']).toBeUndefined()
      expect(reply.headers['server']).toBeUndefined()
      if (reply.status === 200) expect(client.textOf(reply.json)).toBe('Hi')
      else expect([reply.status, client.errorOf(reply.json).message]).toEqual([503, expect.stringContaining('failed')])
    }
  })
})

const MEBIBYTE = 1024 * 1024

describe('H20: compressed requests', () => {
  const send = async (
    origin: string,
    key: string,
    client: Client,
    encoding: string,
    bytes: Buffer,
  ): Promise<CallReply> =>
    await call(`${origin}${client.request(UPSTREAM_MODELS.gemini, 'x', false).path}`, {
      headers: { ...client.auth(key), 'content-encoding': encoding, 'content-length': String(bytes.length) },
      body: bytes,
    })

  it.each(CLIENTS)(
    'H20: of $name clients are read, bombs and unknown encodings refused in their own shape',
    async (client) => {
      await using bench = await startDialectBench()
      const { origin, key } = bench.gateway
      const plain = Buffer.from(JSON.stringify(client.request(UPSTREAM_MODELS.gemini, 'Grüße', false).body))
      for (const [encoding, bytes] of [
        ['zstd', zstdCompressSync(plain)],
        ['gzip', gzipSync(plain)],
        ['br', brotliCompressSync(plain)],
        ['deflate', deflateSync(plain)],
      ] as const) {
        const reply = await send(origin, key, client, encoding, bytes)
        expect([encoding, reply.status]).toEqual([encoding, 200])
        expect(client.textOf(reply.json)).toContain('Grüße')
      }
      const bomb = await send(origin, key, client, 'zstd', zstdCompressSync(Buffer.alloc(64 * MEBIBYTE, 0x20)))
      expect([bomb.status, client.errorOf(bomb.json).message]).toEqual([413, expect.stringMatching(/bytes/)])
      const unknown = await send(origin, key, client, 'lzma', plain)
      expect([unknown.status, client.errorOf(unknown.json).message]).toEqual([415, expect.stringMatching(/lzma|gzip/)])
    },
  )
})

describe('H21: bodies of tens of megabytes', () => {
  it.each(CLIENTS)('H21: too large for the gateway are a 413 in the shape of $name, never a reset', async (client) => {
    await using bench = await startDialectBench()
    const { path, body } = client.request(UPSTREAM_MODELS.gemini, 'A'.repeat(50 * MEBIBYTE), false)
    const reply = await call(`${bench.gateway.origin}${path}`, { headers: client.auth(bench.gateway.key), body })
    expect(reply.status).toBe(413)
    expect(client.errorOf(reply.json).message).toMatch(/33554432 bytes/)
    expect(bench.upstream.ledger.totals.requests).toBe(0)
  })

  it('H21: within the limit, twenty megabytes of images reach an upstream of another dialect', async () => {
    await using bench = await startDialectBench({ upstream: { ledger: { bodyBytes: 1_000 } } })
    // A GIF's first bytes, and then a picture's worth of them.
    const data = `R0lGODlhAQABAAAAACwAAAAAAQABAAA7${'AAAA'.repeat(1_200_000)}`
    const images = Array.from({ length: 4 }, () => ({
      type: 'image_url',
      image_url: { url: `data:image/gif;base64,${data}` },
    }))
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, ...images] }]
    const reply = await bench.ask(CHAT_CLIENT, 'anthropic-messages', { extra: { messages } })
    expect([reply.status, reply.text.slice(0, 300)]).toEqual([200, expect.stringContaining('What is this?')])
    expect(bench.upstream.ledger.last?.bodyBytes).toBeGreaterThan(18 * MEBIBYTE)
  })
})
