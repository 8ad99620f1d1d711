// A private PostgreSQL server in a temporary directory. It refuses to run as root, so root's is given to the user
// `postgres` that comes with its package.
import { execFileSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'
import { freePort } from '../free-port.ts'
import { childrenOf, logOf, signal, startProgram, Watchdog } from './service-process.ts'

export interface PostgresServerOptions {
  /** Beside three that are kept for superusers; default 100. */
  readonly maxConnections?: number
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[]
}

const START_MS = 20_000
const POLL_MS = 25
/** Debian's place for it; the newest is taken. */
const DEBIAN = '/usr/lib/postgresql'

/** The directory of `initdb` and `postgres`; undefined when they are not installed, or nobody is there to run them. */
export function postgresBinaries(): string | undefined {
  if (process.getuid?.() === 0 && serverUser() === undefined) return undefined
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')))
}

export class PostgresServer implements AsyncDisposable {
  readonly dir: string
  readonly port: number
  readonly #binaries: string
  readonly #user: { readonly uid: number; readonly gid: number } | undefined
  readonly #options: PostgresServerOptions
  readonly #watchdog: Watchdog
  #child: ChildProcess | undefined

  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const binaries = postgresBinaries()
    if (binaries === undefined) throw new Error('PostgreSQL is not installed here.')
    const server = new PostgresServer(binaries, await freePort(), options)
    try {
      server.#initialise()
      await server.start()
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
    return server
  }

  private constructor(binaries: string, port: number, options: PostgresServerOptions) {
    this.#binaries = binaries
    this.port = port
    this.#options = options
    this.#user = process.getuid?.() === 0 ? serverUser() : undefined
    this.dir = mkdtempSync(join(tmpdir(), 'fairlead-postgres-'))
    if (this.#user !== undefined) chownSync(this.dir, this.#user.uid, this.#user.gid)
    this.#watchdog = new Watchdog(this.dir)
  }

  /** Of the database `postgres`. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it again on the same port with what it had. Resolves when it answers. */
  async start(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${this.dir}`,
      `port=${this.port}`,
      `max_connections=${(this.#options.maxConnections ?? 100) + 3}`,
      'shared_buffers=16MB',
      // A power cut is not what these servers are for; a killed process loses nothing by it.
      'fsync=off',
      'full_page_writes=off',
      'autovacuum=off',
      ...(this.#options.settings ?? []),
    ]
    const until = Date.now() + START_MS
    for (;;) {
      const child = startProgram({
        file: join(this.#binaries, 'postgres'),
        args: ['-D', join(this.dir, 'data'), ...settings.flatMap((setting) => ['-c', setting])],
        dir: this.dir,
        ...this.#user,
      })
      this.#child = child
      writeFileSync(join(this.dir, 'pid'), `${child.pid}\n`)
      if (await this.#answers(child, until)) return
      // After a kill -9 its old processes need a moment to let go of the shared memory.
      if (Date.now() > until) throw new Error(`PostgreSQL did not start.\n${logOf(this.dir)}`)
      await pause()
    }
  }

  /** SIGKILL to all of it; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** The quick orderly end: clients are told `admin_shutdown`. */
  async stop(): Promise<void> {
    await this.#end('SIGINT')
  }

  /** SIGSTOP to all of it: connections stay open, and new ones are accepted by the kernel; nobody answers. */
  freeze(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGSTOP')
  }

  thaw(): void {
    for (const pid of this.#processes()) signal(pid, 'SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw()
    await this.#end('SIGKILL')
    await this.#watchdog.end()
  }

  #initialise(): void {
    execFileSync(
      join(this.#binaries, 'initdb'),
      ['-D', join(this.dir, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { stdio: 'pipe', cwd: this.dir, ...this.#user },
    )
  }

  /** False when the program ended instead. */
  async #answers(child: ChildProcess, until: number): Promise<boolean> {
    while (child.exitCode === null && child.signalCode === null && Date.now() <= until) {
      const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 2000 })
      client.on('error', () => {})
      try {
        await client.connect()
        await client.query('select 1')
        return true
      } catch {
        await pause()
      } finally {
        await client.end().catch(() => {})
      }
    }
    return false
  }

  async #end(name: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const gone = once(child, 'exit')
    if (name === 'SIGKILL') for (const pid of this.#processes()) signal(pid, name)
    else signal(child.pid, name)
    await gone
  }

  /** The one that accepts first: it must not start others meanwhile. */
  #processes(): number[] {
    const pid = this.#child?.pid
    return pid === undefined ? [] : [pid, ...childrenOf(pid)]
  }
}

function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
  return line === null ? undefined : { uid: Number(line[1]), gid: Number(line[2]) }
}

async function pause(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, POLL_MS)
  })
}
