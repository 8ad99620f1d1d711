// Reading single fields out of a request body, with the refusals that OpenAI words: which field, what was expected,
// what came. As there, null means absent for an optional field.

import { badField } from './errors.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function wrongType(param: string, expected: string, value: unknown): Error {
  return badField(
    `Invalid type for '${param}': expected ${expected}, but got ${nameType(value)} instead.`,
    param,
    'invalid_type',
  )
}

export function missing(param: string): Error {
  return badField(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter')
}

export function wrongValue(param: string, value: unknown, supported: readonly string[]): Error {
  const list = supported.map((item) => `'${item}'`).join(', ')
  return badField(
    `Invalid value for '${param}': '${String(value)}'. Supported values are: ${list}.`,
    param,
    'invalid_value',
  )
}

/** `param` is the full path that the refusal names, where it differs from the field's own name. */
export function requiredString(body: JsonObject, name: string, param = name): string {
  const value = optionalString(body, name, param)
  if (value === undefined) throw missing(param)
  return value
}

export function optionalString(body: JsonObject, name: string, param = name): string | undefined {
  const value = body[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw wrongType(param, 'a string', value)
}

export function optionalBoolean(body: JsonObject, name: string, param = name): boolean | undefined {
  const value = body[name] ?? undefined
  if (value === undefined || typeof value === 'boolean') return value
  throw wrongType(param, 'a boolean', value)
}

export function optionalObject(body: JsonObject, name: string, param = name): JsonObject | undefined {
  const value = body[name] ?? undefined
  if (value === undefined || isObject(value)) return value
  throw wrongType(param, 'an object', value)
}

export function optionalNumber(
  body: JsonObject,
  name: string,
  range: { min?: number; max?: number; integer?: boolean },
): number | undefined {
  const value = body[name] ?? undefined
  if (value === undefined) return undefined
  const kind = range.integer === true ? 'integer' : 'decimal'
  if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value))) {
    throw wrongType(name, kind === 'integer' ? 'an integer' : 'a decimal', value)
  }
  if (range.min !== undefined && value < range.min) {
    const text = `Invalid '${name}': ${kind} below minimum value. Expected a value >= ${range.min}, but got ${value} instead.`
    throw badField(text, name, `${kind}_below_min_value`)
  }
  if (range.max !== undefined && value > range.max) {
    const text = `Invalid '${name}': ${kind} above maximum value. Expected a value <= ${range.max}, but got ${value} instead.`
    throw badField(text, name, `${kind}_above_max_value`)
  }
  return value
}

export function oneOf<const Value extends string>(
  body: JsonObject,
  name: string,
  supported: readonly Value[],
): Value | undefined {
  const value = optionalString(body, name)
  if (value === undefined) return undefined
  const found = supported.find((item) => item === value)
  if (found === undefined) throw wrongValue(name, value, supported)
  return found
}

function nameType(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
