// Finding a Python that has the official SDKs: the one named, the system's, or an environment of our own that is made
// once and kept.
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { bareEnvironment } from './gateway.ts'
import { repositoryRoot } from './paths.ts'
import { run } from './run.ts'

export interface PythonPackage {
  /** What is imported of it, as it stands behind `import`. */
  readonly module: string
  /** As pip takes it. */
  readonly requirement: string
}

/** With what its WebSocket mode of the Responses API needs. */
export const OPENAI: PythonPackage = { module: 'openai, websockets', requirement: 'openai[realtime]==3.52.0' }
export const ANTHROPIC: PythonPackage = { module: 'anthropic', requirement: 'anthropic==2.11.0' }
export const GOOGLE_GENAI: PythonPackage = { module: 'google.genai', requirement: 'google-genai==3.4.0' }

export interface Python {
  readonly path: string
  /** Which of the packages that were wanted it can import. */
  readonly has: readonly PythonPackage[]
}

const CACHED = join(repositoryRoot, 'acceptance', '.cache', 'python')
const CACHED_PYTHON = join(CACHED, 'bin', 'python')
const REAL_MODEL = join(repositoryRoot, 'acceptance', 'real-model', '.venv', 'bin', 'python')

/**
 * The one with all of them, or else with as many as can be had; undefined where there is no Python (no python3, or no
 * package index in reach and nothing kept).
 * @param asked a path, `none` for no Python at all, or undefined to look for one
 */
export async function findPython(
  asked: string | undefined,
  wanted: readonly PythonPackage[],
): Promise<Python | undefined> {
  if (asked === 'none') return undefined
  if (asked !== undefined) {
    const has = await importable(asked, wanted)
    if (has.length === 0) throw new Error(`--python ${asked}: it cannot import ${namesOf(wanted)}`)
    return { path: asked, has }
  }
  for (const path of ['python3', CACHED_PYTHON, REAL_MODEL]) {
    const has = await importable(path, wanted)
    if (has.length === wanted.length) return { path, has }
  }
  await install(wanted)
  const has = await importable(CACHED_PYTHON, wanted)
  return has.length === 0 ? undefined : { path: CACHED_PYTHON, has }
}

async function importable(python: string, wanted: readonly PythonPackage[]): Promise<readonly PythonPackage[]> {
  if (python.includes('/') && !(await exists(python))) return []
  const has: PythonPackage[] = []
  for (const each of wanted) {
    const { exitCode } = await run(python, ['-c', `import ${each.module}`], { env: bareEnvironment() })
    if (exitCode === 0) has.push(each)
  }
  return has
}

/** Into the environment that is kept; what cannot be installed is missing afterwards, and no more. */
async function install(wanted: readonly PythonPackage[]): Promise<void> {
  process.stderr.write(`Making a Python environment with ${namesOf(wanted)} (once)…\n`)
  if (!(await exists(CACHED_PYTHON))) await run('python3', ['-m', 'venv', CACHED], { timeoutMs: 60_000 })
  const pip = join(CACHED, 'bin', 'pip')
  // pip keeps the whole environment: proxies and indexes are the business of the machine.
  for (const { requirement } of wanted) {
    await run(pip, ['install', '--quiet', requirement], { timeoutMs: 180_000 })
  }
}

function namesOf(packages: readonly PythonPackage[]): string {
  return packages.map(({ module }) => module).join(', ')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
