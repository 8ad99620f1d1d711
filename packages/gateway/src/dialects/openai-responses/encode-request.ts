// A conversation as a body of `POST /v1/responses`, with encrypted reasoning asked for, so that it can come back with the next
// turn. Whose clients know nothing of storing get an upstream that keeps nothing: `store: false`.
// Source: `CreateResponse` of OpenAI's OpenAPI document.

import type { Conversation, Effort } from '../../core/conversation.ts'
import type { EncodedRequest, TargetModel } from '../../core/dialect.ts'
import type { Notes } from '../../core/field-notes.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { arrayOf } from '../../core/json.ts'
import { effortForBudget, nearestEffort } from '../../core/reasoning-effort.ts'
import { ToolNames } from '../../core/tool-names.ts'
import { shortId } from '../openai-chat/short-id.ts'
import { encodeInput } from './encode-input.ts'
import { encodeToolChoice, encodeTools, TOOL_NAMES } from './encode-tools.ts'
import { put } from './fields.ts'
import { INCLUDE_ENCRYPTED, INCLUDE_LOGPROBS, MIN_OUTPUT_TOKENS, OWN } from './wire.ts'

type Body = Record<string, JsonValue>

export function encodeRequest(conversation: Conversation, target: TargetModel, notes: Notes): EncodedRequest {
  const own = conversation.dialect === OWN
  const toolNames = new ToolNames(TOOL_NAMES)
  const { instructions, input } = encodeInput(conversation, target, toolNames, notes)
  const body: Body = { model: target.id, input: [...input], ...(own ? {} : { store: false }) }
  if (instructions !== null) body['instructions'] = instructions
  if (conversation.stream) body['stream'] = true
  const include = new Set<string>()
  if (own) restoreExtensions(conversation.extensions, body, include)
  putTools(conversation, target, toolNames, notes, body)
  putText(conversation, target, notes, body)
  putReasoning(conversation, target, notes, body, include)
  putSampling(conversation, target, notes, body, include)
  putRest(conversation, target, notes, body)
  if (include.size > 0) body['include'] = [...include]
  return { body, toolNames, outputTool: null, headers: {} }
}

/** Members of this dialect that the conversation has no place for, nested ones under their dotted names. */
function restoreExtensions(extensions: JsonObject, body: Body, include: Set<string>): void {
  for (const [name, value] of Object.entries(extensions)) {
    if (value === undefined) continue
    const dot = name.indexOf('.')
    if (name === 'include') {
      for (const entry of arrayOf(value) ?? []) if (typeof entry === 'string') include.add(entry)
    } else if (name.startsWith('reasoning.') || name.startsWith('text.')) {
      const member = name.slice(0, dot)
      const object = { ...(body[member] as JsonObject | undefined) }
      put(object as Body, name.slice(dot + 1), value)
      body[member] = object
    } else put(body, name, value)
  }
}

function putTools(conversation: Conversation, target: TargetModel, names: ToolNames, notes: Notes, body: Body): void {
  const tools = encodeTools(conversation, target, names, notes)
  if (tools.length === 0) {
    delete body['tool_choice']
    if (conversation.toolChoice.mode === 'required' || conversation.toolChoice.mode === 'tool') {
      notes.refuse('toolChoice', 'A tool call is demanded, and no tool that this model could call is left.')
    }
    return
  }
  body['tools'] = tools
  if (conversation.parallelTools !== undefined) body['parallel_tool_calls'] = conversation.parallelTools
  if (conversation.toolChoice.given) body['tool_choice'] ??= encodeToolChoice(conversation, target, names, notes)
}

function putText(conversation: Conversation, target: TargetModel, notes: Notes, body: Body): void {
  const { output, verbosity } = conversation
  const text: Body = { ...(body['text'] as JsonObject | undefined) } as Body
  if (output.type === 'json') text['format'] = { type: 'json_object' }
  if (output.type === 'json-schema') {
    if (target.traits.structuredOutput === 'none') {
      notes.refuse('output', `The model ${target.id} cannot be held to a JSON Schema. Choose another model.`)
    }
    text['format'] = {
      type: 'json_schema',
      name: legalName(output.name),
      ...(output.description === undefined ? {} : { description: output.description }),
      schema: output.schema,
      ...(output.strict === undefined ? {} : { strict: output.strict }),
    }
  }
  if (verbosity !== undefined) text['verbosity'] = verbosity
  if (Object.keys(text).length > 0) body['text'] = text
}

/** The name of a schema means nothing to the answer: an illegal one may be changed. */
function legalName(name: string): string {
  const legal = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64)
  return legal === '' ? 'answer' : legal
}

