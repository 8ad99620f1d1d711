// What the pages say about errors, and what they leave unsaid: each status with its body and its headers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as c from '../../lib/check.ts'
import { freePort } from '@fairlead/testkit/free-port.ts'
import { call, json } from '../../lib/http.ts'
import type { Context, Endpoint } from '../context.ts'
import { checkChat, checkError, checkRetryAfter, checkStatus } from '../replies.ts'
import type { Row } from '../row.ts'

const seed = 'gateway'
const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 1 }

export const rows: readonly Row[] = [
  {
    seed,
    what: '400: not JSON, no model, a key twice, an escaped key, no messages, a wrong type',
    async run(context) {
      const { url, key } = await context.plain()
      const bad: readonly (readonly [body: string, says: RegExp])[] = [
        ['{"model": "gpt-4o", "messages": [', /./],
        ['', /./],
        ['[]', /./],
        ['{"messages":[{"role":"user","content":"Hello!"}]}', /model/],
        ['{"model":"gpt-4o","model":"gpt-4","messages":[{"role":"user","content":"Hello!"}]}', /model/],
        ['{"model":"gpt-4o","str\\u0065am":true,"messages":[{"role":"user","content":"Hello!"}]}', /stream/],
        ['{"model":"gpt-4o"}', /messages/],
        ['{"model":7,"messages":[{"role":"user","content":"Hello!"}]}', /model/],
      ]
      const problems: string[] = []
      for (const [body, says] of bad) {
        const reply = await call(`${url}/v1/chat/completions`, { key, body })
        try {
          checkStatus(reply, 400)
          c.checkShape(json(reply), {
            error: { message: c.matching(says), type: c.text, param: c.nullOr(c.text), code: c.nullOr(c.text) },
          })
        } catch (error) {
          problems.push(`${body}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      c.check(problems.length === 0, problems.join('\n'))
    },
  },
  {
    seed,
    what: '401 without a key says so on every keyed endpoint',
    async run(context) {
      const { url } = await context.plain()
      for (const path of ['/v1/models', '/api/auth'])
        checkError(await call(url + path), { status: 401, code: 'invalid_api_key' })
    },
  },
  {
    seed,
    what: 'x-api-key carries a key too',
    async run(context) {
      const { url, key } = await context.plain()
      checkStatus(await call(`${url}/v1/models`, { headers: { 'x-api-key': key } }), 200)
      checkError(await call(`${url}/v1/models?key=${key}`), { status: 401, code: 'invalid_api_key' })
    },
  },
  {
    seed,
    what: '404 for an unknown path and an unknown model object',
    async run(context) {
      const { url, key } = await context.plain()
      checkError(await call(`${url}/v1/no/such/path`, { key }), { status: 404, code: 'not_found' })
      checkError(await call(`${url}/v1/models/no-such-model`, { key }), { status: 404, code: 'model_not_found' })
    },
  },
  {
    seed,
    what: '/v1/v1/... and a missing /v1 are forgiven, or the 404 names the right URL',
    async run(context) {
      const { url, key } = await context.plain()
      for (const path of ['/v1/v1/chat/completions', '/chat/completions']) {
        const reply = await call(url + path, { key, body: chat })
        if (reply.status === 200) checkChat(reply, chat.model)
        else checkError(reply, { status: 404, code: 'not_found', message: /\/v1\/chat\/completions/ })
      }
    },
  },
  {
    seed,
    what: '405 with Allow',
    async run(context) {
      const { url, key } = await context.plain()
      const wrong: readonly (readonly [method: string, path: string, allow: RegExp])[] = [
        ['GET', '/v1/chat/completions', /\bPOST\b/],
        ['GET', '/v1/embeddings', /\bPOST\b/],
        ['DELETE', '/v1/models', /\bGET\b/],
        ['PUT', '/api/auth', /\bPOST\b/],
        ['POST', '/health', /\bGET\b/],
      ]
      for (const [method, path, allow] of wrong) {
        const reply = await call(url + path, { method, key })
        checkError(reply, { status: 405, code: 'method_not_allowed' })
        c.checkShape(reply.headers, { allow: c.matching(allow) }, `${method} ${path}: headers`)
      }
    },
  },
  {
    seed,
    what: '429 "Rate limit exceeded: 10 RPM", Retry-After, x-ratelimit-*',
    async run(context) {
      const limited = await keyWithLimit(await context.withMasterKey(), 10)
      const send = () => call(`${limited.url}/v1/chat/completions`, { key: limited.key, body: chat })
      for (let sent = 1; sent <= 10; sent += 1) {
        const reply = await send()
        checkChat(reply, chat.model)
        checkRateHeaders(reply.headers, String(10 - sent))
      }
      const refused = await send()
      checkError(refused, { status: 429, code: 'rate_limit_exceeded', message: /^Rate limit exceeded: 10 RPM/ })
      const seconds = checkRetryAfter(refused)
      c.check(seconds <= 60, `Retry-After is ${seconds} s for a limit per minute`)
      checkRateHeaders(refused.headers, '0')
    },
  },
  {
    seed,
    what: '503 upstream_error with Retry-After when no provider answers; /health is 503 and shows it',
    async run(context) {
      const config = `providers:
  - { name: gone, type: openai-compatible, base_url: "http://127.0.0.1:${await freePort()}/v1", api_keys: [sk-none] }
models:
  - { id: gpt-4o, targets: [{ provider: gone, model: gpt-4o }] }
`
      await using gateway = await context.own({ config })
      for (const stream of [false, true]) {
        const reply = await call(`${gateway.url}/v1/chat/completions`, { key: gateway.key, body: { ...chat, stream } })
        checkError(reply, { status: 503, code: 'upstream_error' })
        checkRetryAfter(reply)
      }
      const health = await call(`${gateway.url}/health`)
      checkStatus(health, 503)
      c.checkShape(json(health), {
        servers: [
          {
            url: c.text,
            healthy: c.is(false),
            lastCheck: c.unixMs,
            responseTime: c.natural,
            consecutiveFailures: c.natural,
          },
        ],
        totalServers: c.is(1),
        healthyServers: c.is(0),
        lastUpdate: c.unixMs,
        status: c.is('unhealthy'),
      })
    },
  },
  {
    seed,
    what: '500 internal_error when something below the gateway fails; then all is well again',
    async run(context) {
      await using broken = await brokenGateway(context)
      const { url, key } = broken.gateway
      const refused = await call(`${url}/v1/chat/completions`, { key, body: chat })
      checkError(refused, { status: 500, code: 'internal_error' })
      c.check(!refused.text.includes('HMAC'), 'the reply shows the inner error')
      await broken.mend()
      checkChat(await call(`${url}/v1/chat/completions`, { key, body: chat }), chat.model)
    },
  },
]

async function brokenGateway(context: Context) {
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-broken-'))
  const flag = join(directory, 'flag')
  const preload = new URL('../broken-crypto.ts', import.meta.url).href
  const gateway = await context.own({ env: { NODE_OPTIONS: `--import=${preload}`, ACCEPTANCE_BREAK: flag } })
  await writeFile(flag, '')
  return {
    gateway,
    mend: () => rm(flag),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function keyWithLimit(owner: Endpoint, rpm: number): Promise<Endpoint> {
  const created = await call(`${owner.url}/api/auth`, {
    key: owner.key,
    body: { name: `${rpm} a minute`, limits: { rpm } },
  })
  checkStatus(created, 201)
  const key = c.at(json(created), 'key')
  c.check(typeof key === 'string', 'the reply has no key')
  return { url: owner.url, key }
}

function checkRateHeaders(headers: Readonly<Record<string, string>>, remaining: string): void {
  c.checkShape(
    headers,
    {
      'x-ratelimit-limit-requests': c.is('10'),
      'x-ratelimit-remaining-requests': c.is(remaining),
      'x-ratelimit-reset-requests': c.text,
    },
    'headers',
  )
}
