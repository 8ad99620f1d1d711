// JSON Schema as Anthropic's constrained decoding takes it: structured output and strict tools. What it refuses with a
// 400 (bounds, patterns, counts…) moves into the description, where the model still reads it.
// Source: "Structured outputs", section "JSON Schema limitations", of Anthropic's documentation.

import { arrayOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Draft } from './wire.ts'

const REFUSED = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'maxItems',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'prefixItems',
  'unevaluatedItems',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
  'unevaluatedProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'if',
  'then',
  'else',
  'not',
  'contentEncoding',
  'contentMediaType',
  'nullable',
])

const FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'])

/** Says nothing about values. */
const SILENT = new Set(['$schema', '$id', '$comment', 'examples', 'deprecated', 'readOnly', 'writeOnly'])

const MAPS_OF_SCHEMAS = new Set(['properties', '$defs', 'definitions'])
const LISTS_OF_SCHEMAS = new Set(['anyOf', 'allOf', 'oneOf'])

export interface ConstrainedSchema {
  readonly schema: JsonObject
  /** It has objects whose members are not known: constrained decoding cannot make them. */
  readonly open: boolean
}

export function constrainSchema(schema: JsonObject): ConstrainedSchema {
  const found = { open: false }
  return { schema: constrain(schema, found), open: found.open }
}

function constrain(schema: JsonObject, found: { open: boolean }): JsonObject {
  const kept: Draft = {}
  const moved: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || SILENT.has(key)) continue
    if (isRefused(key, value)) moved.push(`${key}: ${JSON.stringify(value)}`)
    else if (MAPS_OF_SCHEMAS.has(key)) kept[key] = mapSchemas(value, found)
    else if (LISTS_OF_SCHEMAS.has(key)) kept[key === 'oneOf' ? 'anyOf' : key] = listSchemas(value, found)
    else if (key === 'items') kept[key] = constrainValue(value, found)
    else if (key !== 'additionalProperties') kept[key] = value
  }
  if (describesObject(schema)) {
    const extra = schema['additionalProperties']
    if (schema['patternProperties'] !== undefined || objectOf(extra) !== undefined) found.open = true
    if (extra !== false && Object.keys(objectOf(schema['properties']) ?? {}).length === 0) found.open = true
    kept['additionalProperties'] = false
  }
  if (moved.length > 0) {
    const description = stringOf(schema['description'])
    const words = `(${moved.join(', ')})`
    kept['description'] = description === undefined ? words : `${description} ${words}`
  }
  return kept
}

function isRefused(key: string, value: JsonValue): boolean {
  if (key === 'minItems') return value !== 0 && value !== 1
  if (key === 'format') return typeof value !== 'string' || !FORMATS.has(value)
  return REFUSED.has(key)
}

function constrainValue(value: JsonValue, found: { open: boolean }): JsonValue {
  const schema = objectOf(value)
  return schema === undefined ? value : constrain(schema, found)
}

function mapSchemas(value: JsonValue, found: { open: boolean }): JsonValue {
  const map = objectOf(value)
  if (map === undefined) return value
  const out: Draft = {}
  for (const [name, schema] of Object.entries(map)) out[name] = constrainValue(schema ?? null, found)
  return out
}

function listSchemas(value: JsonValue, found: { open: boolean }): JsonValue {
  return arrayOf(value)?.map((schema) => constrainValue(schema, found)) ?? value
}

function describesObject(schema: JsonObject): boolean {
  const type = schema['type']
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || schema['properties'] !== undefined
}

/** Every object lists its members and requires them all: what OpenAI means by `strict`. */
export function isClosedSchema(schema: JsonObject): boolean {
  if (describesObject(schema)) {
    const names = Object.keys(objectOf(schema['properties']) ?? {})
    const required = arrayOf(schema['required']) ?? []
    if (schema['additionalProperties'] !== false || !names.every((name) => required.includes(name))) return false
  }
  return nestedSchemas(schema).every(isClosedSchema)
}

function nestedSchemas(schema: JsonObject): readonly JsonObject[] {
  const nested: (JsonValue | undefined)[] = [schema['items']]
  for (const key of MAPS_OF_SCHEMAS) nested.push(...Object.values(objectOf(schema[key]) ?? {}))
  for (const key of LISTS_OF_SCHEMAS) nested.push(...(arrayOf(schema[key]) ?? []))
  return nested.map(objectOf).filter((value) => value !== undefined)
}

/** An `input_schema`: an object at its top, and no alternatives there, which Anthropic refuses. */
export function inputSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined) return { type: 'object', properties: {} }
  const alternatives = [...LISTS_OF_SCHEMAS].filter((key) => parameters[key] !== undefined)
  if (alternatives.length === 0) return { ...parameters, type: 'object' }
  const properties: Draft = { ...objectOf(parameters['properties']) }
  const required = new Set((arrayOf(parameters['required']) ?? []).filter((name) => typeof name === 'string'))
  const rest: Draft = {}
  for (const [key, value] of Object.entries(parameters)) if (!LISTS_OF_SCHEMAS.has(key)) rest[key] = value
  for (const key of alternatives) {
    for (const branch of arrayOf(parameters[key]) ?? []) {
      const schema = objectOf(branch) ?? {}
      Object.assign(properties, objectOf(schema['properties']))
      // Of alternatives nothing is sure; of a conjunction everything is.
      if (key === 'allOf')
        for (const name of arrayOf(schema['required']) ?? []) if (typeof name === 'string') required.add(name)
    }
  }
  return { ...rest, type: 'object', properties, ...(required.size === 0 ? {} : { required: [...required] }) }
}
