// The command line as a person uses it, in a folder that is each test's own. `fairlead` runs one command after the other
// in a process that stays (`command-host.ts`); `alone` gives one a process to itself, which it must end.
import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach } from 'vitest'
import type { Command } from './command-host.ts'

const HOST = new URL('command-host.ts', import.meta.url)
const MAIN = new URL('../../main.ts', import.meta.url).pathname

export interface Outcome {
  /** -1 = it did not end by itself. */
  readonly code: number
  readonly out: string
  readonly err: string
}

type Run = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>

export interface CommandLine {
  readonly dir: string
  /** Not made yet. */
  dataDir: string
  /** Ended in their order after each test, before the folder goes. */
  readonly open: (() => unknown)[]
  readonly fairlead: Run
  readonly alone: Run
}

/** For the tests of the file that calls it. */
export function commandLine(): CommandLine {
  let dir = ''
  let host: ChildProcess | undefined
  const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Command => ({
    args,
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', FAIRLEAD_DATA_DIR: line.dataDir, FAIRLEAD_PORT: '0', ...env },
  })
  const line: CommandLine = {
    get dir() {
      return dir
    },
    dataDir: '',
    open: [],
    fairlead: async (args, env) => {
      host ??= fork(HOST, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      host.send(command(args, env))
      const ended = new AbortController()
      try {
        const { signal } = ended
        return await Promise.race([
          once(host, 'message', { signal }).then(([outcome]: Outcome[]) => outcome ?? NOT_ENDED),
          once(host, 'exit', { signal }).then(() => NOT_ENDED),
        ])
      } finally {
        ended.abort()
      }
    },
    alone: (args, env) => inOwnProcess(command(args, env)),
  }
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fairlead-cli-'))
    line.dataDir = join(dir, 'data')
  })
  afterEach(async () => {
    for (const close of line.open.splice(0)) await close()
    rmSync(dir, { recursive: true, force: true })
  })
  afterAll(() => host?.disconnect())
  return line
}

const NOT_ENDED: Outcome = { code: -1, out: '', err: '' }

function inOwnProcess({ args, cwd, env }: Command): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const { NODE_COMPILE_CACHE = '' } = process.env
  const child = execFile(process.execPath, [MAIN, ...args], { cwd, env: { NODE_COMPILE_CACHE, ...env } }, (error, out, err) => {
    resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err })
  })
  child.stdin?.end()
  return promise
}
