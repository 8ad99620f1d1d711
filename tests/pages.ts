// The pages of the documentation, as the tests that hold them to the code read them.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')

export interface Page {
  /** From the root of the repository: `docs/api.md`. */
  readonly path: string
  readonly text: string
}

export const pages: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'packages/testkit/README.md',
  'acceptance/README.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/decisions'),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

export function page(path: string): Page {
  const found = pages.find((one) => one.path === path)
  if (found === undefined) throw new Error(`There is no page ${path}.`)
  return found
}

export function codeBlocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code)
}

/** The first cells of every table under a heading of the second level. */
export function tableRows({ text }: Page, heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| (.*) \|$/gm)]
    .map(([, row = '']) => row.split(/ ?\| ?/))
    .filter(([first = '']) => !first.startsWith('--'))
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => `${folder}/${name}`)
}
