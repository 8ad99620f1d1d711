// AWS Bedrock: Converse for all models, and Anthropic's own shape for Claude where the client speaks it (or where nothing
// would be gained by leaving it). A request is signed, or carries a bearer key of Bedrock.
//
// Sources: docs.aws.amazon.com/bedrock/latest/APIReference (Converse, ConverseStream, InvokeModel,
// InvokeModelWithResponseStream) and userguide/model-parameters-anthropic-claude-messages.html.

import { bareName } from '../../catalogue/bare-name.ts'
import { claudeGeneration } from '../../catalogue/claude-traits.ts'
import type { ProviderConfig } from '../../config/config.ts'
import type { DialectName } from '../../core/conversation.ts'
import type { FinishedRequest, Operation, ProviderAdapter, UnfinishedRequest } from '../adapter.ts'
import { fitToCloud } from '../anthropic/cloud-betas.ts'
import { bearer } from '../header-lines.ts'
import { claudeNamesMedia, makeAdapter, pathPart, unnameModel } from '../make-adapter.ts'
import type { RefreshingToken } from '../refreshing-token.ts'
import { RequestSigner, type AwsCredentials } from './request-signer.ts'

const ANTHROPIC_VERSION = 'bedrock-2023-05-31'

const CLAUDE: readonly DialectName[] = ['anthropic-messages', 'bedrock-converse']
const CONVERSE: readonly DialectName[] = ['bedrock-converse']

const METHODS: Readonly<Partial<Record<DialectName, Partial<Record<Operation, string>>>>> = {
  'bedrock-converse': { generate: 'converse', stream: 'converse-stream' },
  'anthropic-messages': { generate: 'invoke', stream: 'invoke-with-response-stream' },
}

/** @param credentialsOf the key pair of a secret: its JSON, or '' for AWS's usual places */
export function createBedrockAdapter(
  config: ProviderConfig,
  credentialsOf: (secret: string) => RefreshingToken<AwsCredentials>,
  now: () => number,
): ProviderAdapter {
  const signer = new RequestSigner({ host: new URL(config.baseUrl).host, region: config.region ?? 'us-east-1', now })
  return makeAdapter({
    config,
    dialects: (model) => (claudeGeneration(bareName(model)) === undefined ? CONVERSE : CLAUDE),
    path: (dialect, operation, model) => {
      const method = METHODS[dialect]?.[operation]
      return method === undefined ? null : `/model/${pathPart(model)}/${method}`
    },
    framing: (dialect) => (dialect === 'anthropic-messages' ? 'aws-chunks' : 'aws-events'),
    passes: ({ dialect }) => dialect === 'bedrock-converse',
    namesMedia: claudeNamesMedia,
    finish,
    ownHeaders: (secret): Readonly<Record<string, string>> => (isBearer(secret) ? bearer(secret) : {}),
    sign: ({ secret, ...request }) => {
      if (isBearer(secret)) return []
      const credentials = credentialsOf(secret).get()
      if (credentials instanceof Promise) return credentials.then((known) => signer.sign(request, known))
      return signer.sign(request, credentials)
    },
    forget: (secret) => {
      if (!isBearer(secret)) credentialsOf(secret).forget()
    },
    listsModels: false,
  })
}

function isBearer(secret: string): boolean {
  return secret !== '' && !secret.startsWith('{')
}

function finish(request: UnfinishedRequest): FinishedRequest {
  if (request.dialect !== 'anthropic-messages') return unnameModel(request)
  const { 'anthropic-beta': betaHeader = '', 'anthropic-version': _, ...headers } = request.headers
  const generation = claudeGeneration(bareName(request.model)) ?? 0
  const { body, betas, dropped } = fitToCloud('bedrock', generation, request.body, betaHeader)
  // Both are said by the path.
  const { model: __, stream: ___, ...rest } = body
  return {
    body: {
      anthropic_version: ANTHROPIC_VERSION,
      ...(betas.length === 0 ? {} : { anthropic_beta: betas }),
      ...rest,
    },
    headers,
    dropped,
  }
}
