// What the pages say of groups, tiers and limits: 001's models of one's group, 003's RPM and TPM, 004's tiers.
import { setTimeout as delay } from 'node:timers/promises'
import * as c from '../../lib/check.ts'
import { call, json } from '../../lib/http.ts'
import type { Reply } from '../../lib/http.ts'
import type { Endpoint } from '../context.ts'
import { checkChat, checkError, checkModels, checkRetryAfter, checkStatus } from '../replies.ts'
import type { Row } from '../row.ts'

const chat = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 5 }
const AT_ONCE = 50

export const rows: readonly Row[] = [
  {
    seed: 'seed-001',
    what: '404 for a model outside the group of the key, which is not listed either',
    async run(context) {
      const { url, key } = await memberOf('free', await context.withTiers())
      const refused = await ask({ url, key }, { ...chat, model: 'gpt-4o' })
      checkError(refused, { status: 404, code: 'model_not_found', param: 'model', message: /gpt-4o/ })
      checkChat(await ask({ url, key }, chat), 'gpt-4o-mini')
      const ids = checkModels(await call(`${url}/v1/models`, { key })).map((model) => String(c.at(model, 'id')))
      c.check(ids.includes('gpt-4o-mini') && !ids.includes('gpt-4o'), `listed are ${ids.join(', ')}`)
      checkStatus(await call(`${url}/v1/models/gpt-4o`, { key }), 404)
    },
  },
  {
    seed: 'seed-004',
    what: 'tiers: exactly 100 and exactly 1,000 requests a minute, whichever key of the account asks',
    async run(context) {
      const gateway = await context.withTiers()
      for (const [group, limit] of [
        ['free', 100],
        ['pro', 1_000],
      ] as const) {
        const first = await memberOf(group, gateway)
        const second = await keyOf(first.accountId, gateway)
        const replies = await many([first.key, second], limit + 50, (key) => ask({ url: gateway.url, key }, chat))
        const passed = replies.filter(({ status }) => status === 200).length
        c.checkEqual(passed, limit, `requests that ${group} lets through`)
        for (const refused of replies.filter(({ status }) => status !== 200)) {
          const message = new RegExp(`^Rate limit exceeded: ${limit} RPM`)
          checkError(refused, { status: 429, code: 'rate_limit_exceeded', message })
          checkRetryAfter(refused)
        }
      }
    },
  },
  {
    seed: 'seed-003',
    what: '429 "Rate limit exceeded: N RPM" and "... N TPM": after their Retry-After a retry succeeds',
    async run(context) {
      const gateway = await context.withTiers()
      const waits = [
        { limits: { rpm: 1 }, message: /^Rate limit exceeded: 1 RPM$/ },
        { limits: { tpm: 60 }, message: /^Rate limit exceeded: 60 TPM$/ },
      ].map(async ({ limits, message }) => {
        const made = await call(`${gateway.url}/api/auth`, { key: gateway.key, body: { name: 'limited', limits } })
        const endpoint = { url: gateway.url, key: String(c.at(json(made), 'key')) }
        let refused = await ask(endpoint, chat)
        while (refused.status === 200) refused = await ask(endpoint, chat)
        checkError(refused, { status: 429, code: 'rate_limit_exceeded', message })
        const seconds = checkRetryAfter(refused)
        c.check(seconds <= 62, `Retry-After is ${seconds} s for a limit per minute`)
        await delay(seconds * 1_000)
        checkChat(await ask(endpoint, chat), chat.model)
      })
      await Promise.all(waits)
    },
  },
]

function ask({ url, key }: Endpoint, body: unknown): Promise<Reply> {
  return call(`${url}/v1/chat/completions`, { key, body })
}

/** A new account in a group, with a key. */
async function memberOf(group: string, { url, key }: Endpoint): Promise<Endpoint & { readonly accountId: string }> {
  const made = await call(`${url}/api/accounts`, { key, body: { name: `of ${group}`, group } })
  checkStatus(made, 201)
  const accountId = String(c.at(json(made), 'id'))
  return { url, key: await keyOf(accountId, { url, key }), accountId }
}

async function keyOf(account: string, { url, key }: Endpoint): Promise<string> {
  const made = await call(`${url}/api/auth`, { key, body: { name: 'member', account } })
  checkStatus(made, 201)
  return String(c.at(json(made), 'key'))
}

/** `count` calls, some at a time, with these keys in turn. */
async function many<T>(keys: readonly string[], count: number, run: (key: string) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const key = keys[next++ % keys.length] ?? ''
      results.push(await run(key))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return results
}
