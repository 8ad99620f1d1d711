// Files of environment variables, as dotenv and shells read them.
import { textOf, type Edit } from '../edit.ts'
import { envLine } from '../render.ts'

const LINE = /^(\s*(?:export\s+)?)([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/

/** Quotes off; of a name that stands twice, the last. */
export function readEnv(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, , name, raw] = LINE.exec(line) ?? []
    if (name === undefined || raw === undefined) continue
    found[name] = raw.startsWith('"') && raw.endsWith('"') ? unquoted(raw) : raw.replace(/^'(.*)'$/, '$1')
  }
  return found
}

export function mergeEnv(text: string, edits: readonly Edit[]): string {
  const lines = text.split('\n')
  for (const { at, value } of edits) {
    const name = at.join('_')
    const wanted = envLine(name, textOf(value))
    const index = lines.findLastIndex((line) => LINE.exec(line)?.[2] === name)
    if (index !== -1) lines[index] = (LINE.exec(lines[index] ?? '')?.[1] ?? '') + wanted
    else if (lines.at(-1) === '') lines.splice(-1, 0, wanted)
    else lines.push(wanted, '')
  }
  return lines.join('\n')
}

function unquoted(raw: string): string {
  try {
    const text: unknown = JSON.parse(raw)
    return String(text)
  } catch {
    return raw.slice(1, -1)
  }
}
