// JSON values, and reading them without harm: what a number cannot hold keeps its source text, so that an id beyond
// 2^53, `1.0` or `1e400` inside somebody's tool arguments comes out as it went in (H42).

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject | RawNumber

export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/** A number whose text would not survive `JSON.parse`; `JSON.stringify` writes `rawJSON` as it stands. */
export interface RawNumber {
  readonly rawJSON: string
}

// ECMAScript 2026, "JSON.parse source text access"; not in the compiler's library yet.
declare global {
  interface JSON {
    rawJSON(text: string): RawNumber
    isRawJSON(value: unknown): value is RawNumber
  }
}

// Long runs of digits, exponents, a zero at the end of a fraction, minus zero; only where a value can begin, because ids
// and dates inside strings look alike. What is found in a string all the same costs time and does no harm.
const SUSPECT = /[:[,]\s*(?:-0[\s,\]}]|-?\d(?:[\d.]{15}|[\d.]*(?:[eE]|\.\d*0[\s,\]}])))/
/** A document that is a number and nothing else. */
const NUMBER = /^\s*[-\d]/

/** @throws {SyntaxError} */
export function parseJson(text: string): JsonValue {
  return SUSPECT.test(text) || NUMBER.test(text) ? JSON.parse(text, keepNumbers) : JSON.parse(text)
}

function keepNumbers(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return JSON.rawJSON(source)
}

/** The value as an object; null for anything else. Never throws. */
export function parseJsonObject(text: string): JsonObject | null {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}

export function isRawNumber(value: unknown): value is RawNumber {
  return typeof value === 'object' && value !== null && JSON.isRawJSON(value)
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** The number, where it is one; raw numbers too, as near as a double comes. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function arrayOf(value: unknown): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : undefined
}

export function objectOf(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}
