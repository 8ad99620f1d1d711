// One connection: a request out, its reply in, then the next one.
//
// /!\ Hot path.

import type { Socket } from 'node:net'
import type { HttpCall } from './http-call.ts'
import type { Connector } from './connect.ts'
import type { ResponseHead } from './response-head.ts'
import { ResponseParser, type ResponseSink } from './response-parser.ts'

export interface ConnectionOwner {
  connected(connection: Connection): void
  /** Its reply is complete: it may take another request. */
  released(connection: Connection): void
  /** It is of no more use. Told once. @param error why it never was of any; null = it has been connected */
  closed(connection: Connection, error: Error | null): void
}

/** Up to here head and body are copied into one piece: one write costs less than a list of them. */
const JOINED_BYTES = 16 * 1024

export class Connection implements ResponseSink {
  /** When an idle one is to be closed; for the owner. */
  idleUntilMs = 0
  /** How long the server lets it be idle: of its last reply. */
  keepAliveMs = 0
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #parser = new ResponseParser(this)
  #call: HttpCall | null = null
  #isConnected = false
  #isOver = false

  constructor(connector: Connector, owner: ConnectionOwner) {
    this.#owner = owner
    const onBytes = (bytes: Buffer, isOwned: boolean): void => this.#onBytes(bytes, isOwned)
    this.#socket = connector.open(onBytes, () => {
      this.#isConnected = true
      owner.connected(this)
    })
    this.#socket.on('error', (error) => this.fail(error))
    this.#socket.on('end', () => this.#onEnd())
    this.#socket.on('close', () => this.fail(new Error('the upstream closed the connection')))
  }

  /** Only while it is connected and free. */
  send(call: HttpCall, head: string, body: Buffer): void {
    this.#call = call
    this.#parser.expect()
    const socket = this.#socket
    if (body.length <= JOINED_BYTES) {
      const message = Buffer.allocUnsafe(head.length + body.length)
      message.write(head, 'latin1')
      message.set(body, head.length)
      socket.write(message)
      return
    }
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Ends it, whatever it is about; its request hears of that, unless it has been told already. */
  fail(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#parser.stop()
    const call = this.#call
    this.#call = null
    this.#socket.destroy()
    this.#owner.closed(this, this.#isConnected ? null : error)
    call?.failed(error)
  }

  #onBytes(bytes: Buffer, isOwned: boolean): void {
    if (this.#isOver) return
    try {
      this.#parser.push(bytes, isOwned)
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #onEnd(): void {
    if (this.#isOver || this.#parser.end()) return
    this.fail(new Error('the upstream closed the connection'))
  }

  // --- what the parser finds ---

  responseStarted(head: ResponseHead): void {
    this.keepAliveMs = head.keepAliveMs
    this.#call?.started(head.status, head.headers)
  }

  responseData(chunk: Buffer): void {
    this.#call?.data(chunk)
  }

  responseEnded(isClean: boolean): void {
    const call = this.#call
    this.#call = null
    // First: were its handler to fail, nobody else's request would be on this connection yet.
    call?.ended()
    if (this.#isOver) return
    // A reply that comes before its request has gone out whole leaves the rest of it in the way of the next one.
    if (isClean && this.keepAliveMs > 0 && this.#socket.writableLength === 0) {
      if (this.#socket.isPaused()) this.#socket.resume()
      this.#owner.released(this)
    } else {
      this.fail(new Error('the connection ends with its reply'))
    }
  }
}
