// What clients can ask for, and in which dialect.

import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import type { Operation } from '../providers/adapter.ts'

export interface Endpoint {
  /** The path of ours; `{model}` stands for a model in the path. For metrics and the journal too. */
  readonly path: string
  /** Of requests, replies and errors. */
  readonly dialect: ClientDialectName
  /** `generate` becomes `stream` where a stream is asked for. */
  readonly operation: Exclude<Operation, 'stream' | 'models'>
  /** `events`: of the dialect; `raw`: events that are passed on as they are; `none`: JSON only. */
  readonly stream: 'events' | 'raw' | 'none'
  /** Whether answers are counted in generated tokens. */
  readonly kind: 'generation' | 'other'
}

function generation(path: string, dialect: ClientDialectName): Endpoint {
  return { path, dialect, operation: 'generate', stream: 'events', kind: 'generation' }
}

function other(path: string, dialect: ClientDialectName, operation: Endpoint['operation']): Endpoint {
  return { path, dialect, operation, stream: 'none', kind: 'other' }
}

/** With the model in the body. */
export const ENDPOINTS: readonly Endpoint[] = [
  generation('/v1/chat/completions', 'openai-chat'),
  { ...generation('/v1/completions', 'openai-chat'), operation: 'completions' },
  other('/v1/embeddings', 'openai-chat', 'embeddings'),
  { ...other('/v1/images/generations', 'openai-chat', 'images'), stream: 'raw' },
  other('/v1/moderations', 'openai-chat', 'moderations'),
  generation('/v1/responses', 'openai-responses'),
  { ...generation('/v1/responses/compact', 'openai-responses'), operation: 'compact', stream: 'none' },
  other('/v1/responses/input_tokens', 'openai-responses', 'count-tokens'),
  generation('/v1/messages', 'anthropic-messages'),
  other('/v1/messages/count_tokens', 'anthropic-messages', 'count-tokens'),
]

/** What the picker would do with a body of any endpoint that chats; nobody is asked. */
export const DECISIONS: Endpoint = other('/v1/route', 'openai-chat', 'generate')

/** With the model in the path, by the method behind its colon. Source: Google, "All methods" of the Gemini API. */
export const GEMINI_METHODS: ReadonlyMap<string, { readonly endpoint: Endpoint; readonly stream: boolean }> = new Map([
  ['generateContent', { endpoint: generation(geminiPath('generateContent'), 'gemini'), stream: false }],
  ['streamGenerateContent', { endpoint: generation(geminiPath('streamGenerateContent'), 'gemini'), stream: true }],
  ['countTokens', { endpoint: other(geminiPath('countTokens'), 'gemini', 'count-tokens'), stream: false }],
  ['embedContent', { endpoint: other(geminiPath('embedContent'), 'gemini', 'embeddings'), stream: false }],
  [
    'batchEmbedContents',
    { endpoint: other(geminiPath('batchEmbedContents'), 'gemini', 'batch-embeddings'), stream: false },
  ],
])

function geminiPath(method: string): string {
  return `/v1beta/models/{model}:${method}`
}

export const ENDPOINT_BY_PATH: ReadonlyMap<string, Endpoint> = new Map(
  ENDPOINTS.map((endpoint) => [endpoint.path, endpoint]),
)

/** What a request's path says beside its endpoint. */
export interface PathFacts {
  /** Null where the body names it. */
  readonly model: string | null
  readonly stream: boolean | null
  /** Gemini without `alt=sse`. */
  readonly arrayStream: boolean
}

export const NO_PATH_FACTS: PathFacts = Object.freeze({ model: null, stream: null, arrayStream: false })
