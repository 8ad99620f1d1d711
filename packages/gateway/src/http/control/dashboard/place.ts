// Where the built web app lies. A published package ships it; a checkout keeps builds beside the sources, each under the
// digest of the sources that it was made from, so that an old one is never taken for the present one.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'

/** `packages/gateway`, or the published package: this file lies four folders below, in `src` or in `dist`. */
const PACKAGE = join(import.meta.dirname, '../../../..')
const SOURCES = join(PACKAGE, '../dashboard')
const IN_BUILD = [
  'src',
  'public',
  'scripts',
  'index.html',
  'vite.config.ts',
  'package.json',
  // What the app shows of the gateway's own: guides, snippets, the table of errors.
  '../gateway/src/connect',
  '../gateway/src/core/errors.ts',
]

export interface DashboardPlace {
  /** With `index.html` and `assets/`. */
  readonly folder: string
  /** Where it can be built from; null in a published package. */
  readonly sources: string | null
}

export async function dashboardPlace(): Promise<DashboardPlace> {
  if (!existsSync(join(SOURCES, 'vite.config.ts'))) return { folder: join(PACKAGE, 'dist/dashboard'), sources: null }
  return { folder: join(SOURCES, 'dist', await sourceDigest(SOURCES)), sources: SOURCES }
}

async function sourceDigest(root: string): Promise<string> {
  const digest = createHash('sha256')
  for (const path of (await filesOf(root)).toSorted()) {
    digest.update(relative(root, path)).update('\0')
    digest.update(await readFile(path)).update('\0')
  }
  return digest.digest('hex').slice(0, 16)
}

async function filesOf(root: string): Promise<string[]> {
  const found: string[] = []
  for (const name of IN_BUILD) {
    const path = join(root, name)
    if (!existsSync(path)) continue
    if (extname(name) !== '') {
      found.push(path)
      continue
    }
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !/\.(?:test\.ts|md)$/.test(entry.name)) found.push(join(entry.parentPath, entry.name))
    }
  }
  return found
}
