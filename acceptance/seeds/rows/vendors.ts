// The models of seed 003, and Claude on the clouds of seed 002, each through a provider of its vendor's own type: what the
// page's reader sends is the same for all of them, what the vendor gets is its own format.
import * as c from '../../lib/check.ts'
import { call } from '../../lib/http.ts'
import type { Context, Vendors } from '../context.ts'
import {
  checkChat,
  checkCompaction,
  checkPrinted,
  checkReplyHeaders,
  checkResponse,
  checkResponseStream,
} from '../replies.ts'
import { checkSession, SDK_CALLS } from '../responses.ts'
import type { Row } from '../row.ts'
import { curl, python, pythonForEach } from '../snippets.ts'
import { VENDOR_MODELS } from '../vendor-models.ts'
import type { VendorModel } from '../vendor-models.ts'

/** What the page of seed 003 streams with; it is listed under its whole name. */
const ALIAS = 'claude-3-5-sonnet'

const TEMPERATURES = [0, 1, 1.7, 2]

/** "With native provider integration for Anthropic, Vertex AI, and AWS Bedrock". */
const RESPONSES_MODELS = [
  ['anthropic', 'claude-sonnet-4-20250514'],
  ['vertex', 'vertex/claude-3-5-sonnet'],
  ['bedrock', 'bedrock/claude-3-5-sonnet'],
] as const

export const rows: readonly Row[] = [
  {
    seed: 'seed-003',
    what: 'each of the eleven, and those on the clouds, at its own vendor: JSON',
    async run(context) {
      const vendors = await context.vendors()
      for (const model of VENDOR_MODELS) await checkOne(vendors, model.id, model)
      await checkOne(vendors, ALIAS, vendorModel('claude-3-5-sonnet-20241022'))
    },
  },
  {
    seed: 'seed-003',
    what: "each of them with the page's Python streaming loop, unchanged",
    async run(context) {
      const ids = [ALIAS, ...VENDOR_MODELS.map(({ id }) => id)]
      const snippets = { start: 'seed-003/chat.py', stopAt: 'response =', loop: 'seed-003/stream.py', model: ALIAS }
      const printed = await pythonForEach(await context.python(), snippets, ids, await context.vendors())
      for (const [index, id] of ids.entries())
        c.checkEqual(printed[index]?.trim(), 'You said: Write a poem', `what ${id} said`)
    },
  },
  {
    seed: 'seed-003',
    what: 'temperature 0, 1, 1.7 and 2 for each; clamped, and named, where the vendor takes less',
    async run(context) {
      const vendors = await context.vendors()
      for (const model of VENDOR_MODELS) {
        for (const temperature of TEMPERATURES) await checkTemperature(vendors, model, temperature)
      }
    },
  },
  ...RESPONSES_MODELS.flatMap(([vendor, model]) => responsesRows(vendor, model)),
]

/** Each with nothing but the Authorization header. */
function responsesRows(vendor: string, model: string): Row[] {
  const also = { 'claude-sonnet-4-20250514': model }
  const row = (what: string, check: (vendors: Vendors, context: Context) => Promise<string | void>): Row => ({
    seed: 'seed-002',
    what: `Responses over ${vendor}: ${what}`,
    async run(context) {
      const vendors = await context.vendors()
      const remark = await check(vendors, context)
      const { dialect } = await vendors.upstream.lastRequest()
      c.check(dialect.includes(vendor), `it was ${dialect} that answered`)
      return remark
    },
  })
  return [
    row('JSON and stream', async (vendors) => {
      checkResponse(await curl('seed-002/responses.sh', vendors, also), model)
      checkResponseStream(await curl('seed-002/responses-stream.sh', vendors, also), model)
    }),
    row('WebSocket, two turns', async (vendors) => {
      await checkSession(vendors, model)
      const { body } = await vendors.upstream.lastRequest()
      const sent = JSON.stringify(body)
      for (const words of ['My name is Alice.', 'You said: My name is Alice.', 'What is my name?']) {
        c.check(sent.includes(words), `the second turn does not hold ${words}`)
      }
    }),
    row('compact, input a string; the next turn goes on from it', async (vendors) => {
      const { url, key } = vendors
      checkCompaction(await curl('seed-002/responses-compact.sh', vendors, also))
      const long = { model, input: 'My name is Alice.' }
      const output = checkCompaction(await call(`${url}/v1/responses/compact`, { key, body: long }))
      const body = { model, input: [...output, { role: 'user', content: 'What is my name?' }] }
      checkResponse(await call(`${url}/v1/responses`, { key, body }), model)
      const sent = await vendors.upstream.lastRequest()
      c.check(JSON.stringify(sent.body).includes('My name is Alice.'), 'what was compacted is forgotten')
    }),
    ...[{ what: 'responses.create', file: 'seed-002/responses.py' }, ...SDK_CALLS].map(({ what, file }) =>
      row(`Python SDK: ${what}`, async (vendors, context) =>
        checkPrinted(await python(await context.python(), [file], vendors, { also })),
      ),
    ),
  ]
}

function vendorModel(id: string): VendorModel {
  const found = VENDOR_MODELS.find((model) => model.id === id)
  c.check(found !== undefined, `${id} is at no vendor`)
  return found
}

async function checkOne({ url, key, upstream }: Vendors, id: string, model: VendorModel): Promise<void> {
  const body = { model: id, messages: [{ role: 'user', content: 'Hello!' }] }
  const reply = await call(`${url}/v1/chat/completions`, { key, body })
  // An alias is answered under the name that it stands for.
  const chat = checkChat(reply, model.id)
  c.checkEqual(c.at(chat, 'choices.0.message.content'), 'You said: Hello!', `the answer of ${id}`)
  checkReplyHeaders(reply, { model: model.id })
  c.checkEqual(reply.headers['x-fairlead-provider'], model.provider, `who answered ${id}`)
  const sent = await upstream.lastRequest()
  c.checkEqual(sent.dialect, model.dialect, `the format that ${id} is spoken to in`)
  c.checkEqual(sent.model, model.upstreamModel, `the name of ${id} there`)
}

async function checkTemperature(vendors: Vendors, model: VendorModel, temperature: number): Promise<void> {
  const body = { model: model.id, messages: [{ role: 'user', content: 'Hello!' }], temperature }
  const reply = await call(`${vendors.url}/v1/chat/completions`, { key: vendors.key, body })
  checkChat(reply, model.id)
  const what = `${model.id} at ${temperature}`
  const expected = expectedOf(model, temperature)
  c.checkEqual(reply.headers['x-fairlead-dropped'], expected.dropped, `X-Fairlead-Dropped of ${what}`)
  const { body: sent } = await vendors.upstream.lastRequest()
  const arrived =
    c.at(sent, 'temperature') ?? c.at(sent, 'generationConfig.temperature') ?? c.at(sent, 'inferenceConfig.temperature')
  c.checkEqual(arrived, expected.sent, `the temperature that arrived for ${what}`)
}

function expectedOf({ maxTemperature: most }: VendorModel, asked: number): { sent?: number; dropped?: string } {
  // 1 is what such a model does anyway, so nothing is lost.
  if (most === null) return asked === 1 ? {} : { dropped: 'temperature' }
  return asked > most ? { sent: most, dropped: `temperature=${most}` } : { sent: asked }
}
