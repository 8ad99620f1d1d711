// The command line as a person uses it: real processes, in a folder that is each test's own.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

const MAIN = new URL('../../main.ts', import.meta.url).pathname

export interface Outcome {
  /** -1 = it did not end by itself. */
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CommandLine {
  readonly dir: string
  /** Not made yet. */
  dataDir: string
  /** Ended in their order after each test, before the folder goes. */
  readonly open: (() => unknown)[]
  fairlead(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>
}

/** For the tests of the file that calls it. */
export function commandLine(): CommandLine {
  let dir = ''
  const line = {
    get dir() {
      return dir
    },
    dataDir: '',
    open: [] as (() => unknown)[],
    fairlead(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      const clean = {
        PATH: process.env['PATH'] ?? '',
        NO_COLOR: '1',
        FAIRLEAD_DATA_DIR: line.dataDir,
        FAIRLEAD_PORT: '0',
        ...env,
      }
      execFile(process.execPath, [MAIN, ...args], { cwd: dir, env: clean }, (error, out, err) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err })
      })
      return promise
    },
  }
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fairlead-cli-'))
    line.dataDir = join(dir, 'data')
  })
  afterEach(async () => {
    for (const close of line.open.splice(0)) await close()
    rmSync(dir, { recursive: true, force: true })
  })
  return line
}
