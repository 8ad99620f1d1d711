// What the pages say of money: 001's and 003's 402, and 004's cost of each request.
//
// All of it on accounts of a prepaid group. What the wallet has lost is the judge: headers, streams, look-ups and ledger
// must agree with it to the nano-dollar.
import { setTimeout as delay } from 'node:timers/promises'
import * as c from '../../lib/check.ts'
import { call, json } from '../../lib/http.ts'
import type { Reply } from '../../lib/http.ts'
import { sseData } from '../../lib/sse.ts'
import type { Endpoint } from '../context.ts'
import { checkChat, checkChatStream, checkError, checkReplyHeaders, checkStatus } from '../replies.ts'
import type { Row } from '../row.ts'
import { curl } from '../snippets.ts'

const MODEL = 'gpt-4o-mini'
const chat = { model: MODEL, messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 20 }
/** What came through the journal is in the books a moment after the reply. */
const BOOKED_WITHIN_MS = 5_000
/** What nobody uses goes back into the wallet after ten seconds; until then it counts as held. */
const NANOS_PER_DOLLAR = 1_000_000_000n

interface Customer extends Endpoint {
  readonly accountId: string
  readonly operator: Endpoint
}

export const rows: readonly Row[] = [
  {
    seed: 'seed-001',
    what: '402 insufficient balance; after a top-up the same call is served',
    async run(context) {
      const customer = await openAccount(await context.withWallets())
      checkError(await ask(customer), { status: 402, code: 'insufficient_balance' })
      await topUp(customer, '0.50')
      checkChat(await ask(customer), MODEL)
    },
  },
  {
    seed: 'seed-001',
    what: "402 for the page's own curl with a wallet that is too small for it",
    async run(context) {
      const customer = await openAccount(await context.withWallets())
      await topUp(customer, '0.000000001')
      for (const page of ['seed-001/chat.sh', 'seed-001/stream.sh', 'seed-001/embeddings.sh', 'seed-001/images.sh']) {
        checkError(await curl(page, customer), { status: 402, code: 'insufficient_balance' })
      }
      c.checkEqual((await wallet(customer)).total, 1n, 'nano-dollars in the wallet afterwards')
    },
  },
  {
    seed: 'seed-003',
    what: '402 insufficient_balance once the wallet is used up, never before, and never below zero',
    async run(context) {
      const customer = await openAccount(await context.withWallets())
      const first = await topUp(customer, '0.0005').then(() => ask(customer))
      checkChat(first, MODEL)
      let spent = costOf(first)
      let calls = 1
      let last = first
      while (last.status === 200 && calls < 500) {
        last = await ask(customer)
        if (last.status === 200) spent += costOf(last)
        calls += 1
      }
      checkError(last, { status: 402, code: 'insufficient_balance' })
      const left = nanos('0.0005') - spent
      c.check(left >= 0n, `${spent} nano-dollars were spent of ${nanos('0.0005')}`)
      await untilWallet(customer, left)
      return `${calls - 1} calls, ${left} nano-dollars left`
    },
  },
  {
    seed: 'seed-003',
    what: '402 in the words of each dialect: Anthropic, Gemini, Responses',
    async run(context) {
      const { url, key } = await openAccount(await context.withWallets())
      const messages = [{ role: 'user', content: 'Hello!' }]
      const anthropic = await call(`${url}/v1/messages`, { key, body: { model: MODEL, max_tokens: 20, messages } })
      checkStatus(anthropic, 402)
      c.checkShape(json(anthropic), { type: c.is('error'), error: { type: c.text, message: c.text } })
      const gemini = await call(`${url}/v1beta/models/${MODEL}:generateContent`, {
        headers: { 'x-goog-api-key': key },
        body: { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] },
      })
      checkStatus(gemini, 402)
      c.checkShape(json(gemini), { error: { code: c.is(402), message: c.text, status: c.text } })
      const responses = await call(`${url}/v1/responses`, { key, body: { model: MODEL, input: 'Hello!' } })
      checkError(responses, { status: 402, code: 'insufficient_balance' })
    },
  },
  {
    seed: 'seed-004',
    what: 'X-Fairlead-Cost of a JSON reply is what the wallet loses and the ledger says, to the nano-dollar',
    async run(context) {
      const customer = await funded(await context.withWallets())
      const reply = await curl('seed-004/chat.sh', customer, { 'kr-auto': MODEL })
      checkChat(reply, MODEL)
      checkReplyHeaders(reply, { model: MODEL })
      const cost = costOf(reply)
      c.check(cost > 0n, 'the call was free')
      await checkBooked(customer, reply, cost)
    },
  },
  {
    seed: 'seed-004',
    what: 'a stream with include_usage: usage.cost of its last chunk is what the wallet loses',
    async run(context) {
      const customer = await funded(await context.withWallets())
      const reply = await ask(customer, { ...chat, stream: true, stream_options: { include_usage: true } })
      checkReplyHeaders(reply, { model: MODEL, streaming: true })
      const chunks = sseData(reply.text).filter((line) => line !== '[DONE]')
      const cost = /"cost":(\d+(?:\.\d+)?)/.exec(chunks.at(-1) ?? '')?.[1]
      c.check(cost !== undefined, `the last chunk has no usage.cost: ${chunks.at(-1)}`)
      await checkBooked(customer, reply, nanos(cost))
    },
  },
  {
    seed: 'seed-004',
    what: 'a stream without include_usage has no further chunk; its cost is found by request id',
    async run(context) {
      const customer = await funded(await context.withWallets())
      const reply = await ask(customer, { ...chat, stream: true })
      checkReplyHeaders(reply, { model: MODEL, streaming: true })
      checkChatStream(reply, MODEL)
      c.check(!reply.text.includes('"cost"'), 'the stream tells a cost that nobody asked for')
      const cost = await bookedCost(customer, reply)
      c.check(cost > 0n, 'the stream was free')
      await checkBooked(customer, reply, cost)
    },
  },
  {
    seed: 'seed-004',
    what: 'GET /v1/generation, /v1/credits, /v1/key and /api/wallet tell the same money',
    async run(context) {
      const customer = await funded(await context.withWallets())
      const reply = await ask(customer)
      const cost = costOf(reply)
      await checkBooked(customer, reply, cost)
      const get = async (path: string): Promise<unknown> => {
        const answer = await call(customer.url + path, { key: customer.key })
        checkStatus(answer, 200)
        return json(answer)
      }
      const id = reply.headers['x-request-id'] ?? ''
      const generation = await get(`/v1/generation?id=${id}`)
      c.checkEqual(rounded(c.at(generation, 'data.total_cost')), cost, 'data.total_cost of /v1/generation')
      const credits = await get('/v1/credits')
      c.checkEqual(rounded(c.at(credits, 'data.total_credits')), NANOS_PER_DOLLAR, 'data.total_credits of /v1/credits')
      c.checkEqual(rounded(c.at(credits, 'data.total_usage')), cost, 'data.total_usage of /v1/credits')
      c.checkShape(await get('/v1/key'), { data: { label: c.string, usage: c.anything, limit: c.anything } })
      c.checkEqual((await wallet(customer)).total, NANOS_PER_DOLLAR - cost, 'what /api/wallet tells')
    },
  },
]

