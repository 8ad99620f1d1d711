// Bytes from a connection -> replies. Takes any split of the bytes, and passes on what one read has brought of a body in
// one piece, however it was chunked.
// Source: RFC 9112 (HTTP/1.1), sections 6 and 7.
//
// /!\ Hot path.

import { CHUNKED, parseResponseHead, ResponseFault, UNTIL_CLOSE, type ResponseHead } from './response-head.ts'

export interface ResponseSink {
  /** A final reply; informational ones are passed over. */
  responseStarted(head: ResponseHead): void
  /** @param chunk the sink's own from now on */
  responseData(chunk: Buffer): void
  /** @param isClean nothing came behind the reply: the connection is fit for another one */
  responseEnded(isClean: boolean): void
}

type State =
  | 'idle'
  | 'head'
  | 'length'
  | 'until-close'
  | 'chunk-size'
  | 'chunk-rest'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailers'

const MAX_HEAD_BYTES = 64 * 1024
/** Of a chunk's size line, and of all trailers together. */
const MAX_LINE_BYTES = 16 * 1024
/** Hexadecimal digits of a chunk's size: still an exact number. */
const MAX_SIZE_DIGITS = 12
const CR = 13
const LF = 10
const HEAD_END = Buffer.from('\r\n\r\n')

export class ResponseParser {
  readonly #sink: ResponseSink
  #state: State = 'idle'
  /** Of a head that has not come whole; latin1. */
  #partial = ''
  /** Bytes that are still to come, of the body or of the chunk. */
  #remaining = 0
  #digits = 0
  #lineBytes = 0
  #trailerBytes = 0
  #isStopped = false

  constructor(sink: ResponseSink) {
    this.#sink = sink
  }

  /** A request has been sent: the next bytes are its reply. */
  expect(): void {
    this.#state = 'head'
  }

  /** Nothing more is wanted, also in the middle of `push`. */
  stop(): void {
    this.#isStopped = true
  }

