// One connection of plain requests: a request, its reply, the next one. The first request that is not plain takes the
// connection over to `node:http`, with the bytes as they came, and it stays there.
//
// /!\ Hot path: `#onBytes`.

import type { Socket } from 'node:net'
import type { BodyIntake } from '../read-body.ts'
import { parsePlainHead, type PlainHead } from './plain-head.ts'
import type { PlainExchange } from './plain-exchange.ts'

export interface PlainOwner {
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
  /** How long the client may read nothing of a reply that has ended. */
  readonly writeStallTimeoutMs: number
  /** Sets `exchange` and begins with it; @returns false for what `node:http` is to have. */
  begin(connection: PlainConnection, head: PlainHead): boolean
  /** It is not plain. The socket has no listeners of ours any more. */
  handOver(connection: PlainConnection, bytes: Buffer): void
  closed(connection: PlainConnection): void
}

const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)
/** The rest of a body that nobody wants is read up to here, so that the connection can be used again. */
const SMALL_BODY_BYTES = 64 * 1024
/** What a client sends ahead of its reply waits here up to so many bytes, then in the socket. */
const MOST_EARLY_BYTES = 64 * 1024
/** How long the rest of a body is read and dropped after the reply. */
const LINGER_MS = 2_000

export class PlainConnection {
  readonly socket: Socket
  /** Of the request that is being started, when it came with its head; null = it is still on its way. */
  wholeBody: Buffer | null = null
  /** Where the rest of the body goes; null = nobody wants it. */
  intake: BodyIntake | null = null
  /** Sweeps that found it idle, one after the other. */
  idleSweeps = 0
  /** A request has begun on it, once. */
  isUsed = false
  /** What is under way on it. */
  exchange: PlainExchange | null = null
  readonly #owner: PlainOwner
  #bodyLeft = 0
  /** What came ahead of the reply. */
  #early: Buffer = NOTHING
  #isClosing = false
  #linger: NodeJS.Timeout | undefined
  readonly #heardBytes = (bytes: Buffer): void => this.#onBytes(bytes)
  readonly #heardDrain = (): void => this.exchange?.drained()
  readonly #heardEnd = (): void => this.#onEnd()
  readonly #heardTrouble = (): void => void this.socket.destroy()
  readonly #heardSilence = (): void => this.#onSilence()
  readonly #heardClose = (): void => this.#onClose()

