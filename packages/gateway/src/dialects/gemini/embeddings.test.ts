import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { json } from './__fixtures__/contexts.ts'
import { decodeTokenCount, encodeCountRequest, encodeTokenCount } from './count-tokens.ts'
import {
  embeddedModel,
  embeddedTokens,
  geminiEmbeddingsToOpenai,
  geminiEmbedToOpenai,
  openaiEmbeddingsToGemini,
  openaiEmbedToGemini,
  openaiEmbedToVertexPredict,
} from './embeddings.ts'

const content = (text: string) => ({ parts: [{ text }] })

describe('embeddings for a Gemini client', () => {
  it('one text, and many', () => {
    expect(
      geminiEmbedToOpenai(
        json({ content: content('a'), taskType: 'RETRIEVAL_QUERY', outputDimensionality: 3 }),
        'embedContent',
        'm',
      ),
    ).toEqual({
      body: { model: 'm', input: 'a', encoding_format: 'float', dimensions: 3 },
      dropped: ['taskType'],
    })
    const batch = json({
      requests: [{ model: 'models/x', content: content('a') }, { content: { parts: [{ text: 'b' }, { text: 'c' }] } }],
    })
    expect(geminiEmbedToOpenai(batch, 'batchEmbedContents', 'm')).toEqual({
      body: { model: 'm', input: ['a', 'b\nc'], encoding_format: 'float' },
      dropped: [],
    })
    expect(embeddedModel(batch)).toBe('x')
  })

  it('the reply, with vectors as numbers or as bytes', () => {
    const bytes = Buffer.alloc(8)
    bytes.writeFloatLE(0.5, 0)
    bytes.writeFloatLE(-2, 4)
    const reply = json({
      data: [
        { index: 1, embedding: bytes.toString('base64') },
        { index: 0, embedding: [1, 2] },
      ],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    })
    const usageMetadata = { promptTokenCount: 4, totalTokenCount: 4 }
    expect(openaiEmbeddingsToGemini(reply, 'batchEmbedContents')).toEqual({
      embeddings: [{ values: [1, 2] }, { values: [0.5, -2] }],
      usageMetadata,
    })
    expect(openaiEmbeddingsToGemini(reply, 'embedContent')).toEqual({ embedding: { values: [1, 2] }, usageMetadata })
    expect(openaiEmbeddingsToGemini({}, 'embedContent')).toBeNull()
  })

  it('what is no text is refused by the name of its place', () => {
    const param = (body: object, method: 'embedContent' | 'batchEmbedContents' = 'batchEmbedContents') => {
      try {
        geminiEmbedToOpenai(json(body), method, 'm')
      } catch (error) {
        return error instanceof GatewayError ? error.param : error
      }
      return 'nothing was refused'
    }
    expect(param({})).toBe('requests')
    expect(param({ requests: [{}] })).toBe('requests[0].content')
    expect(param({ requests: [{ content: { parts: [{ inlineData: {} }] } }] })).toBe('requests[0].content.parts[0]')
    expect(param({ requests: [{ content: content('a'), outputDimensionality: 1 }, { content: content('a') }] })).toBe(
      'requests',
    )
    expect(param({}, 'embedContent')).toBe('content')
  })
})

describe('embeddings from a Gemini upstream', () => {
  it('texts become a batch', () => {
    expect(
      openaiEmbedToGemini(
        json({ model: 'm', input: ['a', 'b'], dimensions: 2, user: 'u', encoding_format: 'base64' }),
        'gemini-embedding-001',
      ),
    ).toEqual({
      body: {
        requests: [
          { model: 'models/gemini-embedding-001', content: content('a'), outputDimensionality: 2 },
          { model: 'models/gemini-embedding-001', content: content('b'), outputDimensionality: 2 },
        ],
      },
      dropped: ['user'],
    })
    expect(openaiEmbedToVertexPredict(json({ input: 'a', dimensions: 2 })).body).toEqual({
      instances: [{ content: 'a' }],
      parameters: { outputDimensionality: 2 },
    })
    expect(() => openaiEmbedToGemini(json({ input: [[1, 2]] }), 'm')).toThrow(GatewayError)
    expect(() => openaiEmbedToGemini(json({}), 'm')).toThrow(GatewayError)
  })

  it('its three kinds of replies', () => {
    const as = { model: 'public', base64: false, estimatedTokens: 9 }
    const batch = json({ embeddings: [{ values: [1] }, { values: [2] }] })
    expect(geminiEmbeddingsToOpenai(batch, as)).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1] },
        { object: 'embedding', index: 1, embedding: [2] },
      ],
      model: 'public',
      usage: { prompt_tokens: 9, total_tokens: 9 },
    })
    const single = json({ embedding: { values: [0.5] }, usageMetadata: { promptTokenCount: 3 } })
    expect(geminiEmbeddingsToOpenai(single, { ...as, base64: true })).toMatchObject({
      data: [{ embedding: 'AAAAPw==' }],
      usage: { prompt_tokens: 3 },
    })
    const vertex = json({
      predictions: [
        { embeddings: { values: [1], statistics: { token_count: 5 } } },
        { embeddings: { values: [2], statistics: { token_count: 6 } } },
      ],
    })
    expect(embeddedTokens(vertex)).toBe(11)
    expect(geminiEmbeddingsToOpenai(vertex, as)).toMatchObject({ data: [{ embedding: [1] }, { embedding: [2] }] })
    expect(geminiEmbeddingsToOpenai(json({ error: {} }), as)).toBeNull()
  })
})

describe('counting tokens', () => {
  it('there and back', () => {
    expect(encodeTokenCount({ input: 5, cacheRead: 0 })).toEqual({ totalTokens: 5 })
    expect(encodeTokenCount({ input: 5, cacheRead: 2 })).toEqual({ totalTokens: 5, cachedContentTokenCount: 2 })
    expect(decodeTokenCount(json({ totalTokens: 7 }))).toBe(7)
    expect(decodeTokenCount({})).toBeNull()
  })

  it('the Gemini API wants the request inside, Vertex AI takes some of its members', () => {
    const body = json({ contents: [1], tools: [2], toolConfig: {}, serviceTier: 'flex' })
    expect(encodeCountRequest(body, 'gemini-x', 'gemini')).toEqual({
      generateContentRequest: { model: 'models/gemini-x', ...body },
    })
    expect(encodeCountRequest(body, 'gemini-x', 'vertex')).toEqual({ contents: [1], tools: [2] })
  })
})
