// Seed 000, a load balancer: health, models, chat, and the stream that it could not do.
import * as c from '../../lib/check.ts'
import { call, json } from '../../lib/http.ts'
import {
  checkChat,
  checkChatStream,
  checkModels,
  checkPrinted,
  checkReplyHeaders,
  checkStatus,
  findModel,
} from '../replies.ts'
import type { Row } from '../row.ts'
import { curl, javascript, python } from '../snippets.ts'

const seed = 'seed-000'
const model = 'claude-sonnet-4.5'

export const rows: readonly Row[] = [
  {
    seed,
    what: 'curl GET /health, no key: servers and counts',
    async run(context) {
      const reply = await curl('seed-000/health.sh', await context.plain())
      checkStatus(reply, 200)
      checkHealth(json(reply))
    },
  },
  {
    seed,
    what: 'curl GET /v1/models: description, created, owned_by; both models',
    async run(context) {
      const models = checkModels(await curl('seed-000/models.sh', await context.plain()))
      for (const id of [model, 'claude-haiku-4.5']) {
        c.checkEqual(c.at(findModel(models, id), 'owned_by'), 'anthropic', `owned_by of ${id}`)
      }
    },
  },
  {
    seed,
    what: 'GET /v1/models/{id}: the same object as in the list',
    async run(context) {
      const { url, key } = await context.plain()
      const listed = findModel(checkModels(await call(`${url}/v1/models`, { key })), model)
      const reply = await call(`${url}/v1/models/${model}`, { key })
      checkStatus(reply, 200)
      c.checkEqual(JSON.stringify(json(reply)), JSON.stringify(listed), 'the single model')
    },
  },
  {
    seed,
    what: 'curl POST /v1/chat/completions',
    async run(context) {
      const reply = await curl('seed-000/chat.sh', await context.plain())
      checkChat(reply, model)
      checkReplyHeaders(reply, { model })
    },
  },
  {
    seed,
    what: 'curl -N, stream: true, through the balancer: chunks as they come, then [DONE]',
    async run(context) {
      const reply = await curl('seed-000/stream.sh', await context.plain())
      checkChatStream(reply, model)
      checkReplyHeaders(reply, { model, streaming: true })
      const [first, last] = [reply.arrivals[0], reply.arrivals.at(-1)]
      c.check(first !== undefined && last !== undefined, 'nothing arrived')
      const spreadMs = Math.round(last.atMs - first.atMs)
      c.check(
        reply.arrivals.length >= 3 && spreadMs >= 50,
        `it came in ${reply.arrivals.length} pieces over ${spreadMs} ms`,
      )
      return `${reply.arrivals.length} pieces over ${spreadMs} ms`
    },
  },
  {
    seed,
    what: 'Python SDK: chat',
    async run(context) {
      return checkPrinted(await python(await context.python(), ['seed-000/chat.py'], await context.plain()))
    },
  },
  {
    seed,
    what: 'JavaScript SDK: chat',
    async run(context) {
      return checkPrinted(await javascript(['seed-000/chat.mjs.txt'], await context.plain()))
    },
  },
]

function checkHealth(body: unknown): void {
  c.checkShape(body, {
    servers: [
      {
        // The origin only: a path or a credential in a base URL is nobody's business here.
        url: c.matching(/^https?:\/\/[^/@?]+$/),
        healthy: c.boolean,
        lastCheck: c.unixMs,
        responseTime: c.natural,
        consecutiveFailures: c.natural,
      },
    ],
    totalServers: c.natural,
    healthyServers: c.natural,
    lastUpdate: c.unixMs,
  })
  const servers = c.items(body, 'servers')
  c.checkEqual(c.at(body, 'totalServers'), servers.length, 'totalServers')
  const healthy = servers.filter((server) => c.at(server, 'healthy') === true).length
  c.checkEqual(c.at(body, 'healthyServers'), healthy, 'healthyServers')
  c.check(healthy > 0, 'no server is healthy')
}
