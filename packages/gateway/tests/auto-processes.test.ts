// `auto` on a gateway as a user runs it: several workers that know of each other's conversations, and one that is killed
// in the middle of a stream.
import { openStream, startFakeUpstream } from '@fairlead/testkit'
import { freePort } from '@fairlead/testkit/free-port.ts'
import { expect, it } from 'vitest'
import { MASTER_KEY, post } from './support/gateway.ts'
import { eventually, spawnGateway } from './support/processes.ts'

const yamlOf = (url: string): string => `
providers:
  - { name: a, type: openai-compatible, base_url: "${url}", api_keys: [k] }
models:
  - { id: gpt-4o, targets: [{ provider: a }], price: { input: 2.5, cached_input: 1.25, output: 10 } }
  - { id: gpt-4o-mini, targets: [{ provider: a }], price: { input: 0.15, cached_input: 0.075, output: 0.6 } }
`
const NEW_CONNECTION = { headers: { connection: 'close' } }
const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }]
const user = { role: 'user', content: 'Which file is it?' }
const call = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
}
const result = { role: 'tool', tool_call_id: 'c1', content: 'src/main.ts' }

it('keeps a conversation with its model in a tool loop whichever worker is asked', async () => {
  await using upstream = await startFakeUpstream()
  await using gateway = await spawnGateway({ yaml: yamlOf(upstream.url), workers: 3 })
  const ask = async (messages: readonly unknown[], auto: Record<string, unknown>): Promise<unknown> => {
    const body = { model: 'auto', messages, tools, auto }
    const reply = await post(`${gateway.url}/chat/completions`, MASTER_KEY, body, NEW_CONNECTION)
    expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, ''])
    return reply.json['model']
  }
  // The best for the first request; from then on the knobs would have it otherwise.
  expect(await ask([user], { tradeoff: 0, min_quality: 1 })).toBe('gpt-4o')
  const loop: unknown[] = [user]
  for (let step = 0; step < 12; step += 1) {
    loop.push(call, result)
    expect(await ask(loop, { tradeoff: 10, min_quality: 0 })).toBe('gpt-4o')
  }
})

it('leaves a receipt that adds up to the usage row when a worker is killed in the middle of a stream', async () => {
  await using upstream = await startFakeUpstream({ script: { tokens: 1_000, gapMs: 20 } })
  await using gateway = await spawnGateway({ yaml: yamlOf(upstream.url), workers: 2, port: await freePort() })
  const body = { model: 'auto', messages: [user], stream: true, max_tokens: 2_000 }
  const stream = openStream(`${gateway.url}/chat/completions`, body, { key: MASTER_KEY })
  await eventually(async () => Promise.resolve(upstream.ledger.totals.openRequests > 0), 'the stream is under way')
  await eventually(
    async () => Promise.resolve((upstream.ledger.entries[0]?.eventsWritten ?? 0) > 5),
    'it has said something',
  )
  for (const pid of gateway.workerPids()) process.kill(pid, 'SIGKILL')
  const { headers } = await stream.result
  const id = String(headers['x-fairlead-receipt'])
  expect(id).toMatch(/^rcpt_/)
  const read = async (path: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${gateway.origin}${path}`, { headers: { authorization: `Bearer ${MASTER_KEY}` } })
    return (await response.json()) as Record<string, unknown>
  }
  await eventually(async () => (await gateway.workersReady()) === 2, 'other workers serve')
  await eventually(async () => (await read(`/v1/receipts/${id}`))['status'] === 200, 'the receipt is there')
  const receipt = await read(`/v1/receipts/${id}`)
  const row = await read(`/api/requests/${String(headers['x-request-id'])}`)
  expect(receipt).toMatchObject({ object: 'receipt', model: row['model'], cost: row['cost'] })
  expect(Number(receipt['savings'])).toBeGreaterThanOrEqual(0)
})
