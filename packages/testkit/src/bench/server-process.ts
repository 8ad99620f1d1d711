// Starting and stopping the servers under test, each held to one core with all its threads and children.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** The core of the server under test, and the core of load generator and mock upstream. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

export type ServerProcess = { pid: number; output(): string; ended(): boolean; stop(): Promise<void> }

const STOP_MS = 8_000
const OUTPUT_KEPT = 4_000

/** Starts `command` on the server core; what it prints is kept for the error message, should it fail to start. */
export function startPinned(command: string[], env: Record<string, string>): ServerProcess {
  let output = ''
  const child = spawn('taskset', ['-c', String(SERVER_CORE), ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const keep = (text: Buffer): void => {
    output = (output + text.toString()).slice(-OUTPUT_KEPT)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  // A run that is broken off must not leave servers behind.
  const abandon = (): boolean => child.kill('SIGTERM')
  process.on('exit', abandon)
  child.on('exit', () => process.off('exit', abandon))
  child.on('error', (error) => keep(Buffer.from(error.message)))
  return { pid: child.pid ?? 0, output: () => output, ended: () => hasEnded(child), stop: () => stop(child) }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(force)
}

/** Waits until `probe` succeeds; fails with the server's own words when it has ended or time is up. */
export async function untilReady(server: ServerProcess, probe: () => Promise<void>, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      await probe()
      return
    } catch (error) {
      if (Date.now() > deadline || server.ended()) {
        const reason = error instanceof Error ? error.message : String(error)
        const what = server.ended() ? 'ended' : `not ready after ${timeoutMs / 1000} s`
        throw new Error(`${what} (${reason}): ${server.output().trim()}`, { cause: error })
      }
      await sleep(100)
    }
  }
}
