// Gemini: the Gemini API (/v1beta/models/…, also /v1/) and Vertex AI (/v1/projects/…/publishers/google/models/…).
import { countTokens } from '../../answer.ts'
import { hashText } from '../../../random.ts'
import {
  BadRequest,
  bearer,
  type Dialect,
  type ErrorTerms,
  guarded,
  type Incoming,
  jsonReply,
  type Reply,
  ScriptedTrouble,
  type StreamEvent,
  type WholeReply,
} from '../dialect.ts'
import { isObject, type Json, listOf, numberIn, objectOf, parsed, textIn } from '../json.ts'
import { type Shape, ShapeError } from '../shape.ts'
import { unitVector } from '../vectors.ts'
import { ARRAY_HEADERS, arrayEvents, SSE_HEADERS, sseEvents, wholeText } from './output.ts'
import { partsText, questionOf } from './question.ts'
import { checkRules } from './rules.ts'
import { batchEmbedRequest, countRequest, embedRequest, generateRequest } from './shapes.ts'
import { camelCased, geminiError, geminiErrorBody, geminiFlaw, geminiTrouble } from './wire.ts'

export interface GeminiOptions {
  /** Good API keys and access tokens. Without them any is good; none is refused, as always. */
  readonly keys?: readonly string[]
  readonly models?: readonly string[]
}

export const GEMINI_MODELS = ['gemini-2.5-flash', 'gemini-2.5-pro', 'gemini-3-pro-preview', 'gemini-embedding-001']

const VERTEX =
  /^\/v1(?:beta1)?\/(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/models(?:\/([^:]+)(?::(\w+))?)?$/
const API = /^\/v1(?:beta|alpha)?\/(?:models|tunedModels)(?:\/([^:]+)(?::(\w+))?)?$/

interface Target {
  readonly vertex: boolean
  readonly model: string | undefined
  readonly action: string | undefined
}

function targetOf(path: string): Target | undefined {
  const vertex = VERTEX.exec(path)
  const match = vertex ?? API.exec(path)
  if (match === null) return undefined
  return {
    vertex: vertex !== null,
    model: match[1] === undefined ? undefined : decodeURIComponent(match[1]),
    action: match[2],
  }
}

const GENERATES = /^(?:stream)?generateContent$/i

export function geminiDialect(options: GeminiOptions = {}): Dialect {
  const dialect: Dialect = {
    name: 'gemini',
    owns(path, headers, query) {
      const target = targetOf(path)
      if (target === undefined) return false
      // A model list under /v1 is OpenAI's unless the credential is Google's.
      return (
        !path.startsWith('/v1/models') ||
        target.action !== undefined ||
        headers['x-goog-api-key'] !== undefined ||
        query.has('key')
      )
    },
    glance(headers, path, _body, query) {
      const target = targetOf(path)
      const action = target?.action ?? ''
      return {
        model: target?.model,
        stream: action === 'streamGenerateContent',
        key: keyOf(headers, query),
        generates: GENERATES.test(action),
      }
    },
    reply(incoming) {
      const reply = guarded(dialect, () => route(incoming, options))
      const failed = reply.kind === 'whole' && reply.status >= 400
      // Errors of a stream that is an array are an array too.
      if (!failed || !incoming.path.endsWith(':streamGenerateContent') || incoming.query.get('alt') === 'sse')
        return reply
      return { ...reply, body: `[${String(reply.body).trim()}\n]\n` }
    },
    error: geminiError,
    streamError: sseFailure,
    trouble: geminiTrouble,
    streamHeaders: SSE_HEADERS,
  }
  return dialect
}

function sseFailure(terms: ErrorTerms): StreamEvent {
  return { kind: 'error', bytes: `data: ${JSON.stringify(geminiErrorBody(terms))}\r\n\r\n`, tokens: 0 }
}

function arrayFailure(terms: ErrorTerms): StreamEvent {
  return { kind: 'error', bytes: `\r\n,\r\n${JSON.stringify(geminiErrorBody(terms))}\r\n]`, tokens: 0 }
}

function keyOf(headers: Incoming['headers'], query: URLSearchParams): string | undefined {
  return headers['x-goog-api-key'] ?? bearer(headers) ?? query.get('key') ?? undefined
}

function checkKey(incoming: Incoming, vertex: boolean, keys: readonly string[] | undefined): void {
  const key = keyOf(incoming.headers, incoming.query)
  if (key === undefined && vertex) {
    throw new BadRequest(
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
      { status: 401 },
    )
  }
  if (key === undefined) {
    throw new BadRequest(
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      { status: 403 },
    )
  }
  if (keys === undefined || keys.includes(key)) return
  if (!vertex) {
    const { message, status, more } = geminiTrouble({ kind: 'unauthorized' })
    throw new BadRequest(message, { status, ...(more === undefined ? {} : { more }) })
  }
  throw new BadRequest(
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    { status: 401 },
  )
}

function route(incoming: Incoming, options: GeminiOptions): Reply {
  const target = targetOf(incoming.path)
  if (target === undefined) throw new BadRequest('Not Found', { status: 404 })
  const { vertex, model, action } = target
  checkKey(incoming, vertex, options.keys)
  if (incoming.method === 'GET') return models(target, options.models ?? GEMINI_MODELS)
  if (model === undefined) throw new BadRequest('Not Found', { status: 404 })
  switch (action) {
    case 'generateContent':
    case 'streamGenerateContent':
      return generate(incoming, model, vertex, action === 'streamGenerateContent')
    case 'countTokens':
      return count(incoming, vertex)
    case 'embedContent':
      return json({ embedding: { values: embed(readBody(incoming, embedRequest)) } })
    case 'batchEmbedContents': {
      const requests = listOf(readBody(incoming, batchEmbedRequest)['requests']).map(objectOf)
      for (const [index, request] of requests.entries()) {
        if (textIn(request, 'model') !== undefined) continue
        throw new BadRequest(`* BatchEmbedContentsRequest.requests[${index}].model: model is required.\n`)
      }
      return json({ embeddings: requests.map((request) => ({ values: embed(request) })) })
    }
    case 'predict':
      return predict(incoming)
    default:
      throw new BadRequest(`Method not found: ${String(action)}`, { status: 404 })
  }
}

function generate(incoming: Incoming, model: string, vertex: boolean, stream: boolean): Reply {
  const request = readBody(incoming, generateRequest(vertex))
  checkRules(request, { seals: incoming.seals, model })
  const question = questionOf(request, model)
  const candidates = numberIn(request['generationConfig'], 'candidateCount') ?? 1
  try {
    const answer = incoming.answer(question)
    const given = { incoming, answer, model, candidates, vertex }
    const promptTokens = answer.usage.input
    if (!stream) return json(wholeText(given), { promptTokens, completionTokens: answer.usage.output * candidates })
    if (incoming.query.get('alt') === 'sse') {
      return { kind: 'stream', headers: SSE_HEADERS, events: sseEvents(given), promptTokens, failure: sseFailure }
    }
    return { kind: 'stream', headers: ARRAY_HEADERS, events: arrayEvents(given), promptTokens, failure: arrayFailure }
  } catch (error) {
    // A blocked prompt is not an error at Google: 200, and no candidate.
    if (
      !(error instanceof ScriptedTrouble) ||
      error.trouble.kind !== 'content-filter' ||
      error.trouble.status !== undefined
    )
      throw error
    return blocked(incoming, model, countTokens(question.prompt), stream)
  }
}

function blocked(incoming: Incoming, model: string, promptTokens: number, stream: boolean): Reply {
  const usageMetadata = { promptTokenCount: promptTokens, totalTokenCount: promptTokens }
  const text = JSON.stringify({
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata,
    modelVersion: model,
    responseId: incoming.id,
  })
  if (!stream) return json(text, { promptTokens, completionTokens: 0 })
  const sse = incoming.query.get('alt') === 'sse'
  const bytes = sse ? `data: ${text}\r\n\r\n` : `[${text}\r\n]`
  return {
    kind: 'stream',
    headers: sse ? SSE_HEADERS : ARRAY_HEADERS,
    events: [{ kind: 'finish', bytes, tokens: 0 }],
    promptTokens,
  }
}

function readBody(incoming: Incoming, shape: Shape): Json {
  const value = camelCased(parsed(incoming.body))
  if (!isObject(value)) throw new BadRequest('Invalid JSON payload received. Expected an object.')
  try {
    shape(value, [])
  } catch (error) {
    if (error instanceof ShapeError) throw geminiFlaw(error.flaw)
    throw error
  }
  return value
}

function json(body: string | Json, tokens?: { promptTokens: number; completionTokens: number }): WholeReply {
  return jsonReply(200, typeof body === 'string' ? body : JSON.stringify(body), tokens, {
    ...ARRAY_HEADERS,
    server: 'scaffolding on HTTPServer2',
  })
}

function count(incoming: Incoming, vertex: boolean): WholeReply {
  const request = readBody(incoming, countRequest(vertex))
  const inner = isObject(request['generateContentRequest']) ? request['generateContentRequest'] : request
  if (listOf(inner['contents']).length === 0)
    throw new BadRequest('* CountTokensRequest.contents: contents is not specified\n')
  const { prompt } = questionOf(inner, '')
  const tools = inner['tools'] === undefined ? 0 : countTokens(JSON.stringify(inner['tools']))
  const totalTokens = Math.max(1, countTokens(prompt)) + tools
  return json({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] })
}

