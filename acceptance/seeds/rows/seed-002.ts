// Seed 002, Auto AI Router: one master key, chat and stream, the Responses API, and health pages without a key.
import * as c from '../../lib/check.ts'
import { call, json } from '../../lib/http.ts'
import { openResponsesSocket } from '../../lib/responses-socket.ts'
import {
  checkChat,
  checkChatStream,
  checkCompaction,
  checkError,
  checkPrinted,
  checkReplyHeaders,
  checkResponse,
  checkResponseStream,
  checkStatus,
} from '../replies.ts'
import { checkSession, SDK_CALLS } from '../responses.ts'
import type { Row } from '../row.ts'
import { curl, javascript, python } from '../snippets.ts'

const seed = 'seed-002'
const responsesModel = 'claude-sonnet-4-20250514'

export const rows: readonly Row[] = [
  {
    seed,
    what: 'curl POST /v1/chat/completions with the master key',
    async run(context) {
      const reply = await curl('seed-002/chat.sh', await context.withMasterKey())
      checkChat(reply, 'gpt-4o')
      checkReplyHeaders(reply, { model: 'gpt-4o' })
    },
  },
  {
    seed,
    what: 'curl POST /v1/chat/completions, stream: true, with the master key',
    async run(context) {
      return checkChatStream(await curl('seed-002/stream.sh', await context.withMasterKey()), 'gpt-4o')
    },
  },
  {
    seed,
    what: 'Python SDK: chat with the master key',
    async run(context) {
      return checkPrinted(await python(await context.python(), ['seed-002/chat.py'], await context.withMasterKey()))
    },
  },
  {
    seed,
    what: 'JavaScript SDK: chat with the master key',
    async run(context) {
      return checkPrinted(await javascript(['ours/seed-002-chat.mjs.txt'], await context.withMasterKey()))
    },
  },
  {
    seed,
    what: 'every keyed endpoint refuses a wrong key',
    async run(context) {
      const { url } = await context.withMasterKey()
      const key = 'sk-not-the-master-key'
      for (const path of ['/v1/models', '/api/auth']) {
        checkError(await call(url + path, { key }), { status: 401, code: 'invalid_api_key' })
      }
      const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello!' }] }
      checkError(await call(`${url}/v1/chat/completions`, { key, body }), { status: 401, code: 'invalid_api_key' })
    },
  },
  {
    seed,
    what: 'GET /health, no key: credentials and models',
    async run(context) {
      const reply = await call(`${(await context.plain()).url}/health`)
      checkStatus(reply, 200)
      checkCredentials(json(reply))
    },
  },
  {
    seed,
    what: 'GET /vhealth, no key: a page for people',
    async run(context) {
      const reply = await call(`${(await context.plain()).url}/vhealth`)
      checkStatus(reply, 200)
      c.checkShape(reply.headers, { 'content-type': c.matching(/^text\/html; ?charset=utf-8$/i) }, 'headers')
      c.check(/<html[\s>]/i.test(reply.text) && /<table[\s>]/i.test(reply.text), 'no HTML page with a table')
    },
  },
  {
    seed,
    what: 'GET /metrics, no key: Prometheus text, and no key in it',
    async run(context) {
      const { url, key } = await context.plain()
      await call(`${url}/v1/chat/completions`, {
        key,
        body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 },
      })
      const reply = await call(`${url}/metrics`)
      checkStatus(reply, 200)
      c.checkShape(
        reply.headers,
        { 'content-type': c.matching(/^(text\/plain|application\/openmetrics-text)/) },
        'headers',
      )
      for (const part of [
        'requests_total',
        'duration_seconds_bucket',
        'first_token_seconds',
        'tokens_total',
        'attempts_total',
        'in_flight',
        'overhead',
      ]) {
        c.check(reply.text.includes(part), `no metric like ${part}`)
      }
      c.check(/^# TYPE \w+ (counter|gauge|histogram)$/m.test(reply.text), 'no # TYPE line')
      c.check(!reply.text.includes(key.slice(0, 20)), 'a key stands in the metrics')
    },
  },
  {
    seed,
    what: 'curl POST /v1/responses',
    async run(context) {
      checkResponse(await curl('seed-002/responses.sh', await context.withMasterKey()), responsesModel)
    },
  },
  {
    seed,
    what: 'curl POST /v1/responses, stream: true',
    async run(context) {
      checkResponseStream(await curl('seed-002/responses-stream.sh', await context.withMasterKey()), responsesModel)
    },
  },
  {
    seed,
    what: 'curl POST /v1/responses/compact, input a string; the next turn goes on from it',
    async run(context) {
      const endpoint = await context.withMasterKey()
      const output = checkCompaction(await curl('seed-002/responses-compact.sh', endpoint))
      const body = { model: responsesModel, input: [...output, { role: 'user', content: 'Hello!' }] }
      checkResponse(await call(`${endpoint.url}/v1/responses`, { key: endpoint.key, body }), responsesModel)
    },
  },
  {
    seed,
    what: 'WebSocket /v1/responses: a session of several turns',
    async run(context) {
      await checkSession(await context.withMasterKey(), responsesModel)
    },
  },
  {
    seed,
    what: 'a WebSocket needs the key too',
    async run(context) {
      const { url } = await context.withMasterKey()
      const refused = await openResponsesSocket(url, 'sk-not-the-master-key').then(
        () => false,
        () => true,
      )
      c.check(refused, 'it opened with a wrong key')
    },
  },
  {
    seed,
    what: 'Python SDK: responses.create',
    async run(context) {
      return checkPrinted(
        await python(await context.python(), ['seed-002/responses.py'], await context.withMasterKey()),
      )
    },
  },
  ...SDK_CALLS.map(({ what, file }): Row => ({
    seed,
    what: `Python SDK: ${what}`,
    async run(context) {
      return checkPrinted(await python(await context.python(), [file], await context.withMasterKey()))
    },
  })),
  {
    seed,
    what: 'JavaScript SDK: a session of two turns over a WebSocket',
    async run(context) {
      const printed = await javascript(['ours/seed-002-responses-websocket.mjs.txt'], await context.withMasterKey())
      c.checkEqual(printed.trim().split('\n').length, 2, 'how many answers it printed')
    },
  },
  {
    seed,
    what: 'JavaScript SDK: responses.create',
    async run(context) {
      return checkPrinted(await javascript(['ours/seed-002-responses.mjs.txt'], await context.withMasterKey()))
    },
  },
]

