// A request of the Messages API into a conversation. Lenient where Anthropic is lenient, and where it is strict about
// order too: encoders repair for their own upstream.

import type { Conversation, OutputFormat, Part, ReasoningRequest, Sampling, Turn } from '../../core/conversation.ts'
import type { DecodeContext } from '../../core/dialect.ts'
import { arrayOf, objectOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { isEffort } from '../../core/reasoning-effort.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { billingKey, isBillingBlock } from './billing-block.ts'
import { decodeContent } from './decode-content.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import { isClosedSchema } from './output-schema.ts'
import { tierOfRequest } from './service-tier.ts'
import {
  arrayField,
  booleanField,
  invalid,
  numberField,
  objectField,
  pathOf,
  readCacheMark,
  restOf,
  stringField,
  wholeField,
  type Draft,
} from './wire.ts'

const READ = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'tools',
  'tool_choice',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'service_tier',
  'cache_control',
])

/** Also reads the bodies of `count_tokens`, which leave out `max_tokens`. */
export function decodeRequest(body: JsonObject, context: DecodeContext): Conversation {
  const model = context.model ?? stringField(body, 'model') ?? ''
  if (model === '') return invalid('model', 'model is missing: give the id of a model.')
  const extensions: Draft = { ...restOf(body, READ) }
  if (typeof body['output_format'] === 'string') extensions['output_format'] = body['output_format']
  const system = decodeSystem(body['system'], context.envelope, extensions)
  const tools = decodeTools(body)
  const maxOutputTokens = wholeField(body, 'max_tokens')
  const endUser = decodeEndUser(body, extensions)
  const cache = readCacheMark(body['cache_control'])
  const tier = tierOfRequest(stringField(body, 'service_tier'))
  return {
    dialect: 'anthropic-messages',
    model,
    stream: context.stream ?? booleanField(body, 'stream') ?? false,
    turns: [...system, ...decodeMessages(body, context.envelope)],
    tools,
    ...decodeToolChoice(body, tools),
    output: decodeOutput(body),
    sampling: decodeSampling(body),
    reasoning: decodeReasoning(body, extensions),
    usageAsked: true,
    extensions,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(endUser === undefined ? {} : { endUser }),
    ...(cache === undefined ? {} : { cache }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
  }
}

function decodeSystem(value: JsonValue | undefined, envelope: SealEnvelope, extensions: Draft): readonly Turn[] {
  let parts: readonly Part[] = decodeContent(value, 'system', envelope)
  for (const [index, block] of (arrayOf(value) ?? []).entries()) {
    if (!isBillingBlock(block)) continue
    const at = billingKey(index)
    extensions[at] = block
    parts = parts.filter((part) => part.at !== at)
  }
  return parts.length === 0 ? [] : [{ role: 'system', kind: 'system', parts }]
}

function decodeMessages(body: JsonObject, envelope: SealEnvelope): readonly Turn[] {
  const messages = arrayField(body, 'messages') ?? []
  if (messages.length === 0) return invalid('messages', 'messages must hold at least one message.')
  return messages.map((element, index): Turn => {
    const at = `messages[${index}]`
    const message = objectOf(element)
    if (message === undefined) return invalid(at, `${at} must be an object with role and content.`)
    const parts = decodeContent(message['content'], `${at}.content`, envelope)
    const role = message['role']
    if (role === 'user' || role === 'assistant') return { role, parts }
    // Between the turns since 2026-10-21.
    if (role === 'system' || role === 'developer') return { role: 'system', kind: role, parts }
    return invalid(`${at}.role`, `${at}.role must be user, assistant or system.`)
  })
}

function decodeEndUser(body: JsonObject, extensions: Draft): string | undefined {
  const metadata = objectField(body, 'metadata')
  if (metadata === undefined) return undefined
  const rest = restOf(metadata, new Set(['user_id']))
  if (rest !== null) extensions['metadata'] = rest
  return stringField(metadata, 'user_id', 'metadata')
}

function decodeSampling(body: JsonObject): Sampling {
  const temperature = numberField(body, 'temperature')
  const topP = numberField(body, 'top_p')
  const topK = numberField(body, 'top_k')
  const stop = (arrayField(body, 'stop_sequences') ?? []).map((value, index) => {
    const at = `stop_sequences[${index}]`
    return typeof value === 'string' ? value : invalid(at, `${at} must be a string.`)
  })
  return {
    stop,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  }
}

function decodeOutput(body: JsonObject): OutputFormat {
  const config = objectField(body, 'output_config')
  const current = config === undefined ? undefined : objectField(config, 'format', 'output_config')
  // The name of 2025's beta; anything but an object there is not of this API.
  const format = current ?? objectOf(body['output_format'])
  if (format === undefined) return { type: 'text' }
  const at = current === undefined ? 'output_format' : 'output_config.format'
  const schema = objectField(format, 'schema', at)
  if (format['type'] !== 'json_schema' || schema === undefined)
    return invalid(at, `${at} must be {"type": "json_schema", "schema": {…}}.`)
  const strict = isClosedSchema(schema) ? { strict: true } : {}
  return { type: 'json-schema', name: 'output', schema, ...strict }
}

/** `{effort: 'none'}` stands for thinking that is switched off. */
function decodeReasoning(body: JsonObject, extensions: Draft): ReasoningRequest {
  const config = objectField(body, 'output_config') ?? {}
  const level = stringField(config, 'effort', 'output_config')
  if (level !== undefined && !isEffort(level))
    return invalid('output_config.effort', 'output_config.effort must be low, medium, high, xhigh or max.')
  const kept: Draft = { ...restOf(config, new Set(['format', 'effort'])) }
  const thinking = objectField(body, 'thinking')
  const request = decodeThinking(thinking, extensions)
  // How hard to work without thinking is a thing that only this dialect can ask.
  if (request.effort === 'none' && level !== undefined) kept['effort'] = level
  if (Object.keys(kept).length > 0) extensions['output_config'] = kept
  return request.effort === undefined && level !== undefined ? { ...request, effort: level } : request
}

function decodeThinking(thinking: JsonObject | undefined, extensions: Draft): ReasoningRequest {
  if (thinking === undefined) return {}
  const display = stringField(thinking, 'display', 'thinking')
  const visible = display === undefined ? {} : { visible: display !== 'omitted' }
  switch (thinking['type']) {
    case 'enabled': {
      const budgetTokens = wholeField(thinking, 'budget_tokens', 'thinking')
      return budgetTokens === undefined ? { adaptive: true, ...visible } : { budgetTokens, ...visible }
    }
    case 'adaptive':
      return { adaptive: true, ...visible }
    case 'disabled':
      return { effort: 'none' }
    case 'between_tools':
      extensions['thinking'] = thinking
      return { adaptive: true }
    default:
      return invalid(pathOf('thinking', 'type'), 'thinking.type must be enabled, adaptive, disabled or between_tools.')
  }
}
