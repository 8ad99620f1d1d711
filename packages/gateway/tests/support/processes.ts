// The gateway as a user runs it: launcher, primary and workers as processes of their own, for tests that kill, signal
// and restart them. (`gateway.ts` beside this starts one inside the test's process: faster, for all else.)

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { createControlClient, type ControlClient } from './control-client.ts'
import { MASTER_KEY } from './gateway.ts'
import { mustBeSound } from './sound-books.ts'

export const LAUNCHER = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url))
const FAIRLEAD = fileURLToPath(new URL('../../bin/fairlead.cjs', import.meta.url))
const WORKSPACE = fileURLToPath(new URL('../../../..', import.meta.url))

const START_TIMEOUT_MS = 25_000

export interface SpawnOptions {
  /** Everything below `server` and `log`: providers and models. */
  readonly yaml: string
  readonly workers?: number
  /** Absent = one that is free; give one where all workers die at once, as the free one dies with the last of them. */
  readonly port?: number
  /** More members of `server`, as YAML flow: `drain_timeout_ms: 500`. */
  readonly server?: string
  /** `PROGRAM ARGUMENTS...` instead of `node bin/fairlead.cjs start ...`. */
  readonly command?: readonly string[]
  /** Name the configuration in `FAIRLEAD_CONFIG`, for a command that does not. */
  readonly configByEnvironment?: boolean
  /** The folder of a gateway that has ended, to go on from what it left; absent = a new one. */
  readonly folder?: string
  /** More of the environment: FAIRLEAD_DATABASE_URL and its like. */
  readonly env?: Readonly<Record<string, string>>
}

/** What a state directory's `run.json` says. */
interface RunFile {
  readonly pid: number
  readonly url: string
}

