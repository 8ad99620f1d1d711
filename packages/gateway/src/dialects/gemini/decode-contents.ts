// `contents` and `systemInstruction` of a request, as turns. Nothing is merged or repaired here; only calls and results
// without ids get the ids by which other dialects can tell them apart (H37).

import type { AssistantTurn, Part, SystemTurn, Turn, UserTurn } from '../../core/conversation.ts'
import { isJsonObject, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { CallIds } from './call-ids.ts'
import { insertThoughts } from './carried-thoughts.ts'
import { decodePart } from './decode-parts.ts'
import type { PartContext } from './decode-parts.ts'
import { field, invalid, listField, otherFields, stringField } from './wire.ts'

const CONTENT_FIELDS: ReadonlySet<string> = new Set(['parts', 'role', 'text'])

export function decodeContents(
  body: JsonObject,
  envelope: SealEnvelope,
  extensions: PartContext['extensions'],
): Turn[] {
  const context: PartContext = { envelope, ids: new CallIds(), extensions }
  const turns: Turn[] = []
  const system = decodeSystem(field(body, 'systemInstruction'), context)
  if (system !== null) turns.push(system)
  const contents = contentsOf(field(body, 'contents'))
  for (const [index, content] of contents.entries()) {
    turns.push(decodeContent(content, { at: `contents[${index}]`, index }, context))
  }
  return turns
}

function contentsOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined)
    invalid('contents', 'contents is missing: give the conversation as an array of {role, parts}.')
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
  return list.length === 0 ? invalid('contents', 'contents is empty: give at least one {role, parts}.') : list
}

/** Google takes a content, clients also send bare text, a part or a list of parts. */
function decodeSystem(value: JsonValue | undefined, context: PartContext): SystemTurn | null {
  if (value === undefined) return null
  const at = 'systemInstruction'
  const wrapped = isJsonObject(value) && field(value, 'parts') !== undefined ? value : { parts: partsOf(value, at) }
  const parts = decodeParts(wrapped, { at, index: 0 }, context)
  return parts.length === 0 ? null : { role: 'system', kind: 'system', parts }
}

function partsOf(value: JsonValue, at: string): readonly JsonValue[] {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
  return list.map((part) => {
    if (typeof part === 'string') return { text: part }
    return isJsonObject(part) ? part : invalid(at, `${at} must be a content: {"parts": [{"text": "…"}]}.`)
  })
}

interface Place {
  readonly at: string
  readonly index: number
}

function decodeContent(value: JsonValue, place: Place, context: PartContext): Turn {
  const content = typeof value === 'string' ? { parts: [{ text: value }] } : objectOf(value)
  if (content === undefined) return invalid(place.at, `${place.at} must be an object {role, parts}.`)
  const parts = decodeParts(content, place, context)
  const role = roleOf(content, parts, place.at)
  if (role === 'system') return { role, kind: 'system', parts }
  // One role speaks, the other acts: a call in a user's turn has no meaning in any dialect.
  for (const part of parts) {
    if (part.type === 'tool-call' && role === 'user')
      invalid(part.at, `${part.at} is a functionCall in a turn of the user. Give this content the role "model".`)
    if (part.type === 'tool-result' && role === 'assistant')
      invalid(part.at, `${part.at} is a functionResponse in a turn of the model. Give this content the role "user".`)
  }
  return { role, parts } satisfies UserTurn | AssistantTurn
}

function roleOf(content: JsonObject, parts: readonly Part[], at: string): 'user' | 'assistant' | 'system' {
  const role = stringField(content, 'role', `${at}.role`)
  switch (role) {
    case undefined:
    case '':
      return parts.some((part) => part.type === 'tool-call') ? 'assistant' : 'user'
    case 'user':
    case 'function':
    case 'tool':
      return 'user'
    case 'model':
    case 'assistant':
      return 'assistant'
    case 'system':
      return 'system'
    default:
      return invalid(`${at}.role`, `${at}.role must be "user" or "model", not ${JSON.stringify(role).slice(0, 60)}.`)
  }
}

/**
 * Pieces of one thought, as a stream brought them, are one again: the seal came with the last of them, and holds for the
 * whole.
 */
function addPart(parts: Part[], part: Part): void {
  const last = parts.at(-1)
  const continues = last?.type === 'reasoning' && last.seal === undefined && part.type === 'reasoning' && !part.redacted
  if (!continues) {
    parts.push(part)
    return
  }
  const text = last.text + part.text
  const isSummary = part.summary.length > 0 || part.seal?.dialect === 'openai-responses'
  const words = isSummary ? { text: '', summary: [text + part.summary.join('')] } : { text }
  parts[parts.length - 1] = { ...part, ...words, at: last.at }
}

function decodeParts(content: JsonObject, place: Place, context: PartContext): Part[] {
  const at = `${place.at}.parts`
  const bare = stringOf(field(content, 'text'))
  const list =
    field(content, 'parts') === undefined && bare !== undefined ? [{ text: bare }] : listField(content, 'parts', at)
  const parts: Part[] = []
  for (const [index, entry] of list.entries()) {
    const part = typeof entry === 'string' ? { text: entry } : objectOf(entry)
    const partAt = `${at}[${index}]`
    if (part === undefined) return invalid(partAt, `${partAt} must be an object such as {"text": "…"}.`)
    const { part: decoded, thoughts } = decodePart(part, { at: partAt, turn: place.index, index }, context)
    if (thoughts !== null) insertThoughts(parts, thoughts)
    if (decoded !== null) addPart(parts, decoded)
  }
  for (const [name, value] of otherFields(content, CONTENT_FIELDS))
    context.extensions.push([`${place.at}.${name}`, value])
  return parts
}
