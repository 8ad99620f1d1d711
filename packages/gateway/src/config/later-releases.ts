// Keys and provider types that the design names and this release does not have yet. An operator who copies them from
// the documentation of a later release is told so, instead of "unknown key".
import type { ConfigProblem } from './config-error.ts'
import { formatPath } from './config-error.ts'
import type { Position } from './yaml-source.ts'

const LATER_KEYS: Readonly<Record<string, string>> = {
  groups: 'Groups arrive in a later release. Remove this section; every key may use every model until then.',
  auto: 'The model picker arrives in a later release. Remove this section.',
}

/** What works today instead; each vendor's own OpenAI-compatible address. */
const LATER_TYPES: Readonly<Record<string, string>> = {
  anthropic:
    'Use type: openai-compatible with base_url: https://api.anthropic.com/v1, which Anthropic serves in the OpenAI format.',
  gemini:
    'Use type: openai-compatible with base_url: https://generativelanguage.googleapis.com/v1beta/openai, which Google serves in the OpenAI format.',
  'azure-openai':
    'Use type: openai-compatible with base_url: https://RESOURCE.openai.azure.com/openai/v1, which Azure serves in the OpenAI format.',
  bedrock:
    'Use type: openai-compatible with base_url: https://bedrock-runtime.REGION.amazonaws.com/openai/v1 and a Bedrock API key, for the models that AWS serves in the OpenAI format.',
  vertex:
    'Vertex AI needs short-lived tokens; with a Gemini API key, type: openai-compatible and base_url: https://generativelanguage.googleapis.com/v1beta/openai work today.',
}

type Locate = (path: readonly PropertyKey[], of?: 'key' | 'value') => Position

/**
 * Reports what belongs to a later release, and returns the data without it, so that the rest is still checked and
 * nothing is reported twice.
 */
export function takeOutLaterReleases(data: unknown, locate: Locate, problems: ConfigProblem[]): unknown {
  if (!isRecord(data)) return data
  const rest: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(data)) {
    const message = Object.hasOwn(LATER_KEYS, key) ? LATER_KEYS[key] : undefined
    if (message === undefined) rest[key] = value
    else problems.push({ ...locate([key], 'key'), path: key, message: `is not known to this release. ${message}` })
  }
  if (Array.isArray(rest.providers)) {
    rest.providers = rest.providers.map((provider: unknown, index) => {
      if (!isRecord(provider) || typeof provider.type !== 'string' || !Object.hasOwn(LATER_TYPES, provider.type))
        return provider
      const path = ['providers', index, 'type']
      problems.push({
        ...locate(path),
        path: formatPath(path),
        message: `is "${provider.type}", which this release does not speak natively yet.`,
        hint: LATER_TYPES[provider.type] ?? '',
      })
      return { base_url: 'https://later.invalid/v1', ...provider, type: 'openai-compatible' }
    })
  }
  return rest
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
