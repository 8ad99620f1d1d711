// One request on its way: what its handler may do to it, and what it hears.
//
// /!\ Hot path.

import type { Connection } from './connection.ts'
import type { UpstreamController, UpstreamHandler, UpstreamHeaders } from './upstream-call.ts'

const NOTHING = Buffer.alloc(0)

export class HttpCall implements UpstreamController {
  readonly #handler: UpstreamHandler
  readonly #onGivenUp: (call: HttpCall) => void
  #head: string
  #body: Buffer
  #connection: Connection | null = null
  #isOver = false

  /** @param onGivenUp it was still waiting for a connection */
  constructor(head: string, body: Buffer, handler: UpstreamHandler, onGivenUp: (call: HttpCall) => void) {
    this.#head = head
    this.#body = body
    this.#handler = handler
    this.#onGivenUp = onGivenUp
  }

  queued(): void {
    this.#handler.onRequestQueued(this)
  }

  /** @returns false when its handler has given it up: the connection is still free */
  start(connection: Connection): boolean {
    this.#handler.onRequestStart(this)
    if (this.#isOver) return false
    const head = this.#head
    const body = this.#body
    // A long answer does not hold its question.
    this.#head = ''
    this.#body = NOTHING
    this.#connection = connection
    connection.send(this, head, body)
    return true
  }

  abort(reason: Error): void {
    if (this.#isOver) return
    const connection = this.#connection
    if (connection !== null) {
      connection.fail(reason)
      return
    }
    this.#onGivenUp(this)
    this.failed(reason)
  }

  pause(): void {
    this.#connection?.pause()
  }

  resume(): void {
    this.#connection?.resume()
  }

  // --- what its connection reports ---

  started(status: number, headers: UpstreamHeaders): void {
    this.#handler.onResponseStart(this, status, headers)
  }

  data(chunk: Buffer): void {
    this.#handler.onResponseData(this, chunk)
  }

  /** The connection is no longer its own from now on. */
  ended(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#connection = null
    this.#handler.onResponseEnd(this)
  }

  failed(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#connection = null
    this.#body = NOTHING
    this.#handler.onResponseError(this, error)
  }
}
