// A private Redis server in a temporary directory; it writes nothing to the disk.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '../free-port.ts'
import { logOf, signal, startProgram, Watchdog } from './service-process.ts'

const START_MS = 10_000
const POLL_MS = 20

export function redisBinary(): string | undefined {
  const places = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  return places.map((place) => join(place, 'redis-server')).find((file) => existsSync(file))
}

export class RedisServer implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'fairlead-redis-'))
  readonly port: number
  readonly #binary: string
  readonly #settings: readonly string[]
  readonly #watchdog = new Watchdog(this.dir)
  #child: ChildProcess | undefined

  /** `settings` as on its command line: `['--maxmemory', '1mb']`. */
  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const binary = redisBinary()
    if (binary === undefined) throw new Error('Redis is not installed here.')
    const server = new RedisServer(binary, await freePort(), settings)
    await server.start()
    return server
  }

  private constructor(binary: string, port: number, settings: readonly string[]) {
    this.#binary = binary
    this.port = port
    this.#settings = settings
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it again, empty, on the same port. Resolves when it answers. */
  async start(): Promise<void> {
    const child = startProgram({
      file: this.#binary,
      args: ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...this.#settings],
      dir: this.dir,
    })
    this.#child = child
    writeFileSync(join(this.dir, 'pid'), `${child.pid}\n`)
    const until = Date.now() + START_MS
    while (!(await answers(this.port))) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`Redis did not start.\n${logOf(this.dir)}`)
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_MS)
      })
    }
  }

  freeze(): void {
    if (this.pid !== undefined) signal(this.pid, 'SIGSTOP')
  }

  thaw(): void {
    if (this.pid !== undefined) signal(this.pid, 'SIGCONT')
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const gone = once(child, 'exit')
    signal(child.pid, 'SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await this.#watchdog.end()
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
}
