// Names and schemas by OpenAI's rules; chat and Responses share them.
import { isObject } from '../json.ts'
import { BadRequest } from './wire.ts'

const NAME = /^[a-zA-Z0-9_-]+$/

/** Returns the name of a tool or a schema. Throws BadRequest. */
export function checkName(name: unknown, param: string): string {
  if (typeof name !== 'string') {
    throw new BadRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter')
  }
  checkLength(name, 64, param)
  if (!NAME.test(name)) {
    const message = `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`
    throw new BadRequest(message, param, 'invalid_value')
  }
  return name
}

export function checkLength(text: string, max: number, param: string): void {
  if (text.length <= max) return
  const message = `Invalid '${param}': string too long. Expected a string with maximum length ${max}, but got a string with length ${text.length} instead.`
  throw new BadRequest(message, param, 'string_above_max_length')
}

/** Strict schemas must close every object and require every property. Throws BadRequest. */
export function checkStrictSchema(
  schema: unknown,
  where: string,
  param: string,
  context: readonly string[] = [],
): void {
  if (!isObject(schema)) return
  const at = `In context=(${context.map((step) => `'${step}'`).join(', ')})`
  const { properties } = schema
  if (schema['type'] === 'object' || isObject(properties)) {
    if (schema['additionalProperties'] !== false) {
      const message = `Invalid schema for ${where}: ${at}, 'additionalProperties' is required to be supplied and to be false.`
      throw new BadRequest(message, param, 'invalid_json_schema')
    }
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : []
    for (const [name, property] of Object.entries(isObject(properties) ? properties : {})) {
      if (!required.includes(name)) {
        const message = `Invalid schema for ${where}: ${at}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${name}'.`
        throw new BadRequest(message, param, 'invalid_json_schema')
      }
      checkStrictSchema(property, where, param, [...context, 'properties', name])
    }
  }
  checkStrictSchema(schema['items'], where, param, [...context, 'items'])
}
