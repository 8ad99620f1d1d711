// What a request says about compaction.
// Source: `ContextManagementParam`, `CompactionTriggerItemParam` and `CompactResponseMethodPublicBody` of OpenAI's
// OpenAPI document.

import { GatewayError } from '../../core/errors.ts'
import { arrayOf, isJsonObject, numberOf, parseJson, stringOf, type JsonObject } from '../../core/json.ts'

export interface AskedCompaction {
  /** The last item asks for it, whatever the length. */
  readonly trigger: boolean
  /** `context_management` asks for it; the tokens from which on, null = not said. */
  readonly managed: { readonly thresholdTokens: number | null } | null
}

const LEAST_THRESHOLD = 1_000

/** @throws {GatewayError} 400 */
export function readAsked(body: JsonObject): AskedCompaction {
  return { trigger: hasTrigger(body), managed: readManaged(body) }
}

function hasTrigger(body: JsonObject): boolean {
  const items = arrayOf(body['input']) ?? []
  const at = items.findIndex((item) => isJsonObject(item) && item['type'] === 'compaction_trigger')
  if (at === -1) return false
  if (at === items.length - 1) return true
  throw invalid(`input[${at}]`, `\`input[${at}]\` is a compaction_trigger, which must be the last item of \`input\`.`)
}

function readManaged(body: JsonObject): AskedCompaction['managed'] {
  const value = body['context_management'] ?? undefined
  if (value === undefined) return null
  const entries = arrayOf(value)
  if (entries === undefined) {
    throw invalid('context_management', '`context_management` must be an array of entries with a `type`.')
  }
  let thresholdTokens: number | null = null
  for (const [index, entry] of entries.entries()) {
    const at = `context_management[${index}]`
    if (!isJsonObject(entry) || entry['type'] !== 'compaction') {
      throw invalid(`${at}.type`, `\`${at}.type\` must be "compaction".`)
    }
    const threshold = entry['compact_threshold'] ?? undefined
    const tokens = numberOf(threshold)
    if (threshold !== undefined && (tokens === undefined || tokens < LEAST_THRESHOLD)) {
      throw invalid(`${at}.compact_threshold`, `\`${at}.compact_threshold\` must be ${LEAST_THRESHOLD} tokens or more.`)
    }
    thresholdTokens = tokens ?? thresholdTokens
  }
  return entries.length === 0 ? null : { thresholdTokens }
}

/** Raw JSON of each item; a text is one message. @throws {GatewayError} 400 */
export function itemsOfInput(body: JsonObject): readonly string[] {
  const input = body['input'] ?? undefined
  if (input === undefined) return []
  if (typeof input === 'string') return [JSON.stringify({ type: 'message', role: 'user', content: input })]
  const items = arrayOf(input)
  if (items === undefined) throw invalid('input', '`input` must be a text or an array of input items.')
  return items.map((item, index) => {
    const at = `input[${index}]`
    if (!isJsonObject(item)) throw invalid(at, `\`${at}\` must be an object: a message or another input item.`)
    if (item['type'] === 'item_reference') {
      throw invalid(at, `\`${at}\` refers to an item by its id, which cannot be resolved here. Send the item itself.`)
    }
    if (stringOf(item['type']) === undefined && item['role'] == null) {
      throw invalid(`${at}.type`, `\`${at}\` is neither a message nor an item that names its \`type\`.`)
    }
    return JSON.stringify(item)
  })
}

/** @throws {GatewayError} 400 */
export function parseBody(body: Buffer): JsonObject {
  let value
  try {
    value = parseJson(body.toString('utf8'))
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new GatewayError('invalid_request', `The body is not valid JSON: ${detail}.`)
  }
  if (!isJsonObject(value)) throw new GatewayError('invalid_request', 'The body must be a JSON object.')
  return value
}

function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
