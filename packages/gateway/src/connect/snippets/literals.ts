// Values as each language writes them: short ones on a line, long ones a member a line.
import type { Json } from '../edit.ts'
import { isJsonObject } from '../edit.ts'

interface Notation {
  readonly indent: string
  word(value: boolean | null): string
  text(value: string): string
  key(name: string): string
  /** After the last member of several lines. */
  readonly lastComma: string
  /** Inside the braces of an object on one line. */
  readonly padding: string
}

const LONGEST_LINE = 72

export const JSON_NOTATION: Notation = {
  indent: '  ',
  word: (value) => String(value),
  text: (value) => JSON.stringify(value),
  key: (name) => JSON.stringify(name),
  lastComma: '',
  padding: '',
}

export const PYTHON_NOTATION: Notation = {
  indent: '    ',
  word: (value) => (value === null ? 'None' : value ? 'True' : 'False'),
  // Of JSON's escapes, Python knows all but those of characters beyond the first 65,536, which JSON.stringify leaves alone.
  text: (value) => JSON.stringify(value),
  key: (name) => JSON.stringify(name),
  lastComma: ',',
  padding: '',
}

export const JAVASCRIPT_NOTATION: Notation = {
  indent: '  ',
  word: (value) => String(value),
  text: singleQuoted,
  key: (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : singleQuoted(name)),
  lastComma: ',',
  padding: ' ',
}

export function literal(value: Json, notation: Notation, indent = ''): string {
  if (typeof value === 'string') return notation.text(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean' || value === null) return notation.word(value)
  const inner = indent + notation.indent
  const isList = Array.isArray(value)
  const line = onOneLine(value, notation)
  if (line !== null && indent.length + line.length <= LONGEST_LINE && depthOf(value) <= 1 && indent !== '') return line
  const members = isList
    ? value.map((member: Json) => inner + literal(member, notation, inner))
    : entriesOf(value).map(([name, member]) => `${inner}${notation.key(name)}: ${literal(member, notation, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  return `${open}\n${members.join(',\n')}${notation.lastComma}\n${indent}${close}`
}

function onOneLine(value: Json, notation: Notation): string | null {
  if (!Array.isArray(value) && !isJsonObject(value)) return literal(value, notation)
  if (Array.isArray(value)) {
    const items = value.map((member: Json) => onOneLine(member, notation))
    return items.includes(null) ? null : `[${items.join(', ')}]`
  }
  const members = entriesOf(value).map(([name, member]) => `${notation.key(name)}: ${onOneLine(member, notation)}`)
  return members.length === 0 ? '{}' : `{${notation.padding}${members.join(', ')}${notation.padding}}`
}

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  const members: readonly Json[] = Array.isArray(value) ? value : entriesOf(value).map(([, member]) => member)
  return 1 + Math.max(0, ...members.map(depthOf))
}

export function entriesOf(value: Json): readonly (readonly [string, Json])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function singleQuoted(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`)}'`
}

/** For a shell: nothing in it means anything. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
