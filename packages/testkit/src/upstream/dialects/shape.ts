// What a provider takes, as small composable checks. Real providers refuse what they do not know, and each has its own words for it:
// a check only says where and how a value is wrong, and the dialect finds the words.
import { isObject, type Json } from './json.ts'

export type Path = readonly (string | number)[]

export interface Flaw {
  readonly path: Path
  readonly problem: 'missing' | 'extra' | 'type' | 'range' | 'tag'
  /** What was expected, in words: `string`, `array`, `0..1`, or the known tags. */
  readonly expected: string
  readonly value: unknown
}

export class ShapeError extends Error {
  override readonly name = 'ShapeError'
  readonly flaw: Flaw

  constructor(flaw: Flaw) {
    super(`${flaw.problem} at ${flaw.path.join('.')}`)
    this.flaw = flaw
  }
}

/** Throws ShapeError. */
export type Shape = (value: unknown, path: Path) => void

type Fields = Readonly<Record<string, Shape>>

function wrong(path: Path, problem: Flaw['problem'], expected: string, value: unknown): never {
  throw new ShapeError({ path, problem, expected, value })
}

export const anything: Shape = () => {}
export const text: Shape = (value, path) => void (typeof value === 'string' || wrong(path, 'type', 'string', value))
export const bool: Shape = (value, path) => void (typeof value === 'boolean' || wrong(path, 'type', 'boolean', value))
export const dict: Shape = (value, path) => void (isObject(value) || wrong(path, 'type', 'object', value))

export function number(min = -Infinity, max = Infinity): Shape {
  return (value, path) => {
    if (typeof value !== 'number') return wrong(path, 'type', 'number', value)
    if (value < min || value > max) wrong(path, 'range', `${min}..${max}`, value)
  }
}

export function integer(min = -Infinity, max = Infinity): Shape {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return wrong(path, 'type', 'integer', value)
    if (value < min || value > max) wrong(path, 'range', `${min}..${max}`, value)
  }
}

export function words(...known: readonly string[]): Shape {
  return (value, path) => {
    if (typeof value !== 'string' || !known.includes(value))
      wrong(path, 'tag', known.map((word) => `'${word}'`).join(', '), value)
  }
}

export function pattern(expression: RegExp): Shape {
  return (value, path) => {
    text(value, path)
    if (!expression.test(String(value))) wrong(path, 'range', expression.source, value)
  }
}

export function nullable(shape: Shape): Shape {
  return (value, path) => {
    if (value !== null) shape(value, path)
  }
}

export function list(shape: Shape, min = 0, max = Infinity): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return wrong(path, 'type', 'array', value)
    if (value.length < min || value.length > max) wrong(path, 'range', `${min}..${max}`, value)
    for (const [index, item] of value.entries()) shape(item, [...path, index])
  }
}

/** One shape for text, another one for anything else. */
export function textOr(shape: Shape): Shape {
  return (value, path) => {
    if (typeof value !== 'string') shape(value, path)
  }
}

/** An object with these members and no others. */
export function object(required: Fields, optional: Fields = {}): Shape {
  return (value, path) => {
    if (!isObject(value)) return wrong(path, 'type', 'object', value)
    for (const [name, shape] of Object.entries(required)) {
      if (value[name] === undefined) wrong([...path, name], 'missing', 'required', undefined)
      shape(value[name], [...path, name])
    }
    for (const [name, item] of Object.entries(value)) {
      if (Object.hasOwn(required, name) || item === undefined) continue
      const shape = Object.hasOwn(optional, name) ? optional[name] : undefined
      if (shape === undefined)
        wrong([...path, name], 'extra', Object.keys({ ...required, ...optional }).join(', '), item)
      shape(item, [...path, name])
    }
  }
}

/** An object whose member `tag` says which shape it has; `others` for tags that match none. */
export function tagged(tag: string, shapes: Fields, others?: (name: string) => Shape | undefined, step = false): Shape {
  return (value, path) => {
    if (!isObject(value)) return wrong(path, 'type', 'object', value)
    const name = value[tag]
    if (typeof name !== 'string') return wrong([...path, tag], 'missing', 'required', name)
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : others?.(name)
    if (shape === undefined) {
      return wrong(
        [...path, tag],
        'tag',
        Object.keys(shapes)
          .map((known) => `'${known}'`)
          .join(', '),
        name,
      )
    }
    // Pydantic, which Anthropic's messages come from, puts the tag into the path of what is wrong below it.
    shape(value, step ? [...path, name] : path)
  }
}

/** An object with exactly one of these members. `shared` may stand beside it. */
export function oneOf(members: Fields, shared: Fields = {}, needed = true): Shape {
  return (value, path) => {
    object({}, { ...members, ...shared })(value, path)
    const present = Object.keys(objectMembers(value)).filter((name) => Object.hasOwn(members, name))
    if (present.length > 1 || (needed && present.length === 0)) {
      wrong(path, 'range', `exactly one of ${Object.keys(members).join(', ')}`, value)
    }
  }
}

function objectMembers(value: unknown): Json {
  return isObject(value) ? value : {}
}