export async function spawnGateway(options: SpawnOptions): Promise<GatewayProcess> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'fairlead-process-'))
  const configPath = join(folder, 'fairlead.yaml')
  writeFileSync(configPath, configText(options))
  const [program = process.execPath, ...args] = options.command ?? [
    process.execPath,
    FAIRLEAD,
    'start',
    '--config',
    configPath,
    '--port',
    String(options.port ?? 0),
    '--workers',
    String(options.workers ?? 1),
  ]
  const env: NodeJS.ProcessEnv = {
    ...withoutOurs(process.env),
    FAIRLEAD_DATA_DIR: join(folder, 'data'),
    FAIRLEAD_LOG_LEVEL: 'info',
    // As under npm: the launcher ends with its parent, so that a test run that is killed leaves nothing behind.
    npm_lifecycle_event: 'test',
    ...(options.configByEnvironment === true ? { FAIRLEAD_CONFIG: configPath } : {}),
    ...options.env,
  }
  // A group of its own, so that the end of a test ends all of it, and nothing else.
  const child = spawn(program, args, { cwd: WORKSPACE, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const gateway = new GatewayProcess(child, folder, configPath, options)
  try {
    await gateway.begun()
  } catch (error) {
    await gateway[Symbol.asyncDispose]()
    throw error
  }
  return gateway
}

export class GatewayProcess implements AsyncDisposable {
  /** What was started: the launcher, or what the test put before it. */
  readonly child: ChildProcess
  /** Of its own: holds the configuration, and the state in `data`. */
  readonly folder: string
  readonly configPath: string
  /** Resolves when `child` has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Without `/v1`. */
  origin = ''
  primaryPid = 0
  readonly #options: SpawnOptions
  readonly #lines: string[] = []
  readonly #watchers = new Set<() => void>()
  #over = false

  constructor(child: ChildProcess, folder: string, configPath: string, options: SpawnOptions) {
    this.child = child
    this.folder = folder
    this.configPath = configPath
    this.#options = options
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.#over = true
      this.#look()
      return { code, signal }
    })
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface(stream).on('line', (line) => {
        this.#lines.push(line)
        this.#look()
      })
    }
  }

  /** With `/v1`. */
  get url(): string {
    return `${this.origin}/v1`
  }

  /** Everything that was printed and logged. */
  get output(): string {
    return this.#lines.join('\n')
  }

  get control(): ControlClient {
    return createControlClient(this.origin)
  }

  /** Resolves when the gateway listens and says where. */
  async begun(): Promise<void> {
    await this.untilOutput(/^ {2}Base URL/m, START_TIMEOUT_MS)
    const run = JSON.parse(readFileSync(join(this.folder, 'data', 'run.json'), 'utf8')) as RunFile
    this.origin = run.url
    this.primaryPid = run.pid
  }

  /** Resolves when a line matches, from the beginning or from `after` lines on; rejects with all of the output. */
  async untilOutput(pattern: RegExp, timeoutMs = 15_000, after = 0): Promise<void> {
    await this.#until(() => pattern.test(this.#lines.slice(after).join('\n')), `no ${pattern}`, timeoutMs)
  }

  get lineCount(): number {
    return this.#lines.length
  }

  /** The processes that relay, oldest first, as the system lists the primary's children. */
  workerPids(): readonly number[] {
    return childrenOf(this.primaryPid)
  }

  /** How many of them accept requests, as the readiness page tells. */
  async workersReady(): Promise<number> {
    return await this.control.workersReady()
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Writes the file that the gateway runs with: what was given at the start, with these members changed. */
  rewriteConfig(options: Partial<SpawnOptions>): void {
    writeFileSync(this.configPath, configText({ ...this.#options, ...options }))
  }

  /** Rows of the usage table, as they are in the file now. */
  usageRows(): readonly { readonly status: number; readonly requestId: string; readonly errorCode: string }[] {
    using database = new DatabaseSync(join(this.folder, 'data', 'fairlead.db'), { readOnly: true })
    return database
      .prepare(
        'select r.request_id as requestId, k.status as status, k.error_code as errorCode from usage_records r join usage_kinds k on k.id = r.usage_kind',
      )
      .all()
      .map((row) => ({
        status: Number(row['status']),
        requestId: String(row['requestId']),
        errorCode: String(row['errorCode']),
      }))
  }

  /** SIGTERM, and the end of it. */
  async stop(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    this.signal('SIGTERM')
    return await this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.pid !== undefined) {
      try {
        process.kill(-this.child.pid, 'SIGKILL')
      } catch {
        // The whole group is gone already, which is how a good test ends.
      }
    }
    await this.ended
    if (this.#options.folder !== undefined) return
    try {
      if (this.origin !== '') await mustBeSound({ file: join(this.folder, 'data', 'fairlead.db') })
    } finally {
      rmSync(this.folder, { recursive: true, force: true })
    }
  }

  async #until(condition: () => boolean, what: string, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = (why: string): void => reject(new Error(`${what} ${why}; the gateway printed:\n${this.output}`))
    const look = (): void => {
      if (condition()) resolve()
      else if (this.#over) fail('before the end')
    }
    const timer = setTimeout(() => fail(`within ${timeoutMs} ms`), timeoutMs)
    this.#watchers.add(look)
    look()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#watchers.delete(look)
    }
  }

  #look(): void {
    for (const look of this.#watchers) look()
  }
}

/** Living children, from the system's own list. Linux only, like the tests that use it. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** False for a process that has ended, one that nobody has buried yet included. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Asks every 20 ms: for what gives no sign of itself, such as the end of a process that is not our child. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

function configText({ yaml, server }: SpawnOptions): string {
  const members = ['shutdown_delay_ms: 0', server].filter(Boolean).join(', ')
  const distinct = server?.includes('shutdown_delay_ms') === true ? server : members
  return `server: { port: 0, master_key: ${MASTER_KEY}, ${distinct} }\nhealth: { check: off }\n${yaml}`
}

/** The test's own launcher, npm and settings are not the gateway's. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(FAIRLEAD_|npm_|VITEST|NODE_OPTIONS|NODE_ENV|PORT$|.*_API_KEY$)/.test(name),
    ),
  )
}
