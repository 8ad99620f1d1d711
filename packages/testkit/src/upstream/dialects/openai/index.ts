// The OpenAI dialect of the fake upstream. Follows the public API reference of chat completions, legacy completions, embeddings,
// images, moderations and models, and the recorded replies that the gateway's own tests use.
import { bearer, type Dialect, type ErrorTerms, type Glance, guarded, type Incoming, type Reply } from '../dialect.ts'
import { isObject, parsed, textIn } from '../json.ts'
import { chatReply, type ReasoningField, STREAM_HEADERS } from './chat.ts'
import { completionReply } from './completions.ts'
import { embeddingsReply } from './embeddings.ts'
import { imagesReply, knownModel, modelsReply, moderationsReply } from './small.ts'
import { BadRequest, errorBody, errorReply, openAiTrouble, replyHeaders, sse } from './wire.ts'

export interface OpenAiOptions {
  /** Good keys; others get a 401. Without it every key is good, and none too. */
  readonly keys?: readonly string[]
  /** The models to list. */
  readonly models?: readonly string[]
  /** Refuse models that are not listed. */
  readonly strictModels?: boolean
  /** Refuse members of a chat request that OpenAI does not know. Default false: compatible servers have their own. */
  readonly strictFields?: boolean
  /** Where reasoning is shown; default `reasoning_content` for a scripted answer, and a smart one shows none. */
  readonly reasoningField?: ReasoningField
  /** Default 64. */
  readonly maxToolCallIdLength?: number
}

export const OPENAI_MODELS = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-3.5-turbo-instruct',
  'text-embedding-3-small',
  'gpt-image-1',
]

export function openAiDialect(options: OpenAiOptions = {}): Dialect {
  const models = options.models ?? OPENAI_MODELS
  const chat = {
    maxToolCallIdLength: options.maxToolCallIdLength ?? 64,
    strictFields: options.strictFields ?? false,
    reasons: options.reasoningField !== undefined && options.reasoningField !== 'none',
    reasoningField: options.reasoningField ?? 'reasoning_content',
  } as const
  const posts: Readonly<Record<string, (incoming: Incoming) => Reply>> = {
    '/v1/chat/completions': (incoming) => chatReply(incoming, chat),
    '/v1/completions': completionReply,
    '/v1/embeddings': embeddingsReply,
    '/v1/images/generations': imagesReply,
    '/v1/moderations': moderationsReply,
  }
  const answer = (incoming: Incoming): Reply => {
    checkKey(incoming, options.keys)
    if (/^\/v1\/models(?:\/|$)/.test(incoming.path)) {
      if (incoming.method === 'GET') return modelsReply(incoming, models)
      throw notAllowed(incoming)
    }
    const post = Object.hasOwn(posts, incoming.path) ? posts[incoming.path] : undefined
    if (post === undefined) {
      throw new BadRequest(`Invalid URL (${incoming.method} ${incoming.path})`, null, 'unknown_url', 404)
    }
    if (incoming.method !== 'POST') throw notAllowed(incoming)
    if (options.strictModels === true) knownModel(incoming.body, models)
    return post(incoming)
  }
  const dialect: Dialect = {
    name: 'openai-chat',
    owns: (path) => path.startsWith('/v1/'),
    glance: openAiGlance,
    reply(incoming) {
      const reply = guarded(dialect, () => answer(incoming))
      return { ...reply, headers: { ...replyHeaders(incoming), ...reply.headers } }
    },
    error: errorReply,
    streamError: (terms: ErrorTerms) => ({ kind: 'error', bytes: sse(JSON.stringify(errorBody(terms))), tokens: 0 }),
    trouble: openAiTrouble,
    streamHeaders: STREAM_HEADERS,
  }
  return dialect
}

/** Throws the 401 of a key that is not among the good ones. */
export function checkKey(incoming: Incoming, keys: readonly string[] | undefined): void {
  const key = bearer(incoming.headers)
  if (keys === undefined || (key !== undefined && keys.includes(key))) return
  const shown = key === undefined ? 'none' : `${key.slice(0, 3)}***`
  throw new BadRequest(`Incorrect API key provided: ${shown}.`, null, 'invalid_api_key', 401)
}

export function notAllowed(incoming: Incoming): BadRequest {
  return new BadRequest(`Not allowed to ${incoming.method} on ${incoming.path}.`, null, 'method_not_supported', 405)
}

export function openAiGlance(headers: Incoming['headers'], path: string, body: Buffer): Glance {
  const request = parsed(body)
  return {
    model: textIn(request, 'model'),
    stream: isObject(request) && request['stream'] === true,
    key: bearer(headers),
    generates: /\/(?:completions|responses)$/.test(path),
  }
}
