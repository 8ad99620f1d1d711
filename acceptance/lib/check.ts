// What a row may claim about a value: a plain condition, or a shape.
//
// A shape names every documented key with its kind. Keys beyond the documented ones are welcome: an interface may grow.

/** A claim that did not hold; the message says which. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
}

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CheckFailed(message)
}

export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  check(Object.is(actual, expected), `${what} is ${show(actual)}, expected ${show(expected)}`)
}

export interface Kind {
  readonly says: string
  readonly holds: (value: unknown) => boolean
}

/** A kind, a list whose every item has one shape (and which has at least one), or an object with these keys. */
export type Shape = Kind | readonly [Shape] | { readonly [key: string]: Shape }

const kind = (says: string, holds: (value: unknown) => boolean): Kind => ({ says, holds })
const integer = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least

export const string = kind('a string', (value) => typeof value === 'string')
export const text = kind('a string that is not empty', (value) => typeof value === 'string' && value.length > 0)
export const boolean = kind('true or false', (value) => typeof value === 'boolean')
export const natural = kind('a whole number, 0 or more', (value) => integer(value, 0))
/** Limits in health reports: -1 stands for "none". */
export const limit = kind('a whole number, -1 or more', (value) => integer(value, -1))
// 1e9 s is 2001 and 1e12 ms is 2001 too: enough to tell one unit from the other.
export const unixSeconds = kind('seconds since the epoch', (value) => integer(value, 1e9) && value < 1e11)
export const unixMs = kind('milliseconds since the epoch', (value) => integer(value, 1e12))
export const anything = kind('present', (value) => value !== undefined)
export const emptyList = kind('[]', (value) => Array.isArray(value) && value.length === 0)
export const object = kind('an object', isObject)
export const numbers = (count: number) =>
  kind(`${count} numbers`, (value) => Array.isArray(value) && value.length === count && value.every(Number.isFinite))
export const is = (expected: unknown) => kind(show(expected), (value) => Object.is(value, expected))
export const oneOf = (...values: readonly unknown[]) =>
  kind(values.map(show).join(' or '), (value) => values.includes(value))
export const matching = (pattern: RegExp) =>
  kind(`a string like ${String(pattern)}`, (value) => typeof value === 'string' && pattern.test(value))
export const nullOr = (other: Kind) => kind(`null or ${other.says}`, (value) => value === null || other.holds(value))

/** Throws with every difference at once, so that one run shows the whole distance. */
export function checkShape(value: unknown, shape: Shape, what = 'body'): void {
  const wrong = differences(value, shape, what)
  check(wrong.length === 0, wrong.slice(0, 8).join('; '))
}

function differences(value: unknown, shape: Shape, path: string): string[] {
  if (isKind(shape)) return shape.holds(value) ? [] : [`${path} is ${show(value)}, expected ${shape.says}`]
  if (isItems(shape)) {
    if (!Array.isArray(value) || value.length === 0) return [`${path} is ${show(value)}, expected a list with items`]
    return value.flatMap((item, index) => differences(item, shape[0], `${path}[${index}]`))
  }
  if (!isObject(value)) return [`${path} is ${show(value)}, expected an object`]
  return Object.entries(shape).flatMap(([key, inner]) =>
    key in value ? differences(value[key], inner, `${path}.${key}`) : [`${path}.${key} is missing`],
  )
}

function isKind(shape: Shape): shape is Kind {
  return !Array.isArray(shape) && 'holds' in shape && typeof shape.holds === 'function'
}

function isItems(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path such as `usage.total_tokens` or `data.0.id`; undefined when there is none. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)]
    return isObject(inner) ? inner[key] : undefined
  }, value)
}

export function items(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path)
  check(Array.isArray(found), `${path} is ${show(found)}, expected a list`)
  return found
}

function show(value: unknown): string {
  const isPlain = value === undefined || typeof value === 'bigint'
  const shown = isPlain ? String(value) : (JSON.stringify(value) ?? typeof value)
  return shown.length > 160 ? `${shown.slice(0, 160)}…` : shown
}
