// Google's Gemini API. The model is part of the path. Its address also has an `/openai` side, which serves the endpoints
// of OpenAI's format that have no equivalent in Gemini's own (embeddings, images).
// Source: https://ai.google.dev/api and /gemini-api/docs/openai.

import type { ProviderConfig } from '../../config/config.ts'
import type { DialectName } from '../../core/conversation.ts'
import type { FinishedRequest, Operation, ProviderAdapter } from '../adapter.ts'
import { bearer } from '../header-lines.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { makeAdapter, nameModel, pathPart, unnameModel } from '../make-adapter.ts'

const DIALECTS: readonly DialectName[] = ['gemini']

/** Behind the model's name. */
export const GEMINI_METHODS: Readonly<Partial<Record<Operation, string>>> = {
  generate: ':generateContent',
  stream: ':streamGenerateContent?alt=sse',
  'count-tokens': ':countTokens',
  embeddings: ':embedContent',
  'batch-embeddings': ':batchEmbedContents',
}

export function createGeminiAdapter(config: ProviderConfig): ProviderAdapter {
  return makeAdapter({
    config,
    dialects: () => DIALECTS,
    path: (dialect, operation, model) => geminiPath(config, dialect, operation, model),
    passes: ({ dialect, operation }) => dialect !== 'gemini' || !NAMES_MODEL_INSIDE.has(operation),
    finish: (request) =>
      request.dialect === 'gemini' ? nameInside(unnameModel(request), request.model) : nameModel(request),
    ownHeaders: (secret, dialect): Readonly<Record<string, string>> => {
      if (dialect !== 'gemini') return bearer(secret)
      return secret === '' ? {} : { 'x-goog-api-key': secret }
    },
    listsModels: true,
  })
}

function geminiPath(config: ProviderConfig, dialect: DialectName, operation: Operation, model: string): string | null {
  if (operation === 'models') return `${config.healthPath}?pageSize=1000`
  if (dialect === 'gemini') {
    const method = GEMINI_METHODS[operation]
    return method === undefined ? null : `/${resourceName(model)}${method}`
  }
  if (dialect !== 'openai-chat') return null
  if (operation === 'embeddings') return '/openai/embeddings'
  return operation === 'images' ? '/openai/images/generations' : null
}

/** Requests within a request repeat the model, which must be the one of the path. */
const NAMES_MODEL_INSIDE: ReadonlySet<Operation> = new Set(['count-tokens', 'batch-embeddings'])

function nameInside(finished: FinishedRequest, model: string): FinishedRequest {
  const { requests, generateContentRequest: inner } = finished.body
  const renamed = (request: JsonObject): JsonObject =>
    request.model === undefined ? request : { ...request, model: resourceName(model) }
  return {
    ...finished,
    body: {
      ...finished.body,
      ...(Array.isArray(requests) ? { requests: requests.map((one) => (isJsonObject(one) ? renamed(one) : one)) } : {}),
      ...(isJsonObject(inner) ? { generateContentRequest: renamed(inner) } : {}),
    },
  }
}

/** `models/NAME`; tuned models have a folder of their own (H98). */
function resourceName(model: string): string {
  return model.includes('/') ? model.split('/').map(pathPart).join('/') : `models/${pathPart(model)}`
}
