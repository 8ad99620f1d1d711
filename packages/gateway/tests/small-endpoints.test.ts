// Counting tokens and embedding, for clients and upstreams of different dialects.

import { startFakeProvider } from '@fairlead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway, type TestGateway } from './support/gateway.ts'

let provider: Awaited<ReturnType<typeof startFakeProvider>>
let gateway: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  const { origin } = provider
  gateway = await startGateway(`
providers:
  - { name: claude, type: anthropic, base_url: "${origin}/v1", api_keys: [k] }
  - { name: google, type: gemini, base_url: "${origin}/v1beta", api_keys: [k] }
  - { name: open, type: openai, base_url: "${origin}/v1", api_keys: [k] }
  - { name: other, type: openai-compatible, base_url: "${origin}/v1", api_keys: [k] }
models:
  - { id: claude, targets: [{ provider: claude, model: claude-sonnet-4-5 }] }
  - { id: gemini, targets: [{ provider: google, model: gemini-2.5-flash }] }
  - { id: gpt, targets: [{ provider: open, model: gpt-4o }] }
  - { id: llama, targets: [{ provider: other, model: llama-3 }] }
  - { id: embed-open, targets: [{ provider: open, model: text-embedding-3-small }] }
  - { id: embed-google, targets: [{ provider: google, model: gemini-embedding-001 }] }
`)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

async function ask(path: string, body: object): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(gateway.origin + path, {
    method: 'POST',
    headers: { 'x-api-key': gateway.key, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

const TEXT = 'How many tokens are these, all things considered?'

describe('counting tokens', () => {
  const messages = { messages: [{ role: 'user', content: TEXT }], system: 'Be brief.' }
  const contents = { contents: [{ role: 'user', parts: [{ text: TEXT }] }] }

  it.each(['claude', 'gemini', 'gpt'])('says Anthropic’s clients what the upstream of %s counted', async (model) => {
    const { status, json } = await ask('/v1/messages/count_tokens', { model, ...messages })
    expect([status, json]).toEqual([200, { input_tokens: expect.any(Number) }])
    expect(json['input_tokens']).toBeGreaterThan(5)
    // Counting is not generating: nothing was served, and nothing is billed.
    expect(provider.ledger.entries.at(-1)?.tokensServed.completion).toBe(0)
    const [row] = await gateway.usage()
    expect(row).toMatchObject({ endpoint: '/v1/messages/count_tokens', status: 200, costNanos: 0 })
  })

  it.each(['gemini', 'claude', 'gpt'])('says Gemini’s clients what the upstream of %s counted', async (model) => {
    const { status, json } = await ask(`/v1beta/models/${model}:countTokens`, contents)
    expect(status).toBe(200)
    expect(json['totalTokens']).toBeGreaterThan(5)
  })

  it('H58: is a 404 where the upstream cannot count, never a figure that was made up, and no mark against the model', async () => {
    const { status, json } = await ask('/v1/messages/count_tokens', { model: 'llama', ...messages })
    expect([status, json['type']]).toEqual([404, 'error'])
    expect((await ask('/v1/messages', { model: 'llama', max_tokens: 50, ...messages })).status).toBe(200)
  })
})

describe('embedding', () => {
  it.each(['embed-open', 'embed-google'])('answers OpenAI’s clients with the vectors of %s', async (model) => {
    const { status, json } = await ask('/v1/embeddings', { model, input: ['one', 'two'] })
    expect(status).toBe(200)
    expect(json).toMatchObject({ object: 'list', data: [{ index: 0 }, { index: 1 }] })
  })

  it.each(['embed-open', 'embed-google'])('answers Gemini’s clients with the vectors of %s', async (model) => {
    const content = (text: string): object => ({ parts: [{ text }] })
    const one = await ask(`/v1beta/models/${model}:embedContent`, { content: content('one') })
    expect(one).toMatchObject({ status: 200 })
    expect((one.json['embedding'] as { values: number[] }).values.length).toBeGreaterThan(2)
    const requests = ['one', 'two'].map((text) => ({ model: `models/${model}`, content: content(text) }))
    const both = await ask(`/v1beta/models/${model}:batchEmbedContents`, { requests })
    expect(both.status).toBe(200)
    expect(both.json['embeddings']).toHaveLength(2)
  })

  it('says where a model cannot embed', async () => {
    const { status, json } = await ask('/v1/embeddings', { model: 'claude', input: 'one' })
    expect([status, json]).toMatchObject([400, { error: { code: 'invalid_request', param: 'model' } }])
  })
})
