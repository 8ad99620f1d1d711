// How an HTTP/1.1 message body is framed, read incrementally.
// Written here rather than taken from Node's parser: what reads the gateway's bytes in a test should not be the same
// code that wrote them, and a test wants to know *how* a body was framed and where exactly a framing broke.

export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

export class FramingError extends Error {
  override readonly name = 'FramingError'
}

const EMPTY = Buffer.alloc(0)
const MAX_LINE_BYTES = 16 * 1024

/** Feed it what comes after a message's head; it hands on payload and says when the body is over. */
export class BodyReader {
  readonly #framing: Framing
  readonly #onPayload: (payload: Buffer) => void
  /** Payload bytes still to come: of the whole body, or of the running chunk. */
  #left: number
  #state: 'payload' | 'chunk-size' | 'chunk-end' | 'trailer' = 'payload'
  #line: Buffer = EMPTY
  ended = false
  /** How many chunks a chunked body had so far. */
  chunks = 0

  constructor(framing: Framing, onPayload: (payload: Buffer) => void) {
    this.#framing = framing
    this.#onPayload = onPayload
    this.#left = framing.kind === 'length' ? framing.bytes : framing.kind === 'until-close' ? Infinity : 0
    if (framing.kind === 'chunked') this.#state = 'chunk-size'
    this.ended = framing.kind === 'none' || (this.#left === 0 && framing.kind === 'length')
  }

  /** Takes what belongs to this body and returns the rest. Throws FramingError. */
  push(bytes: Buffer): Buffer {
    let rest = bytes
    while (!this.ended && rest.length > 0) {
      rest = this.#state === 'payload' ? this.#payload(rest) : this.#takeLine(rest)
    }
    return rest
  }

  /** The peer has closed. Throws FramingError when the body was not complete. */
  close(): void {
    if (this.#framing.kind === 'until-close') this.ended = true
    if (!this.ended) throw new FramingError(`the connection closed inside a ${this.#framing.kind} body`)
  }

  #payload(bytes: Buffer): Buffer {
    const take = Math.min(bytes.length, this.#left)
    this.#onPayload(take === bytes.length ? bytes : bytes.subarray(0, take))
    this.#left -= take
    if (this.#left === 0) {
      if (this.#framing.kind === 'chunked') this.#state = 'chunk-end'
      else this.ended = true
    }
    return bytes.subarray(take)
  }

  #takeLine(bytes: Buffer): Buffer {
    const newline = bytes.indexOf(10)
    const part = newline < 0 ? bytes : bytes.subarray(0, newline)
    this.#line = this.#line.length === 0 ? part : Buffer.concat([this.#line, part])
    if (this.#line.length > MAX_LINE_BYTES) throw new FramingError('a line of the chunked framing is too long')
    if (newline < 0) return EMPTY
    const line = this.#line
    this.#line = EMPTY
    if (line.at(-1) !== 13) throw new FramingError('a line of the chunked framing ends without CR')
    this.#endOfLine(line.toString('latin1', 0, line.length - 1))
    return bytes.subarray(newline + 1)
  }

  #endOfLine(line: string): void {
    if (this.#state === 'chunk-end') {
      if (line !== '')
        throw new FramingError(`more bytes than the chunk size said: ${JSON.stringify(line.slice(0, 40))}`)
      this.#state = 'chunk-size'
    } else if (this.#state === 'trailer') {
      if (line === '') this.ended = true
    } else {
      const size = /^([0-9a-fA-F]{1,8})(?:;.*)?$/.exec(line)?.[1]
      if (size === undefined) throw new FramingError(`not a chunk size: ${JSON.stringify(line.slice(0, 40))}`)
      this.#left = Number.parseInt(size, 16)
      this.#state = this.#left === 0 ? 'trailer' : 'payload'
      if (this.#left > 0) this.chunks += 1
    }
  }
}

/** Header lines as they came, and by lower-case name (repeated ones joined by ", "). */
export interface HeaderBlock {
  readonly startLine: string
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
}

/** Parses a head without its closing empty line. Throws FramingError on a line that is not `name: value`. */
export function parseHead(text: string): HeaderBlock {
  const [startLine = '', ...rest] = text.split('\r\n')
  const lines: [string, string][] = []
  const headers: Record<string, string> = Object.create(null)
  for (const line of rest) {
    const colon = line.indexOf(':')
    if (colon < 1 || /[\s\0]/.test(line.slice(0, colon)))
      throw new FramingError(`not a header: ${JSON.stringify(line.slice(0, 80))}`)
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    const key = name.toLowerCase()
    lines.push([name, value])
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return { startLine, lines, headers }
}

/** The framing that the headers announce. `otherwise` is what a message without either header has. */
export function framingOf(headers: HeaderBlock['headers'], otherwise: 'none' | 'until-close'): Framing {
  const encoding = headers['transfer-encoding']
  const length = headers['content-length']
  if (encoding !== undefined && length !== undefined)
    throw new FramingError('both content-length and transfer-encoding')
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== 'chunked') throw new FramingError(`unknown transfer-encoding: ${encoding}`)
    return { kind: 'chunked' }
  }
  if (length === undefined) return { kind: otherwise }
  if (!/^\d{1,15}$/.test(length)) throw new FramingError(`bad content-length: ${length}`)
  return { kind: 'length', bytes: Number(length) }
}
