// One server program of a test, and the promise that it does not outlive the test: a shell that waits for the end of a
// pipe kills it and removes its directory when our process is gone, kill -9 included.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// The directory has the process id of whoever runs in it, as the first line of `pid`.
const WATCHDOG = `
  trap '' INT TERM HUP
  read -r _
  pid=$(head -n 1 "$1/pid" 2>/dev/null)
  if [ -n "$pid" ]; then
    kill -9 $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) "$pid" 2>/dev/null
  fi
  for _ in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null && break; sleep 0.2; done
`

/** Ends with our process; `end()` lets it do its work now. */
export class Watchdog {
  readonly #shell: ChildProcess

  constructor(dir: string) {
    this.#shell = spawn('/bin/sh', ['-c', WATCHDOG, 'watchdog', dir], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    this.#shell.unref()
    const { stdin } = this.#shell
    if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  }

  async end(): Promise<void> {
    if (this.#shell.exitCode !== null) return
    this.#shell.ref()
    const gone = once(this.#shell, 'exit')
    this.#shell.stdin?.end()
    await gone
  }
}

export interface Program {
  readonly file: string
  readonly args: readonly string[]
  /** Its output goes to `log` in it. */
  readonly dir: string
  readonly uid?: number
  readonly gid?: number
}

/** The child is in a session of its own, so that Ctrl-C at a terminal leaves the order of ending to us. */
export function startProgram(program: Program): ChildProcess {
  const log = openSync(join(program.dir, 'log'), 'a')
  try {
    const child = spawn(program.file, program.args, {
      stdio: ['ignore', log, log],
      detached: true,
      cwd: program.dir,
      ...(program.uid === undefined ? {} : { uid: program.uid, gid: program.gid ?? program.uid }),
    })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

export function logOf(dir: string): string {
  const file = join(dir, 'log')
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : ''
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    // Gone meanwhile, or no Linux: then only the program itself can be signalled.
    return []
  }
}

/** A signal to a process that may be gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
