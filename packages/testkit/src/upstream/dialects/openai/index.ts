// The OpenAI dialect of the fake upstream. Follows the public API reference of chat completions, legacy completions, embeddings,
// images, moderations and models, and the recorded replies that the gateway's own tests use.
import type { Dialect, ErrorTerms, Glance, Incoming, Reply } from '../dialect.ts'
import { chatReply, STREAM_HEADERS } from './chat.ts'
import { completionReply } from './completions.ts'
import { embeddingsReply } from './embeddings.ts'
import { imagesReply, knownModel, modelsReply, moderationsReply } from './small.ts'
import { BadRequest, errorBody, errorReply, isObject, replyHeaders, sse } from './wire.ts'

export interface OpenAiOptions {
  /** Good keys; others get a 401. Without it every key is good, and none too. */
  readonly keys?: readonly string[]
  /** The models to list. */
  readonly models?: readonly string[]
  /** Refuse models that are not listed. */
  readonly strictModels?: boolean
}

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-3.5-turbo-instruct', 'text-embedding-3-small', 'gpt-image-1']

const POSTS: Readonly<Record<string, (incoming: Incoming) => Reply>> = {
  '/v1/chat/completions': chatReply,
  '/v1/completions': completionReply,
  '/v1/embeddings': embeddingsReply,
  '/v1/images/generations': imagesReply,
  '/v1/moderations': moderationsReply,
}

export function openAiDialect(options: OpenAiOptions = {}): Dialect {
  const models = options.models ?? MODELS
  const answer = (incoming: Incoming): Reply => {
    const key = bearer(incoming.headers)
    if (options.keys !== undefined && (key === undefined || !options.keys.includes(key))) {
      const shown = key === undefined ? 'none' : `${key.slice(0, 3)}***`
      throw new BadRequest(`Incorrect API key provided: ${shown}.`, null, 'invalid_api_key', 401)
    }
    if (/^\/v1\/models(?:\/|$)/.test(incoming.path)) {
      if (incoming.method === 'GET') return modelsReply(incoming, models)
      throw notAllowed(incoming)
    }
    const post = Object.hasOwn(POSTS, incoming.path) ? POSTS[incoming.path] : undefined
    if (post === undefined) {
      throw new BadRequest(`Invalid URL (${incoming.method} ${incoming.path})`, null, 'unknown_url', 404)
    }
    if (incoming.method !== 'POST') throw notAllowed(incoming)
    if (options.strictModels === true) knownModel(incoming.body, models)
    return post(incoming)
  }
  return {
    name: 'openai',
    owns: (path) => path.startsWith('/v1/'),
    glance,
    reply(incoming) {
      try {
        return answer(incoming)
      } catch (error) {
        if (!(error instanceof BadRequest)) throw error
        const reply = errorReply(error.terms)
        return { ...reply, headers: { ...reply.headers, ...replyHeaders(incoming) } }
      }
    },
    error: errorReply,
    streamError: (terms: ErrorTerms) => ({ kind: 'error', bytes: sse(JSON.stringify(errorBody(terms))), tokens: 0 }),
    streamHeaders: STREAM_HEADERS,
  }
}

function notAllowed(incoming: Incoming): BadRequest {
  return new BadRequest(`Not allowed to ${incoming.method} on ${incoming.path}.`, null, 'method_not_supported', 405)
}

function bearer(headers: Incoming['headers']): string | undefined {
  return /^Bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1]
}

function glance(headers: Incoming['headers'], _path: string, body: Buffer): Glance {
  const key = bearer(headers)
  try {
    const request: unknown = JSON.parse(body.toString('utf8'))
    if (!isObject(request)) return { model: undefined, stream: false, key }
    const model = request['model']
    return { model: typeof model === 'string' ? model : undefined, stream: request['stream'] === true, key }
  } catch {
    // Not JSON: the reply will say so; the ledger only notes what came.
    return { model: undefined, stream: false, key }
  }
}
