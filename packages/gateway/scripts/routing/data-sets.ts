// The public per-prompt results that training and bench read where they lie; they are never copied into the project.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface DataRow {
  readonly id: string
  readonly dataset: string
  readonly domain: string
  readonly prompt: string
  readonly in_tok: number
  /** Model -> [score 0..1, output tokens?, US$?]. */
  readonly m: Readonly<Record<string, readonly [score: number, outputTokens?: number, costUsd?: number]>>
}

const DATA_FOLDER = resolve(import.meta.dirname, '../../../../../shared/data/routing')

/** Where the data lie: `--data DIR`, else beside the repository; undefined when there are none. */
export function dataFolder(args: readonly string[]): string | undefined {
  const at = args.indexOf('--data')
  const folder = at === -1 ? DATA_FOLDER : resolve(args[at + 1] ?? '')
  return existsSync(folder) && dataFiles(folder).length > 0 ? folder : undefined
}

export function dataFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .sort()
}

export function readRows(folder: string, name: string): DataRow[] {
  const lines = gunzipSync(readFileSync(resolve(folder, name)))
    .toString('utf8')
    .split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as DataRow)
}

/** The question without its options, in bare words: the same question in two sets has the same stem. */
function stemOf(prompt: string): string {
  const question = prompt.split(/\n\(?[A-J0-9][.):]/u)[0] ?? ''
  return question
    .toLowerCase()
    .replace(/answer:\s*$/u, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, 200)
}

/** Rows whose stem none of the earlier rows has, in order. */
export function withoutRepeats(rows: readonly DataRow[], seen = new Set<string>()): DataRow[] {
  return rows.filter((row) => {
    const stem = stemOf(row.prompt)
    if (seen.has(stem)) return false
    seen.add(stem)
    return true
  })
}
