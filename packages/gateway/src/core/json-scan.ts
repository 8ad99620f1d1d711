// A true top-level scan of a JSON object, without building it.
//
// The relay needs a handful of fields of a body that may hold a megabyte of conversation. Parsing all of it would cost
// more than everything else that the gateway does, and writing it again would lose what it does not know. So this walks
// over the text once, jumping from quote to quote inside strings, checks that brackets match, and reports where the
// values of the outermost object lie. What it does not check (numbers and literals deep inside) the upstream will.
//
// It works on text decoded as latin1, where one character is one byte: offsets are byte offsets, and the text can be
// cut and written back byte for byte whatever its encoding was.
//
// For the body of a request, whose bytes are at hand, `scanBody` does the same with json-skip.ts.
//
// /!\ Hot path: `skipString` and `skipContainer` run over every byte that they are given.

import { BodySkipper } from './json-skip.ts'
import type { StringWatch } from './string-watch.ts'

export class JsonScanError extends Error {
  override readonly name = 'JsonScanError'
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Deeper bodies are refused before anything recursive can meet them. */
export const MAX_JSON_DEPTH = 64
/** Inside of the outermost object, which is a level of its own. */
const MOST_OPEN = MAX_JSON_DEPTH - 1

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

const SCALAR = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)/y

/**
 * Called for each entry of the outermost object: the raw text of its key (between the quotes, escapes unresolved) and
 * where its value begins and ends. Returning true ends the scan.
 */
export type EntryVisitor = (rawKey: string, valueStart: number, valueEnd: number) => boolean | undefined | void

/**
 * Scans the object that begins at `start`; returns the offset behind its closing brace.
 * With `whole`, anything but white space behind it is an error.
 * @throws {JsonScanError}
 */
export function scanObject(text: string, start: number, visit: EntryVisitor, whole = true): number {
  const first = openObject(text, start)
  if (text.charCodeAt(first) === CLOSE_BRACE) return finish(text, first + 1, whole)
  return scanEntries(text, first, visit, whole)
}

/**
 * Scans a whole body, which is one object. `watch` sees each string that is nested in one of its values.
 * @param text `body` as latin1
 * @throws {JsonScanError}
 */
export function scanBody(body: Uint8Array, text: string, visit: EntryVisitor, watch: StringWatch): void {
  const first = openObject(text, 0)
  if (text.charCodeAt(first) === CLOSE_BRACE) finish(text, first + 1, true)
  else scanEntries(text, first, visit, true, watch, hold(body))
}

/** Offset of what is first in the object that begins at `start`: a key, or its end. */
function openObject(text: string, start: number): number {
  const at = skipSpace(text, start)
  if (text.charCodeAt(at) !== OPEN_BRACE) throw new JsonScanError('expected a JSON object', at)
  return skipSpace(text, at + 1)
}

/** Undefined until the first body is scanned; null where it is not to be had. */
let bodySkipper: BodySkipper | null | undefined

function hold(body: Uint8Array): BodySkipper | null {
  if (bodySkipper === undefined) {
    try {
      bodySkipper = new BodySkipper()
    } catch {
      bodySkipper = null
    }
  }
  return bodySkipper !== null && bodySkipper.hold(body) ? bodySkipper : null
}

/**
 * The same from the key at `start` on. With `whole` it goes to the end of the text, which it can only reach when that
 * key is one of the outermost object's.
 * @throws {JsonScanError}
 */
export function scanEntries(
  text: string,
  start: number,
  visit: EntryVisitor,
  whole = true,
  watch: StringWatch | null = null,
  skipper: BodySkipper | null = null,
): number {
  let at = start
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) throw new JsonScanError('expected a key in double quotes', at)
    const keyEnd = skipString(text, at)
    const rawKey = text.slice(at + 1, keyEnd - 1)
    at = skipSpace(text, keyEnd)
    if (text.charCodeAt(at) !== COLON) throw new JsonScanError('expected ":" after a key', at)
    const valueStart = skipSpace(text, at + 1)
    const valueEnd = skipValue(text, valueStart, watch, skipper)
    if (visit(rawKey, valueStart, valueEnd) === true) return valueEnd
    at = skipSpace(text, valueEnd)
    const next = text.charCodeAt(at)
    if (next === CLOSE_BRACE) return finish(text, at + 1, whole)
    if (next !== COMMA) throw new JsonScanError('expected "," or "}"', at)
    at = skipSpace(text, at + 1)
  }
}

