// TOML, line by line: a value of the root is changed where it stands, a table is replaced or added at the end. What the
// lines cannot tell (a header inside a text of several lines) is noticed by who calls this, which reads the result.
import { parse } from 'smol-toml'
import { isJsonObject, type Edit, type Json } from '../edit.ts'
import { tomlHeader, tomlKey, tomlValue } from '../render.ts'

export function readToml(text: string): unknown {
  return parse(text)
}

/** Members of the root, and tables; nothing deeper than a table, and no lists of tables. */
export function mergeToml(text: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (before, { at, value }) =>
      isJsonObject(value) ? withTable(before, at, value) : withRootValue(before, at.map(tomlKey).join('.'), value),
    text,
  )
}

const HEADER = /^\s*\[/

function withRootValue(text: string, key: string, value: Json): string {
  const lines = text.split('\n')
  const firstHeader = lines.findIndex((line) => HEADER.test(line))
  const end = firstHeader === -1 ? lines.length : firstHeader
  const wanted = `${key} = ${tomlValue(value)}`
  const at = lines.findIndex((line, index) => index < end && nameOf(line) === key)
  if (at !== -1) {
    lines[at] = wanted + commentOf(lines[at] ?? '')
    return lines.join('\n')
  }
  // Behind the last value of the root, so that the comment above a table stays with it.
  const last = lines.findLastIndex((line, index) => index < end && nameOf(line) !== undefined)
  const place = last === -1 ? firstAfterOpening(lines, end) : endOfValue(lines, last, end)
  const isBeforeHeader = place < lines.length && HEADER.test(lines[place] ?? '')
  lines.splice(place, 0, wanted, ...(isBeforeHeader ? [''] : []))
  return lines.join('\n')
}

function nameOf(line: string): string | undefined {
  return /^\s*([\w.-]+)\s*=/.exec(line)?.[1]
}

/** What is behind a value of one line. */
function commentOf(line: string): string {
  const match = /^[^=]*=\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'#]*?)(\s*#.*)?$/.exec(line)
  return match?.[1] ?? ''
}

/** Below the comments that open a file, where nothing but them comes before the first table. */
function firstAfterOpening(lines: readonly string[], end: number): number {
  const firstBlank = lines.findIndex((line, index) => index < end && line.trim() === '')
  return firstBlank === -1 ? (end === lines.length ? Math.max(0, lines.length - 1) : 0) : firstBlank
}

/** A list or a text may take several lines. */
function endOfValue(lines: readonly string[], from: number, end: number): number {
  for (let last = from + 1; last <= end; last += 1) {
    try {
      parse(lines.slice(from, last).join('\n'))
      return last
    } catch {
      // Not whole yet.
    }
  }
  return end
}

function withTable(text: string, path: readonly string[], value: Readonly<Record<string, unknown>>): string {
  const wanted = [
    tomlHeader(path),
    ...Object.entries(value).map(([name, member]) => `${tomlKey(name)} = ${tomlValue(member)}`),
  ]
  const lines = text.split('\n')
  const from = lines.findIndex((line) => isHeaderOf(line, path))
  if (from === -1) return `${text.trimEnd()}\n\n${wanted.join('\n')}\n`
  const next = lines.findIndex((line, index) => index > from && HEADER.test(line))
  // Blank lines and comments right above the next table are the next table's.
  let to = next === -1 ? lines.length : next
  while (to > from + 1 && /^\s*(?:#.*)?$/.test(lines[to - 1] ?? '')) to -= 1
  lines.splice(from, to - from, ...wanted)
  return lines.join('\n')
}

function isHeaderOf(line: string, path: readonly string[]): boolean {
  const name = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1]
  if (name === undefined) return false
  return (
    name
      .split('.')
      .map((part) => part.trim().replace(/^(["'])(.*)\1$/, '$2'))
      .join('\n') === path.join('\n')
  )
}
