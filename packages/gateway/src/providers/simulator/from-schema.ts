// A value that fits a JSON Schema, made up from the names and limits in it: the arguments of a tool call, or an answer
// in a format that was asked for. Covers the keywords that OpenAI's structured outputs know, and the usual ones beside.

import { isObject } from './fields.ts'
import type { JsonObject } from './fields.ts'
import { hash32 } from './seeded.ts'

/** Below this depth only what a schema requires is filled in: schemas may contain themselves. */
const FULL_DEPTH = 4
/** Where a schema that requires itself is given up on; what comes out there need not fit. */
const MAX_DEPTH = 24
/** Values and references of one sample together. What is left over when they are spent comes out as null. */
const MAX_STEPS = 2_000
const MAX_STRING = 4_000

/** `text` is what the user wrote: a property that asks for a place or a query gets it from there. */
export function sampleFromSchema(schema: unknown, text: string): unknown {
  return sample(schema, { root: schema, text, left: { steps: MAX_STEPS } }, '', 0)
}

interface Scope {
  readonly root: unknown
  readonly text: string
  readonly left: { steps: number }
}

/** One step of the work that a sample may be; false when none is left. A schema of a few lines can ask for 2^24 values. */
function spend(scope: Scope): boolean {
  scope.left.steps -= 1
  return scope.left.steps >= 0
}

function sample(schema: unknown, scope: Scope, name: string, depth: number): unknown {
  if (schema === false || depth > MAX_DEPTH || !spend(scope)) return null
  if (!isObject(schema)) return `simulated ${name}`.trim()
  const whole = resolve(schema, scope)
  if ('const' in whole) return whole['const']
  const options = arrayOf(whole['enum'])
  if (options.length > 0) return options[hash32(scope.text + name) % options.length]
  if ('default' in whole && whole['default'] !== null) return whole['default']
  const examples = arrayOf(whole['examples'])
  if (examples.length > 0) return examples[0]
  const branches = [...arrayOf(whole['anyOf']), ...arrayOf(whole['oneOf'])]
  if (branches.length > 0) return sample(choose(branches, whole, depth), scope, name, depth + 1)
  return sampleType(typeOf(whole, depth), whole, scope, name, depth)
}

function sampleType(type: string, schema: JsonObject, scope: Scope, name: string, depth: number): unknown {
  switch (type) {
    case 'object':
      return sampleObject(schema, scope, depth)
    case 'array':
      return sampleArray(schema, scope, name, depth)
    case 'integer':
    case 'number':
      return sampleNumber(schema, type === 'integer')
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return sampleString(schema, scope.text, name)
  }
}

function sampleObject(schema: JsonObject, scope: Scope, depth: number): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = arrayOf(schema['required']).filter((key) => typeof key === 'string')
  const wanted = depth < FULL_DEPTH ? [...new Set([...Object.keys(properties), ...required])] : required
  const entries: [string, unknown][] = []
  for (const key of wanted) {
    if (scope.left.steps <= 0 && !required.includes(key)) break
    const property = Object.hasOwn(properties, key) ? properties[key] : (schema['additionalProperties'] ?? true)
    entries.push([key, sample(property, scope, key, depth + 1)])
  }
  return Object.fromEntries(entries)
}

function sampleArray(schema: JsonObject, scope: Scope, name: string, depth: number): unknown[] {
  const prefix = arrayOf(schema['prefixItems'])
  const fewest = numberOf(schema['minItems']) ?? 0
  const usual = depth < FULL_DEPTH ? 1 : 0
  const count = Math.min(Math.max(fewest, prefix.length, usual), numberOf(schema['maxItems']) ?? Infinity)
  const items: unknown[] = []
  for (let i = 0; i < count && scope.left.steps > 0; i++) {
    // Numbered names keep the items of a list apart, which uniqueItems asks for.
    const item = sample(prefix[i] ?? schema['items'] ?? {}, scope, i === 0 ? name : `${name} ${i + 1}`, depth + 1)
    items.push(schema['uniqueItems'] === true && typeof item === 'number' ? item + i : item)
  }
  return items
}

