// What the files of this dialect share of Anthropic's wire format. Source: the types of `@anthropic-ai/sdk` 1.11.0 and
// "Messages" of Anthropic's API reference; versions 2023-06-01 and 2026-10-21 differ only in what is said below.

import type { CacheMark, DialectName, Seal } from '../../core/conversation.ts'
import { GatewayError } from '../../core/errors.ts'
import { numberOf, objectOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { NameRule } from '../../core/tool-names.ts'

export const DIALECT: DialectName & 'anthropic-messages' = 'anthropic-messages'

/** The older version is understood by every server that speaks this dialect; nothing that we send needs the newer. */
export const API_VERSION = '2023-06-01'

export const TOOL_NAME_RULE: NameRule = { legal: /^[a-zA-Z0-9_-]+$/, maxLength: 128 }

/** A JSON object while it is being built. */
export type Draft = Record<string, JsonValue | undefined>

export function readCacheMark(value: JsonValue | undefined): CacheMark | undefined {
  const mark = objectOf(value)
  if (mark === undefined) return undefined
  return { ttl: mark['ttl'] === '1h' ? '1h' : '5m' }
}

export function writeCacheMark(mark: CacheMark): JsonObject {
  return mark.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' }
}

/**
 * Whether a model behind this dialect can use a seal. Bedrock's Converse gives the same signatures a different wrapping;
 * what it redacted is packed otherwise and stays its own.
 */
export function usableSeal(seal: Seal | undefined, redacted: boolean, origin: string | undefined): string | null {
  if (seal === undefined) return null
  const readable = seal.dialect === DIALECT || (seal.dialect === 'bedrock-converse' && !redacted)
  if (!readable) return null
  if (seal.origin !== undefined && origin !== undefined && seal.origin !== origin) return null
  return seal.data
}

// --- members of a client's body; null counts as absent ---

export function invalid(at: string, message: string): never {
  throw new GatewayError('invalid_request', message, { param: at })
}

export function pathOf(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`
}

export function stringField(object: JsonObject, key: string, parent = ''): string | undefined {
  const value = object[key] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  return invalid(pathOf(parent, key), `${pathOf(parent, key)} must be a string.`)
}

export function numberField(object: JsonObject, key: string, parent = ''): number | undefined {
  const value = object[key] ?? undefined
  if (value === undefined) return undefined
  const number = numberOf(value)
  if (number !== undefined && Number.isFinite(number)) return number
  return invalid(pathOf(parent, key), `${pathOf(parent, key)} must be a number.`)
}

export function wholeField(object: JsonObject, key: string, parent = ''): number | undefined {
  const number = numberField(object, key, parent)
  if (number === undefined || (Number.isSafeInteger(number) && number >= 0)) return number
  return invalid(pathOf(parent, key), `${pathOf(parent, key)} must be a whole number, 0 or more.`)
}

export function booleanField(object: JsonObject, key: string, parent = ''): boolean | undefined {
  const value = object[key] ?? undefined
  if (value === undefined || typeof value === 'boolean') return value
  return invalid(pathOf(parent, key), `${pathOf(parent, key)} must be true or false.`)
}

export function objectField(object: JsonObject, key: string, parent = ''): JsonObject | undefined {
  const value = object[key] ?? undefined
  if (value === undefined) return undefined
  const found = objectOf(value)
  if (found !== undefined) return found
  return invalid(pathOf(parent, key), `${pathOf(parent, key)} must be an object.`)
}

export function arrayField(object: JsonObject, key: string, parent = ''): readonly JsonValue[] | undefined {
  const value = object[key] ?? undefined
  if (value === undefined || Array.isArray(value)) return value
  return invalid(pathOf(parent, key), `${pathOf(parent, key)} must be an array.`)
}

/** The members that are there and are not among those read already; null when none is. */
export function restOf(object: JsonObject, known: ReadonlySet<string>): JsonObject | null {
  const rest: Draft = {}
  let found = false
  for (const [key, value] of Object.entries(object)) {
    if (known.has(key) || value === null || value === undefined) continue
    rest[key] = value
    found = true
  }
  return found ? rest : null
}
