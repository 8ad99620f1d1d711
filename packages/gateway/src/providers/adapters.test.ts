import { describe, expect, it } from 'vitest'
import type { DialectName } from '../core/conversation.ts'
import { providerOf } from './__fixtures__/provider.ts'
import type { Operation, ProviderAdapter } from './adapter.ts'
import { Adapters } from './adapters.ts'
import { linesAsObject, withLines } from './header-lines.ts'

const adapters = new Adapters()
const adapterOf = (fields: string): ProviderAdapter => adapters.get(providerOf(fields))

function paths(adapter: ProviderAdapter, dialect: DialectName, model: string, ...operations: Operation[]) {
  return operations.map((operation) => adapter.path(dialect, operation, model))
}

function headersOf(adapter: ProviderAdapter, secret: string, dialect = adapter.dialects('m')[0] ?? 'openai-chat') {
  const {
    'content-type': type,
    'accept-encoding': coding,
    'user-agent': agent,
    ...rest
  } = linesAsObject(adapter.headers(secret, dialect))
  expect([type, coding]).toEqual(['application/json', 'identity'])
  expect(agent).toMatch(/^fairlead\//)
  return rest
}

describe('OpenAI and compatible servers', () => {
  it('are reached under their base URL, in the dialects that they speak', () => {
    const openai = adapterOf('type: openai, api_key: k')
    expect(paths(openai, 'openai-chat', 'gpt-4o', 'generate', 'stream', 'embeddings', 'images', 'models')).toEqual([
      '/v1/chat/completions',
      '/v1/chat/completions',
      '/v1/embeddings',
      '/v1/images/generations',
      '/v1/models',
    ])
    expect(paths(openai, 'openai-responses', 'gpt-4o', 'stream', 'count-tokens')).toEqual([
      '/v1/responses',
      '/v1/responses/input_tokens',
    ])
    expect(openai.dialectFor('openai-responses', 'gpt-4o')).toBe('openai-responses')
    expect(openai.dialectFor('anthropic-messages', 'gpt-4o')).toBe('openai-chat')
    // What a model thinks between tool calls is kept in Responses alone.
    expect(openai.dialectFor('anthropic-messages', 'gpt-5')).toBe('openai-responses')
    expect(openai.dialectFor('openai-chat', 'gpt-5')).toBe('openai-chat')
    expect(headersOf(openai, 'k')).toEqual({ authorization: 'Bearer k' })
    expect(headersOf(openai, '')).toEqual({})

    const local = adapterOf('type: openai-compatible, base_url: "http://gpu:8000/v1", dialects: [chat, messages]')
    expect(local.dialectFor('anthropic-messages', 'm')).toBe('anthropic-messages')
    expect(local.dialectFor('openai-responses', 'm')).toBe('openai-chat')
    expect(paths(local, 'anthropic-messages', 'm', 'generate', 'count-tokens')).toEqual([
      '/v1/messages',
      '/v1/messages/count_tokens',
    ])
    expect(headersOf(local, 'k', 'anthropic-messages')).toMatchObject({ 'anthropic-version': '2023-06-01' })
  })

  it('get the headers of the operator, which win, and the same array each time', () => {
    const adapter = adapterOf('type: openai, api_key: k, headers: { OpenAI-Organization: o, Authorization: mine }')
    expect(headersOf(adapter, 'k')).toEqual({ 'openai-organization': 'o', authorization: 'mine' })
    expect(adapter.headers('k', 'openai-chat')).toBe(adapter.headers('k', 'openai-chat'))
    expect(Object.isFrozen(adapter.headers('k', 'openai-chat'))).toBe(true)
  })
})

describe('Azure OpenAI', () => {
  it('names the deployment in the path, or in the body at the newer address', () => {
    const older = adapterOf(
      'type: azure-openai, api_key: k, base_url: "https://r.openai.azure.com", api_version: 2024-10-21',
    )
    expect(paths(older, 'openai-chat', 'my dep', 'generate', 'embeddings', 'models', 'moderations')).toEqual([
      '/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21',
      '/openai/deployments/my%20dep/embeddings?api-version=2024-10-21',
      '/openai/models?api-version=2024-10-21',
      null,
    ])
    expect(older.path('openai-responses', 'generate', 'd')).toBe('/openai/responses?api-version=2024-10-21')
    const newer = adapterOf('type: azure-openai, api_key: k, base_url: "https://r.openai.azure.com/openai/v1/"')
    expect(newer.path('openai-chat', 'stream', 'd')).toBe('/openai/v1/chat/completions')
    const preview = adapterOf(
      'type: azure-openai, api_key: k, base_url: "https://r.openai.azure.com", api_version: preview',
    )
    expect(preview.path('openai-responses', 'stream', 'd')).toBe('/openai/v1/responses?api-version=preview')
    expect(headersOf(newer, 'k')).toEqual({ 'api-key': 'k' })
    expect(newer.listsModels).toBe(false)
  })
})

describe('Anthropic', () => {
  it('has its own header for the key, and the version that a client does not say', () => {
    const adapter = adapterOf('type: anthropic, api_key: k')
    expect(paths(adapter, 'anthropic-messages', 'c', 'generate', 'count-tokens', 'models', 'embeddings')).toEqual([
      '/v1/messages',
      '/v1/messages/count_tokens',
      '/v1/models?limit=1000',
      null,
    ])
    expect(headersOf(adapter, 'k')).toEqual({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })
    const lines = withLines(adapter.headers('k', 'anthropic-messages'), { 'anthropic-version': '2026-10-21' })
    expect(lines.filter((name) => name === 'anthropic-version')).toHaveLength(1)
    expect(linesAsObject(lines)).toMatchObject({ 'anthropic-version': '2026-10-21', 'x-api-key': 'k' })
    expect(adapter.dialectFor('openai-chat', 'c')).toBe('anthropic-messages')
  })
})

describe('Gemini', () => {
  const adapter = adapterOf('type: gemini, api_key: k')

  it('names the model in the path', () => {
    expect(
      paths(adapter, 'gemini', 'gemini-2.5-pro', 'generate', 'stream', 'count-tokens', 'batch-embeddings'),
    ).toEqual([
      '/v1beta/models/gemini-2.5-pro:generateContent',
      '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
      '/v1beta/models/gemini-2.5-pro:countTokens',
      '/v1beta/models/gemini-2.5-pro:batchEmbedContents',
    ])
    expect(adapter.path('gemini', 'generate', 'tunedModels/a b')).toBe('/v1beta/tunedModels/a%20b:generateContent')
    expect(headersOf(adapter, 'k')).toEqual({ 'x-goog-api-key': 'k' })
    const { body } = adapter.finish({
      dialect: 'gemini',
      operation: 'generate',
      model: 'm',
      body: { model: 'x', contents: [] },
      headers: {},
    })
    expect(body).toEqual({ contents: [] })
  })

  it('serves the other endpoints of OpenAI at its OpenAI side', () => {
    expect(adapter.path('openai-chat', 'embeddings', 'e')).toBe('/v1beta/openai/embeddings')
    expect(headersOf(adapter, 'k', 'openai-chat')).toEqual({ authorization: 'Bearer k' })
  })

  it('repeats its own name of the model inside of batches', () => {
    const target = { dialect: 'gemini', operation: 'batch-embeddings', model: 'gemini-embedding-001' } as const
    expect(adapter.passes(target, '{}')).toBe(false)
    const requests = [{ model: 'models/public', content: {} }]
    expect(adapter.finish({ ...target, body: { requests }, headers: {} }).body).toEqual({
      requests: [{ model: 'models/gemini-embedding-001', content: {} }],
    })
  })
})

describe('Vertex AI', () => {
  const adapter = adapterOf('type: vertex, project: my-project, location: us-east5')
  const place = '/v1/projects/my-project/locations/us-east5'

  it('speaks Gemini, Claude or OpenAI, as the model is', () => {
    expect(adapter.config.baseUrl).toBe('https://us-east5-aiplatform.googleapis.com')
    expect(adapter.dialects('gemini-2.5-pro')).toEqual(['gemini'])
    expect(adapter.dialects('claude-sonnet-4-5@20250929')).toEqual(['anthropic-messages'])
    expect(adapter.dialects('meta/llama-3.3-70b-instruct-maas')).toEqual(['openai-chat'])
    expect(paths(adapter, 'gemini', 'google/gemini-2.5-pro', 'generate', 'stream', 'count-tokens')).toEqual([
      `${place}/publishers/google/models/gemini-2.5-pro:generateContent`,
      `${place}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`,
      `${place}/publishers/google/models/gemini-2.5-pro:countTokens`,
    ])
    expect(
      paths(adapter, 'anthropic-messages', 'claude-sonnet-4-5-20250929', 'generate', 'stream', 'count-tokens'),
    ).toEqual([
      `${place}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict`,
      `${place}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict`,
      `${place}/publishers/anthropic/models/count-tokens:rawPredict`,
    ])
    // Gemini has no method there, though Claude has one that counts for all of its models.
    expect(adapter.path('anthropic-messages', 'count-tokens', 'gemini-2.5-pro')).toBeNull()
    expect(adapter.path('openai-chat', 'stream', 'meta/llama')).toBe(`${place}/endpoints/openapi/chat/completions`)
    expect(adapter.path('gemini', 'generate', 'projects/1/locations/l/endpoints/2')).toBe(
      '/v1/projects/1/locations/l/endpoints/2:generateContent',
    )
  })

  it('takes an API key instead of a token, and then needs no project', () => {
    const express = adapterOf('type: vertex, api_key: k')
    expect(express.path('gemini', 'generate', 'gemini-2.5-flash')).toBe(
      '/v1/publishers/google/models/gemini-2.5-flash:generateContent',
    )
    expect(headersOf(express, 'k')).toEqual({ 'x-goog-api-key': 'k' })
    expect(express.sign?.({ secret: 'k', method: 'POST', path: '/', body: Buffer.alloc(0) })).toEqual([])
  })

  it('moves the model of Claude out of the body and the version into it', () => {
    const target = { dialect: 'anthropic-messages', operation: 'stream', model: 'claude-sonnet-4-5@20250929' } as const
    expect(adapter.passes(target, '{}')).toBe(false)
    const headers = {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'claude-code-20250219,context-1m-2025-08-07',
    }
    expect(adapter.finish({ ...target, body: { model: 'x', stream: true, messages: [] }, headers })).toEqual({
      body: { anthropic_version: 'vertex-2023-10-16', stream: true, messages: [] },
      headers: { 'anthropic-beta': 'context-1m-2025-08-07' },
      dropped: [],
    })
    const counting = adapter.finish({ ...target, operation: 'count-tokens', body: { messages: [] }, headers: {} })
    expect(counting.body).toMatchObject({ model: 'claude-sonnet-4-5@20250929' })
  })
})

describe('Bedrock', () => {
  const adapter = adapterOf('type: bedrock, region: eu-west-1, api_key: k')
  const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'

  it('converses with all models, and invokes Claude for clients that speak its dialect', () => {
    expect(adapter.config.baseUrl).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com')
    expect(paths(adapter, 'bedrock-converse', 'amazon.nova-pro-v1:0', 'generate', 'stream', 'embeddings')).toEqual([
      '/model/amazon.nova-pro-v1%3A0/converse',
      '/model/amazon.nova-pro-v1%3A0/converse-stream',
      null,
    ])
    expect(paths(adapter, 'anthropic-messages', claude, 'generate', 'stream')).toEqual([
      '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke',
      '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream',
    ])
    expect(adapter.path('bedrock-converse', 'generate', 'arn:aws:bedrock:us-east-1:1:x/y')).toBe(
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ax%2Fy/converse',
    )
    expect(adapter.dialectFor('anthropic-messages', claude)).toBe('anthropic-messages')
    expect(adapter.dialectFor('openai-chat', 'amazon.nova-pro-v1:0')).toBe('bedrock-converse')
    expect(adapter.framing('anthropic-messages')).toBe('aws-chunks')
    expect(adapter.framing('bedrock-converse')).toBe('aws-events')
    expect(headersOf(adapter, 'k')).toEqual({ authorization: 'Bearer k' })
  })

  it('moves what Anthropic has in the path and in headers to where Bedrock wants it', () => {
    const { body, headers, dropped } = adapter.finish({
      dialect: 'anthropic-messages',
      operation: 'stream',
      model: claude,
      body: { model: 'x', stream: true, messages: [], context_management: { edits: [] }, mcp_servers: [] },
      headers: {
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'claude-code-20250219, interleaved-thinking-2025-05-14',
      },
    })
    expect(body).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['interleaved-thinking-2025-05-14', 'context-management-2025-06-27'],
      messages: [],
      context_management: { edits: [] },
    })
    expect(headers).toEqual({})
    expect(dropped).toEqual(['mcp_servers'])
  })
})