function putReasoning(
  conversation: Conversation,
  target: TargetModel,
  notes: Notes,
  body: Body,
  include: Set<string>,
): void {
  const { reasoning } = conversation
  const { thinking } = target.traits
  const value: Body = { ...(body['reasoning'] as JsonObject | undefined) } as Body
  const effort = wantedEffort(conversation)
  if (thinking === 'none') {
    delete body['reasoning']
    if (effort !== null && effort !== 'none') notes.drop(reasoning.effort === undefined ? 'budgetTokens' : 'effort')
    if (reasoning.sealed === true) notes.dropAt(INCLUDE_ENCRYPTED)
    return
  }
  if (effort !== null) {
    const accepted = nearestEffort(effort, target.traits.efforts)
    if (accepted === null) notes.drop('effort')
    else value['effort'] = accepted
    if (accepted !== null && accepted !== effort) notes.change('effort', accepted)
  }
  if (reasoning.summary !== undefined) value['summary'] = reasoning.summary
  else if (reasoning.visible === true) value['summary'] = 'auto'
  if (Object.keys(value).length > 0) body['reasoning'] = value
  include.add(INCLUDE_ENCRYPTED)
}

function wantedEffort({ reasoning }: Conversation): Effort | null {
  if (reasoning.effort !== undefined) return reasoning.effort
  return reasoning.budgetTokens === undefined ? null : effortForBudget(reasoning.budgetTokens)
}

function putSampling(
  { sampling, dialect }: Conversation,
  target: TargetModel,
  notes: Notes,
  body: Body,
  include: Set<string>,
): void {
  const { traits } = target
  if (sampling.n !== undefined && sampling.n !== 1) {
    notes.refuse('n', `The model ${target.id} gives one answer at a time. Send n requests instead.`)
  }
  if (sampling.stop.length > 0) {
    notes.refuse('stop', `The model ${target.id} takes no stop sequences. Leave them out, or choose another model.`)
  }
  if (sampling.temperature !== undefined) {
    if (traits.sampling === 'none') notes.drop('temperature')
    else {
      body['temperature'] = Math.min(sampling.temperature, traits.maxTemperature)
      if (sampling.temperature > traits.maxTemperature) notes.change('temperature', traits.maxTemperature)
    }
  }
  if (sampling.topP !== undefined) {
    if (traits.sampling === 'all' || (traits.sampling === 'one' && sampling.temperature === undefined)) {
      body['top_p'] = sampling.topP
    } else notes.drop('topP')
  }
  // Open Responses has penalties, OpenAI has not.
  for (const [feature, name] of PENALTIES) {
    const penalty = sampling[feature]
    if (penalty === undefined) continue
    if (dialect === OWN) body[name] = penalty
    else if (penalty !== 0) notes.drop(feature)
  }
  for (const feature of ['topK', 'seed', 'logitBias'] as const) {
    if (sampling[feature] !== undefined) notes.drop(feature)
  }
  if (sampling.logprobs === true) include.add(INCLUDE_LOGPROBS)
  if (sampling.topLogprobs !== undefined) body['top_logprobs'] = sampling.topLogprobs
}

const PENALTIES = [
  ['frequencyPenalty', 'frequency_penalty'],
  ['presencePenalty', 'presence_penalty'],
] as const

const SERVICE_TIERS: ReadonlySet<string> = new Set([
  'auto',
  'default',
  'flex',
  'scale',
  'priority',
  'fast',
  'ultrafast',
])

function putRest(conversation: Conversation, target: TargetModel, notes: Notes, body: Body): void {
  const { maxOutputTokens, serviceTier, endUser, cacheKey } = conversation
  if (maxOutputTokens !== undefined) {
    const most = target.traits.maxOutputTokens || Number.POSITIVE_INFINITY
    const sent = Math.min(Math.max(maxOutputTokens, MIN_OUTPUT_TOKENS), most)
    if (sent !== maxOutputTokens) notes.change('maxOutputTokens', sent)
    body['max_output_tokens'] = sent
  }
  if (serviceTier !== undefined) {
    if (conversation.dialect === OWN || SERVICE_TIERS.has(serviceTier)) body['service_tier'] = serviceTier
    else notes.drop('serviceTier')
  }
  if (endUser !== undefined) body['safety_identifier'] = shortId(endUser)
  if (cacheKey !== undefined) body['prompt_cache_key'] = shortId(cacheKey)
  if (conversation.cache !== undefined) notes.drop('cache')
}
