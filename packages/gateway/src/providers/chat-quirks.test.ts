import { describe, expect, it } from 'vitest'
import { parseJsonObject } from '../core/json.ts'
import { providerOf } from './__fixtures__/provider.ts'
import { adapterFor } from './adapters.ts'
import { fittingCallId } from './chat-quirks.ts'
import { quirksNamed } from '../config/known-providers.ts'

/** What becomes of a chat request; 'passes' when its bytes may go as they are. */
function send(fields: string, model: string, body: string, operation: 'generate' | 'stream' = 'generate') {
  const adapter = adapterFor(providerOf(fields))
  const target = { dialect: 'openai-chat', operation, model } as const
  if (adapter.passes(target, body)) return 'passes'
  const { body: sent, dropped } = adapter.finish({ ...target, body: parseJsonObject(body) ?? {}, headers: {} })
  return { body: sent, dropped }
}

const MISTRAL = 'type: openai-compatible, base_url: "https://api.mistral.ai/v1", api_key: k'
const MOONSHOT = 'type: openai-compatible, base_url: "https://api.moonshot.ai/v1", api_key: k'
const GROQ = 'type: openai-compatible, base_url: "https://api.groq.com/openai/v1", api_key: k'
const OPENAI = 'type: openai, api_key: k'

describe('a chat request', () => {
  it('passes as it is where nothing in it is in the way', () => {
    const plain = '{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"stop":["x"]}'
    for (const fields of [MISTRAL, MOONSHOT, GROQ, OPENAI]) expect(send(fields, 'm', plain)).toBe('passes')
    const everything = '{"logit_bias":{},"user":"u","max_completion_tokens":1,"messages":[{"role":"developer"}]}'
    expect(send('type: openai-compatible, base_url: "http://gpu:8000/v1"', 'm', everything)).toBe('passes')
    expect(send(OPENAI, 'gpt-4o', '{"temperature":2,"max_tokens":1,"messages":[{"role":"developer"}]}')).toBe('passes')
  })

  it('loses, by name, what the server refuses, and keeps the rest exactly', () => {
    const body = '{"model":"x","user":"u","seed":12345678901234567890,"logprobs":true,"messages":[]}'
    const sent = send(MISTRAL, 'mistral-large-latest', body)
    expect(sent).toMatchObject({ dropped: ['logprobs', 'user'] })
    expect(JSON.stringify(sent === 'passes' ? null : sent.body)).toBe(
      '{"model":"mistral-large-latest","messages":[],"random_seed":12345678901234567890}',
    )
  })

  it('calls the limit, the role and the name of a message as the server does', () => {
    const body = '{"model":"x","max_completion_tokens":5,"messages":[{"role":"developer","content":"d","name":"n"}]}'
    expect(send(MISTRAL, 'm', body)).toMatchObject({
      body: { max_tokens: 5, messages: [{ role: 'system', content: 'd', name: 'n' }] },
      dropped: [],
    })
    expect(send(GROQ, 'm', body)).toEqual({
      body: { model: 'm', max_completion_tokens: 5, messages: [{ role: 'system', content: 'd' }] },
      dropped: ['messages[0].name'],
    })
  })

  it('has its temperature clamped, or left out where the model takes none', () => {
    expect(send(MOONSHOT, 'moonshot-v1-8k', '{"temperature":1.7}')).toMatchObject({
      body: { temperature: 1 },
      dropped: ['temperature=1'],
    })
    expect(send(MOONSHOT, 'moonshot-v1-8k', '{"temperature":0}')).toMatchObject({
      body: { temperature: 0 },
      dropped: [],
    })
    expect(send(MOONSHOT, 'kimi-k2.5', '{"temperature":0.3,"top_p":1}')).toEqual({
      body: { model: 'kimi-k2.5' },
      dropped: ['temperature'],
    })
    expect(send(OPENAI, 'gpt-5', '{"temperature":0.3,"max_tokens":7}')).toEqual({
      body: { model: 'gpt-5', max_completion_tokens: 7 },
      dropped: ['temperature'],
    })
  })

  it('keeps its sampling where the model may do without thinking, and loses penalties where it may not', () => {
    expect(send(OPENAI, 'gpt-5.2', '{"temperature":0.3}')).toBe('passes')
    const xai = 'type: openai-compatible, base_url: "https://api.x.ai/v1", api_key: k'
    expect(send(xai, 'grok-4', '{"temperature":0.3,"presence_penalty":1,"frequency_penalty":0}')).toEqual({
      body: { model: 'grok-4', temperature: 0.3 },
      dropped: ['presence_penalty'],
    })
  })

  it('gets ids of tool calls that the server takes, the same for call and result', () => {
    const body = JSON.stringify({
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'toolu_01AbCdEfGhIjKl', type: 'function' }, { id: 'abcDEF123' }] },
        { role: 'tool', tool_call_id: 'toolu_01AbCdEfGhIjKl' },
        { role: 'tool', tool_call_id: 'abcDEF123' },
      ],
    })
    const sent = send(MISTRAL, 'm', body)
    const id = fittingCallId('toolu_01AbCdEfGhIjKl', quirksNamed('mistral'))
    expect(id).toMatch(/^[a-z0-9]{9}$/)
    expect(sent).toMatchObject({
      body: {
        messages: [
          { tool_calls: [{ id, type: 'function' }, { id: 'abcDEF123' }] },
          { tool_call_id: id },
          { tool_call_id: 'abcDEF123' },
        ],
      },
    })
    expect(fittingCallId('x'.repeat(41), quirksNamed('openai'))).toMatch(/^call_[0-9a-f]{24}$/)
    expect(fittingCallId('x'.repeat(40), quirksNamed('openai'))).toBe('x'.repeat(40))
  })

  it('asks for the usage of a stream where that is understood', () => {
    expect(send(GROQ, 'm', '{"stream":true,"logprobs":true}', 'stream')).toMatchObject({
      body: { stream_options: { include_usage: true } },
    })
    const mistral = send(MISTRAL, 'm', '{"stream":true,"stream_options":{"include_usage":true}}', 'stream')
    expect(mistral).toEqual({ body: { model: 'm', stream: true }, dropped: [] })
  })
})
