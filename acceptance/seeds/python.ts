// Finding a Python that can run the pages' Python snippets: the one named, the system's, or a small environment of
// our own that is made once and kept.
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { bareEnvironment } from '../lib/gateway.ts'
import { repositoryRoot } from '../lib/paths.ts'
import { run } from '../lib/run.ts'

const OPENAI_FOR_PYTHON = 'openai==3.52.0'
const CACHED = join(repositoryRoot, 'acceptance', '.cache', 'python')

/** A path, or undefined when there is none to be had (no python3, or no package index in reach). */
export async function findPython(asked: string | undefined): Promise<string | undefined> {
  if (asked === 'none') return undefined
  if (asked !== undefined) {
    if (await hasOpenai(asked)) return asked
    throw new Error(`--python ${asked}: it cannot import openai`)
  }
  const cached = join(CACHED, 'bin', 'python')
  const realModel = join(repositoryRoot, 'acceptance', 'real-model', '.venv', 'bin', 'python')
  for (const candidate of ['python3', cached, realModel]) {
    if (await hasOpenai(candidate)) return candidate
  }
  return (await makeEnvironment()) && (await hasOpenai(cached)) ? cached : undefined
}

async function hasOpenai(python: string): Promise<boolean> {
  if (python.includes('/') && !(await exists(python))) return false
  const { exitCode } = await run(python, ['-c', 'import openai'], { env: bareEnvironment() })
  return exitCode === 0
}

async function makeEnvironment(): Promise<boolean> {
  process.stderr.write(`Making a Python environment with ${OPENAI_FOR_PYTHON} (once)…\n`)
  const made = await run('python3', ['-m', 'venv', CACHED], { timeoutMs: 60_000 })
  if (made.exitCode !== 0) return false
  const pip = join(CACHED, 'bin', 'pip')
  // pip keeps the whole environment: proxies and indexes are the business of the machine.
  const installed = await run(pip, ['install', '--quiet', OPENAI_FOR_PYTHON], { timeoutMs: 180_000 })
  return installed.exitCode === 0
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
