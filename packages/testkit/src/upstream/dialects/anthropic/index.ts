// Anthropic Messages: POST /v1/messages, /v1/messages/count_tokens and the model list, as the API itself serves them. Claude on
// Vertex (vertex.ts) and on Bedrock (../bedrock/invoke.ts) share everything but the door.
import { countTokens } from '../../answer.ts'
import {
  BadRequest,
  bearer,
  type Dialect,
  type Glance,
  guarded,
  type Incoming,
  jsonReply,
  type Reply,
  type StreamEvent,
  type WholeReply,
} from '../dialect.ts'
import { isObject, type Json, parsed, textIn } from '../json.ts'
import { type Shape, ShapeError } from '../shape.ts'
import { checkBetas } from './betas.ts'
import { anthropicError, anthropicFlaw, anthropicStreamError, anthropicTrouble } from './errors.ts'
import { type AnthropicEvent, messageEvents, messageText } from './output.ts'
import { questionOf } from './question.ts'
import { checkRules } from './rules.ts'
import { countRequest, messagesRequest } from './shapes.ts'

export interface AnthropicOptions {
  /** Good keys. Without them any key is good; none is a 401, as always at Anthropic. */
  readonly keys?: readonly string[]
  readonly models?: readonly string[]
  /** Two turns of one role in a row are an error, as they once were. Default: only under `anthropic-version: 2023-01-01`. */
  readonly alternate?: boolean
}

export const ANTHROPIC_MODELS = ['claude-sonnet-4-5-20250929', 'claude-haiku-4-5-20251001', 'claude-opus-4-7']

export const ANTHROPIC_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const

export function anthropicDialect(options: AnthropicOptions = {}): Dialect {
  const dialect: Dialect = {
    name: 'anthropic-messages',
    owns: (path, headers) =>
      /^\/v1\/messages(?:\/|$)/.test(path) ||
      (/^\/v1\/models(?:\/|$)/.test(path) && headers['anthropic-version'] !== undefined),
    glance: (headers, path, body) => ({ ...bodyGlance(body), key: keyOf(headers), generates: path === '/v1/messages' }),
    reply: (incoming) => {
      const reply = guarded(dialect, () => route(incoming, options))
      return { ...reply, headers: { ...anthropicHeaders(incoming), ...reply.headers } }
    },
    error: anthropicError,
    streamError: anthropicStreamError,
    trouble: anthropicTrouble,
    streamHeaders: ANTHROPIC_STREAM_HEADERS,
  }
  return dialect
}

export function bodyGlance(body: Buffer): Glance {
  const request = parsed(body)
  const stream = isObject(request) && request['stream'] === true
  return { model: textIn(request, 'model'), stream, key: undefined }
}

function keyOf(headers: Incoming['headers']): string | undefined {
  return headers['x-api-key'] ?? bearer(headers)
}

function anthropicHeaders(incoming: Incoming): Record<string, string> {
  return {
    'request-id': `req_${incoming.id}`,
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2030-01-01T00:00:00Z',
    'set-cookie': '__cf_bm=testkit; path=/; HttpOnly',
    server: 'cloudflare',
  }
}

function route(incoming: Incoming, options: AnthropicOptions): Reply {
  const { path, method, headers } = incoming
  const key = keyOf(headers)
  if (key === undefined) throw new BadRequest('x-api-key header is required', { status: 401 })
  if (options.keys !== undefined && !options.keys.includes(key))
    throw new BadRequest('invalid x-api-key', { status: 401 })
  if (headers['anthropic-version'] === undefined) throw new BadRequest('anthropic-version: header is required')
  if (path.startsWith('/v1/models')) return models(path, options.models ?? ANTHROPIC_MODELS)
  if (method !== 'POST') throw new BadRequest('Method Not Allowed', { status: 405, type: 'invalid_request_error' })
  const betas = (headers['anthropic-beta'] ?? '')
    .split(',')
    .map((beta) => beta.trim())
    .filter(Boolean)
  const version = headers['anthropic-version']
  const terms = { betas, version, hosted: false, alternate: options.alternate ?? version === '2023-01-01' }
  if (path === '/v1/messages/count_tokens') return countReply(readBody(incoming, countRequest, terms))
  if (path !== '/v1/messages') throw new BadRequest('Not Found', { status: 404 })
  const request = readBody(incoming, messagesRequest, terms)
  return messagesReply(incoming, request, textIn(request, 'model') ?? '', request['stream'] === true)
}

export interface Terms {
  readonly betas: readonly string[]
  readonly version: string
  /** On Bedrock or Vertex. */
  readonly hosted: boolean
  readonly alternate: boolean
  /** The model of the path, where the body has none. */
  readonly model?: string
}

/** Reads and checks the body. Throws BadRequest. */
export function readBody(incoming: Incoming, shape: Shape, terms: Terms): Json {
  const request = parsed(incoming.body)
  if (!isObject(request)) throw new BadRequest('The request body is not valid JSON')
  try {
    shape(request, [])
  } catch (error) {
    if (error instanceof ShapeError) throw anthropicFlaw(error.flaw)
    throw error
  }
  const inBody = Array.isArray(request['anthropic_beta']) ? request['anthropic_beta'].map(String) : []
  checkBetas([...terms.betas, ...inBody], request, terms.hosted)
  if (request['thread'] !== undefined) {
    // This account has none, as one without data retention. Source: `ThreadUnsupportedRequestErrorDetails` of the SDKs.
    const details = { error_code: 'thread_unsupported_request', unsupported: ['zero_data_retention'] }
    throw new BadRequest('thread: not supported for this organization', { more: { details } })
  }
  const model = terms.model ?? textIn(request, 'model') ?? ''
  checkRules(request, {
    seals: incoming.seals,
    model,
    version: terms.version,
    alternate: terms.alternate,
    hosted: terms.hosted,
  })
  return request
}

export function messagesReply(incoming: Incoming, request: Json, model: string, stream: boolean): Reply {
  const answer = incoming.answer(questionOf(request, model))
  const promptTokens = answer.usage.input
  if (!stream)
    return jsonReply(200, messageText(incoming, answer, model), { promptTokens, completionTokens: answer.usage.output })
  const events = messageEvents(incoming, answer, model)
  return { kind: 'stream', headers: ANTHROPIC_STREAM_HEADERS, events: asSse(events), promptTokens }
}

function* asSse(events: Iterable<AnthropicEvent>): Generator<StreamEvent> {
  for (const { kind, type, json, tokens } of events) yield { kind, bytes: `event: ${type}\ndata: ${json}\n\n`, tokens }
}

export function countReply(request: Json): WholeReply {
  const { prompt } = questionOf(request, '')
  const tools = Array.isArray(request['tools']) ? countTokens(JSON.stringify(request['tools'])) : 0
  return jsonReply(200, JSON.stringify({ input_tokens: Math.max(1, countTokens(prompt)) + tools }))
}

function models(path: string, ids: readonly string[]): WholeReply {
  const entry = (id: string): Json => ({ type: 'model', id, display_name: id, created_at: '2025-09-29T00:00:00Z' })
  const wanted = /^\/v1\/models\/(.+)$/.exec(path)?.[1]
  if (wanted === undefined) {
    const list = { data: ids.map(entry), has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
    return jsonReply(200, JSON.stringify(list))
  }
  const id = decodeURIComponent(wanted)
  if (!ids.includes(id)) throw new BadRequest(`model: ${id}`, { status: 404 })
  return jsonReply(200, JSON.stringify(entry(id)))
}