function ask({ url, key }: Endpoint, body: unknown = chat): Promise<Reply> {
  return call(`${url}/v1/chat/completions`, { key, body })
}

/** A new account of the prepaid group, without money. */
async function openAccount(operator: Endpoint): Promise<Customer> {
  const { url, key } = operator
  const made = await call(`${url}/api/accounts`, { key, body: { name: 'customer', group: 'customers' } })
  checkStatus(made, 201)
  const accountId = String(c.at(json(made), 'id'))
  const keyed = await call(`${url}/api/auth`, { key, body: { name: 'customer', account: accountId } })
  checkStatus(keyed, 201)
  return { url, key: String(c.at(json(keyed), 'key')), accountId, operator }
}

/** With one dollar. */
async function funded(operator: Endpoint): Promise<Customer> {
  const customer = await openAccount(operator)
  await topUp(customer, '1.00')
  return customer
}

async function topUp({ url, accountId, operator }: Customer, amount: string): Promise<void> {
  const path = `${url}/api/accounts/${accountId}/wallet/top-ups`
  const reply = await call(path, { key: operator.key, body: { amount } })
  c.check(reply.status === 200 || reply.status === 201, `the top-up was refused: ${reply.status} ${reply.text}`)
}

/** By the customer's own key. */
async function wallet({ url, key }: Customer): Promise<{ readonly total: bigint }> {
  const reply = await call(`${url}/api/wallet`, { key })
  checkStatus(reply, 200)
  const body = json(reply)
  return { total: nanos(String(c.at(body, 'available'))) + nanos(String(c.at(body, 'held'))) }
}

async function untilWallet(customer: Customer, total: bigint): Promise<void> {
  const endMs = performance.now() + BOOKED_WITHIN_MS
  let now = await wallet(customer)
  while (now.total !== total && performance.now() < endMs) {
    await delay(100)
    now = await wallet(customer)
  }
  c.checkEqual(now.total, total, 'nano-dollars in the wallet')
}

/** The look-up by request id, the wallet and its statement agree with what the client was told. */
async function checkBooked(customer: Customer, reply: Reply, cost: bigint): Promise<void> {
  c.checkEqual(await bookedCost(customer, reply), cost, 'the cost by request id')
  await untilWallet(customer, NANOS_PER_DOLLAR - cost)
}

async function bookedCost({ url, key }: Customer, reply: Reply): Promise<bigint> {
  const id = reply.headers['x-request-id'] ?? ''
  const endMs = performance.now() + BOOKED_WITHIN_MS
  for (;;) {
    const found = await call(`${url}/api/requests/${id}`, { key })
    if (found.status === 200) return nanos(String(c.at(json(found), 'cost')))
    c.check(performance.now() < endMs, `${id} is not in the books after ${BOOKED_WITHIN_MS} ms: ${found.text}`)
    await delay(100)
  }
}

function costOf(reply: Reply): bigint {
  return nanos(reply.headers['x-fairlead-cost'] ?? 'missing')
}

/** Of a plain decimal of US$, exact. */
function nanos(dollars: string): bigint {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(dollars) ?? []
  c.check(whole !== undefined, `"${dollars}" is no plain decimal with at most nine places`)
  return BigInt(whole) * NANOS_PER_DOLLAR + BigInt(fraction.padEnd(9, '0'))
}

/** Of a JSON number, as other gateways tell money. */
function rounded(dollars: unknown): bigint {
  c.check(typeof dollars === 'number', `${JSON.stringify(dollars)} is no number`)
  return BigInt(Math.round(dollars * Number(NANOS_PER_DOLLAR)))
}
