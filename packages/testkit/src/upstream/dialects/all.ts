// Every dialect that the fake speaks, in the order in which they are asked whether a path is theirs.
import { anthropicDialect, type AnthropicOptions } from './anthropic/index.ts'
import { vertexAnthropicDialect } from './anthropic/vertex.ts'
import { azureDialect, type AzureOptions } from './azure/index.ts'
import { bedrockDialect, type BedrockOptions } from './bedrock/index.ts'
import { compatibleDialect } from './compatible.ts'
import type { Dialect } from './dialect.ts'
import { geminiDialect, type GeminiOptions } from './gemini/index.ts'
import { oauthDialect, type OAuthOptions } from './oauth.ts'
import { openAiDialect, type OpenAiOptions } from './openai/index.ts'
import { responsesDialect } from './responses/index.ts'

export interface DialectOptions {
  /** Good keys for all of them; each dialect's own options win. Without any, every key is good. */
  readonly keys?: readonly string[]
  readonly openai?: OpenAiOptions
  readonly azure?: AzureOptions
  readonly anthropic?: AnthropicOptions
  readonly gemini?: GeminiOptions
  readonly bedrock?: BedrockOptions
  readonly oauth?: OAuthOptions
}

export interface AllDialects {
  readonly list: readonly Dialect[]
  /** The one that answers what nobody owns. */
  readonly openai: Dialect
}

export function allDialects(options: DialectOptions = {}): AllDialects {
  const keys = options.keys === undefined ? {} : { keys: options.keys }
  const openaiKeys = options.openai?.keys === undefined ? keys : { keys: options.openai.keys }
  const openai = openAiDialect({ ...keys, ...options.openai })
  const responses = responsesDialect(openaiKeys)
  const inner = [responsesDialect(), openAiDialect(withoutKeys(options.openai))]
  const list = [
    oauthDialect(options.oauth),
    azureDialect(inner, { ...keys, ...options.azure }),
    bedrockDialect({ ...keys, ...options.bedrock }),
    vertexAnthropicDialect(keys),
    geminiDialect({ ...keys, ...options.gemini }),
    anthropicDialect({ ...keys, ...options.anthropic }),
    responses,
    compatibleDialect(openai, responses),
    openai,
  ]
  return { list, openai }
}

/** Azure has checked the key at its own door. */
function withoutKeys(options: OpenAiOptions = {}): OpenAiOptions {
  const { keys: _, ...rest } = options
  return rest
}
