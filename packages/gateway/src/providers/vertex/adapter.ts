// Vertex AI: Gemini under its own methods, Claude in Anthropic's shape through rawPredict, and everybody else's models
// through an endpoint of OpenAI's format. A request carries a Google access token that lives for an hour, or, in express
// mode, an API key.
//
// Sources: cloud.google.com/vertex-ai/generative-ai/docs: "model-reference/inference", "partner-models/claude/use-claude",
// "migrate/openai/overview", "start/express-mode/overview".

import { claudeGeneration } from '../../catalogue/claude-traits.ts'
import { bareName } from '../../catalogue/bare-name.ts'
import type { ProviderConfig } from '../../config/config.ts'
import type { DialectName } from '../../core/conversation.ts'
import type { FinishedRequest, Operation, ProviderAdapter, UnfinishedRequest } from '../adapter.ts'
import { fitToCloud } from '../anthropic/cloud-betas.ts'
import { GEMINI_METHODS } from '../gemini/adapter.ts'
import { claudeNamesMedia, makeAdapter, nameModel, pathPart, unnameModel } from '../make-adapter.ts'
import type { RefreshingToken } from '../refreshing-token.ts'

const ANTHROPIC_VERSION = 'vertex-2023-10-16'

const CLAUDE: readonly DialectName[] = ['anthropic-messages']
const GEMINI: readonly DialectName[] = ['gemini']
const OPENAI: readonly DialectName[] = ['openai-chat']

/** @param tokenOf the access token of a secret: the JSON of a service account, or '' for the machine's own credentials */
export function createVertexAdapter(
  config: ProviderConfig,
  tokenOf: (secret: string, project: string) => RefreshingToken<string>,
): ProviderAdapter {
  return makeAdapter({
    config,
    dialects: dialectsOf,
    path: (dialect, operation, model) => vertexPath(config, dialect, operation, model),
    // Claude's body must lose its model and gain a version.
    passes: ({ dialect, operation }) => dialect !== 'anthropic-messages' && operation !== 'batch-embeddings',
    namesMedia: claudeNamesMedia,
    finish,
    ownHeaders: (secret): Readonly<Record<string, string>> => (isApiKey(secret) ? { 'x-goog-api-key': secret } : {}),
    sign: ({ secret }) => {
      if (isApiKey(secret)) return []
      const token = tokenOf(secret, config.project ?? '').get()
      return typeof token === 'string' ? authorization(token) : token.then(authorization)
    },
    forget: (secret) => {
      if (!isApiKey(secret)) tokenOf(secret, config.project ?? '').forget()
    },
    listsModels: false,
  })
}

function authorization(token: string): readonly string[] {
  return ['authorization', `Bearer ${token}`]
}

function isApiKey(secret: string): boolean {
  return secret !== '' && !secret.startsWith('{')
}

function dialectsOf(model: string): readonly DialectName[] {
  if (claudeGeneration(bareName(model)) !== undefined) return CLAUDE
  // `meta/llama-…-maas`: the publisher in front, as the endpoint wants it. A full resource name is a tuned Gemini.
  return /^(?!google\/|publishers\/|projects\/|models\/)[\w-]+\//.test(model) ? OPENAI : GEMINI
}

function vertexPath(config: ProviderConfig, dialect: DialectName, operation: Operation, model: string): string | null {
  const { project, location = 'global' } = config
  // The methods of one publisher know nothing of another's models, though they have the same names.
  if (!dialectsOf(model).includes(dialect)) return null
  const place = project === undefined ? '/v1' : `/v1/projects/${pathPart(project)}/locations/${location}`
  if (dialect === 'anthropic-messages') {
    const models = `${place}/publishers/anthropic/models`
    if (operation === 'count-tokens') return `${models}/count-tokens:rawPredict`
    if (operation === 'generate') return `${models}/${pathPart(claudeOnVertex(model))}:rawPredict`
    return operation === 'stream' ? `${models}/${pathPart(claudeOnVertex(model))}:streamRawPredict` : null
  }
  if (dialect === 'openai-chat') {
    return operation === 'generate' || operation === 'stream' ? `${place}/endpoints/openapi/chat/completions` : null
  }
  const method = GEMINI_METHODS[operation]
  if (dialect !== 'gemini' || method === undefined || operation === 'batch-embeddings') return null
  // Tuned models have endpoints of their own, with the whole name.
  if (model.startsWith('projects/')) return `/v1/${model.split('/').map(pathPart).join('/')}${method}`
  return `${place}/publishers/google/models/${pathPart(model.replace(/^.*\//, ''))}${method}`
}

/** `claude-sonnet-4-5-20250929` has its date behind an "@" there. */
function claudeOnVertex(model: string): string {
  return model.replace(/^.*\//, '').replace(/-(\d{8})$/, '@$1')
}

function finish(request: UnfinishedRequest): FinishedRequest {
  if (request.dialect === 'openai-chat') return nameModel(request)
  if (request.dialect !== 'anthropic-messages') return unnameModel(request)
  const { 'anthropic-beta': betaHeader = '', 'anthropic-version': _, ...headers } = request.headers
  const generation = claudeGeneration(bareName(request.model)) ?? 0
  const { body, betas, dropped } = fitToCloud('vertex', generation, request.body, betaHeader)
  const { model: __, ...rest } = body
  return {
    body: {
      anthropic_version: ANTHROPIC_VERSION,
      ...rest,
      // Counting is one method for all models, so that the body has to say which.
      ...(request.operation === 'count-tokens' ? { model: claudeOnVertex(request.model) } : {}),
    },
    headers: betas.length === 0 ? headers : { ...headers, 'anthropic-beta': betas.join(',') },
    dropped,
  }
}
