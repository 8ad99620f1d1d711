// Turns as messages. Results of tools are messages of their own and follow the calls at once; what a result holds beside
// text comes behind all of them in a message of the user (H30, H35). Histories that lack results, or calls, are repaired.

import type { AssistantTurn, Part, Seal, ToolResultPart, UserTurn } from '../../core/conversation.ts'
import { parseJsonObject, type JsonObject } from '../../core/json.ts'
import { legalCallId, numberedCallId } from '../../core/tool-call-ids.ts'
import { repairToolResults } from '../../core/tool-results.ts'
import { encodeContent, isText, type Encoding } from './encode-content.ts'
import { detailsOfSeal } from './reasoning-details.ts'
import { CHAT, defined } from './wire.ts'

/** OpenAI's limit for ids of tool calls, the lowest of this dialect's. */
const MAX_CALL_ID_LENGTH = 40

export function encodeMessages(encoding: Encoding): readonly JsonObject[] {
  const messages: JsonObject[] = []
  const turns = repairToolResults(encoding.conversation.turns)
  let system: Part[] = []
  // Ids of the calls that wait for their results, in order.
  let callIds: string[] = []
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'system') {
      if (encoding.target.traits.midSystem) messages.push(...encodeSystem(turn.kind, turn.parts, encoding))
      else if (messages.length === 0) system = [...system, ...turn.parts]
      else messages.push(reminder(turn.parts, encoding))
      continue
    }
    if (system.length > 0) messages.push(...encodeSystem('system', system, encoding))
    system = []
    if (turn.role === 'assistant') {
      if (turns[index - 1]?.role !== 'assistant') callIds = []
      messages.push(encodeAssistant(turn, index, callIds, encoding))
    } else messages.push(...encodeUser(turn, callIds, encoding))
  }
  if (system.length > 0) messages.push(...encodeSystem('system', system, encoding))
  if (!encoding.target.traits.prefill && turns.at(-1)?.role === 'assistant')
    messages.push({ role: 'user', content: 'Continue.' })
  return messages
}

function encodeSystem(kind: string, parts: readonly Part[], encoding: Encoding): readonly JsonObject[] {
  const texts = parts.filter(isText)
  if (texts.length === 0) return []
  const { systemRole } = encoding.target.traits
  // OpenAI knows both words; nobody else knows the newer one.
  const role = encoding.own && encoding.openAi ? (kind === 'system' ? 'system' : 'developer') : systemRole
  return [{ role, content: encodeContent(texts, '\n\n', encoding) }]
}

/** For chat templates that allow a system message at the start only. */
function reminder(parts: readonly Part[], encoding: Encoding): JsonObject {
  const text = parts.filter(isText).map((part) => part.text)
  if (parts.some((part) => part.cache !== undefined)) encoding.notes.drop('cache')
  return { role: 'user', content: `<system-reminder>\n${text.join('\n\n')}\n</system-reminder>` }
}

// --- user turns ---

function encodeUser(turn: UserTurn, callIds: readonly string[], encoding: Encoding): readonly JsonObject[] {
  const messages: JsonObject[] = []
  const media: Part[] = []
  const rest: Part[] = []
  for (const part of turn.parts) {
    if (part.type !== 'tool-result') rest.push(part)
    else {
      const callId = part.callId === '' ? (callIds[messages.length] ?? '') : outgoingId(part.callId)
      messages.push(encodeResult(part, callId, media, encoding))
    }
  }
  const spoken = [...media, ...rest]
  if (spoken.length === 0 && messages.length > 0) return messages
  messages.push({ role: 'user', content: encodeContent(spoken, '\n\n', encoding), ...defined({ name: turn.name }) })
  return messages
}

/** @param media gets what a tool message cannot hold */
function encodeResult(part: ToolResultPart, callId: string, media: Part[], encoding: Encoding): JsonObject {
  const { traits } = encoding.target
  const kept: Part[] = []
  for (const inner of part.parts) {
    if (inner.type === 'text' || (inner.type === 'image' && traits.toolResultMedia)) kept.push(inner)
    else if (inner.type === 'file' && inner.source.kind === 'text')
      kept.push({ type: 'text', at: inner.at, text: inner.source.text })
    else {
      kept.push({ type: 'text', at: inner.at, text: `[${inner.type}: in the next message of the user]` })
      media.push({ type: 'text', at: inner.at, text: `From the result of the call ${callId}:` }, inner)
    }
  }
  // This dialect has no field for a failure (H36).
  if (part.isError) prefixError(kept, part.at)
  const last = kept.at(-1)
  if (part.cache !== undefined && last !== undefined) kept[kept.length - 1] = { ...last, cache: part.cache }
  const name = encoding.own ? part.name : undefined
  return { role: 'tool', tool_call_id: callId, content: encodeContent(kept, '\n', encoding), ...defined({ name }) }
}

