// Google's schemas as JSON Schema: types in small letters, `nullable` as a type, counts that came as text (int64 in
// protobuf's JSON) as numbers, properties in the order that was asked for.

import { arrayOf, isJsonObject, objectOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { camelOf, put } from './wire.ts'

const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
])

/** Deeper schemas are passed on as they are. */
const MAX_DEPTH = 64

/** Clients also put JSON Schema here; what it has more stays as it is. */
export function schemaFromGemini(schema: JsonObject, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) return schema
  const out: { [name: string]: JsonValue | undefined } = {}
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || value === null) continue
    const name = camelOf(key)
    const converted = member(name, value, depth)
    if (converted !== undefined) put(out, name, converted)
  }
  const properties = objectOf(out['properties'])
  const ordering = arrayOf(field(schema, 'propertyOrdering', 'property_ordering'))
  if (properties !== undefined && ordering !== undefined) out['properties'] = ordered(properties, ordering)
  return schema['nullable'] === true ? withNull(out) : out
}

function member(name: string, value: JsonValue, depth: number): JsonValue | undefined {
  switch (name) {
    case 'type':
      if (typeof value !== 'string') return value
      return value === 'TYPE_UNSPECIFIED' ? undefined : value.toLowerCase()
    case 'nullable':
    case 'propertyOrdering':
      return undefined
    case 'format':
      return value === 'enum' ? undefined : value
    case 'example':
      return undefined
    case 'items':
    case 'additionalProperties':
    case 'not':
      return isJsonObject(value) ? schemaFromGemini(value, depth + 1) : value
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems':
      return arrayOf(value)?.map((entry) => (isJsonObject(entry) ? schemaFromGemini(entry, depth + 1) : entry)) ?? value
    case 'properties':
    case '$defs':
    case 'definitions':
      return isJsonObject(value) ? mapOf(value, depth) : value
    default:
      return COUNTS.has(name) && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  }
}

function mapOf(schemas: JsonObject, depth: number): JsonObject {
  const out: { [name: string]: JsonValue | undefined } = {}
  for (const [name, schema] of Object.entries(schemas)) {
    if (schema !== undefined) put(out, name, isJsonObject(schema) ? schemaFromGemini(schema, depth + 1) : schema)
  }
  return out
}

function ordered(properties: JsonObject, ordering: readonly JsonValue[]): JsonObject {
  const out: { [name: string]: JsonValue | undefined } = {}
  for (const name of [...ordering, ...Object.keys(properties)]) {
    if (typeof name !== 'string' || !Object.hasOwn(properties, name) || Object.hasOwn(out, name)) continue
    const property = properties[name]
    if (property !== undefined) put(out, name, property)
  }
  return out
}

function withNull(schema: { [name: string]: JsonValue | undefined }): JsonObject {
  const { type } = schema
  const values = arrayOf(schema['enum'])
  const enumerated = values === undefined ? {} : { enum: [...values, null] }
  if (typeof type === 'string') return { ...schema, type: [type, 'null'], ...enumerated }
  const branches = arrayOf(schema['anyOf'])
  return branches === undefined ? schema : { ...schema, anyOf: [...branches, { type: 'null' }] }
}

function field(object: JsonObject, camel: string, snake: string): JsonValue | undefined {
  return object[camel] ?? object[snake]
}