  constructor(socket: Socket, owner: PlainOwner) {
    this.socket = socket
    this.#owner = owner
    socket.on('data', this.#heardBytes)
    socket.on('drain', this.#heardDrain)
    socket.on('end', this.#heardEnd)
    socket.on('timeout', this.#heardSilence)
    socket.on('error', this.#heardTrouble)
    socket.on('close', this.#heardClose)
  }

  /** Nothing is asked or answered on it just now. */
  get isIdle(): boolean {
    return this.exchange === null && this.#bodyLeft === 0 && this.#early.length === 0
  }

  /** Whether the rest of the body is little enough to wait for. */
  get canDropBody(): boolean {
    return this.#bodyLeft <= SMALL_BODY_BYTES
  }

  /** It was answered past us, and ends. */
  abandon(): void {
    this.#isClosing = true
  }

  /** The reply is complete with this. @param closes and so is the connection */
  ended(last: string, closes: boolean): void {
    const { socket } = this
    // The rest of a body goes where it went: whoever reads it forgets it at its end.
    this.exchange = null
    this.idleSweeps = 0
    if (last !== '') socket.write(last, 'latin1')
    if (closes) {
      this.#close()
      return
    }
    // The relay is through with it; what the client has not taken yet is ours to give up.
    if (socket.writableLength > 0) socket.setTimeout(this.#owner.writeStallTimeoutMs)
    if (this.#bodyLeft > 0) this.#lingerOn()
    else if (this.#early.length > 0) setImmediate(() => this.#takeEarly())
  }

  #close(): void {
    this.#isClosing = true
    this.#early = NOTHING
    if (this.#bodyLeft === 0) {
      this.socket.destroySoon()
      return
    }
    // Closing at once would send a reset, which may destroy the reply before it is read.
    this.socket.end()
    this.socket.resume()
    this.#lingerOn()
  }

  #lingerOn(): void {
    this.#linger ??= setTimeout(() => this.socket.destroy(), LINGER_MS).unref()
  }

  #onBytes(bytes: Buffer): void {
    if (this.#isClosing) return
    let rest = bytes
    if (this.#bodyLeft > 0) {
      const taken = Math.min(this.#bodyLeft, bytes.length)
      this.#bodyLeft -= taken
      const { intake } = this
      intake?.add(taken === bytes.length ? bytes : bytes.subarray(0, taken))
      if (this.#bodyLeft > 0) return
      this.#bodyCame(intake)
      if (taken === bytes.length) return
      rest = bytes.subarray(taken)
    }
    if (this.exchange === null && this.#early.length === 0) this.#read(rest)
    else this.#keep(rest)
  }

  #bodyCame(intake: BodyIntake | null): void {
    clearTimeout(this.#linger)
    this.#linger = undefined
    this.intake = null
    intake?.end()
  }

  #keep(bytes: Buffer): void {
    this.#early = this.#early.length === 0 ? bytes : Buffer.concat([this.#early, bytes])
    if (this.#early.length > MOST_EARLY_BYTES) this.socket.pause()
  }

  #takeEarly(): void {
    const bytes = this.#early
    if (bytes.length === 0 || this.exchange !== null || this.#isClosing || this.socket.destroyed) return
    this.#early = NOTHING
    if (this.socket.isPaused()) this.socket.resume()
    this.#read(bytes)
  }

  /** The beginning of a request, and perhaps all of it and more. */
  #read(bytes: Buffer): void {
    const owner = this.#owner
    const end = bytes.indexOf(HEAD_END)
    const isHere = end !== -1 && end <= owner.maxHeaderBytes
    const head = isHere ? parsePlainHead(bytes.toString('latin1', 0, end), owner.maxHeaders) : null
    if (head === null) {
      this.#handOver(bytes)
      return
    }
    const { socket } = this
    if (socket.timeout) socket.setTimeout(0)
    this.idleSweeps = 0
    const bodyStart = end + HEAD_END.length
    const bodyEnd = bodyStart + head.bodyLength
    if (bodyEnd <= bytes.length) this.wholeBody = bytes.subarray(bodyStart, bodyEnd)
    else this.#bodyLeft = head.bodyLength
    const isTaken = owner.begin(this, head)
    this.wholeBody = null
    if (!isTaken) {
      this.#bodyLeft = 0
      this.#handOver(bytes)
      return
    }
    this.isUsed = true
    if (bodyEnd > bytes.length && bodyStart < bytes.length) this.#onBytes(bytes.subarray(bodyStart))
    else if (bodyEnd < bytes.length) this.#onBytes(bytes.subarray(bodyEnd))
  }

  #handOver(bytes: Buffer): void {
    const { socket } = this
    clearTimeout(this.#linger)
    socket.setTimeout(0)
    socket.off('data', this.#heardBytes)
    socket.off('drain', this.#heardDrain)
    socket.off('end', this.#heardEnd)
    socket.off('timeout', this.#heardSilence)
    socket.off('error', this.#heardTrouble)
    socket.off('close', this.#heardClose)
    this.#owner.handOver(this, bytes)
  }

  /** Of a reply that had ended but not left: by now it has been taken whole, or nobody takes it. */
  #onSilence(): void {
    if (this.socket.writableLength === 0) this.socket.setTimeout(0)
    else this.socket.destroy()
  }

  /** Its client has left: nobody speaks HTTP through a connection that is closed half-way. */
  #onEnd(): void {
    if (this.isIdle) this.socket.end()
    else if (!this.#isClosing) this.socket.destroy()
  }

  #onClose(): void {
    clearTimeout(this.#linger)
    this.intake = null
    this.#early = NOTHING
    const exchange = this.exchange
    this.exchange = null
    this.#owner.closed(this)
    exchange?.gone()
  }
}
