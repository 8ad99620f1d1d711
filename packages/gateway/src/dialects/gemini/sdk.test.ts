// What we write is read by Google's own SDK: it asks a server on loopback, which answers with our bytes.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError, GoogleGenAI, FunctionCallingConfigMode } from '@google/genai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../core/answer.ts'
import { replayAnswer } from '../../core/collect-answer.ts'
import type { Conversation } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { envelope, json, replyContext } from './__fixtures__/contexts.ts'
import { encodeTokenCount } from './count-tokens.ts'
import { geminiEmbedToOpenai, openaiEmbeddingsToGemini } from './embeddings.ts'
import { geminiClient } from './index.ts'
import { parseModelPath } from './model-path.ts'
import { tokenUsage } from '../../core/token-usage.ts'

const ANSWER: Answer = {
  id: 'up-1',
  model: 'upstream',
  createdAtSeconds: 0,
  usage: tokenUsage({ input: 20, cacheRead: 5, output: 12, reasoning: 4 }),
  choices: [
    {
      parts: [
        {
          type: 'reasoning',
          text: 'Let me see.',
          summary: [],
          redacted: false,
          seal: { dialect: 'anthropic-messages', data: 'sig' },
        },
        {
          type: 'text',
          text: 'Grüße 🌍',
          annotations: [
            { dialect: 'openai-chat', url: 'https://example.com', title: 'T', start: 0, end: 5, value: {} },
          ],
        },
        {
          type: 'tool-call',
          id: 'toolu_1',
          name: 'weather',
          kind: 'function',
          input: '{"city":"Köln"}',
          seal: { dialect: 'gemini', data: 'c2ln' },
        },
        { type: 'tool-call', id: 'toolu_2', name: 'now', kind: 'function', input: '' },
      ],
      finish: { reason: 'tool-calls' },
    },
  ],
}

const PLAIN: Answer = {
  ...ANSWER,
  choices: [{ parts: [{ type: 'text', text: '{"a":1}', annotations: [] }], finish: { reason: 'stop' } }],
}

let server: Server
let sdk: GoogleGenAI
/** What the server answers with next, and what it was asked. */
let answer: Answer | GatewayError = ANSWER
let failsBehind = false
let asked: { conversation: Conversation | null; body: JsonObject; path: string }

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = parseModelPath(url.pathname)
    if (path === null) throw new Error(`not a path of a method: ${url.pathname}`)
    const body = json(text)
    asked = { conversation: null, body, path: url.pathname }
    if (path.method === 'batchEmbedContents' || path.method === 'embedContent') {
      const { body: translated } = geminiEmbedToOpenai(body, path.method, 'up')
      const data = (translated['input'] as string[]).map((_, index) => ({ index, embedding: [index, 0.5] }))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(openaiEmbeddingsToGemini(json({ data, usage: { prompt_tokens: 2 } }), path.method)))
      return
    }
    const stream = path.method === 'streamGenerateContent'
    const conversation = geminiClient.decodeRequest(body, { model: path.model, stream, envelope })
    asked = { conversation, body, path: url.pathname }
    const context = replyContext({
      conversation,
      publicModel: path.model,
      arrayStream: stream && url.searchParams.get('alt') !== 'sse',
    })
    if (answer instanceof GatewayError && !failsBehind) {
      const error = geminiClient.encodeError(answer, 'req-1')
      response.writeHead(error.status, { 'content-type': 'application/json' }).end(error.body)
    } else if (path.method === 'countTokens') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(encodeTokenCount({ input: 42, cacheRead: 0 })))
    } else if (stream) {
      const encoder = geminiClient.streamEncoder(context)
      response.setHeader('content-type', encoder.contentType)
      response.write(encoder.ping() + encoder.ping())
      replayAnswer(
        failsBehind ? PLAIN : (answer as Answer),
        (event) => void response.write(encoder.push(event) + encoder.ping()),
      )
      response.end(failsBehind ? encoder.fail(answer as GatewayError) : encoder.end())
    } else {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(geminiClient.encodeAnswer(answer as Answer, context)))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  sdk = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: `http://127.0.0.1:${port}` } })
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

beforeEach(() => {
  answer = ANSWER
  failsBehind = false
})

