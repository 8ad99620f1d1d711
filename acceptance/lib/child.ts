// A program we started, and our promise to stop it again.
//
// Each child leads a process group of its own, because the gateway's command is a launcher with the server below it. A
// polite stop is what Ctrl-C is in a terminal: SIGINT to the whole group. One that nobody answers becomes `kill -9`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

export interface Child extends AsyncDisposable {
  readonly pid: number
  /** Everything it has written so far, both streams, at most the last 256 KiB. */
  output(): string
  /** Resolves with the match as soon as the output holds one; rejects when the child ends or the time is up. */
  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>
  readonly running: boolean
  stop(graceMs?: number): Promise<void>
  /** `kill -9`, as a crash would look from outside. Resolves when the process is gone. */
  kill(): Promise<void>
}

export interface ChildOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly onOutput?: (text: string) => void
}

/** Process groups that still run. Whatever ends this process, an early stop included, none of them outlives it. */
const groups = new Set<number>()
process.once('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL')
})

const OUTPUT_KEPT_CHARACTERS = 256 * 1024

export function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Child {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  })
  let output = ''
  let running = true
  const watchers = new Set<() => void>()
  const tell = () => {
    for (const watcher of watchers) watcher()
  }
  const take = (chunk: Buffer) => {
    const text = chunk.toString('utf8')
    output = (output + text).slice(-OUTPUT_KEPT_CHARACTERS)
    options.onOutput?.(text)
    tell()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const pid = child.pid ?? -1
  if (pid > 0) groups.add(pid)
  const gone = once(child, 'exit').catch(() => undefined)
  void gone.then(() => {
    running = false
    groups.delete(pid)
    tell()
  })
  child.on('error', (error) => {
    output += `${command}: ${error.message}\n`
    running = false
    tell()
  })

  async function stop(graceMs = 10_000): Promise<void> {
    if (!running || pid < 0) return
    signalGroup(pid, 'SIGINT')
    await Promise.race([gone, delay(graceMs, undefined, { ref: false })])
    if (running) await kill()
  }

  async function kill(): Promise<void> {
    if (!running || pid < 0) return
    signalGroup(pid, 'SIGKILL')
    await gone
  }

  function waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer)
        watchers.delete(look)
        act()
      }
      const fail = (why: string) =>
        finish(() => reject(new Error(`${command} ${args.join(' ')}: ${why}\n${output.slice(-4000)}`)))
      const timer = setTimeout(() => fail(`no ${String(pattern)} in its output within ${timeoutMs} ms`), timeoutMs)
      const look = () => {
        const match = output.match(pattern)
        if (match) finish(() => resolve(match))
        else if (!running) fail(`ended (${child.exitCode ?? child.signalCode ?? 'not started'}) too early`)
      }
      watchers.add(look)
      look()
    })
  }

  return {
    pid,
    output: () => output,
    waitFor,
    get running() {
      return running
    },
    stop,
    kill,
    [Symbol.asyncDispose]: () => stop(),
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    // The group may have emptied between the look and the blow.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
