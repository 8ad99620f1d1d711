// Reading Google's JSON. The API takes every name in camelCase and in snake_case (protobuf's JSON mapping), and clients
// send both; null stands for absent (H73, H99).

import { GatewayError } from '../../core/errors.ts'
import { arrayOf, isJsonObject, numberOf, objectOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

const SNAKE_NAMES = new Map<string, string>()

function snakeOf(camel: string): string {
  let snake = SNAKE_NAMES.get(camel)
  if (snake === undefined) {
    snake = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    SNAKE_NAMES.set(camel, snake)
  }
  return snake
}

export function camelOf(key: string): string {
  return key.includes('_') ? key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) : key
}

/** The member of this name in either spelling; camelCase wins. @param camel one of our own literals */
export function field(object: JsonObject, camel: string): JsonValue | undefined {
  return object[camel] ?? object[snakeOf(camel)] ?? undefined
}

/** The members that are none of `known` and are not null, under their camelCase names. */
export function otherFields(object: JsonObject, known: ReadonlySet<string>): [name: string, value: JsonValue][] {
  const others: [string, JsonValue][] = []
  for (const [key, value] of Object.entries(object)) {
    if (value === null || value === undefined || known.has(key)) continue
    const name = camelOf(key)
    if (!known.has(name)) others.push([name, value])
  }
  return others
}

// --- members of a request, checked ---

export function objectField(object: JsonObject, camel: string, at: string): JsonObject | undefined {
  const value = field(object, camel)
  if (value === undefined) return undefined
  return objectOf(value) ?? invalid(at, `${at} must be an object.`)
}

/** A list; a single object counts as a list of one, as Google's own parser has it. */
export function listField(object: JsonObject, camel: string, at: string): readonly JsonValue[] {
  const value = field(object, camel)
  if (value === undefined) return []
  return arrayOf(value) ?? (isJsonObject(value) ? [value] : invalid(at, `${at} must be an array.`))
}

export function stringField(object: JsonObject, camel: string, at: string): string | undefined {
  const value = field(object, camel)
  if (value === undefined) return undefined
  return typeof value === 'string' ? value : invalid(at, `${at} must be a string.`)
}

export function booleanField(object: JsonObject, camel: string, at: string): boolean | undefined {
  const value = field(object, camel)
  if (value === undefined) return undefined
  return typeof value === 'boolean' ? value : invalid(at, `${at} must be true or false.`)
}

/** A number; protobuf's JSON also allows it as text. */
export function numberField(object: JsonObject, camel: string, at: string): number | undefined {
  const value = field(object, camel)
  if (value === undefined) return undefined
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : numberOf(value)
  return number !== undefined && Number.isFinite(number) ? number : invalid(at, `${at} must be a number.`)
}

export function invalid(param: string, message: string): never {
  throw new GatewayError('invalid_request', message, { param })
}

/** Sets a member whatever it is called: `__proto__` is a name like any other. */
export function put(target: { [key: string]: JsonValue | undefined }, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true })
  else target[key] = value
}