/** The second view of `/health`: per credential, and per credential and model. Limits are -1 where there is none. */
function checkCredentials(body: unknown): void {
  const rates = { current_rpm: c.natural, current_tpm: c.natural, limit_rpm: c.limit, limit_tpm: c.limit }
  c.checkShape(body, {
    status: c.is('healthy'),
    credentials_available: c.natural,
    credentials_banned: c.natural,
    total_credentials: c.natural,
    credentials: c.object,
    models: c.object,
  })
  const credentials = Object.entries(asObject(c.at(body, 'credentials')))
  c.checkEqual(c.at(body, 'total_credentials'), credentials.length, 'total_credentials')
  c.check(credentials.length > 0, 'no credentials')
  for (const [name, credential] of credentials) {
    c.checkShape(
      credential,
      { type: c.text, is_fallback: c.boolean, is_banned: c.boolean, ...rates },
      `credentials.${name}`,
    )
  }
  for (const [name, model] of Object.entries(asObject(c.at(body, 'models')))) {
    c.checkShape(model, { credential: c.text, model: c.text, is_banned: c.boolean, ...rates }, `models.${name}`)
    c.checkEqual(
      name,
      `${String(c.at(model, 'credential'))}:${String(c.at(model, 'model'))}`,
      'the name of a model entry',
    )
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return c.isObject(value) ? value : {}
}
