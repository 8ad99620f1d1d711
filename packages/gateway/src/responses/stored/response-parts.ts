// A response object in two: its long members and its output, which turns share, and the shell around them, which is
// this response's own. Cut and put together as text, so that it comes out as it went in.

import { scanArray, scanObject } from '../../core/json-scan.ts'
import { parseJsonObject, stringOf } from '../../core/json.ts'

/** Shorter ones stay in the shell. */
const LONG_CHARACTERS = 256

export interface ResponseParts {
  /** The object with `[]` for its output and `null` for its long members. */
  readonly shell: string
  readonly output: readonly string[]
  /** Raw JSON by name: tools, instructions… */
  readonly members: ReadonlyMap<string, string>
  readonly status: string
}

/** @throws {JsonScanError} for what is no JSON object */
export function partsOf(response: string): ResponseParts {
  const output: string[] = []
  const members = new Map<string, string>()
  const pieces: string[] = []
  let status = ''
  let at = 0
  const replace = (start: number, end: number, by: string): void => {
    pieces.push(response.slice(at, start), by)
    at = end
  }
  scanObject(response, 0, (key, start, end) => {
    if (key === 'output' && response[start] === '[') {
      scanArray(response, start, (from, to) => void output.push(response.slice(from, to)))
      replace(start, end, '[]')
    } else if (end - start > LONG_CHARACTERS) {
      members.set(key, response.slice(start, end))
      replace(start, end, 'null')
    } else if (key === 'status') status = statusFrom(response.slice(start, end))
  })
  pieces.push(response.slice(at))
  return { shell: pieces.join(''), output, members, status }
}

/** @param output null = the shell has none, or it is among the members */
export function joined(shell: string, output: readonly string[] | null, members: ReadonlyMap<string, string>): string {
  const pieces: string[] = []
  let at = 0
  scanObject(shell, 0, (key, start, end) => {
    const text = members.get(key) ?? (key === 'output' && output !== null ? `[${output.join(',')}]` : undefined)
    if (text === undefined) return
    pieces.push(shell.slice(at, start), text)
    at = end
  })
  pieces.push(shell.slice(at))
  return pieces.join('')
}

/** The `id` of an item; null = it has none. */
export function idIn(item: string): string | null {
  let id: string | null = null
  scanObject(item, 0, (key, start, end) => {
    if (key !== 'id') return false
    id = stringOf(parseJsonObject(`{"id":${item.slice(start, end)}}`)?.['id']) ?? null
    return true
  })
  return id
}

function statusFrom(raw: string): string {
  return raw.startsWith('"') ? raw.slice(1, -1) : ''
}