  /** The server has ended the connection. @returns whether that ended a reply as it may */
  end(): boolean {
    if (this.#state !== 'until-close' || this.#isStopped) return false
    this.#state = 'idle'
    this.#sink.responseEnded(false)
    return true
  }

  /**
   * @param bytes from the connection
   * @param isOwned whether they may be kept; else they are only good for the length of the call
   * @throws {ResponseFault}
   */
  push(bytes: Buffer, isOwned: boolean): void {
    let at = 0
    while (this.#state === 'head' && at < bytes.length) at = this.#readHead(bytes, at)
    if (this.#isStopped || at >= bytes.length) return
    switch (this.#state) {
      case 'idle':
        throw new ResponseFault('there are bytes behind the reply')
      case 'length':
        this.#readLength(bytes, at, isOwned)
        return
      case 'until-close':
        this.#sink.responseData(pieceOf(bytes, at, bytes.length, isOwned))
        return
      default:
        this.#readChunks(bytes, at)
    }
  }

  #readHead(bytes: Buffer, from: number): number {
    const before = this.#partial
    let text: string
    let next: number
    if (before === '') {
      const end = bytes.indexOf(HEAD_END, from)
      text = bytes.toString('latin1', from, end < 0 ? bytes.length : end)
      next = end < 0 ? -1 : end + HEAD_END.length
    } else {
      const whole = before + bytes.toString('latin1', from, Math.min(bytes.length, from + MAX_HEAD_BYTES))
      const end = whole.indexOf('\r\n\r\n')
      text = end < 0 ? whole : whole.slice(0, end)
      next = end < 0 ? -1 : from + end + HEAD_END.length - before.length
    }
    if (text.length > MAX_HEAD_BYTES) throw new ResponseFault(`the head of the reply is over ${MAX_HEAD_BYTES} bytes`)
    if (next < 0) {
      this.#partial = text
      return bytes.length
    }
    this.#partial = ''
    const head = parseResponseHead(text)
    if (head.status === 101) throw new ResponseFault('the server changes to a protocol that was not asked for')
    if (head.status >= 200) this.#start(head, next === bytes.length)
    return next
  }

  #start(head: ResponseHead, isLast: boolean): void {
    const { bodyLength } = head
    this.#remaining = bodyLength
    this.#digits = 0
    this.#lineBytes = 0
    this.#trailerBytes = 0
    this.#state =
      bodyLength === CHUNKED
        ? 'chunk-size'
        : bodyLength === UNTIL_CLOSE
          ? 'until-close'
          : bodyLength === 0
            ? 'idle'
            : 'length'
    this.#sink.responseStarted(head)
    if (bodyLength === 0 && !this.#isStopped) this.#sink.responseEnded(isLast)
  }

  #readLength(bytes: Buffer, from: number, isOwned: boolean): void {
    const end = Math.min(bytes.length, from + this.#remaining)
    this.#remaining -= end - from
    const isOver = this.#remaining === 0
    if (isOver) this.#state = 'idle'
    this.#sink.responseData(pieceOf(bytes, from, end, isOwned))
    if (isOver && !this.#isStopped) this.#sink.responseEnded(end === bytes.length)
  }

  #readChunks(bytes: Buffer, from: number): void {
    let at = from
    let piece: Buffer | null = null
    let used = 0
    let isOver = false
    let fault: ResponseFault | null = null
    while (at < bytes.length && !isOver && fault === null) {
      if (this.#state === 'chunk-data') {
        const end = Math.min(bytes.length, at + this.#remaining)
        piece ??= Buffer.allocUnsafe(bytes.length - at)
        used += bytes.copy(piece, used, at, end)
        this.#remaining -= end - at
        if (this.#remaining === 0) this.#state = 'chunk-end'
        at = end
      } else {
        const found = this.#readFraming(bytes[at] ?? 0)
        if (typeof found === 'boolean') isOver = found
        else fault = found
        at += 1
      }
    }
    if (isOver) this.#state = 'idle'
    // What came before a fault has come.
    if (piece !== null) this.#sink.responseData(used === piece.length ? piece : piece.subarray(0, used))
    if (fault !== null) throw fault
    if (isOver && !this.#isStopped) this.#sink.responseEnded(at === bytes.length)
  }

  /** One byte between chunks. @returns whether it was the last of the reply, or what is wrong with it */
  #readFraming(byte: number): boolean | ResponseFault {
    if (++this.#lineBytes > MAX_LINE_BYTES)
      return new ResponseFault('a line between the chunks of the reply is too long')
    switch (this.#state) {
      case 'chunk-size': {
        const digit = hexDigit(byte)
        if (digit >= 0) {
          if (++this.#digits > MAX_SIZE_DIGITS) return new ResponseFault('a chunk of the reply is too large')
          this.#remaining = (this.#digits === 1 ? 0 : this.#remaining * 16) + digit
          return false
        }
        // An extension, or white space that some servers put there.
        if (this.#digits === 0 || byte === LF) return new ResponseFault('a chunk of the reply has no size')
        this.#state = 'chunk-rest'
        return false
      }
      case 'chunk-rest':
        if (byte !== LF) return false
        this.#lineBytes = 0
        this.#digits = 0
        this.#state = this.#remaining === 0 ? 'trailers' : 'chunk-data'
        return false
      case 'chunk-end':
        if (byte === CR && this.#lineBytes === 1) return false
        if (byte !== LF || this.#lineBytes !== 2)
          return new ResponseFault('a chunk of the reply is longer than its size')
        this.#lineBytes = 0
        this.#state = 'chunk-size'
        return false
      default:
        if (++this.#trailerBytes > MAX_LINE_BYTES) return new ResponseFault('the trailers of the reply are too long')
        if (byte === CR) this.#lineBytes -= 1
        if (byte !== LF) return false
        if (this.#lineBytes === 1) return true
        this.#lineBytes = 0
        return false
    }
  }
}

function pieceOf(bytes: Buffer, from: number, end: number, isOwned: boolean): Buffer {
  if (isOwned) return from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end)
  const piece = Buffer.allocUnsafe(end - from)
  bytes.copy(piece, 0, from, end)
  return piece
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
