// All connections that have brought nothing but plain requests so far, and the clockwork of those that bring nothing at all.

import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Config } from '../../config/config.ts'
import { answerSlowRequest } from '../raw-answers.ts'
import { PlainConnection, type PlainOwner } from './plain-connection.ts'
import type { PlainHead } from './plain-head.ts'

export interface PlainFrontOptions {
  readonly limits: () => Limits
  /** A new connection; @returns false for one that is not to be listened to */
  readonly meet: (socket: Socket) => boolean
  /** As `PlainOwner.begin`. */
  readonly begin: (connection: PlainConnection, head: PlainHead) => boolean
  /** How often silent connections are looked at. */
  readonly sweepMs: number
  readonly keepAliveMs: number
}

type Limits = Pick<Config['server'], 'headersTimeoutMs' | 'maxHeaderBytes' | 'maxHeaders' | 'writeStallTimeoutMs'>

export class PlainFront implements PlainOwner, Disposable {
  readonly #server: Server
  readonly #options: PlainFrontOptions
  /** What `node:http` does with a new connection. */
  readonly #takeOver: readonly Function[]
  readonly #connections = new Set<PlainConnection>()
  readonly #sweep: NodeJS.Timeout

  /** @param server gets the connections that are not plain, each with what has come through it unread */
  constructor(server: Server, options: PlainFrontOptions) {
    this.#server = server
    this.#options = options
    this.#takeOver = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket) => {
      if (options.meet(socket)) this.#connections.add(new PlainConnection(socket, this))
    })
    this.#sweep = setInterval(() => this.#sweepSilent(), options.sweepMs).unref()
  }

  /** Those that may be about to bring their first request stay. */
  closeIdle(): void {
    for (const connection of this.#connections) if (connection.isUsed && connection.isIdle) connection.socket.destroy()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep)
    for (const { socket } of this.#connections) socket.destroy()
  }

  /** Counted in sweeps: a process that stood still closes nobody's connection for it. */
  #sweepSilent(): void {
    const { sweepMs, keepAliveMs, limits } = this.#options
    const { headersTimeoutMs } = limits()
    for (const connection of this.#connections) {
      if (!connection.isIdle) continue
      const silentMs = connection.idleSweeps * sweepMs
      connection.idleSweeps += 1
      if (connection.isUsed) {
        if (silentMs > keepAliveMs) connection.socket.destroy()
      } else if (silentMs > headersTimeoutMs) {
        this.#connections.delete(connection)
        connection.abandon()
        answerSlowRequest(connection.socket)
      }
    }
  }

  // --- for its connections ---

  get maxHeaderBytes(): number {
    return this.#options.limits().maxHeaderBytes
  }

  get maxHeaders(): number {
    return this.#options.limits().maxHeaders
  }

  get writeStallTimeoutMs(): number {
    return this.#options.limits().writeStallTimeoutMs
  }

  begin(connection: PlainConnection, head: PlainHead): boolean {
    return this.#options.begin(connection, head)
  }

  handOver(connection: PlainConnection, bytes: Buffer): void {
    this.#connections.delete(connection)
    const { socket } = connection
    for (const take of this.#takeOver) Reflect.apply(take, this.#server, [socket])
    socket.unshift(bytes)
  }

  closed(connection: PlainConnection): void {
    this.#connections.delete(connection)
  }
}
