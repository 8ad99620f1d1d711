// Whatever arrives is answered: with a 4xx that says what is wrong in OpenAI's shape, or, when the upstream can make
// sense of it, with the upstream's answer. Never a 5xx, never the end of the process, and never a request that upstream
// and books know differently. fast-check prints the seed of a failure; FAIRLEAD_TEST_SEED plays it again.

import fc from 'fast-check'
import { connectRaw } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatRequest, openAiError, startBench, type Bench } from './support/bench.ts'
import { chat, MASTER_KEY } from './support/gateway.ts'

const REQUESTS = 5_000
const BATCH = 50
const SEED = process.env['FAIRLEAD_TEST_SEED']

interface BadRequest {
  readonly method: string
  readonly path: string
  readonly key: 'good' | 'master' | 'none' | 'made-up' | 'malformed'
  readonly headers: readonly string[]
  readonly body: Buffer
  /** In place of all of the above: bytes that need not be HTTP. */
  readonly bytes?: Buffer
}

const BODIES = [
  chat('Grüße, 世界 🌍'),
  chat('[[testkit: tokens=2]]', { stream: true, stream_options: { include_usage: true }, max_tokens: 10, n: 1 }),
  chat('x', {
    tools: [
      {
        type: 'function',
        function: { name: 'f', parameters: { type: 'object', properties: { a: { enum: [1, 2, null] } } } },
      },
    ],
    temperature: 1e-7,
    metadata: { a: 'b' },
  }),
  {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'a\\"b\u0000\ud83c' }] }],
    user: 'u',
    seed: -0,
  },
].map((body) => Buffer.from(JSON.stringify(body)))

const PATHS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/moderations',
  '/v1/images/generations',
  '/v1/models',
  '/v1/models/gpt-4o',
  '/chat/completions',
  '/v1/v1/chat/completions',
  '/api/auth',
  '/api/status',
  '/health',
  '/',
]
const FIELDS = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'tools',
  'user',
  'service_tier',
  'prompt_cache_key',
  'input',
  'prompt',
  '__proto__',
  'fallbacks',
]
const METHODS = [
  'POST',
  'GET',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
  'QUERY',
  'PURGE',
]

const body = fc.constantFrom(...BODIES)

/** A few bytes of a good body are changed, put in, left out, doubled, or the rest is cut off. */
const mutated = fc
  .tuple(
    body,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        kind: fc.constantFrom('set', 'insert', 'remove', 'repeat', 'cut'),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([original, edits]) => {
    let result: Buffer = Buffer.from(original)
    for (const { at, kind, bytes } of edits) {
      const offset = Math.floor(at * result.length)
      const [before, after] = [result.subarray(0, offset), result.subarray(offset)]
      if (kind === 'set') result = Buffer.concat([before, bytes, after.subarray(bytes.length)])
      else if (kind === 'insert') result = Buffer.concat([before, bytes, after])
      else if (kind === 'remove') result = Buffer.concat([before, after.subarray(bytes.length)])
      else if (kind === 'repeat') result = Buffer.concat([before, after, after])
      else result = before
    }
    return result
  })

/** Good JSON of the wrong types. */
const mistyped = fc
  .tuple(fc.constantFrom(...FIELDS), fc.jsonValue({ maxDepth: 3 }), fc.boolean())
  // The fake upstream makes as many answers as it is asked for.
  .filter(([field, value]) => field !== 'n' || typeof value !== 'number' || value < 100)
  .map(([field, value, withModel]) =>
    Buffer.from(
      `{${withModel && field !== 'model' ? '"model":"gpt-4o",' : ''}"messages":[{"role":"user","content":"x"}],${JSON.stringify(field)}:${JSON.stringify(value)}}`,
    ),
  )

/** Routing keys twice, or spelled with escapes. */
const ambiguous = fc
  .tuple(fc.constantFrom('model', 'stream', 'max_tokens', 'n'), fc.nat(20), fc.boolean())
  .map(([field, index, twice]) => {
    const at = index % field.length
    const escaped = `${field.slice(0, at)}\\u${field.charCodeAt(at).toString(16).padStart(4, '0')}${field.slice(at + 1)}`
    return Buffer.from(
      `{"model":"gpt-4o","messages":[],"stream":false,"max_tokens":1,"n":1,"${twice ? field : escaped}":null}`,
    )
  })

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 1, max: 20_000 }), fc.boolean())
  .map(([open, depth, closed]) =>
    Buffer.from(
      `{"model":"gpt-4o","messages":${open.repeat(depth)}1${closed ? (open === '[' ? ']' : '}').repeat(depth) : ''}}`,
    ),
  )

const anyBody = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 3, arbitrary: mistyped },
  { weight: 1, arbitrary: ambiguous },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: body },
)

/** Printable, as a request line needs it, and otherwise anything. */
const oddPath = fc.oneof(
  fc.constantFrom(...PATHS),
  fc
    .tuple(
      fc.constantFrom(...PATHS, '/v1', '/v1/models/', '/v1/chat', ''),
      fc.constantFrom(
        '/',
        '//',
        '/../',
        '/./',
        '?',
        '?key=x&key=y',
        '#',
        '%',
        '%2e%2e',
        '%00',
        '%ff',
        '%C3%BC',
        ';',
        '\\',
        '/completions',
        's',
        '/x'.repeat(500),
      ),
    )
    .map(([path, tail]) => `/${(path + tail).slice(1)}`),
  fc
    .string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 60 })
    .map((text) => `/${text}`),
)

