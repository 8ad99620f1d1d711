// What the program reads beside its code: the picker's tables, the catalogue. The compiler leaves such files where they are.
import { cpSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'

const SOURCES = join(import.meta.dirname, '../src')
const CODE_AND_WORDS = new Set(['.ts', '.md'])

/** Relative to `src`, as to `dist` afterwards. */
export function dataFiles(): readonly string[] {
  return readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter(({ name, parentPath }) => !CODE_AND_WORDS.has(extname(name)) && !parentPath.includes('__fixtures__'))
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name).slice(SOURCES.length + 1))
}

export function copyData(to: string): void {
  for (const name of dataFiles()) cpSync(join(SOURCES, name), join(to, name))
}
