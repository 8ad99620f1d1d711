// Seed 001, a dashboard's API page: status, chat, stream, embeddings, images, and its table of errors.
import * as c from '../../lib/check.ts'
import { call, json } from '../../lib/http.ts'
import { checkDocsPage } from '../docs-page.ts'
import { pngSize } from '../png.ts'
import { checkChat, checkChatStream, checkError, checkPrinted, checkReplyHeaders, checkStatus } from '../replies.ts'
import type { Row } from '../row.ts'
import { curl, javascript } from '../snippets.ts'

const seed = 'seed-001'

export const rows: readonly Row[] = [
  {
    seed,
    what: 'GET /api/status, no key: success, message, version, start_time',
    async run(context) {
      const reply = await call(`${(await context.plain()).url}/api/status`)
      checkStatus(reply, 200)
      c.checkShape(json(reply), {
        success: c.is(true),
        message: c.string,
        data: {
          version: c.matching(/^\d+\.\d+\.\d+/),
          start_time: c.unixSeconds,
          system_name: c.is('Fairlead'),
          upstreams: { total: c.natural, healthy: c.natural },
        },
      })
    },
  },
  {
    seed,
    what: 'curl POST /v1/chat/completions with a system message',
    async run(context) {
      const reply = await curl('seed-001/chat.sh', await context.plain())
      checkChat(reply, 'gpt-4o-mini')
      checkReplyHeaders(reply, { model: 'gpt-4o-mini' })
    },
  },
  {
    seed,
    what: 'curl POST /v1/chat/completions, stream: true',
    async run(context) {
      const reply = await curl('seed-001/stream.sh', await context.plain())
      checkReplyHeaders(reply, { model: 'gpt-4o-mini', streaming: true })
      return checkChatStream(reply, 'gpt-4o-mini')
    },
  },
  {
    seed,
    what: 'curl POST /v1/embeddings: 1536 numbers',
    async run(context) {
      const reply = await curl('seed-001/embeddings.sh', await context.plain())
      checkStatus(reply, 200)
      c.checkShape(json(reply), {
        object: c.is('list'),
        data: [{ object: c.is('embedding'), index: c.is(0), embedding: c.numbers(1536) }],
        model: c.is('text-embedding-3-small'),
        usage: { prompt_tokens: c.natural, total_tokens: c.natural },
      })
      checkReplyHeaders(reply, { model: 'text-embedding-3-small' })
    },
  },
  {
    seed,
    what: 'JavaScript SDK: embeddings (it asks for base64 and decodes it)',
    async run(context) {
      const printed = await javascript(['ours/seed-001-embeddings.mjs.txt'], await context.plain())
      c.checkEqual(checkPrinted(printed), '1536', 'the length of the vector')
    },
  },
  {
    seed,
    what: 'curl POST /v1/images/generations: a PNG of 1024x1024',
    async run(context) {
      const reply = await curl('seed-001/images.sh', await context.plain())
      checkStatus(reply, 200)
      const body = json(reply)
      c.checkShape(body, { created: c.unixSeconds, data: [{ b64_json: c.text }] })
      c.checkEqual(pngSize(Buffer.from(String(c.at(body, 'data.0.b64_json')), 'base64')), '1024x1024', 'the image')
      checkReplyHeaders(reply, { model: 'gpt-image-1' })
    },
  },
  {
    seed,
    what: '404 model not found',
    async run(context) {
      const { url, key } = await context.plain()
      const body = { model: 'no-such-model-4', messages: [{ role: 'user', content: 'Hello!' }] }
      const reply = await call(`${url}/v1/chat/completions`, { key, body })
      checkError(reply, { status: 404, code: 'model_not_found', param: 'model', message: /no-such-model-4/ })
    },
  },
  {
    seed,
    what: 'dashboard: live API page, gateway status, model tags, snippets, languages, IDE & CLI guides',
    run: checkDocsPage,
  },
]