const headerValue = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 40,
})
const oddHeader = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'Content-Type',
        'Content-Encoding',
        'Accept',
        'Accept-Encoding',
        'User-Agent',
        'Origin',
        'X-Session-Id',
        'Session_id',
        'X-Request-Id',
        'Range',
        'Expect',
        'TE',
        'Upgrade',
        'Date',
        'Cookie',
        '__proto__',
      ),
      headerValue,
    )
    .map(([name, value]) => `${name}: ${value}`),
  fc.constantFrom(
    'Content-Type: text/plain',
    'Content-Type: multipart/form-data; boundary=x',
    'Content-Type: application/json; charset=utf-16',
    'Content-Encoding: gzip',
    'Content-Encoding: br',
    'Content-Encoding: constructor',
    'X-Api-Key: x',
    'X-Goog-Api-Key: x',
    'Authorization: Basic eDp5',
    'Host: a\r\nHost: b',
    'Upgrade: websocket\r\nConnection: Upgrade',
  ),
)

const requests: fc.Arbitrary<BadRequest> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      method: fc.constant('POST'),
      path: fc.constantFrom(...PATHS.slice(0, 5)),
      key: fc.constant('good' as const),
      headers: fc.constant([]),
      body: anyBody,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      method: fc.constantFrom(...METHODS),
      path: oddPath,
      key: fc.constantFrom('good', 'master', 'none', 'made-up', 'malformed'),
      headers: fc.array(oddHeader, { maxLength: 3 }),
      body: fc.oneof(fc.constant(Buffer.alloc(0)), anyBody),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('GET'),
      path: fc.constant('/'),
      key: fc.constant('none' as const),
      headers: fc.constant([]),
      body: fc.constant(Buffer.alloc(0)),
      bytes: fc
        .oneof(
          fc.uint8Array({ minLength: 1, maxLength: 300 }),
          fc
            .string({ minLength: 1, maxLength: 300 })
            .map((text) => Buffer.from(`POST /v1/chat/completions HTTP/1.1\r\n${text}\r\n\r\n`)),
        )
        .map((bytes) => Buffer.from(bytes)),
    }),
  },
)

describe('bad input', () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench({ upstream: { script: { tokens: 2 } } })
  })
  afterAll(async () => await bench[Symbol.asyncDispose]())

  const carrier = (key: BadRequest['key']): string => {
    if (key === 'none') return ''
    if (key === 'malformed') return 'Authorization: Bearer\r\n'
    if (key === 'made-up') return `Authorization: Bearer sk-fl-${'a'.repeat(54)}\r\n`
    return `Authorization: Bearer ${key === 'good' ? bench.gateway.key : MASTER_KEY}\r\n`
  }

  /** Sends it; throws when the answer is not one that a client can use. */
  const send = async (request: BadRequest): Promise<void> => {
    await using client = await connectRaw(bench.port)
    const { method, path, key, headers, body, bytes } = request
    if (bytes === undefined) {
      const length = body.length > 0 || method === 'POST' ? `Content-Length: ${body.length}\r\n` : ''
      const head = `${method} ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${carrier(key)}${length}${headers.map((line) => `${line}\r\n`).join('')}\r\n`
      await client.send(Buffer.concat([Buffer.from(head, 'latin1'), body]))
    } else {
      await client.send(bytes)
      client.halfClose()
    }
    await client.whenEnded(15_000)
    if (client.framingError !== undefined && method !== 'HEAD') throw client.framingError
    const response = client.responses[0] ?? client.current
    if (response === undefined) {
      // Half a request and the end of the connection: its client has left.
      if (bytes !== undefined) return
      throw new Error('no answer')
    }
    const text = response.body.toString()
    if (response.status >= 500) throw new Error(`${response.status}: ${text.slice(0, 300)}`)
    if (method !== 'HEAD' && response.status >= 400) openAiError(text)
  }

  const sendOrName = async (request: BadRequest): Promise<void> => {
    try {
      await send(request)
    } catch (error) {
      const { body, bytes, ...rest } = request
      const sent = (bytes ?? body).toString('latin1').slice(0, 500)
      throw new Error(
        `${error instanceof Error ? error.message : String(error)} after ${JSON.stringify(rest)} ${JSON.stringify(sent)}`,
        { cause: error },
      )
    }
  }

  it(`${REQUESTS} malformed requests are each a 4xx in OpenAI's shape, or what the upstream makes of them`, async () => {
    let answered = 0
    // One bad request of fifty is named below; making the batch smaller would only take long.
    const batch = fc.noShrink(fc.array(requests, { minLength: BATCH, maxLength: BATCH }))
    const property = fc.asyncProperty(batch, async (batch) => {
      await Promise.all(batch.map(sendOrName))
      answered += batch.length
      await using good = await bench.connect()
      await good.send(chatRequest(bench.gateway.key))
      expect((await good.response()).status).toBe(200)
    })
    await fc.assert(property, {
      numRuns: REQUESTS / BATCH,
      interruptAfterTimeLimit: 120_000,
      markInterruptAsFailure: true,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    })
    expect(answered).toBe(REQUESTS)
    await bench.untilQuiet()

    const rows = await bench.gateway.app.control.recentUsage(2 * REQUESTS)
    const { requests: asked, complete } = bench.upstream.ledger.totals
    expect(complete).toBe(asked)
    expect(rows.filter(({ attempts }) => attempts > 0)).toHaveLength(asked)
    expect(rows.filter(({ status }) => status >= 500)).toEqual([])
  }, 130_000)
})
