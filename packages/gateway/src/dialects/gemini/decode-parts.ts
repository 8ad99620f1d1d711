// One part of a content.

import type { Part, ReasoningPart, Seal } from '../../core/conversation.ts'
import { arrayOf, isJsonObject, objectOf, parseJsonObject, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import type { CallIds } from './call-ids.ts'
import { thoughtsIn } from './carried-thoughts.ts'
import { kindOfMedia, mediaFromWire } from './media-parts.ts'
import type { WireMedia } from './media-parts.ts'
import { sealFromClient } from './seals.ts'
import type { OpenedSeal } from './seals.ts'
import { booleanField, camelOf, field, invalid, objectField, otherFields, stringField } from './wire.ts'

export interface PartContext {
  readonly envelope: SealEnvelope
  readonly ids: CallIds
  /** Members that the conversation has no place for, under their paths: `contents[0].parts[2].videoMetadata`. */
  readonly extensions: [path: string, value: JsonValue][]
}

interface PartPlace {
  readonly at: string
  readonly turn: number
  readonly index: number
}

const PART_FIELDS: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'functionCall',
  'functionResponse',
  'inlineData',
  'fileData',
])

export interface DecodedPart {
  /** Null for a part that is empty, or that nobody may see. */
  readonly part: Part | null
  /** What was thought before it, where its signature carries that; null = it does not. */
  readonly thoughts: readonly ReasoningPart[] | null
}

export function decodePart(part: JsonObject, place: PartPlace, context: PartContext): DecodedPart {
  const { at } = place
  const opened = sealFromClient(field(part, 'thoughtSignature'), context.envelope)
  const thoughts = thoughtsIn(opened.seal, at)
  const decoded = decodeData(part, place, thoughts === null ? opened : { ...opened, seal: null }, context)
  if (decoded !== null && decoded.type !== 'foreign') {
    for (const [name, value] of otherFields(part, PART_FIELDS)) context.extensions.push([`${at}.${name}`, value])
  }
  return { part: decoded, thoughts }
}

function decodeData(part: JsonObject, place: PartPlace, opened: OpenedSeal, context: PartContext): Part | null {
  const { at } = place
  const sealed = opened.seal === null ? {} : { seal: opened.seal }
  if (booleanField(part, 'thought', `${at}.thought`) === true && !hasData(part)) {
    return opened.forged ? null : reasoning(stringField(part, 'text', `${at}.text`) ?? '', at, opened)
  }
  const text = stringField(part, 'text', `${at}.text`)
  if (text !== undefined) return { type: 'text', at, text, ...sealed }
  const call = objectField(part, 'functionCall', `${at}.functionCall`)
  if (call !== undefined) return { ...functionCall(call, place, context), ...sealed }
  const response = objectField(part, 'functionResponse', `${at}.functionResponse`)
  if (response !== undefined) return functionResponse(response, place, context)
  const media = mediaOf(part, at)
  if (media !== null) return mediaPart(media, part, { at, seal: opened.seal }, context)
  return otherPart(part, at, opened.seal)
}

function hasData(part: JsonObject): boolean {
  return ['functionCall', 'functionResponse', 'inlineData', 'fileData'].some((name) => field(part, name) !== undefined)
}

function reasoning(text: string, at: string, { seal, redacted }: OpenedSeal): ReasoningPart {
  // The reasoning of OpenAI's models is a summary by nature.
  const isSummary = seal?.dialect === 'openai-responses'
  return {
    type: 'reasoning',
    at,
    text: isSummary ? '' : text,
    summary: isSummary && text !== '' ? [text] : [],
    redacted,
    ...(seal === null ? {} : { seal }),
  }
}

function functionCall(call: JsonObject, { at, turn, index }: PartPlace, context: PartContext): Part {
  const where = `${at}.functionCall`
  const name = stringField(call, 'name', `${where}.name`)
  if (name === undefined || name === '') return invalid(`${where}.name`, `${where}.name is missing.`)
  const given = stringField(call, 'id', `${where}.id`) ?? ''
  const args = field(call, 'args')
  return {
    type: 'tool-call',
    at,
    id: context.ids.forCall(given, name, turn, index),
    name,
    kind: 'function',
    input: args === undefined ? '{}' : JSON.stringify(args),
  }
}

