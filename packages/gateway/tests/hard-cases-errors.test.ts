// Hard cases of errors and limits (section 4.4 of the protocols' reference), against a whole gateway: what every client
// dialect is told of what every dialect of upstreams says.

import { call, NATIVE_RATE_LIMIT_FORMATS, RATE_LIMIT_FORMATS } from '@fairlead/testkit'
import { describe, expect, it } from 'vitest'
import { startCannedUpstream } from './support/canned-upstream.ts'
import { startDialectBench, UPSTREAM_DIALECTS, UPSTREAM_MODELS, type UpstreamForm } from './support/dialect-bench.ts'
import {
  at,
  CHAT_CLIENT,
  CLIENTS,
  GEMINI_CLIENT,
  MESSAGES_CLIENT,
  RESPONSES_CLIENT,
} from './support/dialect-clients.ts'
import { startGateway } from './support/gateway.ts'

const FORMS = Object.keys(UPSTREAM_MODELS) as UpstreamForm[]
/** A credential that failed is asked again at once, and never rests for long. */
const PATIENT = 'balancer: { limit_wait_ms: 0, breaker: { open_ms: 1 } }'

describe('H77: a proxy’s page of HTML', () => {
  it.each([502, 503, 403])(
    'H77: with status %i is an error in every dialect, and nobody sees a tag',
    async (status) => {
      await using bench = await startDialectBench({ yaml: PATIENT })
      await bench.upstream.setFault(`html(${status})`)
      for (const form of UPSTREAM_DIALECTS) {
        for (const client of CLIENTS) {
          for (const stream of [false, true]) {
            const reply = await bench.ask(client, form, { stream })
            expect([form, client.name, reply.status]).toEqual([form, client.name, 503])
            expect(client.errorOf(reply.json).message).toMatch(/failed|healthy/)
            expect(reply.text).not.toMatch(/<|cloudflare|DOCTYPE/i)
            expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
          }
        }
      }
    },
  )
})