function embed(request: Json): number[] {
  return unitVector(hashText(partsText(request['content'])), numberIn(request, 'outputDimensionality') ?? 768)
}

/** Vertex's older embeddings. */
function predict(incoming: Incoming): WholeReply {
  const request = objectOf(parsed(incoming.body))
  const dimensions = Math.min(100_000, numberIn(request['parameters'], 'outputDimensionality') ?? 768)
  const predictions = listOf(request['instances']).map((instance) => {
    const content = textIn(instance, 'content')
    if (content === undefined) throw new BadRequest('The content field is required.')
    const statistics = { truncated: false, token_count: Math.max(1, countTokens(content)) }
    return { embeddings: { statistics, values: unitVector(hashText(content), dimensions) } }
  })
  return json({ predictions })
}

function models({ vertex, model }: Target, ids: readonly string[]): WholeReply {
  if (vertex) {
    const entry = (id: string): Json => ({
      name: `publishers/google/models/${id}`,
      versionId: 'default',
      launchStage: 'GA',
    })
    return model === undefined ? json({ publisherModels: ids.map(entry) }) : json(entry(model))
  }
  const entry = (id: string): Json => ({
    name: `models/${id}`,
    version: '001',
    displayName: id,
    description: `The fake ${id}`,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: id.includes('embedding')
      ? ['embedContent', 'batchEmbedContents']
      : ['generateContent', 'countTokens'],
  })
  if (model === undefined) return json({ models: ids.map(entry) })
  if (!ids.includes(model)) {
    const { message } = geminiTrouble({ kind: 'model-not-found', model })
    throw new BadRequest(message, { status: 404 })
  }
  return json(entry(model))
}
