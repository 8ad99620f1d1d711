// Seed 003, AI Bridge: one changed line in an SDK, a table of models, and a table of errors.
import * as c from '../../lib/check.ts'
import { call } from '../../lib/http.ts'
import { checkChat, checkError, checkModels, checkPrinted, checkReplyHeaders, findModel } from '../replies.ts'
import type { Row } from '../row.ts'
import { curl, javascript, python } from '../snippets.ts'

const seed = 'seed-003'

/** The page's table: id, vendor (Moonshot's own name for itself is either), and at least this many thousand tokens. */
const MODELS: readonly (readonly [id: string, vendor: RegExp, contextK: number])[] = [
  ['gpt-4o', /^openai$/, 128],
  ['gpt-4o-mini', /^openai$/, 128],
  ['claude-3-5-sonnet-20241022', /^anthropic$/, 200],
  ['claude-3-5-haiku-20241022', /^anthropic$/, 200],
  ['gemini-1.5-pro', /^google$/, 1000],
  ['gemini-1.5-flash', /^google$/, 1000],
  ['gemini-2.0-flash', /^google$/, 1000],
  ['deepseek-chat', /^deepseek$/, 64],
  ['deepseek-reasoner', /^deepseek$/, 64],
  ['moonshot-v1-128k', /^moonshot(ai)?$/, 128],
  ['kimi-k2.5', /^moonshot(ai)?$/, 128],
]

export const rows: readonly Row[] = [
  {
    seed,
    what: 'curl POST /v1/chat/completions',
    async run(context) {
      const reply = await curl('seed-003/chat.sh', await context.plain())
      checkChat(reply, 'gpt-4o')
      checkReplyHeaders(reply, { model: 'gpt-4o' })
    },
  },
  {
    seed,
    what: 'Python SDK: quick start',
    async run(context) {
      return checkPrinted(await python(await context.python(), ['seed-003/chat.py'], await context.plain()))
    },
  },
  {
    seed,
    what: 'JavaScript SDK: quick start',
    async run(context) {
      return checkPrinted(await javascript(['seed-003/chat.mjs.txt'], await context.plain()))
    },
  },
  {
    seed,
    what: 'Python SDK: the streaming loop, unchanged',
    async run(context) {
      // The page builds its client in the quick start; the loop goes on from there.
      const files = ['seed-003/chat.py', 'seed-003/stream.py']
      return checkPrinted(await python(await context.python(), files, await context.plain(), { stopAt: 'response =' }))
    },
  },
  {
    seed,
    what: 'JavaScript SDK: the same streaming loop',
    async run(context) {
      return checkPrinted(await javascript(['ours/seed-003-stream.mjs.txt'], await context.plain()))
    },
  },
  {
    seed,
    what: 'max_tokens and temperature are taken; a short answer ends with "length"',
    async run(context) {
      const { url, key } = await context.plain()
      const body = {
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Write a poem' }],
        max_tokens: 3,
        temperature: 0.5,
      }
      const chat = checkChat(await call(`${url}/v1/chat/completions`, { key, body }), 'gpt-4o')
      c.checkEqual(c.at(chat, 'choices.0.finish_reason'), 'length', 'finish_reason')
      c.checkEqual(c.at(chat, 'usage.completion_tokens'), 3, 'completion_tokens')
    },
  },
  {
    seed,
    what: 'GET /v1/models: all eleven, with vendor and context',
    async run(context) {
      const { url, key } = await context.plain()
      const models = checkModels(await call(`${url}/v1/models`, { key }))
      for (const [id, vendor, contextK] of MODELS) {
        const shape = {
          owned_by: c.matching(vendor),
          context_length: {
            says: `at least ${contextK}K`,
            holds: (value: unknown) => Number(value) >= contextK * 1000,
          },
        }
        c.checkShape(findModel(models, id), shape, id)
      }
      c.check(!models.some((entry) => c.at(entry, 'id') === 'claude-3-5-sonnet'), 'an alias is listed')
    },
  },
  {
    seed,
    what: 'each of the eleven answers a chat under its own name',
    async run(context) {
      const { url, key } = await context.plain()
      await Promise.all(
        MODELS.map(async ([id]) => {
          const body = { model: id, messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 5 }
          checkChat(await call(`${url}/v1/chat/completions`, { key, body }), id)
        }),
      )
    },
  },
  {
    seed,
    what: '401 invalid_api_key: missing, malformed, unknown',
    async run(context) {
      const { url, key } = await context.plain()
      const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello!' }] }
      // The last one is a key of ours with one letter changed: well made, but unknown.
      const forged = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')
      for (const wrong of [{}, { key: 'YOUR_API_KEY' }, { key: 'sk-...' }, { key: forged }]) {
        const reply = await call(`${url}/v1/chat/completions`, { ...wrong, body })
        checkError(reply, { status: 401, code: 'invalid_api_key' })
      }
    },
  },
]
