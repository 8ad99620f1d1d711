// A file that does not exist yet, in full. Small writers of our own: what they write is known beforehand, and the page
// that shows it need not load four libraries. `merge/` has those, for files that somebody has written already.
import { isJsonObject, textOf, withEdits, type Edit, type Format } from './edit.ts'

export function renderFile(format: Format, edits: readonly Edit[]): string {
  const value = withEdits({}, edits)
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`
    case 'toml':
      return toml(value)
    case 'yaml':
      return `${yamlMembers(value, '').join('\n')}\n`
    case 'env':
      return edits.map(({ at, value: text }) => `${envLine(at.join('_'), textOf(text))}\n`).join('')
  }
}

/** A line of an environment file; quoted where a shell or dotenv would cut it. */
export function envLine(name: string, text: string): string {
  return `${name}=${/^[\w./:@%+,-]*$/.test(text) ? text : JSON.stringify(text)}`
}

/** Values first, then tables: what stands below a header belongs to it. */
function toml(value: unknown): string {
  const sections: string[] = []
  writeTable(value, [], sections)
  return `${sections.join('\n\n')}\n`
}

function writeTable(value: unknown, path: readonly string[], sections: string[]): void {
  if (!isJsonObject(value)) return
  const members = Object.entries(value)
  const lines = members
    .filter(([, member]) => !isJsonObject(member))
    .map(([name, member]) => `${tomlKey(name)} = ${tomlValue(member)}`)
  if (path.length > 0 && lines.length > 0) lines.unshift(tomlHeader(path))
  if (lines.length > 0) sections.push(lines.join('\n'))
  for (const [name, member] of members) if (isJsonObject(member)) writeTable(member, [...path, name], sections)
}

export function tomlHeader(path: readonly string[]): string {
  return `[${path.map(tomlKey).join('.')}]`
}

export function tomlKey(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name)
}

/** JSON's texts, numbers and lists are TOML's as well; there is no null. */
export function tomlValue(value: unknown): string {
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${tomlKey(name)} = ${tomlValue(member)}`)
  return `{ ${members.join(', ')} }`
}

function yamlMembers(value: unknown, indent: string): string[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => {
    if (isJsonObject(member)) return [`${indent}${yamlText(name)}:`, ...yamlMembers(member, `${indent}  `)]
    if (Array.isArray(member) && member.some(isJsonObject)) {
      return [`${indent}${yamlText(name)}:`, ...member.flatMap((item) => yamlItem(item, `${indent}  `))]
    }
    return [`${indent}${yamlText(name)}: ${yamlScalar(member)}`]
  })
}

function yamlItem(item: unknown, indent: string): string[] {
  const [first = '', ...rest] = yamlMembers(item, `${indent}  `)
  return [`${indent}- ${first.trimStart()}`, ...rest]
}

function yamlScalar(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlScalar).join(', ')}]`
  return typeof value === 'string' ? yamlText(value) : JSON.stringify(value)
}

/** Plain where nobody can read it as anything else than text; JSON's quotes are YAML's as well. */
function yamlText(text: string): string {
  const isPlain =
    /^[A-Za-z][\w./-]*(?::[\w./-]+)*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  return isPlain ? text : JSON.stringify(text)
}
