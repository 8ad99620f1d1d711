// The shape of the file: zod judges, this turns its findings into sentences with a line and a nearest name.
import { isJsonObject } from '../core/json.ts'
import { z } from 'zod'
import type { ConfigProblem } from './config-error.ts'
import { formatPath } from './config-error.ts'
import { nearestHint } from './nearest.ts'
import { configSchema, type ConfigFile } from './schema.ts'
import type { YamlSource } from './yaml-source.ts'

type Path = readonly PropertyKey[]

/** The checked file, or undefined after reporting why not. Blank and untyped values are settled here. */
export function checkShape(data: unknown, source: YamlSource, problems: ConfigProblem[]): ConfigFile | undefined {
  let current = data
  let result = configSchema.safeParse(current)
  // `port: ${PORT}` is text until we know that a number is wanted. Each pass can only settle what the last one found.
  for (let pass = 0; pass < 3 && !result.success; pass++) {
    const settled = settleTypes(current, result.error.issues, source.untyped)
    if (settled === undefined) break
    current = settled
    result = configSchema.safeParse(current)
  }
  if (result.success) return result.data
  for (const issue of result.error.issues) report(issue, current, source, problems)
  return undefined
}

type Issue = z.core.$ZodIssue

function settleTypes(data: unknown, issues: readonly Issue[], untyped: ReadonlySet<string>): unknown {
  let changed = false
  const copy: unknown = structuredClone(data)
  for (const issue of issues) {
    if (!untyped.has(formatPath(issue.path))) continue
    const value = valueAt(copy, issue.path)
    if (typeof value !== 'string') continue
    const typed = value === '' ? undefined : typedValue(value, issue)
    if (typed === value) continue
    setAt(copy, issue.path, typed)
    changed = true
  }
  return changed ? copy : undefined
}

function typedValue(value: string, issue: Issue): unknown {
  if (issue.code !== 'invalid_type') return value
  if (issue.expected === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  if (issue.expected === 'array') return value.split(',').map((item) => item.trim())
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}

function report(issue: Issue, data: unknown, source: YamlSource, problems: ConfigProblem[]): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const path = [...issue.path, key]
      const known = keysAt(issue.path)
      const hint = nearestHint(key, known.length > 12 ? known : []) ?? placeOf(key) ?? nearestHint(key, known)
      problems.push(problem(source.locate(path, 'key'), path, 'is not a known key.', hint))
    }
    return
  }
  const value = valueAt(data, issue.path)
  const { message, hint } = sentenceFor(issue, value)
  const whole = issue.path.length === 0 ? 'The file ' : ''
  problems.push(problem(source.locate(issue.path), issue.path, whole + message, hint))
}

function problem(
  position: { line: number; column: number },
  path: Path,
  message: string,
  hint?: string,
): ConfigProblem {
  return { ...position, path: formatPath(path), message, ...(hint === undefined ? {} : { hint }) }
}

/** Never quotes what may be a secret: only numbers, booleans and choices of a fixed list. */
function sentenceFor(issue: Issue, value: unknown): { message: string; hint?: string } {
  if (value === undefined) return { message: 'is missing.' }
  if (value === null) return { message: 'is blank.', hint: 'Give it a value, or remove the dash.' }
  switch (issue.code) {
    case 'invalid_type':
      return {
        message: `must be ${WANTED[issue.expected] ?? issue.expected}, not ${kindOf(value)}.`,
        ...quoteHint(issue.expected, value),
      }
    case 'invalid_value': {
      const choices = issue.values.map(String)
      const hint = typeof value === 'string' ? nearestHint(value, choices) : undefined
      const given = typeof value === 'string' && value.length <= 40 ? JSON.stringify(value) : kindOf(value)
      const message = `must be one of ${choices.join(', ')}, not ${given}.`
      return hint?.startsWith('Did you mean') ? { message, hint } : { message }
    }
    case 'too_small':
      if (issue.origin === 'string') return { message: 'must not be empty.' }
      return { message: `must be at least ${issue.minimum}, not ${kindOf(value)}.` }
    case 'too_big':
      if (issue.origin === 'string') return { message: `must not be longer than ${issue.maximum} characters.` }
      return { message: `must be at most ${issue.maximum}, not ${kindOf(value)}.` }
    case 'invalid_union':
      return { message: `must be a number, not ${kindOf(value)}.` }
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
      break
  }
  return { message: 'is not valid.' }
}

const WANTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys of its own',
  record: 'a section with keys of its own',
}

function kindOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text'
  return Array.isArray(value) ? 'a list' : 'a section'
}

function quoteHint(expected: string, value: unknown): { hint?: string } {
  if (expected === 'string' && typeof value !== 'object') return { hint: 'Put it in quotes.' }
  if (expected === 'array' && typeof value !== 'object') return { hint: 'Write it as [value].' }
  return {}
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  /** Of sections whose keys are names that somebody chose. */
  readonly additionalProperties?: SchemaNode | boolean
}

let shape: SchemaNode | undefined

/** The schema as plain data, which is easier to walk than zod's objects; only made when something is wrong. */
function schemaTree(): SchemaNode {
  shape ??= z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode
  return shape
}

function keysAt(path: Path): readonly string[] {
  let node: SchemaNode | undefined = schemaTree()
  for (const part of path)
    node = typeof part === 'number' ? node?.items : (node?.properties?.[String(part)] ?? chosen(node))
  return Object.keys(node?.properties ?? {})
}

function chosen(node: SchemaNode | undefined): SchemaNode | undefined {
  const { additionalProperties: values } = node ?? {}
  return typeof values === 'object' ? values : undefined
}

/** `It belongs under timeouts.`: the right key in the wrong section. */
function placeOf(key: string): string | undefined {
  const places: string[] = []
  const look = (node: SchemaNode, at: string): void => {
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      if (name === key) places.push(at === '' ? 'the top level' : at)
      look(child, at === '' ? name : `${at}.${name}`)
    }
    if (node.items) look(node.items, `${at}[]`)
  }
  look(schemaTree(), '')
  return places.length === 1 ? `It belongs under ${places[0]}.` : undefined
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part]
    else if (isJsonObject(value) && Object.hasOwn(value, part)) value = value[String(part)]
    else return undefined
  }
  return value
}

function setAt(data: unknown, path: Path, value: unknown): void {
  const parent = valueAt(data, path.slice(0, -1))
  const last = path.at(-1)
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = value
  else if (isJsonObject(parent) && last !== undefined) {
    if (value === undefined) Reflect.deleteProperty(parent, last)
    else Reflect.set(parent, last, value)
  }
}