describe('H78: how long to wait', () => {
  const said = [...RATE_LIMIT_FORMATS.filter((format) => format !== 'none'), ...NATIVE_RATE_LIMIT_FORMATS]

  it.each(said)('H78: said as %s reaches every client as Retry-After, and in its own words', async (format) => {
    for (const form of format === 'retry-after' ? FORMS : UPSTREAM_DIALECTS) {
      // Only some say it in the body: Google's RetryInfo, OpenAI's "try again in".
      if (format === 'in-body' && !/openai|gemini/.test(form)) continue
      await using bench = await startDialectBench({ yaml: PATIENT })
      // Vertex's token comes from the same place, and is wanted first.
      expect((await bench.ask(CHAT_CLIENT, form)).status).toBe(200)
      await bench.upstream.setFault(`429(${format},20000)`)
      for (const client of CLIENTS) {
        const reply = await bench.ask(client, form)
        const name = `${form} -> ${client.name}: ${reply.text}`
        expect(reply.status, name).toBe(503)
        const seconds = Number(reply.headers['retry-after'])
        expect(seconds, name).toBeGreaterThanOrEqual(18)
        expect(seconds, name).toBeLessThanOrEqual(23)
        // Codex reads "try again in" out of the message, Google's clients a RetryInfo.
        expect(client.errorOf(reply.json).message, name).toMatch(new RegExp(`try again in ${seconds} ?s`, 'i'))
        if (client === GEMINI_CLIENT) expect(reply.text).toContain(`"retryDelay":"${seconds}s"`)
        // Ours are made from our own limits; the provider's say nothing about this client.
        for (const header of Object.keys(reply.headers)) expect(header).not.toMatch(/ratelimit/)
      }
    }
  })

  it('H78: not said at all still has an honest Retry-After', async () => {
    await using bench = await startDialectBench({ yaml: PATIENT })
    await bench.upstream.setFault('429(none,1)')
    for (const client of CLIENTS) {
      const reply = await bench.ask(client, 'anthropic-messages')
      expect([client.name, reply.status]).toEqual([client.name, 503])
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  it('H78: of a limit of ours is a 429 in every dialect', async () => {
    await using bench = await startDialectBench()
    const { key } = await bench.gateway.makeKey({ rpm: 1 })
    const kinds: string[] = []
    for (const client of [CHAT_CLIENT, ...CLIENTS]) {
      const { path, body } = client.request(UPSTREAM_MODELS.gemini, 'Hi', false)
      const reply = await call(`${bench.gateway.origin}${path}`, { headers: client.auth(key), body })
      if (reply.status === 200) continue
      expect([client.name, reply.status]).toEqual([client.name, 429])
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
      kinds.push(client.errorOf(reply.json).kind)
    }
    expect(kinds).toEqual(['rate_limit_error', 'rate_limit_error', 'rate_limit_error', 'RESOURCE_EXHAUSTED'])
  })
})

describe('H79: an upstream that is overloaded', () => {
  it.each([
    [529, ['anthropic-messages']],
    [503, UPSTREAM_DIALECTS],
  ] as const)(
    'H79: with status %i is said in each dialect’s word for it, and may be tried again',
    async (status, forms) => {
      await using bench = await startDialectBench({ yaml: PATIENT })
      await bench.upstream.setFault(`5xx(${status})`)
      for (const form of forms) {
        const kinds: Record<string, string> = {}
        for (const client of CLIENTS) {
          const reply = await bench.ask(client, form)
          expect([form, client.name, reply.status]).toEqual([form, client.name, 503])
          expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
          kinds[client.name] = client.errorOf(reply.json).kind
        }
        expect(kinds).toEqual({
          'openai-chat': 'server_error',
          'openai-responses': 'server_error',
          'anthropic-messages': 'overloaded_error',
          gemini: 'UNAVAILABLE',
        })
      }
    },
  )

  it('H79: behind content is an event of the same kind', async () => {
    await using bench = await startDialectBench()
    for (const client of CLIENTS) {
      bench.upstream.answer({ text: 'Some words, and then no more of them.', pieceBytes: 4, fault: 'sse-error@8' })
      const reply = await bench.ask(client, 'anthropic-messages', { stream: true })
      expect([client.name, client.streamedError(reply)]).not.toEqual([client.name, null])
    }
  })
})

describe('H80: Azure’s content filter', () => {
  const azure = (url: string): string => `providers:
  - { name: az, type: azure-openai, base_url: "${url}", api_keys: [sk-up] }
models: [{ id: m, targets: [{ provider: az, model: gpt-4o }] }]
health: { check: off }
`

  it('H80: a prompt that is blocked is the client’s mistake, with a code that says so', async () => {
    await using bench = await startDialectBench()
    await using gateway = await startGateway(azure(bench.upstream.origin))
    for (const client of CLIENTS) {
      for (const stream of [false, true]) {
        bench.upstream.answer({ trouble: { kind: 'content-filter' } })
        const { path, body } = client.request('m', 'Something bad', stream)
        const reply = await call(`${gateway.origin}${path}`, { headers: client.auth(gateway.key), body })
        expect([client.name, reply.status, reply.text]).toEqual([
          client.name,
          400,
          expect.stringMatching(/content_filter/i),
        ])
        const { kind } = client.errorOf(reply.json)
        if (client === MESSAGES_CLIENT) expect(kind).toBe('invalid_request_error')
        if (client === GEMINI_CLIENT) expect(kind).toBe('INVALID_ARGUMENT')
        if (client === CHAT_CLIENT || client === RESPONSES_CLIENT)
          expect(at(reply.json, 'error', 'code')).toBe('content_filter')
      }
    }
  })

  it('H80: an answer that is cut off ends in each dialect’s word for that, and keeps its results for chat clients', async () => {
    await using bench = await startDialectBench()
    await using gateway = await startGateway(azure(bench.upstream.origin))
    const ends: Record<string, unknown> = {}
    for (const client of CLIENTS) {
      bench.upstream.answer({ text: 'It begins well', stop: 'content_filter' })
      const { path, body } = client.request('m', 'Go on', false)
      const reply = await call(`${gateway.origin}${path}`, { headers: client.auth(gateway.key), body })
      expect([client.name, reply.status]).toEqual([client.name, 200])
      ends[client.name] =
        at(reply.json, 'choices', 0, 'finish_reason') ??
        at(reply.json, 'incomplete_details', 'reason') ??
        at(reply.json, 'stop_reason') ??
        at(reply.json, 'candidates', 0, 'finishReason')
      if (client === CHAT_CLIENT) expect(reply.text).toContain('content_filter_results')
    }
    expect(ends).toEqual({
      'openai-chat': 'content_filter',
      'openai-responses': 'content_filter',
      'anthropic-messages': 'refusal',
      gemini: 'SAFETY',
    })
  })
})

describe('H83: the shapes of errors', () => {
  const WORDS = 'The picture is too small.'
  const bodies: readonly (readonly [string, string])[] = [
    ['an object in "error"', JSON.stringify({ error: { message: WORDS, type: 'invalid_request_error' } })],
    ['a text in "error"', JSON.stringify({ error: WORDS })],
    ['FastAPI’s "detail"', JSON.stringify({ detail: WORDS })],
    [
      'FastAPI’s list of details',
      JSON.stringify({ detail: [{ loc: ['body', 'x'], msg: WORDS, type: 'value_error' }] }),
    ],
    ['Google’s array', JSON.stringify([{ error: { code: 400, message: WORDS, status: 'INVALID_ARGUMENT' } }])],
    ['AWS’s "message"', JSON.stringify({ message: WORDS })],
    [
      'Anthropic’s envelope',
      JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: WORDS } }),
    ],
    ['nothing at all', ''],
    ['text', 'no'],
  ]

  it.each(bodies)('H83: %s is told to every client in its own shape, whatever the upstream speaks', async (_, body) => {
    await using upstream = await startCannedUpstream({ status: 422, body })
    const { origin, url } = upstream
    await using gateway = await startGateway(`providers:
  - { name: c, type: openai-compatible, base_url: "${url}", api_keys: [sk-up] }
  - { name: r, type: openai-compatible, base_url: "${url}", api_keys: [sk-up], dialects: [responses] }
  - { name: a, type: anthropic, base_url: "${origin}", api_keys: [sk-up] }
  - { name: g, type: gemini, base_url: "${origin}", api_keys: [sk-up] }
  - { name: b, type: bedrock, base_url: "${origin}", region: us-east-1, api_keys: [sk-up] }
models:
  - { id: mc, targets: [{ provider: c }] }
  - { id: mr, targets: [{ provider: r }] }
  - { id: ma, targets: [{ provider: a }] }
  - { id: mg, targets: [{ provider: g }] }
  - { id: mb, targets: [{ provider: b, model: "amazon.nova-lite-v1:0" }] }
health: { check: off }
`)
    for (const model of ['mc', 'mr', 'ma', 'mg', 'mb']) {
      for (const client of CLIENTS) {
        const { path, body: asked } = client.request(model, 'Hi', false)
        const reply = await call(`${gateway.origin}${path}`, { headers: client.auth(gateway.key), body: asked })
        expect([model, client.name, reply.status]).toEqual([model, client.name, 422])
        const { message } = client.errorOf(reply.json)
        if (body.includes(WORDS))
          expect([model, client.name, message]).toEqual([model, client.name, expect.stringContaining(WORDS)])
        else expect(message).toContain('422')
      }
    }
  })
})
