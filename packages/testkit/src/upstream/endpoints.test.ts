// The doors beside the main ones: counts, lists, embeddings, Vertex, Bedrock's invoke, Azure, tokens; and faults in each one's shape.
import Anthropic from '@anthropic-ai/sdk'
import { InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { call, type CallReply } from '../clients/http.ts'
import { type FakeUpstream, startFakeProvider } from './fake-upstream.ts'
import { bedrockClient } from '../clients/sdk/index.ts'

let upstream: FakeUpstream
let origin = ''
beforeAll(async () => {
  upstream = await startFakeProvider()
  origin = upstream.origin
})
afterAll(() => upstream.close())
afterEach(() => upstream.setFault(undefined))

const HELLO = [{ role: 'user' as const, content: 'Hello' }]
const CONTENTS = [{ role: 'user', parts: [{ text: 'Hello' }] }]
const GOOGLE = { 'x-goog-api-key': 'k' }
const CLAUDE = { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }
const AMAZON = { authorization: 'Bearer k' }
const NOVA = 'model/amazon.nova-lite-v1%3A0'

test('lists its models in the shape that the credential asks for', async () => {
  const list = async (path: string, headers = {}): Promise<unknown> =>
    (await call(`${origin}${path}`, { method: 'GET', headers })).json
  expect(await list('/v1/models')).toMatchObject({
    object: 'list',
    data: [{ id: 'gpt-4o', object: 'model' }, {}, {}, {}, {}],
  })
  expect(await list('/v1/models', CLAUDE)).toMatchObject({
    data: [{ type: 'model', display_name: expect.any(String) }, {}, {}],
    has_more: false,
  })
  expect(await list('/v1beta/models', GOOGLE)).toMatchObject({
    models: [{ name: 'models/gemini-2.5-flash' }, {}, {}, {}],
  })
  expect(await list('/v1/models?key=k')).toMatchObject({ models: expect.any(Array) })
  expect(await list('/foundation-models', AMAZON)).toMatchObject({
    modelSummaries: [{ modelId: expect.any(String) }, {}, {}],
  })
})

test('counts tokens for Anthropic, Gemini, Responses and Bedrock', async () => {
  const anthropic = new Anthropic({ apiKey: 'k', baseURL: origin, maxRetries: 0 })
  expect(await anthropic.messages.countTokens({ model: 'claude-sonnet-4-6', messages: HELLO })).toMatchObject({
    input_tokens: 2,
  })
  const gemini = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: origin } })
  expect((await gemini.models.countTokens({ model: 'gemini-2.5-flash', contents: 'Hello' })).totalTokens).toBe(2)
  expect(
    (await call(`${origin}/v1/responses/input_tokens`, { body: { model: 'gpt-5', input: 'Hello' } })).json,
  ).toMatchObject({ input_tokens: 2 })
  const converse = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }
  expect(
    (await call(`${origin}/${NOVA}/count-tokens`, { headers: AMAZON, body: { input: { converse } } })).json,
  ).toEqual({ inputTokens: 2 })
})

test('embeds for Gemini and Vertex as for OpenAI', async () => {
  const gemini = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: origin } })
  const reply = await gemini.models.embedContent({
    model: 'gemini-embedding-001',
    contents: ['a', 'b'],
    config: { outputDimensionality: 8 },
  })
  expect(reply.embeddings?.map((embedding) => embedding.values?.length)).toEqual([8, 8])
  const one = await call(`${origin}/v1beta/models/gemini-embedding-001:embedContent`, {
    headers: GOOGLE,
    body: { content: { parts: [{ text: 'a' }] } },
  })
  expect(one.json).toMatchObject({ embedding: { values: expect.any(Array) } })
  const path = '/v1/projects/p/locations/global/publishers/google/models/gemini-embedding-001:predict'
  const vertex = await call(`${origin}${path}`, { headers: AMAZON, body: { instances: [{ content: 'a' }] } })
  expect(vertex.json).toMatchObject({ predictions: [{ embeddings: { values: expect.any(Array) } }] })
})

