// Runs the launcher alone, and the README's `npm start`, for tests that look at processes rather than replies.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { LAUNCHER } from './processes.ts'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of old CommonJS that calls a launcher, as a Node of that version would see itself. */
export function runAs(
  nodeVersion: string,
  launcherFile: string,
  program: string,
  env: NodeJS.ProcessEnv = {},
): Finished {
  const script = `
    Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: ${JSON.stringify(nodeVersion)} }) })
    require(${JSON.stringify(launcherFile)}).run(${JSON.stringify(program)}, [])`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  })
  return { code: status, stdout, stderr }
}

export interface Launched extends AsyncDisposable {
  readonly child: ChildProcess
  /** What the program has printed, a line each. */
  readonly lines: readonly string[]
  untilLine(line: string): Promise<void>
}

/** Starts `program` through the launcher, in a process group of its own. */
export function launch(program: string, env: NodeJS.ProcessEnv = process.env): Launched {
  const child = spawn(process.execPath, [LAUNCHER, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env,
  })
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  return {
    child,
    lines,
    async untilLine(line) {
      while (!lines.includes(line)) await once(reader, 'line', { signal: AbortSignal.timeout(10_000) })
    },
    async [Symbol.asyncDispose]() {
      const over = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      if (child.pid !== undefined) {
        try {
          process.kill(-child.pid, 'SIGKILL')
        } catch {
          // Nobody is left of the group.
        }
      }
      await over
    },
  }
}
