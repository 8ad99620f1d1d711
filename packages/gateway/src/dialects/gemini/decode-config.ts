// `generationConfig` of a request: sampling, limits, output format and thinking.

import type { OutputFormat, ReasoningRequest, Sampling } from '../../core/conversation.ts'
import { isJsonObject } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { isEffort } from '../../core/reasoning-effort.ts'
import { schemaFromGemini } from './schema-from-gemini.ts'
import { booleanField, field, invalid, listField, numberField, objectField, otherFields, stringField } from './wire.ts'

export interface DecodedConfig {
  readonly sampling: Sampling
  readonly output: OutputFormat
  readonly reasoning: ReasoningRequest
  readonly maxOutputTokens?: number
}

const AT = 'generationConfig'

const CONFIG_FIELDS: ReadonlySet<string> = new Set([
  'temperature',
  'topP',
  'topK',
  'candidateCount',
  'maxOutputTokens',
  'stopSequences',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'thinkingConfig',
])

type Extensions = [path: string, value: JsonValue][]

/** @param extensions takes what has no place in a conversation */
export function decodeConfig(body: JsonObject, extensions: Extensions): DecodedConfig {
  const config = objectField(body, AT, AT) ?? {}
  for (const [name, value] of otherFields(config, CONFIG_FIELDS)) extensions.push([`${AT}.${name}`, value])
  const maxOutputTokens = numberField(config, 'maxOutputTokens', `${AT}.maxOutputTokens`)
  if (maxOutputTokens !== undefined && !(Number.isInteger(maxOutputTokens) && maxOutputTokens > 0)) {
    invalid(`${AT}.maxOutputTokens`, `${AT}.maxOutputTokens must be a positive whole number.`)
  }
  return {
    sampling: decodeSampling(config),
    output: decodeOutput(config, extensions),
    reasoning: decodeThinking(config, extensions),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

function decodeSampling(config: JsonObject): Sampling {
  const number = (name: string) => numberField(config, name, `${AT}.${name}`)
  const n = number('candidateCount')
  if (n !== undefined && !(Number.isInteger(n) && n >= 1)) {
    invalid(`${AT}.candidateCount`, `${AT}.candidateCount must be a whole number of at least 1.`)
  }
  return present({
    temperature: number('temperature'),
    topP: number('topP'),
    topK: number('topK'),
    presencePenalty: number('presencePenalty'),
    frequencyPenalty: number('frequencyPenalty'),
    seed: number('seed'),
    n,
    logprobs: booleanField(config, 'responseLogprobs', `${AT}.responseLogprobs`),
    topLogprobs: number('logprobs'),
    stop: decodeStop(config),
  })
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the members that are not there. */
function present<T extends object>(fields: T & { readonly stop: string[] }): Given<T> & { readonly stop: string[] } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T> & {
    readonly stop: string[]
  }
}

/** H66: text alone counts as a list of one. */
function decodeStop(config: JsonObject): string[] {
  const at = `${AT}.stopSequences`
  const value = field(config, 'stopSequences')
  if (typeof value === 'string') return [value]
  return listField(config, 'stopSequences', at).map((stop, index) =>
    typeof stop === 'string' ? stop : invalid(`${at}[${index}]`, `${at}[${index}] must be a string.`),
  )
}

function decodeOutput(config: JsonObject, extensions: Extensions): OutputFormat {
  const mimeType = stringField(config, 'responseMimeType', `${AT}.responseMimeType`) ?? ''
  const jsonSchema = objectField(config, 'responseJsonSchema', `${AT}.responseJsonSchema`)
  const openApi = objectField(config, 'responseSchema', `${AT}.responseSchema`)
  const schema = jsonSchema ?? (openApi === undefined ? undefined : schemaFromGemini(openApi))
  if (mimeType !== '' && mimeType !== 'text/plain' && mimeType !== 'application/json') {
    // `text/x.enum`: one word out of the schema, without quotes. No other dialect has it.
    extensions.push([`${AT}.responseMimeType`, mimeType])
    if (openApi !== undefined) extensions.push([`${AT}.responseSchema`, openApi])
    return { type: 'text' }
  }
  if (schema !== undefined) return { type: 'json-schema', name: 'response', schema }
  return mimeType === 'application/json' ? { type: 'json' } : { type: 'text' }
}

const THINKING_AT = `${AT}.thinkingConfig`
const THINKING_FIELDS: ReadonlySet<string> = new Set(['includeThoughts', 'thinkingBudget', 'thinkingLevel'])

function decodeThinking(config: JsonObject, extensions: Extensions): ReasoningRequest {
  const thinking = objectField(config, 'thinkingConfig', THINKING_AT)
  if (!isJsonObject(thinking)) return {}
  for (const [name, value] of otherFields(thinking, THINKING_FIELDS)) extensions.push([`${THINKING_AT}.${name}`, value])
  const visible = booleanField(thinking, 'includeThoughts', `${THINKING_AT}.includeThoughts`)
  const budgetTokens = numberField(thinking, 'thinkingBudget', `${THINKING_AT}.thinkingBudget`)
  const level = stringField(thinking, 'thinkingLevel', `${THINKING_AT}.thinkingLevel`)?.toLowerCase()
  const effort = budgetTokens === 0 && level === undefined ? 'none' : level
  if (level !== undefined && !isEffort(level) && !level.endsWith('unspecified')) {
    invalid(`${THINKING_AT}.thinkingLevel`, `${THINKING_AT}.thinkingLevel must be MINIMAL, LOW, MEDIUM or HIGH.`)
  }
  return {
    ...(visible === undefined ? {} : { visible }),
    ...(budgetTokens === undefined ? {} : { budgetTokens: Math.max(-1, Math.trunc(budgetTokens)) }),
    ...(isEffort(effort) ? { effort } : {}),
  }
}