test('streams Gemini as events with CRLF, and as a JSON array without alt=sse', async () => {
  const path = `${origin}/v1beta/models/gemini-2.5-flash:streamGenerateContent`
  const events = await call(`${path}?alt=sse`, { headers: GOOGLE, body: { contents: CONTENTS } })
  expect(events.text).toMatch(/^data: \{.*\}\r\n\r\n/)
  const array = await call(path, { headers: GOOGLE, body: { contents: CONTENTS } })
  expect(array.headers['content-type']).toContain('application/json')
  const texts = (chunks: readonly unknown[]): string[] =>
    chunks.map(
      (chunk) =>
        (chunk as { candidates: { content: { parts: { text: string }[] } }[] }).candidates[0]!.content.parts[0]!.text,
    )
  expect(texts(array.json as unknown[]).join('')).toBe('You said: Hello')
  expect(texts(array.json as unknown[])).toEqual(texts(events.data))
})

test('a blocked prompt of Gemini is a 200 without candidates', async () => {
  upstream.answer({ trouble: { kind: 'content-filter' } })
  const reply = await call(`${origin}/v1beta/models/gemini-2.5-flash:generateContent`, {
    headers: GOOGLE,
    body: { contents: CONTENTS },
  })
  expect(reply.status).toBe(200)
  expect(reply.json).toMatchObject({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })
})

test('a model that does not exist is an error in each provider’s words', async () => {
  const id = 'does-not-exist'
  const chat = await call(`${origin}/v1/chat/completions`, { body: { model: id, messages: HELLO } })
  expect([chat.status, chat.json]).toMatchObject([404, { error: { code: 'model_not_found' } }])
  const claude = await call(`${origin}/v1/messages`, {
    headers: CLAUDE,
    body: { model: id, max_tokens: 9, messages: HELLO },
  })
  expect([claude.status, claude.json]).toMatchObject([
    404,
    { error: { type: 'not_found_error', message: `model: ${id}` } },
  ])
  const gemini = await call(`${origin}/v1beta/models/${id}:generateContent`, {
    headers: GOOGLE,
    body: { contents: CONTENTS },
  })
  expect([gemini.status, gemini.json]).toMatchObject([404, { error: { status: 'NOT_FOUND' } }])
  const bedrock = await call(`${origin}/model/${id}/converse`, { headers: AMAZON, body: {} })
  expect([bedrock.status, bedrock.json]).toEqual([400, { message: 'The provided model identifier is invalid.' }])
})

