// Signed reasoning of a provider, for a Gemini client that keeps no thoughts: Gemini CLI takes them out of its history and
// sends back calls alone, with a sentinel where a signature is missing.

import { call, startFakeProvider } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { startGateway } from './support/gateway.ts'

const NO_SIGNATURE = 'skip_thought_signature_validator'
const ASK = { role: 'user', parts: [{ text: 'What time is it?' }] }
const COMMON = {
  tools: [{ functionDeclarations: [{ name: 'get_time', parametersJsonSchema: { type: 'object', properties: {} } }] }],
  generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2_000 } },
}

it.each(['generateContent', 'streamGenerateContent'])(
  'H40: comes back to Claude in a loop of tools: %s',
  async (method) => {
    await using provider = await startFakeProvider()
    await using gateway = await startGateway(`
providers:
  - { name: a, type: anthropic, base_url: "${provider.url}", api_keys: [k] }
models:
  - { id: m, targets: [{ provider: a, model: claude-sonnet-4-5 }] }
`)
    const post = async (contents: readonly object[]): Promise<string> => {
      const url = `${gateway.origin}/v1beta/models/m:${method}`
      const reply = await call(url, { headers: { 'x-goog-api-key': gateway.key }, body: { ...COMMON, contents } })
      expect([reply.status, reply.text]).toEqual([200, expect.any(String)])
      return reply.text
    }
    provider.answer({ reasoning: 'A clock is needed.', toolCalls: [{ name: 'get_time' }] })
    const text = await post([ASK])
    const id = /"id":\s*"([^"]+)"/.exec(text)?.[1]
    const asked = { functionCall: { id, name: 'get_time', args: {} }, thoughtSignature: NO_SIGNATURE }
    const answered = { functionResponse: { id, name: 'get_time', response: { output: '12:00' } } }
    await post([ASK, { role: 'model', parts: [asked] }, { role: 'user', parts: [answered] }])
    const sent = JSON.parse(String(provider.ledger.last?.body)) as {
      thinking: unknown
      messages: { content: object[] }[]
    }
    expect(sent.thinking).toMatchObject({ type: 'enabled' })
    expect(sent.messages[1]?.content).toMatchObject([
      { type: 'thinking', thinking: 'A clock is needed.' },
      { type: 'tool_use', id },
    ])
  },
)
