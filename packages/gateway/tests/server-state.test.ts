// What a client has left with its own vendor cannot be had from another one: the request is refused, because an answer
// without that part would be an answer to something else.
import { startFakeProvider } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { post, startGateway } from './support/gateway.ts'

const CASES = [
  ['/v1/responses', 'claude', { input: 'Hi', previous_response_id: 'resp_1' }, 'previous_response_not_found'],
  ['/v1/responses', 'claude', { input: 'Hi', conversation: 'conv_1' }, 'invalid_request'],
  ['/v1/responses', 'gpt', { input: 'Hi', previous_response_id: 'resp_1' }, 'previous_response_not_found'],
  ['/v1/responses', 'gpt', { input: 'Hi', conversation: 'conv_1' }, 'invalid_request'],
  ['/v1/responses', 'claude', { input: 'Hi', store: false, background: true }, 'invalid_request'],
  ['/v1/responses', 'claude', { prompt: { id: 'pmpt_1' } }, 'invalid_request'],
  ['/v1/messages', 'gpt', { thread: { type: 'create' } }, 'thread_unsupported_request'],
  ['/v1/messages', 'gpt', { thread: { type: 'continue', previous_message_id: 'msg_1' } }, 'thread_unsupported_request'],
  ['/v1/messages', 'cloud', { thread: { type: 'create' } }, 'thread_unsupported_request'],
  ['/v1beta/models/gpt:generateContent', 'gpt', { cachedContent: 'cachedContents/1' }, 'INVALID_ARGUMENT'],
] as const

const MESSAGES = { max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] }
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }

it.each(CASES)('H86: %s on %s: %j is a 400 that names the field', async (path, model, members, code) => {
  await using upstream = await startFakeProvider()
  await using gateway = await startGateway(`providers:
  - { name: openai, type: openai, base_url: "${upstream.url}", api_key: sk-up }
  - { name: anthropic, type: anthropic, base_url: "${upstream.url}", api_key: sk-ant }
  - { name: vertex, type: vertex, base_url: "${upstream.origin}", api_key: express }
models:
  - { id: gpt, targets: [{ provider: openai, model: gpt-4o }] }
  - { id: claude, targets: [{ provider: anthropic, model: claude-sonnet-4-5 }] }
  - { id: cloud, targets: [{ provider: vertex, model: claude-sonnet-4-5 }] }
`)
  const rest = path === '/v1/messages' ? MESSAGES : path.startsWith('/v1beta') ? CONTENTS : {}
  const reply = await post(gateway.origin + path, gateway.key, { model, ...rest, ...members })
  expect([reply.status, reply.text]).toEqual([400, expect.stringContaining(code)])
  const [field = ''] = Object.keys(members).slice(-1)
  expect(reply.text).toContain(field)
  expect(upstream.ledger.totals.requests).toBe(0)
})

it('H86: whoever switches the same off is answered', async () => {
  await using upstream = await startFakeProvider()
  await using gateway = await startGateway(`providers:
  - { name: anthropic, type: anthropic, base_url: "${upstream.url}", api_key: sk-ant }
models:
  - { id: claude, targets: [{ provider: anthropic, model: claude-sonnet-4-5 }] }
`)
  const body = { model: 'claude', input: 'Hi', previous_response_id: null, background: false, store: false }
  const reply = await post(`${gateway.url}/responses`, gateway.key, body)
  expect([reply.status, reply.headers.get('x-fairlead-dropped')]).toEqual([200, null])
})