function prefixError(parts: Part[], at: string): void {
  const [first] = parts
  if (first?.type === 'text') parts[0] = { ...first, text: `Error: ${first.text}` }
  else parts.unshift({ type: 'text', at, text: 'Error: the call failed.' })
}

// --- assistant turns ---

function encodeAssistant(turn: AssistantTurn, index: number, callIds: string[], encoding: Encoding): JsonObject {
  const spoken: Part[] = []
  const calls: JsonObject[] = []
  const message: Record<string, JsonObject | string> = {}
  let refusal = ''
  for (const [place, part] of turn.parts.entries()) {
    switch (part.type) {
      case 'text':
        if (part.seal !== undefined) Object.assign(message, extraContent(part.seal, encoding))
        if (part.text !== '') spoken.push(part)
        break
      case 'tool-call': {
        const id = part.id === '' ? numberedCallId(index, place) : outgoingId(part.id)
        callIds.push(id)
        calls.push(encodeCall(part, id, encoding))
        break
      }
      case 'refusal':
        if (!encoding.own && !encoding.openAi) spoken.push(part)
        else refusal += part.text
        break
      case 'foreign':
        if (part.dialect === CHAT && part.kind === 'audio' && encoding.own) message['audio'] = part.value
        else if (part.summary !== '') spoken.push(part)
        break
      case 'reasoning':
        break
      default:
        // Only users may show media.
        encoding.notes.dropAt(part.at)
    }
  }
  if (refusal !== '') message['refusal'] = refusal
  const isSilent = spoken.length === 0 && (calls.length > 0 || 'refusal' in message || 'audio' in message)
  return {
    role: 'assistant',
    content: isSilent ? null : encodeContent(spoken, '', encoding),
    ...message,
    ...encodeReasoning(turn, encoding),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...defined({ name: turn.name }),
  }
}

function encodeCall(part: Part & { type: 'tool-call' }, id: string, encoding: Encoding): JsonObject {
  const name = encoding.names.toUpstream(part.name, part.namespace, part.kind)
  const seal = part.seal === undefined ? {} : extraContent(part.seal, encoding)
  if (part.kind === 'custom' && encoding.openAi)
    return { id, type: 'custom', custom: { name, input: part.input }, ...seal }
  const input = part.kind === 'custom' ? JSON.stringify({ input: part.input }) : argumentsOf(part.input, encoding)
  return { id, type: 'function', function: { name, arguments: input }, ...seal }
}

/** Servers that put arguments into a template parse them, and refuse what was cut off (H27). */
function argumentsOf(input: string, { own }: Encoding): string {
  if (input === '') return '{}'
  return own || parseJsonObject(input) !== null ? input : JSON.stringify({ _raw: input })
}

/** Nearly anything is an id here; Moonshot's own (`functions.name:0`) would be refused elsewhere. */
function outgoingId(id: string): string {
  return id.length <= MAX_CALL_ID_LENGTH && /^[\x21-\x7e]+$/.test(id) ? id : legalCallId(id, MAX_CALL_ID_LENGTH)
}

// --- reasoning ---

function isOurs(seal: Seal, { target }: Encoding): boolean {
  if (seal.dialect !== CHAT) return false
  return seal.origin === undefined || target.origin === undefined || seal.origin === target.origin
}

function extraContent(seal: Seal, encoding: Encoding): { extra_content?: JsonObject } {
  return isOurs(seal, encoding) ? { extra_content: { google: { thought_signature: seal.data } } } : {}
}

/** Another provider's thinking is sent as nothing, never as words; without a seal it can only be told by the dialect. */
function encodeReasoning(turn: AssistantTurn, encoding: Encoding): JsonObject {
  const { reasoningField } = encoding.target.traits
  if (reasoningField === null) return {}
  const texts: string[] = []
  const details: JsonObject[] = []
  for (const part of turn.parts) {
    if (part.type !== 'reasoning') continue
    if (part.seal === undefined ? !encoding.own : !isOurs(part.seal, encoding)) continue
    if (part.text !== '') texts.push(part.text)
    if (part.seal !== undefined) details.push(...detailsOfSeal(part.seal))
  }
  return {
    ...(texts.length === 0 ? {} : { [reasoningField]: texts.join('\n\n') }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  }
}
