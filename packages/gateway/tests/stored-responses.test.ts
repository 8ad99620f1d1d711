// What a group says about keeping responses, as clients meet it.

import { readFileSync } from 'node:fs'
import { startFakeProvider } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MASTER_KEY, startGateway, type TestGateway } from './support/gateway.ts'
import { responsesClient, type ResponsesClient } from './support/responses-client.ts'

type Provider = Awaited<ReturnType<typeof startFakeProvider>>

const GROUPS = `
groups:
  - { name: none, responses: { store: off } }
  - { name: tight, responses: { store: keep, quota_responses: 2 } }
  - { name: rolling, responses: { quota_responses: 2 } }
  - { name: secret, responses: { encrypt: true } }
`

let provider: Provider
let gateway: TestGateway
beforeAll(async () => {
  provider = await startFakeProvider()
  gateway = await startGateway(`
providers: [{ name: claude, type: anthropic, base_url: "${provider.origin}", api_key: sk-up }]
models: [{ id: gpt-4o, targets: [{ provider: claude, model: claude-sonnet-4-5 }] }]
health: { check: off }${GROUPS}`)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider.close()
})

const admin = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(`${gateway.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(JSON.stringify(json))
  return json
}

/** Of a new account in this group. */
async function clientIn(group: string): Promise<ResponsesClient> {
  const { id } = await admin('POST', '/api/accounts', { name: group, group })
  const { key } = await admin('POST', '/api/auth', { name: 'test', account: id })
  return responsesClient(gateway.url, String(key))
}

const ask = (input: string, more: Record<string, unknown> = {}) => ({ model: 'gpt-4o', input, ...more })

describe('a group', () => {
  it('that keeps nothing says so, and refuses what cannot be without', async () => {
    const client = await clientIn('none')
    const made = await client.create(ask('Hello', { store: true }))
    expect([made.status, made.json['store']]).toEqual([200, false])
    expect((await client.call('GET', `/responses/${String(made.json['id'])}`)).status).toBe(404)
    const next = await client.create(ask('Go on', { previous_response_id: made.json['id'] }))
    expect([next.status, next.json.error?.code]).toEqual([400, 'previous_response_not_found'])
    expect((await client.create(ask('Later', { background: true }))).status).toBe(400)
    expect((await client.call('POST', '/conversations', {})).status).toBeGreaterThanOrEqual(400)
  })

  it('that lets nothing go says so of what it did not take', async () => {
    const client = await clientIn('tight')
    const made = await Promise.all(['a', 'b'].map((input) => client.create(ask(input))))
    expect(made.map(({ json }) => json['store'])).toEqual([true, true])
    const third = await client.create(ask('c'))
    expect([third.status, third.json['store']]).toEqual([200, false])
    expect((await client.call('GET', `/responses/${String(third.json['id'])}`)).status).toBe(404)
    await client.call('DELETE', `/responses/${String(made[0]?.json['id'])}`)
    expect((await client.create(ask('d'))).json['store']).toBe(true)
  })

  it('that has a time for everything lets the oldest go first', async () => {
    const client = await clientIn('rolling')
    const ids: string[] = []
    for (const input of ['a', 'b', 'c', 'd']) {
      const { json } = await client.create(ask(input))
      expect(json['store']).toBe(true)
      ids.push(String(json['id']))
    }
    const statuses = await Promise.all(ids.map(async (id) => (await client.call('GET', `/responses/${id}`)).status))
    expect(statuses.slice(-1)).toEqual([200])
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(2)
  })

  it('that wants it encrypted leaves nothing to read in the database, and everything through the API', async () => {
    const client = await clientIn('secret')
    const made = await client.create(ask('the gold is under the oak', { instructions: 'Say gold. '.repeat(60) }))
    const id = String(made.json['id'])
    await client.create(ask('and the silver', { previous_response_id: id }))
    const { text } = await client.call('GET', `/responses/${id}/input_items`)
    expect(text).toContain('the gold is under the oak')
    expect((await client.call('GET', `/responses/${id}`)).json['instructions']).toContain('Say gold.')
    for (const end of ['', '-wal']) {
      const bytes = readFileSync(`${gateway.databaseFile}${end}`)
      expect(bytes.includes('under the oak')).toBe(false)
      expect(bytes.includes('Say gold')).toBe(false)
    }
  })

  it('can be told otherwise while the gateway runs', async () => {
    await admin('POST', '/api/groups', { name: 'changing', responses: { store: 'off' } })
    const client = await clientIn('changing')
    expect((await client.create(ask('a'))).json['store']).toBe(false)
    const changed = await admin('PATCH', '/api/groups/changing', { responses: { store: 'keep', quota_mb: 0.5 } })
    expect(changed['responses']).toEqual({
      store: 'keep',
      ttl_days: 30,
      encrypt: false,
      quota_mb: 0.5,
      quota_responses: 100_000,
    })
    expect((await client.create(ask('a'))).json['store']).toBe(true)
    const reset = await admin('PATCH', '/api/groups/changing', { responses: null })
    expect(reset['responses']).toMatchObject({ store: 'ttl', quota_mb: 1024 })
  })
})

it('says in /metrics what is stored', async () => {
  const text = await (
    await fetch(`${gateway.origin}/metrics`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
  ).text()
  for (const line of [
    /^fairlead_responses_saved_total [1-9]/m,
    /^fairlead_responses_stored [1-9]/m,
    /^fairlead_responses_stored_bytes [1-9]/m,
    /^fairlead_responses_over_quota_total [1-9]/m,
    /^fairlead_responses_total\{outcome="stored"\} [1-9]/m,
  ])
    expect(text).toMatch(line)
})