function sampleNumber(schema: JsonObject, integer: boolean): number {
  const step = numberOf(schema['multipleOf']) ?? (integer ? 1 : 0)
  const low = numberOf(schema['minimum']) ?? -Infinity
  const above = numberOf(schema['exclusiveMinimum']) ?? -Infinity
  const high = numberOf(schema['maximum']) ?? Infinity
  const below = numberOf(schema['exclusiveMaximum']) ?? Infinity
  const fits = (value: number) => value >= low && value > above && value <= high && value < below
  const floor = Math.max(low, above)
  const ceiling = Math.min(high, below)
  if (step > 0) {
    // The step nearest to 1 that is within the limits.
    const from = fits(step)
      ? step
      : Number.isFinite(floor)
        ? Math.ceil(floor / step) * step
        : Math.floor(ceiling / step) * step
    return [from, from + step, from - step, 0].find(fits) ?? 0
  }
  const middle = Number.isFinite(floor) && Number.isFinite(ceiling) ? (floor + ceiling) / 2 : floor + 1
  return [1, middle, ceiling - 1, floor].find((value) => Number.isFinite(value) && fits(value)) ?? 0
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

const PLACE = /\b(?:in|for|at|near|to|of)\s+(\p{Lu}[\p{L}'-]*(?:[ ,]+\p{Lu}[\p{L}'-]*)*)/u

function sampleString(schema: JsonObject, text: string, name: string): string {
  const format = typeof schema['format'] === 'string' ? schema['format'] : ''
  const formatted = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  if (formatted !== undefined) return formatted
  const least = Math.min(numberOf(schema['minLength']) ?? 0, MAX_STRING)
  const most = Math.min(numberOf(schema['maxLength']) ?? MAX_STRING, MAX_STRING)
  const value = (fromText(name, text) ?? `simulated ${name}`).trim()
  return value.padEnd(least, '.').slice(0, Math.max(most, least))
}

function fromText(name: string, text: string): string | undefined {
  if (text === '') return undefined
  if (/city|location|place|town|address/iu.test(name)) return PLACE.exec(text)?.[1]
  if (/query|question|search|prompt|message|text|input/iu.test(name)) return text.slice(0, 200)
  return undefined
}

/** A branch that ends soon: null deep down in a schema that contains itself, else the first that is not null. */
function choose(branches: readonly unknown[], whole: JsonObject, depth: number): unknown {
  const isNull = (branch: unknown) => isObject(branch) && branch['type'] === 'null'
  const branch = (depth < FULL_DEPTH ? undefined : branches.find(isNull)) ?? branches.find((item) => !isNull(item))
  if (!isObject(branch)) return branches[0]
  const { anyOf: _anyOf, oneOf: _oneOf, ...outer } = whole
  return merge(outer, branch)
}

function typeOf(schema: JsonObject, depth: number): string {
  const types = Array.isArray(schema['type']) ? arrayOf(schema['type']) : [schema['type']]
  if (depth >= FULL_DEPTH && types.includes('null')) return 'null'
  const type = types.find((item) => item !== 'null') ?? types[0]
  if (typeof type === 'string') return type
  if ('properties' in schema || 'required' in schema) return 'object'
  return 'items' in schema || 'prefixItems' in schema ? 'array' : 'string'
}

/** The schema with `$ref` followed and `allOf` folded in. */
function resolve(schema: JsonObject, scope: Scope, hops = 0): JsonObject {
  const { $ref, allOf, ...rest } = schema
  if (($ref === undefined && allOf === undefined) || hops > MAX_DEPTH) return rest
  let whole: JsonObject = rest
  const target = typeof $ref === 'string' ? lookUp(scope.root, $ref) : undefined
  for (const part of [...(target === undefined ? [] : [target]), ...arrayOf(allOf)]) {
    if (isObject(part) && spend(scope)) whole = merge(resolve(part, scope, hops + 1), whole)
  }
  return whole
}

function lookUp(root: unknown, pointer: string): JsonObject | undefined {
  if (!pointer.startsWith('#')) return undefined
  let at: unknown = root
  for (const step of pointer.slice(1).split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  return isObject(at) ? at : undefined
}

function merge(one: JsonObject, other: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...one, ...other }
  if (isObject(one['properties']) && isObject(other['properties'])) {
    merged['properties'] = { ...one['properties'], ...other['properties'] }
  }
  const required = [...arrayOf(one['required']), ...arrayOf(other['required'])]
  if (required.length > 0) merged['required'] = [...new Set(required)]
  return merged
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