describe('Vertex AI', () => {
  const project = `/v1/projects/p/locations/us-east5/publishers`
  const body = { anthropic_version: 'vertex-2023-10-16', max_tokens: 100, messages: HELLO }

  test('serves Gemini and Claude to those who bring a token', async () => {
    const gemini = await call(`${origin}${project}/google/models/gemini-2.5-flash:generateContent`, {
      headers: AMAZON,
      body: { contents: CONTENTS },
    })
    expect(gemini.json).toMatchObject({
      usageMetadata: { trafficType: 'ON_DEMAND' },
      candidates: [{ finishReason: 'STOP' }],
    })
    const claude = await call(`${origin}${project}/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`, {
      headers: AMAZON,
      body,
    })
    expect(claude.json).toMatchObject({ type: 'message', model: 'claude-sonnet-4-5-20250929' })
    const stream = await call(`${origin}${project}/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`, {
      headers: AMAZON,
      body: { ...body, stream: true },
    })
    expect(stream.events.at(-1)?.event).toBe('message_stop')
    expect(upstream.ledger.last).toMatchObject({
      dialect: 'vertex-anthropic',
      model: 'claude-sonnet-4-5@20250929',
      stream: true,
    })
    const counted = await call(`${origin}${project}/anthropic/models/count-tokens:rawPredict`, {
      headers: AMAZON,
      body: { model: 'claude-sonnet-4-5', messages: HELLO },
    })
    expect(counted.json).toEqual({ input_tokens: 2 })
  })

  test('refuses as Google does at the door, and as Anthropic does inside', async () => {
    const path = `${origin}${project}/anthropic/models/claude-sonnet-4-5:rawPredict`
    expect((await call(path, { body })).json).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } })
    const inside = await call(path, { headers: AMAZON, body: { ...body, model: 'x' } })
    expect(inside.json).toMatchObject({ type: 'error', error: { message: 'model: Extra inputs are not permitted' } })
    const beta = await call(path, { headers: { ...AMAZON, 'anthropic-beta': 'claude-code-20250219' }, body })
    expect(beta.text).toContain('invalid beta flag')
  })

  test('gives tokens to service accounts and machines, and counts them', async () => {
    const claims = {
      iss: 'a@b',
      scope: 's',
      aud: `${origin}/token`,
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 3600,
    }
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const assertion = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('x').toString('base64url')}`
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    }).toString()
    const reply = await call(`${origin}/token`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    })
    expect(reply.json).toEqual({ access_token: 'ya29.testkit-1', expires_in: 3599, token_type: 'Bearer' })
    const metadata = `${origin}/computeMetadata/v1/instance/service-accounts/default/token`
    expect((await call(metadata, { method: 'GET' })).status).toBe(403)
    const flavoured = await call(metadata, { method: 'GET', headers: { 'metadata-flavor': 'Google' } })
    expect(flavoured.json).toMatchObject({ access_token: 'ya29.testkit-2' })
    expect(upstream.ledger.totals.byDialect['google-oauth']?.requests).toBe(3)
  })
})

describe('Bedrock', () => {
  test('invokes Claude in Anthropic’s shape, streamed in frames', async () => {
    const client = bedrockClient(origin)
    const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages: HELLO })
    const modelId = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
    const { body: stream } = await client.send(
      new InvokeModelWithResponseStreamCommand({ modelId, body, contentType: 'application/json' }),
    )
    const events: { type: string; delta?: { text?: string } }[] = []
    for await (const event of stream!) events.push(JSON.parse(Buffer.from(event.chunk!.bytes!).toString()))
    client.destroy()
    expect(events.map((event) => event.delta?.text ?? '').join('')).toBe('You said: Hello')
    expect(events.at(-1)).toMatchObject({
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': { inputTokenCount: 2 },
    })
  })

  test('knows a wrong signature from a right one', async () => {
    await using strict = await startFakeProvider({ bedrock: { secrets: { AKIDTESTKIT: 'another secret' } } })
    const client = bedrockClient(strict.origin)
    const command = new InvokeModelWithResponseStreamCommand({ modelId: 'anthropic.claude-x', body: '{}' })
    await expect(client.send(command)).rejects.toMatchObject({ name: 'InvalidSignatureException' })
    client.destroy()
    const bare = await call(`${strict.origin}/${NOVA}/converse`, { body: {} })
    expect([bare.status, bare.json]).toEqual([403, { message: 'Missing Authentication Token' }])
  })
})

describe('Azure', () => {
  const MESSAGE = { model: 'my-deployment', messages: HELLO }

  test('serves deployments and the new addresses to the official SDK, with the remarks of its filter', async () => {
    const azure = new AzureOpenAI({ endpoint: origin, apiKey: 'k', apiVersion: '2024-10-21', maxRetries: 0 })
    const reply = await azure.chat.completions.create(MESSAGE)
    expect(reply.choices[0]).toMatchObject({
      message: { content: 'You said: Hello' },
      content_filter_results: expect.anything(),
    })
    expect(upstream.ledger.last).toMatchObject({ dialect: 'azure-openai', model: 'my-deployment', key: 'k' })
    const chunks = await Array.fromAsync(await azure.chat.completions.create({ ...MESSAGE, stream: true }))
    expect(chunks[0]).toMatchObject({ choices: [], id: '', prompt_filter_results: expect.any(Array) })
    const plain = new OpenAI({ baseURL: `${origin}/openai/v1`, apiKey: 'k', maxRetries: 0 })
    expect((await plain.responses.create({ model: 'gpt-4o', input: 'Hello' })).output_text).toBe('You said: Hello')
  })

  test('wants a version, a key and a prompt that its filter lets pass', async () => {
    const path = `${origin}/openai/deployments/d/chat/completions`
    const unversioned = await call(path, { headers: { 'api-key': 'k' }, body: MESSAGE })
    expect([unversioned.status, unversioned.json]).toEqual([
      404,
      { error: expect.objectContaining({ code: '404', message: 'Resource not found' }) },
    ])
    expect((await call(`${path}?api-version=1`, { body: MESSAGE })).status).toBe(401)
    upstream.answer({ trouble: { kind: 'content-filter' } })
    const filtered = await call(`${path}?api-version=1`, { headers: { 'api-key': 'k' }, body: MESSAGE })
    expect(filtered.json).toMatchObject({
      error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } },
    })
  })
})

describe('faults in each dialect’s own shape', () => {
  const asks: Readonly<Record<string, () => Promise<CallReply>>> = {
    chat: () =>
      call(`${origin}/v1/chat/completions`, {
        body: { model: 'm', messages: HELLO, stream: true, stream_options: { include_usage: true } },
      }),
    responses: () => call(`${origin}/v1/responses`, { body: { model: 'm', input: 'Hello', stream: true } }),
    anthropic: () =>
      call(`${origin}/v1/messages`, {
        headers: CLAUDE,
        body: { model: 'm', max_tokens: 9, messages: HELLO, stream: true },
      }),
    gemini: () =>
      call(`${origin}/v1beta/models/m:streamGenerateContent?alt=sse`, {
        headers: GOOGLE,
        body: { contents: CONTENTS },
      }),
    array: () =>
      call(`${origin}/v1beta/models/m:streamGenerateContent`, { headers: GOOGLE, body: { contents: CONTENTS } }),
    bedrock: () =>
      call(`${origin}/${NOVA}/converse-stream`, {
        headers: AMAZON,
        body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] },
      }),
  }

  test.each([
    ['chat', (reply: CallReply) => reply.data.at(-1), { error: { message: expect.any(String), type: 'server_error' } }],
    [
      'responses',
      (reply: CallReply) => reply.data.at(-1),
      { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error' } } },
    ],
    ['anthropic', (reply: CallReply) => reply.data.at(-1), { type: 'error', error: { type: 'api_error' } }],
    ['gemini', (reply: CallReply) => reply.data.at(-1), { error: { code: 500, status: 'INTERNAL' } }],
    ['array', (reply: CallReply) => (reply.json as unknown[]).at(-1), { error: { code: 500 } }],
    [
      'bedrock',
      (reply: CallReply) => reply.frames.at(-1)?.headers,
      { ':message-type': 'exception', ':exception-type': 'internalServerException' },
    ],
  ] as const)('an error in the middle of %s', async (name, last, expected) => {
    await upstream.setFault('sse-error@3')
    const reply = await asks[name]!()
    expect(reply.status).toBe(200)
    expect(last(reply)).toMatchObject(expected)
  })

  test.each([
    [
      'chat',
      {
        error: { type: 'requests', code: 'rate_limit_exceeded', message: expect.stringContaining('try again in 1.5s') },
      },
    ],
    ['responses', { error: { code: 'rate_limit_exceeded' } }],
    ['anthropic', { type: 'error', error: { type: 'rate_limit_error' } }],
    ['gemini', { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{}, { retryDelay: '1.5s' }] } }],
    ['bedrock', { message: expect.stringContaining('Too many requests') }],
  ])('too many requests of %s', async (name, expected) => {
    await upstream.setFault('429(in-body,1500)')
    const reply = await asks[name]!()
    expect(reply.status).toBe(429)
    expect(reply.json).toMatchObject(expected)
  })

  test.each(Object.keys(asks))(
    'a reset, a FIN, garbage, an empty body and a 200 with an error for %s',
    async (name) => {
      const ask = asks[name]!
      await upstream.setFault('fin@2')
      expect((await ask()).broken).toBeInstanceOf(Error)
      await upstream.setFault('rst@-1')
      await expect(ask()).rejects.toThrow(/ECONNRESET|socket hang up/)
      await upstream.setFault('empty')
      expect((await ask()).bytes).toHaveLength(0)
      await upstream.setFault('200-error')
      const wrong = await ask()
      expect(wrong.status).toBe(200)
      expect(wrong.text).toMatch(/error|message/)
      await upstream.setFault('bigline(100000)')
      expect((await ask()).bytes.length).toBeGreaterThan(100_000)
      await upstream.setFault('lie-usage(huge)')
      expect((await ask()).text).toContain('1e308')
      await upstream.setFault('garbage(3)')
      const garbage = await ask()
      if (name === 'bedrock') expect(() => garbage.frames).toThrow(/checksum/)
      else if (name !== 'array') expect(() => garbage.data).toThrow(SyntaxError)
    },
  )
})

describe('scripts', () => {
  test('are taken by whom they are meant for, in order, and not by what is no answer or refused', async () => {
    const ask = async (model: string, text = 'Hello'): Promise<unknown> => {
      const reply = await call(`${origin}/v1/chat/completions`, {
        headers: { authorization: `Bearer ${model}-key` },
        body: { model, messages: [{ role: 'user', content: text }] },
      })
      return (reply.json as { choices: { message: { content: string } }[] }).choices[0]!.message.content
    }
    upstream.answer({ text: 'for b' }, { model: 'b' })
    upstream.answer({ text: 'for the key of c' }, { forKey: 'c-key' })
    upstream.answer({ text: 'for the word' }, { when: 'xyzzy' })
    upstream.answer({ text: 'twice' }, { times: 2 })
    upstream.answer((question) => ({ text: `asked about ${question.model}` }))
    await call(`${origin}/v1/models`, { method: 'GET' })
    await call(`${origin}/v1/chat/completions`, { body: { model: 'b' } })
    expect(upstream.answersWaiting).toBe(6)
    expect(await ask('a')).toBe('twice')
    expect(await ask('c')).toBe('for the key of c')
    expect(await ask('b')).toBe('for b')
    expect(await ask('a', 'xyzzy')).toBe('for the word')
    expect(await ask('a')).toBe('twice')
    expect(await ask('a')).toBe('asked about a')
    expect(await ask('a')).toBe('You said: Hello')
  })

  test('tell what is no JSON in the way of each dialect', async () => {
    const toolCalls = [{ name: 'f', argumentsText: '{"city": "Par' }]
    const tools = [{ name: 'f', input_schema: { type: 'object' } }]
    upstream.answer({ toolCalls }, { times: 3 })
    const whole = await call(`${origin}/v1/messages`, {
      headers: CLAUDE,
      body: { model: 'm', max_tokens: 99, messages: HELLO, tools },
    })
    expect(whole.json).toMatchObject({ content: [{ input: { INVALID_JSON: '{"city": "Par' } }] })
    const stream = await call(`${origin}/v1/messages`, {
      headers: CLAUDE,
      body: { model: 'm', max_tokens: 99, messages: HELLO, tools, stream: true },
    })
    const pieces = stream.data.map(
      (event) => (event as { delta?: { partial_json?: string } }).delta?.partial_json ?? '',
    )
    expect(pieces.join('')).toBe('{"city": "Par')
    const gemini = await call(`${origin}/v1beta/models/m:generateContent`, {
      headers: GOOGLE,
      body: { contents: CONTENTS },
    })
    expect(gemini.json).toMatchObject({
      candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', content: { role: 'model' } }],
    })
  })

  test('make compatible servers think aloud, where they do so', async () => {
    await using open = await startFakeProvider({ openai: { reasoningField: 'reasoning_details' } })
    open.answer({ reasoning: 'Hm.', text: 'Yes.' })
    const reply = await call(`${open.origin}/api/v1/chat/completions`, { body: { model: 'm', messages: HELLO } })
    expect(reply.json).toMatchObject({
      choices: [
        {
          message: {
            content: 'Yes.',
            reasoning: 'Hm.',
            reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', signature: expect.any(String) }],
          },
        },
      ],
    })
  })
})
