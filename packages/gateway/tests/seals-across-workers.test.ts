// Signed reasoning of a provider, for chat clients that have nowhere to keep it, on a gateway of several processes: the
// tool's result may meet another worker than the call.

import { startFakeProvider } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { MASTER_KEY, post } from './support/gateway.ts'
import { spawnGateway } from './support/processes.ts'

const TOOLS = [{ type: 'function', function: { name: 'get_time', parameters: { type: 'object', properties: {} } } }]
const NEW_CONNECTION = { headers: { connection: 'close' } }

interface Asked {
  readonly choices: readonly { readonly message: { readonly tool_calls: readonly { readonly id: string }[] } }[]
}

it('comes back to its provider whichever worker is asked', async () => {
  // The fake takes back what it has signed itself, and demands it in a loop of tools.
  await using provider = await startFakeProvider()
  const yaml = `
providers:
  - { name: a, type: anthropic, base_url: "${provider.origin}/v1", api_keys: [k] }
models:
  - { id: m, targets: [{ provider: a, model: claude-sonnet-4-5 }] }
`
  await using gateway = await spawnGateway({ yaml, workers: 3 })
  const user = { role: 'user', content: 'What time is it?' }
  const common = { model: 'm', tools: TOOLS, reasoning_effort: 'low', max_tokens: 4_000 }
  provider.answer({ reasoning: 'A clock is needed.', toolCalls: [{ name: 'get_time' }] })
  const asked = await post(
    `${gateway.url}/chat/completions`,
    MASTER_KEY,
    { ...common, messages: [user] },
    NEW_CONNECTION,
  )
  const [call] = (asked.json as unknown as Asked).choices[0]?.message.tool_calls ?? []
  const said = { role: 'assistant', content: null, tool_calls: [call] }
  const result = { role: 'tool', tool_call_id: call?.id, content: '12:00' }

  const before = provider.ledger.entries.length
  const again = { ...common, messages: [user, said, result] }
  for (let round = 0; round < 12; round += 1) {
    const reply = await post(`${gateway.url}/chat/completions`, MASTER_KEY, again, NEW_CONNECTION)
    expect(reply.status).toBe(200)
  }
  const told = provider.ledger.entries.slice(before)
  expect(told).toHaveLength(12)
  for (const { body } of told) {
    const { messages } = JSON.parse(String(body)) as { messages: { role: string; content: { type: string }[] }[] }
    expect(messages[1]?.content[0]).toMatchObject({ type: 'thinking', thinking: 'A clock is needed.' })
  }
})
