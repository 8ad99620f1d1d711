// Items as listings show them: each with an `id` and, for messages, with all that OpenAI's `ItemResource` has.
// An item that came without an id gets one made of its hash and of how many equal ones are before it, so that it is the
// same in every listing of the chain, and can be found again without a table.

import {
  arrayOf,
  isJsonObject,
  objectOf,
  parseJsonObject,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { HASH_LENGTH } from './item-list.ts'

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
  ['custom_tool_call', 'ctc'],
  ['custom_tool_call_output', 'ctco'],
  ['compaction', 'cmp'],
])

const MADE_UP = new RegExp(`^[a-z]+_([0-9a-f]{${HASH_LENGTH}})([0-9a-f]{0,8})$`)
/** Those whose `ItemResource` has a status; how it ended is known no better. */
const WITH_STATUS: ReadonlySet<string> = new Set(['message', 'function_call', 'function_call_output'])

/** Hash and number of a made-up id; null for any other. */
export function parseMadeUpId(id: string): { readonly hash: string; readonly before: number } | null {
  const match = MADE_UP.exec(id)
  if (match === null) return null
  const [, hash = '', number = ''] = match
  return { hash, before: number === '' ? 0 : Number.parseInt(number, 16) }
}

/** @param before how many equal items are in front of it */
export function madeUpId(item: string, hash: string, before: number): string {
  const type = stringOf(parseJsonObject(item)?.['type']) ?? 'message'
  return `${PREFIXES.get(type) ?? 'item'}_${hash}${before === 0 ? '' : before.toString(16)}`
}

/** @param id absent = its own */
export function listedItem(item: string, id?: string): string {
  const value = parseJsonObject(item)
  if (value === null) return item
  const type = stringOf(value['type']) ?? 'message'
  const isEasy = type === 'message' && !isWhole(value)
  if (id === undefined && !isEasy) return item
  const { id: own, type: _type, status, ...rest } = value
  const shown: JsonObject = {
    id: id ?? own ?? '',
    type,
    ...(status === undefined || status === null ? (WITH_STATUS.has(type) ? { status: 'completed' } : {}) : { status }),
    ...rest,
    ...(type === 'message' ? { content: contentOf(value) } : {}),
  }
  return JSON.stringify(shown)
}

function isWhole(message: JsonObject): boolean {
  return (
    message['type'] !== undefined &&
    typeof message['status'] === 'string' &&
    Array.isArray(message['content']) &&
    contentOf(message) === message['content']
  )
}

/** The same array where nothing is to be added. */
function contentOf(message: JsonObject): readonly JsonValue[] {
  const content = message['content']
  const isAnswer = message['role'] === 'assistant'
  if (typeof content === 'string') return [textPart(content, isAnswer)]
  const parts = arrayOf(content) ?? []
  if (!parts.some(lacksAnnotations)) return parts
  return parts.map((part) => (lacksAnnotations(part) ? { ...objectOf(part), annotations: [] } : part))
}

function textPart(text: string, isAnswer: boolean): JsonObject {
  return isAnswer ? { type: 'output_text', text, annotations: [] } : { type: 'input_text', text }
}

function lacksAnnotations(part: JsonValue): boolean {
  return isJsonObject(part) && part['type'] === 'output_text' && part['annotations'] === undefined
}