// --- results ---

function functionResponse(response: JsonObject, { at }: PartPlace, context: PartContext): Part {
  const where = `${at}.functionResponse`
  const name = stringField(response, 'name', `${where}.name`) ?? ''
  const given = stringField(response, 'id', `${where}.id`) ?? ''
  const { text, isError } = resultText(field(response, 'response'))
  const parts: Part[] = [{ type: 'text', at: `${where}.response`, text }]
  for (const [index, entry] of (arrayOf(field(response, 'parts')) ?? []).entries()) {
    const partAt = `${where}.parts[${index}]`
    const media = isJsonObject(entry) ? mediaOf(entry, partAt) : null
    if (media === null || !isJsonObject(entry)) return invalid(partAt, `${partAt} must be inlineData or fileData.`)
    parts.push(mediaPart(media, entry, { at: partAt, seal: null }, context))
  }
  return {
    type: 'tool-result',
    at,
    callId: context.ids.forResult(given, name),
    ...(name === '' ? {} : { name }),
    kind: 'function',
    isError,
    parts,
  }
}

/**
 * `{"output": "text"}` and `{"error": "text"}` are the text, any other object is its JSON. An object that arrives as
 * text inside either stays wrapped, so that it is not taken for the result itself on the way back.
 */
function resultText(response: JsonValue | undefined): { text: string; isError: boolean } {
  if (response === undefined) return { text: '', isError: false }
  if (typeof response === 'string') return { text: response, isError: false }
  const object = objectOf(response)
  if (object === undefined) return { text: JSON.stringify(response), isError: false }
  const isError = object['error'] != null && object['output'] === undefined
  const single =
    Object.keys(object).length === 1 ? (stringOf(object['output']) ?? stringOf(object['error'])) : undefined
  const plain = single !== undefined && parseJsonObject(single) === null
  return { text: plain ? single : JSON.stringify(object), isError }
}

// --- media and the rest ---

function mediaOf(part: JsonObject, at: string): WireMedia | null {
  const media = mediaFromWire(part)
  if (media !== null) return media
  for (const [name, member] of [
    ['inlineData', 'data'],
    ['fileData', 'fileUri'],
  ] as const) {
    if (field(part, name) !== undefined) {
      return invalid(
        `${at}.${name}.${member}`,
        `${at}.${name} must be an object with the texts mimeType and ${member}.`,
      )
    }
  }
  return null
}

function mediaPart(
  { source, mediaType, name }: WireMedia,
  part: JsonObject,
  { at, seal }: { readonly at: string; readonly seal: Seal | null },
  context: PartContext,
): Part {
  const url = source.kind === 'url' ? source.url : source.kind === 'file-id' ? source.id : ''
  const kind = kindOfMedia(mediaType, url)
  // A file's own type has no place beside its id.
  const file = objectOf(field(part, 'fileData'))
  if (source.kind === 'file-id' && file !== undefined) context.extensions.push([`${at}.fileData`, file])
  const sealed = seal === null ? {} : { seal }
  if (kind !== 'file') return { type: kind, at, source, ...sealed }
  return { type: 'file', at, source, ...(name === undefined ? {} : { name }), ...sealed }
}

function otherPart(part: JsonObject, at: string, seal: Seal | null): Part | null {
  const kind = Object.keys(part).find((key) => part[key] != null && !PART_FIELDS.has(camelOf(key)))
  if (kind === undefined) return seal === null ? null : { type: 'text', at, text: '', seal }
  return { type: 'foreign', at, dialect: 'gemini', kind: camelOf(kind), value: part, summary: inWords(part) }
}

function inWords(part: JsonObject): string {
  const code = objectOf(field(part, 'executableCode'))
  if (code !== undefined) return `[Code that was run]\n${stringOf(field(code, 'code')) ?? ''}`.trimEnd()
  const result = objectOf(field(part, 'codeExecutionResult'))
  if (result !== undefined) return `[Output of the code]\n${stringOf(field(result, 'output')) ?? ''}`.trimEnd()
  return ''
}
