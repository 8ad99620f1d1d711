// Where the control plane is found: on a local socket, which the run file tells the command line of; by people at the
// gateway's address; and where the operator wants that, on a port of its own.

import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { type AdminListener, listenForAdmin } from '../http/control/admin-listener.ts'
import type { ControlApp } from '../http/control/app.ts'
import { listenOnSocket } from '../http/control/socket-listener.ts'

export class ControlListeners implements AsyncDisposable {
  readonly socketPath: string
  readonly #runFile: string
  readonly #config: () => Config
  #socket: AsyncDisposable | null = null
  #admin: AdminListener | null = null
  /** As it was announced; '' before. */
  #url = ''

  constructor(dataDir: string, config: () => Config) {
    this.socketPath = socketPathFor(dataDir)
    this.#runFile = join(dataDir, 'run.json')
    this.#config = config
  }

  /** @throws when one of the two cannot be listened on */
  async open(app: ControlApp): Promise<void> {
    const { adminHost, adminPort } = this.#config().server
    this.#socket = await listenOnSocket(app, this.socketPath)
    if (adminPort !== undefined) this.#admin = await listenForAdmin(app, adminHost, adminPort)
  }

  /** `http://127.0.0.1:9090`; null when the admin surface has no listener of its own. */
  get adminUrl(): string | null {
    if (this.#admin === null) return null
    const { address, port } = this.#admin.address
    return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  }

  /** Of links for people: one host for all of them, because a session's cookie belongs to the host that set it. */
  get homeUrl(): string {
    return this.#config().server.publicUrl || byName(this.#url)
  }

  /** The same for links that only the admin surface answers; null when it has no listener of its own. */
  get adminHomeUrl(): string | null {
    const { adminUrl } = this
    return adminUrl === null ? null : byName(adminUrl)
  }

  /** The public address is known: told to the command line, so that it finds us. */
  announce(url: string, operatorToken: string): void {
    this.#url = url
    const { socketPath } = this
    writeFileSync(this.#runFile, JSON.stringify({ pid: process.pid, socketPath, operatorToken, url }), { mode: 0o600 })
    chmodSync(this.#runFile, 0o600)
  }

  /** Nobody is to look for us any more. */
  retract(): void {
    rmSync(this.#runFile, { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin?.[Symbol.asyncDispose]()
    await this.#socket?.[Symbol.asyncDispose]()
  }
}

/** Paths of sockets are short by law (107 bytes); a deep state directory gets one elsewhere. */
function socketPathFor(dataDir: string): string {
  const path = join(dataDir, 'control.sock')
  return Buffer.byteLength(path) < 100 ? path : join(tmpdir(), `fairlead-${randomBytes(8).toString('hex')}.sock`)
}

/** People log in by a name where there is one: passkeys belong to names, and browsers take this one for this machine. */
function byName(url: string): string {
  return url.replace('//127.0.0.1:', '//localhost:')
}
