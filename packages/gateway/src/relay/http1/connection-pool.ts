// The connections to one origin: as many as are needed at once, up to a limit; beyond that requests wait their turn.
//
// The one used last is used next, so that those of a busy hour grow old unused and are closed.
//
// /!\ Hot path.

import { Connection, type ConnectionOwner } from './connection.ts'
import type { Connector } from './connect.ts'
import { HttpCall } from './http-call.ts'
import type { RequestHeads } from './request-head.ts'
import type { UpstreamHandler } from './upstream-call.ts'

/** A connection that has carried nothing yet: its server has not said how long it waits. */
const FRESH_MS = 5_000

export interface PoolParts {
  readonly connector: Connector
  readonly heads: RequestHeads
  readonly maxConnections: number
}

export class ConnectionPool implements ConnectionOwner {
  readonly #connector: Connector
  readonly #heads: RequestHeads
  readonly #maxConnections: number
  readonly #all = new Set<Connection>()
  readonly #idle: Connection[] = []
  /** In the order in which they came. */
  readonly #waiting = new Set<HttpCall>()
  readonly #giveUp = (call: HttpCall): void => void this.#waiting.delete(call)
  #connecting = 0
  #isClosing = false
  #isDestroyed = false

  constructor({ connector, heads, maxConnections }: PoolParts) {
    this.#connector = connector
    this.#heads = heads
    this.#maxConnections = maxConnections
  }

  /** @throws where path or lines cannot be sent, or the pool is gone */
  send(path: string, lines: readonly string[], body: Buffer, handler: UpstreamHandler): void {
    if (this.#isDestroyed) throw new Error('the gateway is shutting down')
    const call = new HttpCall(this.#heads.of(path, lines, body.length), body, handler, this.#giveUp)
    const connection = this.#idle.pop()
    if (connection !== undefined) {
      if (!call.start(connection)) this.#rest(connection)
      return
    }
    this.#waiting.add(call)
    call.queued()
    this.#connectWhereNeeded()
  }

  /** It is closing, and nothing of it is left. */
  get isOver(): boolean {
    return this.#isClosing && this.#all.size === 0 && this.#waiting.size === 0
  }

  /** Closes what has been idle for too long. */
  sweep(nowMs: number): void {
    const overdue = this.#idle.filter(({ idleUntilMs }) => idleUntilMs <= nowMs)
    for (const connection of overdue) connection.fail(new Error('idle for too long'))
  }

  /** Requests that are under way or wait are still served; then nothing is left. */
  close(): void {
    this.#isClosing = true
    for (const connection of this.#idle.slice()) connection.fail(new Error('the pool is closing'))
  }

  destroy(): void {
    this.#isClosing = true
    this.#isDestroyed = true
    const error = new Error('the gateway is shutting down')
    for (const call of Array.from(this.#waiting)) call.abort(error)
    for (const connection of Array.from(this.#all)) connection.fail(error)
  }

  // --- what connections report ---

  connected(connection: Connection): void {
    this.#connecting -= 1
    connection.keepAliveMs = FRESH_MS
    this.released(connection)
  }

  released(connection: Connection): void {
    for (const call of this.#waiting) {
      this.#waiting.delete(call)
      if (call.start(connection)) return
    }
    this.#rest(connection)
  }

  closed(connection: Connection, error: Error | null): void {
    this.#all.delete(connection)
    const index = this.#idle.indexOf(connection)
    if (index >= 0) this.#idle.splice(index, 1)
    if (error !== null) {
      this.#connecting -= 1
      // One attempt stands for one request; those that other connections will serve go on waiting.
      if (this.#waiting.size > this.#connecting) {
        for (const call of this.#waiting) {
          this.#waiting.delete(call)
          call.failed(error)
          break
        }
      }
    }
    this.#connectWhereNeeded()
  }

  #connectWhereNeeded(): void {
    while (this.#waiting.size > this.#connecting && this.#all.size < this.#maxConnections) {
      this.#connecting += 1
      this.#all.add(new Connection(this.#connector, this))
    }
  }

  #rest(connection: Connection): void {
    if (this.#isClosing) {
      connection.fail(new Error('the pool is closing'))
      return
    }
    connection.idleUntilMs = performance.now() + connection.keepAliveMs
    this.#idle.push(connection)
  }
}
