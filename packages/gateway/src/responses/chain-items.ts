// Items of earlier turns, as a next turn begins from them. What its maker alone can read is put into an envelope that says
// who that is, before it is kept; and ids that only mean something at their maker's are not shown to anybody else.

import { arrayOf, isJsonObject, parseJsonObject, stringOf, type JsonObject } from '../core/json.ts'
import { scanArray, scanObject } from '../core/json-scan.ts'
import { isEnvelope, type SealEnvelope } from '../core/seal-envelope.ts'
import { OUR_REASONING_ID } from '../dialects/openai-responses/wire.ts'
import { itemHead } from './input-text.ts'

/**
 * The output of a response, as a next turn begins from it.
 * @param response raw JSON of the whole object, as Unicode text
 * @param envelope of the account, and of the deployment that answered
 * @returns null = its own `output`, as it is
 */
export function chainOutput(response: string, envelope: SealEnvelope): readonly string[] | null {
  if (!response.includes('"reasoning"')) return null
  let changed = false
  const items = outputItems(response).map((item) => {
    const sealed = sealedReasoning(item, envelope)
    if (sealed === null) return item
    changed = true
    return sealed
  })
  return changed ? items : null
}

/** Raw JSON of each. @param response raw JSON of the whole object */
export function outputItems(response: string): readonly string[] {
  const items: string[] = []
  scanObject(response, 0, (name, start) => {
    if (name !== 'output') return false
    if (response.charCodeAt(start) === 0x5b)
      scanArray(response, start, (from, to) => items.push(response.slice(from, to)))
    return true
  })
  return items
}

/** Null for what is no reasoning of an upstream of this dialect, or is sealed already. */
function sealedReasoning(item: string, envelope: SealEnvelope): string | null {
  if (itemHead(item).type !== 'reasoning') return null
  const value = parseJsonObject(item)
  if (value === null || !isReadable(value)) return null
  const data = stringOf(value['encrypted_content']) ?? ''
  const itemId = stringOf(value['id']) ?? ''
  if (isEnvelope(data)) return null
  // Open reasoning is bound to its maker by its id alone; what has an id of ours came from elsewhere.
  if (data === '' && (itemId === '' || itemId.startsWith(OUR_REASONING_ID))) return null
  const seal = { dialect: 'openai-responses', data, ...(itemId === '' ? {} : { itemId }) } as const
  return JSON.stringify({ ...value, encrypted_content: envelope.close(seal) })
}

/**
 * For an upstream that may never have seen them. Answers lose the ids that their maker gave them: it would want the
 * reasoning behind each of them, which nobody else has. Reasoning that says nothing to be read goes.
 */
export function forAnyUpstream(items: readonly string[]): readonly string[] {
  return items.flatMap((item, index) => {
    const { type, role, idSpan } = itemHead(item)
    if (type === 'reasoning') return isReadable(parseJsonObject(item)) ? [item] : []
    if (idSpan === null) return [item]
    if (type === 'message' && role === 'assistant') {
      return [`${item.slice(0, idSpan.start)}"msg_${index}"${item.slice(idSpan.end)}`]
    }
    return type === 'function_call' || type === 'custom_tool_call' ? [withoutId(item)] : [item]
  })
}

function isReadable(value: JsonObject | null): boolean {
  if (value === null) return false
  if ((stringOf(value['encrypted_content']) ?? '') !== '') return true
  return [...(arrayOf(value['content']) ?? []), ...(arrayOf(value['summary']) ?? [])].some(isJsonObject)
}

function withoutId(item: string): string {
  const members: string[] = []
  scanObject(item, 0, (name, start, end) => {
    if (name !== 'id') members.push(`"${name}":${item.slice(start, end)}`)
  })
  return `{${members.join(',')}}`
}
