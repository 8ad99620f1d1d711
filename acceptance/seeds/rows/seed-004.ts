// Seed 004, KairosRoute: headers that say what a call cost, keys that manage themselves, and `auto`.
import * as c from '../../lib/check.ts'
import { call, json } from '../../lib/http.ts'
import type { Reply } from '../../lib/http.ts'
import {
  checkChat,
  checkChatStream,
  checkError,
  checkModels,
  checkReplyHeaders,
  checkStatus,
  findModel,
} from '../replies.ts'
import type { Row } from '../row.ts'
import { curl } from '../snippets.ts'

const seed = 'seed-004'

/** Two models at an address where nobody listens. */
const NOBODY_THERE = `providers:
  - { name: gone, type: openai-compatible, base_url: "http://127.0.0.1:9/v1", api_keys: [none], models: [gpt-4o, gpt-4o-mini] }
health: { check: off }
brand: { auto_model: kr-auto }
`

export const rows: readonly Row[] = [
  {
    seed,
    what: 'curl from "Authentication" (a GET): 405 that names POST',
    async run(context) {
      const reply = await curl('seed-004/authentication.sh', await context.plain())
      checkError(reply, { status: 405, code: 'method_not_allowed' })
      c.checkShape(reply.headers, { allow: c.matching(/\bPOST\b/) }, 'headers')
    },
  },
  {
    seed,
    what: 'curl POST /v1/chat/completions with kr-auto',
    async run(context) {
      const reply = await curl('seed-004/chat.sh', await context.branded())
      checkStatus(reply, 200)
      const model = String(c.at(json(reply), 'model'))
      checkChat(reply, model)
      c.check(model !== 'kr-auto', 'the reply does not say who answered')
      c.checkShape(
        reply.headers,
        {
          'x-kairosroute-provider': c.text,
          'x-kairosroute-cost': c.matching(/^\d+\.\d{9}$/),
          'x-kairosroute-savings': c.matching(/^\d+\.\d*[1-9]\d*$/),
        },
        'headers',
      )
    },
  },
  {
    seed,
    what: 'the same under the default brand: kr-auto is taken for auto, and the headers are ours',
    async run(context) {
      const reply = await curl('seed-004/chat.sh', await context.plain())
      checkStatus(reply, 200)
      c.checkShape(
        reply.headers,
        { 'x-fairlead-savings': c.matching(/[1-9]/), 'x-fairlead-receipt': c.text },
        'headers',
      )
    },
  },
  {
    seed,
    what: 'kr-auto as a stream: estimates in the headers, no chunk too many',
    async run(context) {
      const { url, key } = await context.branded()
      const body = { model: 'kr-auto', stream: true, messages: [{ role: 'user', content: 'Hello!' }] }
      const reply = await call(`${url}/v1/chat/completions`, { key, body })
      checkChatStream(reply, String(reply.headers['x-kairosroute-model']))
      c.checkShape(
        reply.headers,
        { 'x-kairosroute-cost-estimated': c.is('true'), 'x-kairosroute-savings': c.matching(/^-?\d+\.\d{9}$/) },
        'headers',
      )
    },
  },
  {
    seed,
    what: '503 when every model that kr-auto could pick is down',
    async run(context) {
      const key = 'sk-acceptance-master-key'
      const { url } = await context.own({ config: NOBODY_THERE, masterKey: key })
      const body = { model: 'kr-auto', messages: [{ role: 'user', content: 'Hello!' }] }
      const reply = await call(`${url}/v1/chat/completions`, { key, body })
      checkError(reply, { status: 503, code: 'upstream_error' })
      c.checkShape(json(reply), { error: { message: c.matching(/All models are currently unavailable/) } })
    },
  },
  {
    seed,
    what: 'the same with gpt-3.5-turbo in place of kr-auto',
    async run(context) {
      const reply = await curl('seed-004/chat.sh', await context.plain(), { 'kr-auto': 'gpt-3.5-turbo' })
      checkChat(reply, 'gpt-3.5-turbo')
      checkReplyHeaders(reply, { model: 'gpt-3.5-turbo' })
    },
  },
  {
    seed,
    what: 'brand: header_prefix X-KairosRoute, key_prefix kr_live_',
    async run(context) {
      const gateway = await context.branded()
      c.check(gateway.key.startsWith('kr_live_'), 'the first key has another prefix')
      const reply = await curl('seed-004/chat.sh', gateway, { 'kr-auto': 'gpt-3.5-turbo' })
      checkChat(reply, 'gpt-3.5-turbo')
      checkReplyHeaders(reply, { model: 'gpt-3.5-turbo', prefix: 'x-kairosroute' })
      const ours = Object.keys(reply.headers).filter((name) => name.startsWith('x-fairlead-'))
      c.checkEqual(ours.join(), '', 'headers of the default brand')
    },
  },
  {
    seed,
    what: 'X-Fairlead-Savings above 0 for auto',
    async run(context) {
      const { url, key } = await context.plain()
      const reply = await call(`${url}/v1/chat/completions`, {
        key,
        body: { model: 'auto', messages: [{ role: 'user', content: 'Hello!' }] },
      })
      checkStatus(reply, 200)
      c.checkShape(reply.headers, { 'x-fairlead-savings': c.matching(/[1-9]/) }, 'headers')
    },
  },
  {
    seed,
    what: 'curl GET /v1/models: permission, root, parent; gpt-4, gpt-3.5-turbo, claude-3-opus',
    async run(context) {
      const models = checkModels(await curl('seed-004/models.sh', await context.plain()))
      c.checkEqual(c.at(findModel(models, 'gpt-4'), 'owned_by'), 'openai', 'owned_by of gpt-4')
      c.checkEqual(c.at(findModel(models, 'gpt-3.5-turbo'), 'owned_by'), 'openai', 'owned_by of gpt-3.5-turbo')
      c.checkEqual(c.at(findModel(models, 'claude-3-opus'), 'owned_by'), 'anthropic', 'owned_by of claude-3-opus')
    },
  },
  {
    seed,
    what: 'GET /v1/models lists kr-auto',
    async run(context) {
      const entry = findModel(checkModels(await curl('seed-004/models.sh', await context.branded())), 'kr-auto')
      const { object, owned_by, permission, root, parent } = Object(entry)
      c.checkEqual(
        JSON.stringify({ object, owned_by, permission, root, parent }),
        '{"object":"model","owned_by":"kairosroute","permission":[],"root":"kr-auto","parent":null}',
        'the entry',
      )
    },
  },
  {
    seed,
    what: '/api/auth: create, list, use, delete, and 401 within a second',
    async run(context) {
      const owner = await context.plain()
      const created = await curl('seed-004/key-create.sh', owner)
      checkStatus(created, 201)
      const made = json(created)
      c.checkShape(made, {
        id: c.matching(/^key_\w+$/),
        object: c.is('api_key'),
        name: c.is('Production Key'),
        key: c.matching(/^sk-fl-/),
        prefix: c.text,
        created_at: c.unixSeconds,
        expires_at: c.unixSeconds,
      })
      c.checkEqual(
        Number(c.at(made, 'expires_at')) - Number(c.at(made, 'created_at')),
        7_776_000,
        'the life of the key',
      )
      const id = String(c.at(made, 'id'))
      const key = String(c.at(made, 'key'))
      c.check(key.startsWith(String(c.at(made, 'prefix'))), 'prefix is not the beginning of the key')

      checkStatus(await call(`${owner.url}/v1/models`, { key }), 200)
      checkListed(await curl('seed-004/key-list.sh', owner), id, key)

      const deleted = await curl('seed-004/key-delete.sh', owner, { key_123abc: id })
      checkStatus(deleted, 200)
      c.checkShape(json(deleted), { id: c.is(id), object: c.is('api_key'), deleted: c.is(true) })
      return `refused after ${await refusedAfterMs(owner.url, key)} ms`
    },
  },
  {
    seed,
    what: '/api/auth: a key without expires_in never expires; a child key can manage its own account',
    async run(context) {
      const owner = await context.plain()
      const created = await call(`${owner.url}/api/auth`, { key: owner.key, body: { name: 'no end' } })
      checkStatus(created, 201)
      c.checkShape(json(created), { expires_at: c.is(null) })
      const child = String(c.at(json(created), 'key'))
      checkStatus(await call(`${owner.url}/api/auth`, { key: child }), 200)
      const id = String(c.at(json(created), 'id'))
      checkStatus(await call(`${owner.url}/api/auth/${id}`, { method: 'DELETE', key: child }), 200)
    },
  },
  {
    seed,
    what: 'curl DELETE /api/auth/key_123abc as it stands: 404, nobody has that id',
    async run(context) {
      const reply = await curl('seed-004/key-delete.sh', await context.plain())
      checkError(reply, { status: 404, code: 'not_found' })
    },
  },
]

function checkListed(reply: Reply, id: string, key: string): void {
  checkStatus(reply, 200)
  const body = json(reply)
  c.checkShape(body, {
    object: c.is('list'),
    data: [
      {
        id: c.matching(/^key_\w+$/),
        object: c.is('api_key'),
        name: c.string,
        prefix: c.text,
        created_at: c.unixSeconds,
        expires_at: c.nullOr(c.unixSeconds),
        last_used_at: c.nullOr(c.unixSeconds),
        revoked_at: c.nullOr(c.unixSeconds),
      },
    ],
  })
  c.check(
    c.items(body, 'data').some((entry) => c.at(entry, 'id') === id),
    `${id} is not listed`,
  )
  c.check(!reply.text.includes(key), 'the list shows a whole key')
}

async function refusedAfterMs(url: string, key: string): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const reply = await call(`${url}/v1/models`, { key })
    const ms = Math.round(performance.now() - startedAt)
    if (reply.status !== 200) {
      checkError(reply, { status: 401, code: 'invalid_api_key' })
      return ms
    }
    c.check(ms < 1000, 'a deleted key still works after a second')
  }
}
