// Small requests between dialects, body for body: counting tokens, and embeddings. No conversation, no stream.

import { numberOf, type JsonObject } from '../core/json.ts'
import type { DialectName } from '../core/conversation.ts'
import { GatewayError } from '../core/errors.ts'
import { Notes } from '../core/field-notes.ts'
import { NO_USAGE, tokenCount, type TokenUsage } from '../core/token-usage.ts'
import { encodeTokenCount as anthropicCount } from '../dialects/anthropic-messages/count-tokens.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import {
  encodeCountRequest as geminiCountRequest,
  encodeTokenCount as geminiCount,
} from '../dialects/gemini/count-tokens.ts'
import { geminiEmbedToOpenai, openaiEmbeddingsToGemini } from '../dialects/gemini/embeddings.ts'
import { readUsage } from '../dialects/openai-chat/usage.ts'
import { encodeTokenCount as responsesCount } from '../dialects/openai-responses/small-reply.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import type { StreamReader } from '../dialects/pass-events.ts'
import { PROVIDER_DIALECTS } from '../dialects/provider-dialects.ts'
import type { TargetModel } from '../core/dialect.ts'
import type { Call } from './call.ts'
import { readObject, type Conversion, type JsonReading } from './conversion.ts'

interface Mapping {
  readonly body: JsonObject
  readonly dropped: string
  /** Null when the reply is not what it should be. */
  readReply(reply: JsonObject): { readonly body: JsonObject; readonly usage: TokenUsage } | null
}

export class Mapped implements Conversion {
  readonly dialect: DialectName
  readonly body: Buffer
  readonly dropped: string
  readonly passesLargeReplies = false
  readonly watch = null
  readonly #mapping: Mapping

  constructor(dialect: DialectName, mapping: Mapping, finish: (body: JsonObject) => JsonObject) {
    this.dialect = dialect
    this.body = Buffer.from(JSON.stringify(finish(mapping.body)))
    this.dropped = mapping.dropped
    this.#mapping = mapping
  }

  streamReader(): StreamReader {
    throw new GatewayError('internal_error', 'This endpoint does not stream.')
  }

  readJson(body: Buffer): JsonReading {
    const reading = readObject(body)
    if (reading.kind !== 'object') return reading
    const mapped = this.#mapping.readReply(reading.value)
    if (mapped === null) return { kind: 'unusable', detail: 'a body without the figures that were asked for' }
    return { kind: 'answer', body: Buffer.from(JSON.stringify(mapped.body)), usage: mapped.usage }
  }
}

/** How this upstream is asked for what the client wants; null = it cannot be. */
export function mappingFor(call: Call, target: TargetModel, dialect: DialectName, vertex: boolean): Mapping | null {
  const { endpoint } = call.request
  switch (endpoint.operation) {
    case 'count-tokens':
      return countMapping(call, target, dialect, vertex)
    case 'embeddings':
    case 'batch-embeddings':
      return endpoint.dialect === 'gemini' && dialect === 'openai-chat' ? embeddingMapping(call, target) : null
    default:
      return null
  }
}

/**
 * Whose upstreams count, and what they take; anything else is a 400. Sources: Anthropic's `MessageCountTokensParams`,
 * OpenAI's `TokenCountsBody`; for Gemini `encodeCountRequest` chooses.
 */
const COUNTED: Readonly<Partial<Record<DialectName, readonly string[]>>> = {
  'anthropic-messages': ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking'],
  'openai-responses': ['model', 'input', 'instructions', 'tools', 'tool_choice', 'reasoning', 'text'],
  gemini: [],
}

function countMapping(call: Call, target: TargetModel, dialect: DialectName, vertex: boolean): Mapping | null {
  const counted = COUNTED[dialect]
  if (counted === undefined) return null
  const client = call.request.endpoint.dialect
  const notes = new Notes(CLIENT_DIALECTS[client].fieldNames)
  const encoded = PROVIDER_DIALECTS[dialect].encodeRequest(call.asked.conversation(), target, notes).body
  const body =
    dialect === 'gemini'
      ? geminiCountRequest(encoded, target.id, vertex ? 'vertex' : 'gemini')
      : Object.fromEntries(Object.entries(encoded).filter(([name]) => counted.includes(name)))
  return {
    body,
    dropped: notes.toHeader(),
    readReply(reply) {
      const figure = numberOf(reply[dialect === 'gemini' ? 'totalTokens' : 'input_tokens'])
      if (figure === undefined) return null
      const input = tokenCount(figure)
      return {
        body: COUNTS[client](input),
        usage: NO_USAGE,
      }
    },
  }
}

/** A count, as each client reads it. */
const COUNTS: Readonly<Record<ClientDialectName, (input: number) => JsonObject>> = {
  'openai-chat': responsesCount,
  'openai-responses': responsesCount,
  'anthropic-messages': anthropicCount,
  gemini: (input) => geminiCount({ input, cacheRead: 0 }),
}

function embeddingMapping(call: Call, target: TargetModel): Mapping {
  const method = call.request.endpoint.operation === 'embeddings' ? 'embedContent' : 'batchEmbedContents'
  const { body, dropped } = geminiEmbedToOpenai(call.asked.parsed(), method, target.id)
  return {
    body,
    dropped: dropped.join(', '),
    readReply(reply) {
      const mapped = openaiEmbeddingsToGemini(reply, method)
      return mapped === null ? null : { body: mapped, usage: readUsage(reply['usage']) ?? NO_USAGE }
    },
  }
}
