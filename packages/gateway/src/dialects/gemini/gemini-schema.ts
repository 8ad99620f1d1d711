// JSON Schema into what `parameters` and `responseSchema` take: a part of OpenAPI 3.0, anything else is a 400 (H41).
//
// What the subset cannot say is said more loosely, never more strictly: arguments that fit the client's schema must fit
// ours. References are written out, a recursive one is cut to its bare type; unions become `anyOf`, which stands alone,
// as Vertex AI wants it; what is lost of an enum goes into the description.
// Source: `Schema` in @google/genai; "Function calling" and "Structured output" guides.

import { arrayOf, isJsonObject, numberOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { mergeSchemas, resolveRef } from './schema-refs.ts'
import { put } from './wire.ts'

/** References into each other can multiply without end; beyond this many schemas only bare types are written. */
const MAX_SCHEMAS = 2_000

/** Members that need no change. */
const PLAIN = ['title', 'description', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const
const PLAIN_TEXT = ['minLength', 'maxLength', 'pattern'] as const

const FORMATS: Readonly<Record<string, ReadonlySet<string>>> = {
  STRING: new Set(['date-time']),
  NUMBER: new Set(['float', 'double']),
  INTEGER: new Set(['int32', 'int64']),
}

interface Draft {
  [name: string]: JsonValue | undefined
}

/** The schema of a function's parameters: always an object; undefined when it takes nothing. */
export function parametersForGemini(schema: JsonObject | undefined): JsonObject | undefined {
  if (schema === undefined) return undefined
  const cleaned = schemaForGemini(schema)
  const branches = arrayOf(cleaned['anyOf'])
  const object = branches === undefined ? cleaned : unionOfObjects(branches)
  return Object.keys(objectOf(object['properties']) ?? {}).length === 0 ? undefined : { ...object, type: 'OBJECT' }
}

export function schemaForGemini(schema: JsonObject): JsonObject {
  return new SchemaCleaner(schema).clean(schema, [])
}

/** Parameters cannot be a choice between objects: all that any of them has, none of it required but what all require. */
function unionOfObjects(branches: readonly JsonValue[]): JsonObject {
  const properties: Draft = {}
  let required: readonly JsonValue[] | null = null
  for (const branch of branches) {
    const object = objectOf(branch)
    for (const [name, property] of Object.entries(objectOf(object?.['properties']) ?? {})) {
      if (property !== undefined && !Object.hasOwn(properties, name)) put(properties, name, property)
    }
    const here = arrayOf(object?.['required']) ?? []
    required = required === null ? here : required.filter((name) => here.includes(name))
  }
  return { type: 'OBJECT', properties, ...(required === null || required.length === 0 ? {} : { required }) }
}

class SchemaCleaner {
  readonly #root: JsonObject
  #budget = MAX_SCHEMAS

  constructor(root: JsonObject) {
    this.#root = root
  }

  /** @param path of references that led here, to find those that lead back */
  clean(value: JsonValue | undefined, path: readonly string[]): JsonObject {
    // `true` and `false` are schemas too: anything at all.
    if (!isJsonObject(value)) return {}
    this.#budget -= 1
    const ref = stringOf(value['$ref'])
    if (ref !== undefined) return this.#cleanRef(value, ref, path)
    if (this.#budget < 0) return bareType(value)
    const all = arrayOf(value['allOf'])
    if (all !== undefined) return this.#cleanAll(value, all, path)
    const any = arrayOf(value['anyOf']) ?? arrayOf(value['oneOf'])
    if (any !== undefined && any.length > 0) return this.#cleanAny(value, any, path)
    const types = typesOf(value)
    if (types.length > 1) return this.#cleanTypes(value, types, path)
    return this.#cleanPlain(value, types[0], path)
  }

  #cleanRef(value: JsonObject, ref: string, path: readonly string[]): JsonObject {
    const target = resolveRef(this.#root, ref)
    if (target === null) return bareType(value)
    const { $ref: _, ...beside } = value
    const merged = { ...target, ...beside }
    if (path.includes(ref) || this.#budget < 0) return bareType(merged)
    return this.clean(merged, [...path, ref])
  }

  #cleanAll(value: JsonObject, all: readonly JsonValue[], path: readonly string[]): JsonObject {
    const { allOf: _, ...rest } = value
    let merged: JsonObject = rest
    let through = path
    for (const entry of all) {
      let part = objectOf(entry)
      const ref = stringOf(part?.['$ref'])
      if (ref !== undefined && part !== undefined) {
        if (through.includes(ref)) continue
        through = [...through, ref]
        const { $ref: _ref, ...beside } = part
        part = { ...resolveRef(this.#root, ref), ...beside }
      }
      if (part !== undefined) merged = mergeSchemas(merged, part)
    }
    return this.clean(merged, through)
  }

  #cleanAny(value: JsonObject, any: readonly JsonValue[], path: readonly string[]): JsonObject {
    const { anyOf: _any, oneOf: _one, description, title: _title, ...beside } = value
    const branches: JsonObject[] = []
    let nullable = value['nullable'] === true
    for (const entry of any) {
      const branch = objectOf(entry)
      if (branch === undefined) continue
      if (isNull(branch)) {
        nullable = true
        continue
      }
      // What stands beside the choice holds for every branch.
      const target = stringOf(branch['$ref']) !== undefined ? { allOf: [beside, branch] } : mergeSchemas(beside, branch)
      const cleaned = this.clean(target, path)
      // A choice within the choice is part of it.
      branches.push(...(arrayOf(cleaned['anyOf'])?.filter(isJsonObject) ?? [cleaned]))
    }
    const texts = typeof description === 'string' ? { description } : {}
    const [only] = branches
    if (only === undefined) return this.#cleanPlain({ ...beside, ...texts, nullable }, typesOf(beside)[0], path)
    if (branches.length === 1) return { ...only, ...texts, ...(nullable ? { nullable: true } : {}) }
    return choice(branches, texts, nullable)
  }

  #cleanTypes(value: JsonObject, types: readonly string[], path: readonly string[]): JsonObject {
    const named = types.filter((type) => type !== 'NULL')
    const nullable = named.length < types.length || value['nullable'] === true
    const [only] = named
    if (only === undefined || named.length === 1) return this.#cleanPlain({ ...value, nullable }, only, path)
    const { description, title: _, nullable: _nullable, type: _type, ...rest } = value
    const branches = named.map((type) => this.#cleanPlain(rest, type, path))
    return choice(branches, typeof description === 'string' ? { description } : {}, nullable)
  }

  /** One type, or none. */
  #cleanPlain(value: JsonObject, given: string | undefined, path: readonly string[]): JsonObject {
    const out: Draft = {}
    const type = given === 'NULL' ? 'STRING' : (given ?? impliedType(value))
    if (type !== undefined) out['type'] = type
    for (const name of PLAIN) if (value[name] != null) out[name] = value[name]
    if (value['nullable'] === true || given === 'NULL') out['nullable'] = true
    const format = stringOf(value['format'])
    if (type !== undefined && format !== undefined && FORMATS[type]?.has(format)) out['format'] = format
    writeEnum(out, value, type)
    if (type === 'STRING') for (const name of PLAIN_TEXT) if (value[name] != null) out[name] = value[name]
    if (type === 'NUMBER' || type === 'INTEGER') writeBounds(out, value, type)
    if (type === 'ARRAY') out['items'] = this.#items(value, path)
    if (type === 'OBJECT') this.#writeProperties(out, value, path)
    return out
  }

  #items(value: JsonObject, path: readonly string[]): JsonObject {
    const tuple = arrayOf(value['prefixItems']) ?? arrayOf(value['items'])
    const items = tuple === undefined ? this.clean(value['items'], path) : this.clean({ anyOf: tuple }, path)
    // An array must say of what.
    return Object.keys(items).length === 0 ? { type: 'STRING' } : items
  }

  #writeProperties(out: Draft, value: JsonObject, path: readonly string[]): void {
    const properties: Draft = {}
    for (const [name, property] of Object.entries(objectOf(value['properties']) ?? {})) {
      put(properties, name, this.clean(property, path))
    }
    // Google refuses an object that has none of them, and takes one whose list of them is empty.
    out['properties'] = properties
    const required = (arrayOf(value['required']) ?? []).filter(
      (name) => typeof name === 'string' && Object.hasOwn(properties, name),
    )
    if (required.length > 0) out['required'] = [...new Set(required)]
    const ordering = arrayOf(value['propertyOrdering'])
    if (ordering !== undefined) out['propertyOrdering'] = ordering
  }
}

/** Vertex AI takes nothing beside `anyOf`: what is said of the whole is said of its branches. */
function choice(branches: readonly JsonObject[], texts: JsonObject, nullable: boolean): JsonObject {
  return {
    anyOf: branches.map((branch, index) => ({ ...texts, ...branch, ...(nullable && index === 0 ? { nullable } : {}) })),
  }
}

function bareType(value: JsonObject): JsonObject {
  const type = typesOf(value).find((name) => name !== 'NULL') ?? impliedType(value) ?? 'OBJECT'
  const description = stringOf(value['description']) ?? stringOf(value['title'])
  return {
    type,
    ...(description === undefined ? {} : { description }),
    ...(type === 'ARRAY' ? { items: { type: 'STRING' } } : {}),
    ...(type === 'OBJECT' ? { properties: {} } : {}),
  }
}

const TYPES: ReadonlySet<string> = new Set(['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'])

/** Without doubles, in capitals as Google writes them. */
function typesOf(value: JsonObject): string[] {
  const given = value['type']
  const list = typeof given === 'string' ? [given] : (arrayOf(given) ?? [])
  const names = list.flatMap((name) => (typeof name === 'string' ? [name.toUpperCase()] : []))
  return [...new Set(names)].filter((name) => TYPES.has(name))
}

function impliedType(value: JsonObject): string | undefined {
  if (isJsonObject(value['properties']) || isJsonObject(value['additionalProperties'])) return 'OBJECT'
  if (value['items'] != null || value['prefixItems'] != null) return 'ARRAY'
  const values = valuesOf(value)?.filter((entry) => entry !== null) ?? []
  if (values.length === 0) return undefined
  if (values.every((entry) => typeof entry === 'boolean')) return 'BOOLEAN'
  return values.every((entry) => numberOf(entry) !== undefined) ? 'NUMBER' : 'STRING'
}

function isNull(value: JsonObject): boolean {
  const types = typesOf(value)
  return (types.length === 1 && types[0] === 'NULL') || ('const' in value && value['const'] === null)
}

/** `enum`, or `const` as an enum of one. */
function valuesOf(value: JsonObject): readonly JsonValue[] | undefined {
  const single = value['const']
  return single === undefined ? arrayOf(value['enum']) : [single]
}

/** Only texts can be enumerated; other values are told to the model in words. */
function writeEnum(out: Draft, value: JsonObject, type: string | undefined): void {
  const values = valuesOf(value)
  if (values === undefined) return
  if (values.includes(null)) out['nullable'] = true
  const named = values.filter((entry) => entry !== null)
  if (type === 'STRING') {
    const texts = named.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)))
    // Google refuses the empty text, and then the others must not be all there is.
    if (texts.length > 0 && !texts.includes('')) {
      out['enum'] = texts
      out['format'] = 'enum'
    }
    return
  }
  if (named.length === 0) return
  const words = `One of: ${named.map((entry) => JSON.stringify(entry)).join(', ')}.`
  const description = stringOf(out['description'])
  out['description'] = description === undefined ? words : `${description} ${words}`
}

function writeBounds(out: Draft, value: JsonObject, type: string): void {
  for (const name of ['minimum', 'maximum']) if (numberOf(value[name]) !== undefined) out[name] = value[name]
  if (type !== 'INTEGER') return
  const above = value['exclusiveMinimum']
  const below = value['exclusiveMaximum']
  if (typeof above === 'number' && out['minimum'] === undefined) out['minimum'] = Math.floor(above) + 1
  if (typeof below === 'number' && out['maximum'] === undefined) out['maximum'] = Math.ceil(below) - 1
}
