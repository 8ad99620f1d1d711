// What a chat request needs before a certain server, or a certain model, takes it: fields left out or renamed, a role
// called otherwise, ids in the form that it wants. Most requests need nothing, and then their bytes go as they are: one
// look with a regular expression tells. It may err on the safe side, because an object that needs nothing comes out of
// `finishChat` as it went in.

import { createHash } from 'node:crypto'
import type { Quirks } from '../config/quirks.ts'
import type { FinishedRequest, UnfinishedRequest } from './adapter.ts'
import { arrayOf, isJsonObject, numberOf, stringOf, type JsonObject, type JsonValue } from '../core/json.ts'
import type { ModelTraits } from '../core/model-traits.ts'

/** Matches a body that may need `finishChat`; null = none does. */
export function chatTrigger(quirks: Quirks, traits: ModelTraits): RegExp | null {
  const fields = [...quirks.refusedFields, ...Object.keys(quirks.renamedFields), ...quirks.refusedMessageFields]
  fields.push(...foreignLimit(quirks, traits))
  if (quirks.callIdExact) fields.push('tool_calls', 'tool_call_id')
  fields.push(...fixedFields(traits))
  if (traits.maxTemperature < 2) fields.push('temperature')
  const patterns = fields.length === 0 ? [] : [`"(?:${fields.join('|')})"\\s*:`]
  if (quirks.systemRole === 'system') patterns.push('"developer"')
  return patterns.length === 0 ? null : new RegExp(patterns.join('|'))
}

/** The name of the token limit that is not understood there. */
function foreignLimit(quirks: Quirks, traits: ModelTraits): readonly string[] {
  // OpenAI's newer models refuse the older name; others only know that one.
  if (traits.maxTokensField === 'max_completion_tokens') return traits.sampling === 'none' ? ['max_tokens'] : []
  return quirks.maxTokensField === 'max_tokens' ? ['max_completion_tokens'] : []
}

export function finishChat(request: UnfinishedRequest, quirks: Quirks, traits: ModelTraits): FinishedRequest {
  const dropped: string[] = []
  const body: Record<string, JsonValue | undefined> = { ...request.body, model: request.model }
  const [foreign] = foreignLimit(quirks, traits)
  if (foreign !== undefined) rename(body, foreign, traits.maxTokensField)
  for (const [name, theirs] of Object.entries(quirks.renamedFields)) rename(body, name, theirs)
  for (const name of quirks.refusedFields) {
    if (body[name] === undefined) continue
    delete body[name]
    // Usage comes without being asked for.
    if (name !== 'stream_options') dropped.push(name)
  }
  fitSampling(body, traits, dropped)
  const messages = arrayOf(body.messages)
  if (messages !== undefined)
    body.messages = messages.map((message, index) => fitMessage(message, index, quirks, dropped))
  return { body, headers: request.headers, dropped }
}

function rename(body: Record<string, JsonValue | undefined>, from: string, to: string): void {
  if (body[from] === undefined) return
  body[to] ??= body[from]
  delete body[from]
}

/** Models that always think refuse to be told how to sample; those that can do without take it then, and know best. */
function fixedFields(traits: ModelTraits): readonly string[] {
  if (traits.efforts.includes('none')) return []
  if (traits.sampling === 'none') return ['temperature', 'top_p', ...PENALTIES]
  return traits.stop ? [] : PENALTIES
}

const PENALTIES: readonly string[] = ['presence_penalty', 'frequency_penalty']

function fitSampling(body: Record<string, JsonValue | undefined>, traits: ModelTraits, dropped: string[]): void {
  for (const name of fixedFields(traits)) {
    const value = body[name]
    if (value === undefined) continue
    delete body[name]
    // What they do anyway is no loss.
    if (value !== null && numberOf(value) !== (PENALTIES.includes(name) ? 0 : 1)) dropped.push(name)
  }
  const temperature = numberOf(body.temperature)
  if (temperature !== undefined && temperature > traits.maxTemperature) {
    body.temperature = traits.maxTemperature
    dropped.push(`temperature=${traits.maxTemperature}`)
  }
}

function fitMessage(message: JsonValue, index: number, quirks: Quirks, dropped: string[]): JsonValue {
  if (!isJsonObject(message)) return message
  const fitted: Record<string, JsonValue | undefined> = { ...message }
  if (fitted.role === 'developer' && quirks.systemRole === 'system') fitted.role = 'system'
  for (const name of quirks.refusedMessageFields) {
    if (fitted[name] === undefined) continue
    delete fitted[name]
    dropped.push(`messages[${index}].${name}`)
  }
  const callId = stringOf(fitted.tool_call_id)
  if (callId !== undefined) fitted.tool_call_id = fittingCallId(callId, quirks)
  const calls = arrayOf(fitted.tool_calls)
  if (calls !== undefined) fitted.tool_calls = calls.map((call) => fitCall(call, quirks))
  return fitted
}

function fitCall(call: JsonValue, quirks: Quirks): JsonValue {
  if (!isJsonObject(call)) return call
  const id = stringOf(call.id)
  if (id === undefined) return call
  const fitted: JsonObject = { ...call, id: fittingCallId(id, quirks) }
  return fitted
}

/** Kept where it fits; else a hash, the same for the call and its result. Never cut: two ids could become one (H28). */
export function fittingCallId(id: string, { callIdLength, callIdExact }: Quirks): string {
  if (callIdExact ? id.length === callIdLength && /^[a-zA-Z0-9]+$/.test(id) : id.length <= callIdLength) return id
  const hash = createHash('sha256').update(id).digest('hex')
  return callIdExact ? hash.slice(0, callIdLength) : `call_${hash.slice(0, Math.min(24, callIdLength - 5))}`
}
