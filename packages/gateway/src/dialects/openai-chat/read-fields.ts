// Reading a client's fields: null is the same as absent, a wrong type is a 400 that names the field.

import { GatewayError } from '../../core/errors.ts'
import { arrayOf, numberOf, objectOf, type JsonObject, type JsonValue } from '../../core/json.ts'

export function invalid(at: string, message: string): never {
  throw new GatewayError('invalid_request', message, { param: at })
}

/** @param at where the object stands: '' = it is the body */
function pathOf(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`
}

export function readString(object: JsonObject, key: string, at = ''): string | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  return invalid(pathOf(at, key), `The field "${pathOf(at, key)}" must be a string.`)
}

export function requireString(object: JsonObject, key: string, at: string): string {
  const value = readString(object, key, at)
  if (value !== undefined && value !== '') return value
  return invalid(pathOf(at, key), `The field "${pathOf(at, key)}" is missing. It must be a string that is not empty.`)
}

export function readBoolean(object: JsonObject, key: string, at = ''): boolean | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  return invalid(pathOf(at, key), `The field "${pathOf(at, key)}" must be true or false.`)
}

export function readNumber(object: JsonObject, key: string, at = ''): number | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  const number = numberOf(value)
  if (number !== undefined && Number.isFinite(number)) return number
  return invalid(pathOf(at, key), `The field "${pathOf(at, key)}" must be a number.`)
}

/** A number of things: whole, and not negative. */
export function readCount(object: JsonObject, key: string, at = ''): number | undefined {
  const value = readNumber(object, key, at)
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value
  return invalid(pathOf(at, key), `The field "${pathOf(at, key)}" must be a whole number that is not negative.`)
}

export function readObject(object: JsonObject, key: string, at = ''): JsonObject | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  return objectOf(value) ?? invalid(pathOf(at, key), `The field "${pathOf(at, key)}" must be an object.`)
}

export function readArray(object: JsonObject, key: string, at = ''): readonly JsonValue[] | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  return arrayOf(value) ?? invalid(pathOf(at, key), `The field "${pathOf(at, key)}" must be an array.`)
}

export function requireObject(value: JsonValue | undefined, at: string): JsonObject {
  return objectOf(value) ?? invalid(at, `The field "${at}" must be an object.`)
}