describe('@google/genai', () => {
  it('reads a whole answer with thoughts, text, calls and usage', async () => {
    const reply = await sdk.models.generateContent({ model: 'gemini-x', contents: 'Hi' })
    expect(reply.text).toBe('Grüße 🌍')
    expect(reply.functionCalls).toEqual([
      { id: 'toolu_1', name: 'weather', args: { city: 'Köln' } },
      { id: 'toolu_2', name: 'now', args: {} },
    ])
    expect(reply).toMatchObject({
      modelVersion: 'gemini-x',
      responseId: 'abc123',
      usageMetadata: {
        promptTokenCount: 20,
        cachedContentTokenCount: 5,
        candidatesTokenCount: 8,
        thoughtsTokenCount: 4,
        totalTokenCount: 32,
      },
      candidates: [
        { finishReason: 'STOP', groundingMetadata: { groundingChunks: [{ web: { uri: 'https://example.com' } }] } },
      ],
    })
    expect(reply.candidates?.[0]?.content?.parts?.[0]).toMatchObject({ thought: true, text: 'Let me see.' })
  })

  it('reads the same from a stream', async () => {
    let text = ''
    let thoughts = ''
    const calls: unknown[] = []
    let last
    for await (const chunk of await sdk.models.generateContentStream({ model: 'gemini-x', contents: 'Hi' })) {
      text += chunk.text ?? ''
      calls.push(...(chunk.functionCalls ?? []))
      for (const part of chunk.candidates?.[0]?.content?.parts ?? [])
        if (part.thought === true) thoughts += part.text ?? ''
      last = chunk
    }
    expect(asked.conversation?.stream).toBe(true)
    expect([text, thoughts]).toEqual(['Grüße 🌍', 'Let me see.'])
    expect(calls).toEqual([
      { id: 'toolu_1', name: 'weather', args: { city: 'Köln' } },
      { id: 'toolu_2', name: 'now', args: {} },
    ])
    expect(last).toMatchObject({ candidates: [{ finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 32 } })
  })

  it('keeps a streamed answer as its history and sends it back: calls, results, our envelope', async () => {
    const chat = sdk.chats.create({ model: 'gemini-x' })
    for await (const _ of await chat.sendMessageStream({ message: 'Hi' })) {
      // Read to the end.
    }
    answer = PLAIN
    const reply = await chat.sendMessage({
      message: [
        { functionResponse: { id: 'toolu_1', name: 'weather', response: { output: 'rain' } } },
        { functionResponse: { id: 'toolu_2', name: 'now', response: { time: '8' } } },
      ],
    })
    expect(reply.text).toBe('{"a":1}')
    const turns = asked.conversation?.turns ?? []
    expect(turns.map(({ role }) => role)).toContain('assistant')
    const said = turns.flatMap(({ role, parts }) => (role === 'assistant' ? parts : []))
    expect(
      said.filter(({ type }) => type === 'reasoning').some(({ seal }) => seal?.dialect === 'anthropic-messages'),
    ).toBe(true)
    expect(said.find(({ type }) => type === 'tool-call')).toMatchObject({
      id: 'toolu_1',
      input: '{"city":"Köln"}',
      seal: { dialect: 'gemini', data: 'c2ln' },
    })
    expect(turns.at(-1)?.parts).toMatchObject([
      { type: 'tool-result', callId: 'toolu_1', parts: [{ text: 'rain' }] },
      { type: 'tool-result', callId: 'toolu_2', parts: [{ text: '{"time":"8"}' }] },
    ])
  })

  it('its requests are understood: tools, choice, schema, media, thinking, system', async () => {
    answer = PLAIN
    await sdk.models.generateContent({
      model: 'gemini-x',
      contents: [
        {
          role: 'user',
          parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
        },
      ],
      config: {
        systemInstruction: 'Be brief.',
        temperature: 0.5,
        maxOutputTokens: 100,
        stopSequences: ['END'],
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', properties: { a: { type: 'number' } } },
        thinkingConfig: { includeThoughts: true, thinkingBudget: 500 },
        tools: [
          {
            functionDeclarations: [
              { name: 'weather', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } } },
            ],
          },
          { googleSearch: {} },
        ],
        toolConfig: {
          functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] },
        },
        safetySettings: [],
      },
    })
    expect(asked.conversation).toMatchObject({
      turns: [
        { role: 'system', parts: [{ text: 'Be brief.' }] },
        { role: 'user', parts: [{ type: 'text' }, { type: 'image', source: { mediaType: 'image/png' } }] },
      ],
      sampling: { temperature: 0.5, stop: ['END'] },
      maxOutputTokens: 100,
      output: { type: 'json-schema', schema: { type: 'object' } },
      reasoning: { visible: true, budgetTokens: 500 },
      tools: [
        { type: 'function', name: 'weather' },
        { type: 'server', name: 'googleSearch' },
      ],
      toolChoice: { mode: 'tool', name: 'weather' },
    })
  })

  it('an error is its ApiError with our status', async () => {
    answer = new GatewayError('rate_limit_exceeded', 'Too fast.', { retryAfterSeconds: 4 })
    const failure = await sdk.models
      .generateContent({ model: 'gemini-x', contents: 'Hi' })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({ status: 429, message: expect.stringContaining('RetryInfo') })
  })

  it('an error in mid-stream is its ApiError too', async () => {
    answer = new GatewayError('upstream_error', 'Every upstream failed.')
    failsBehind = true
    let text = ''
    const read = async (): Promise<void> => {
      for await (const chunk of await sdk.models.generateContentStream({ model: 'gemini-x', contents: 'Hi' }))
        text += chunk.text ?? ''
    }
    await expect(read()).rejects.toMatchObject({ name: 'ApiError', status: 503 })
    expect(text).toBe('{"a":1}')
  })

  it('counts tokens and embeds', async () => {
    expect(await sdk.models.countTokens({ model: 'gemini-x', contents: 'Hi' })).toMatchObject({ totalTokens: 42 })
    const embedded = await sdk.models.embedContent({
      model: 'gemini-embedding-001',
      contents: ['a', 'b'],
      config: { outputDimensionality: 2 },
    })
    expect(embedded.embeddings).toMatchObject([{ values: [0, 0.5] }, { values: [1, 0.5] }])
    expect(asked.path).toContain('batchEmbedContents')
  })
})