/**
 * Where the entries of the array that begins at `start` lie; returns the offset behind its closing bracket.
 * @throws {JsonScanError}
 */
export function scanArray(text: string, start: number, visit: (start: number, end: number) => void): number {
  let at = skipSpace(text, start)
  if (text.charCodeAt(at) !== OPEN_BRACKET) throw new JsonScanError('expected a JSON array', at)
  at = skipSpace(text, at + 1)
  if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1
  for (;;) {
    const end = skipValue(text, at, null, null)
    visit(at, end)
    at = skipSpace(text, end)
    const next = text.charCodeAt(at)
    if (next === CLOSE_BRACKET) return at + 1
    if (next !== COMMA) throw new JsonScanError('expected "," or "]"', at)
    at = skipSpace(text, at + 1)
  }
}

function finish(text: string, at: number, whole: boolean): number {
  if (whole && skipSpace(text, at) !== text.length) throw new JsonScanError('unexpected text after the JSON object', at)
  return at
}

/** Offset behind the value at `at`. */
function skipValue(text: string, at: number, watch: StringWatch | null, skipper: BodySkipper | null): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE || first === OPEN_BRACE || first === OPEN_BRACKET) {
    if (skipper !== null && watch !== null) {
      const end = skipper.skip(at, MOST_OPEN, watch)
      if (end !== -1) return end
    }
    return first === QUOTE ? skipString(text, at) : skipContainer(text, at, watch)
  }
  SCALAR.lastIndex = at
  if (!SCALAR.test(text)) throw new JsonScanError('expected a JSON value', at)
  return SCALAR.lastIndex
}

export function skipSpace(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at += 1
  }
}

/** Offset behind the closing quote of the string whose opening quote is at `at`. */
export function skipString(text: string, at: number): number {
  let quote = at
  for (;;) {
    quote = text.indexOf('"', quote + 1)
    if (quote === -1) throw new JsonScanError('a string is not closed', at)
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1
    if ((backslashes & 1) === 0) return quote + 1
  }
}

// One level a slot: the closing bracket that it waits for. The scan is synchronous and never re-enters itself.
const closers = new Uint8Array(MOST_OPEN)

function skipContainer(text: string, at: number, watch: StringWatch | null): number {
  const { length } = text
  let depth = 0
  for (let index = at; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      const end = skipString(text, index)
      if (watch !== null) watch.see(text, index, end)
      index = end - 1
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth === MOST_OPEN) throw new JsonScanError(`nested deeper than ${MAX_JSON_DEPTH} levels`, index)
      closers[depth] = code + 2
      depth += 1
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1
      if (closers[depth] !== code) throw new JsonScanError('a bracket does not match', index)
      if (depth === 0) return index + 1
    }
  }
  throw new JsonScanError('a bracket is not closed', at)
}

/** The value of a raw JSON string literal that was read as latin1: `"caf\u00c3\u00a9"` in bytes becomes `café`. */
export function decodeString(text: string, start: number, end: number): string | null {
  if (text.charCodeAt(start) !== QUOTE) return null
  const raw = text.slice(start + 1, end - 1)
  // Plain ASCII without escapes, which model names are, needs no decoding.
  if (PLAIN.test(raw)) return raw
  try {
    const value: unknown = JSON.parse(Buffer.from(text.slice(start, end), 'latin1').toString('utf8'))
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/

/** Parses the value at a span of a latin1 text. @throws {SyntaxError} */
export function parseSpan(text: string, start: number, end: number): unknown {
  const span = text.slice(start, end)
  return JSON.parse(ASCII.test(span) ? span : Buffer.from(span, 'latin1').toString('utf8'))
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/
