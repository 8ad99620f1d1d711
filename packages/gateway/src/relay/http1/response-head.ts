// The head of a reply -> its status, how its body ends, and whether the connection lives on.
// Source: RFC 9112 (HTTP/1.1), sections 4, 5, 6.3 and 9.3; RFC 9110, section 5.6.2.
//
// /!\ Hot path: only the fields that steer the connection and the type of the body are looked at; the others wait to be asked for.

import type { UpstreamHeaders } from './upstream-call.ts'

/** A reply that is not HTTP/1.1, or might be read in two ways. */
export class ResponseFault extends Error {}

/** Bytes of the body, or how else its end is told. */
export type BodyLength = number
export const CHUNKED: BodyLength = -1
export const UNTIL_CLOSE: BodyLength = -2

export interface ResponseHead {
  readonly status: number
  readonly headers: UpstreamHeaders
  readonly bodyLength: BodyLength
  /** How long the server keeps the connection for another request, as far as it says; 0 = not at all. */
  readonly keepAliveMs: number
}

/** For a server that does not say; most proxies and load balancers hold a silent connection for a minute. */
const KEEP_ALIVE_MS = 55_000
const MAX_KEEP_ALIVE_MS = 600_000
/** A server's hint less this: a request must not meet the end of its connection half-way. */
const KEEP_ALIVE_MARGIN_MS = 2_000

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** A line break, or anything else that has no place in a field. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\0\r\n]/

/**
 * @param text latin1, without the empty line that ends it
 * @throws {ResponseFault}
 */
export function parseResponseHead(text: string): ResponseHead {
  const statusEnd = text.indexOf('\r\n')
  const statusLine = STATUS_LINE.exec(statusEnd < 0 ? text : text.slice(0, statusEnd))
  if (statusLine === null) throw new ResponseFault('the reply does not begin with a status line of HTTP/1.1')
  const fieldText = statusEnd < 0 ? '' : unfolded(text.slice(statusEnd + 2))
  const status = Number(statusLine[2])
  const fields = new Fields(fieldText)
  const declared = fields.contentLength
  const hasCoding = fields.transferEncoding !== ''
  if (hasCoding && declared >= 0) throw new ResponseFault('the reply has both a content-length and a transfer-encoding')
  const isBodiless = status < 200 || status === 204 || status === 304
  const bodyLength = isBodiless
    ? 0
    : hasCoding
      ? codingEnd(fields.transferEncoding)
      : declared >= 0
        ? declared
        : UNTIL_CLOSE
  const connection = fields.connection.toLowerCase()
  const persists = statusLine[1] === '1' ? !hasOption(connection, 'close') : hasOption(connection, 'keep-alive')
  // What a reply without a body carries all the same would be read as the next reply.
  const isClean = !isBodiless || status < 200 || (declared <= 0 && !hasCoding)
  const keepAliveMs = persists && isClean && bodyLength !== UNTIL_CLOSE ? keepAliveOf(fields.keepAlive) : 0
  return { status, headers: fields, bodyLength, keepAliveMs }
}

/** RFC 9112 section 5.2: a field that goes on in the next line goes on after a space. */
function unfolded(text: string): string {
  return text.includes('\r\n ') || text.includes('\r\n\t') ? text.replace(/[ \t]*\r\n[ \t]+/g, ' ') : text
}

function codingEnd(codings: string): BodyLength {
  const last = codings
    .slice(codings.lastIndexOf(',') + 1)
    .trim()
    .toLowerCase()
  if (last !== 'chunked') return UNTIL_CLOSE
  if (codings.includes(',')) throw new ResponseFault(`the reply is coded (${codings}), which was not asked for`)
  return CHUNKED
}

function hasOption(connection: string, option: string): boolean {
  return connection !== '' && connection.split(',').some((one) => one.trim() === option)
}

function keepAliveOf(hint: string): number {
  if (hint === '') return KEEP_ALIVE_MS
  const seconds = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})/i.exec(hint)?.[1]
  if (seconds === undefined) return KEEP_ALIVE_MS
  return Math.max(0, Math.min(Number(seconds) * 1000 - KEEP_ALIVE_MARGIN_MS, MAX_KEEP_ALIVE_MS))
}

class Fields implements UpstreamHeaders {
  contentLength = -1
  transferEncoding = ''
  connection = ''
  keepAlive = ''
  readonly #text: string
  /** Asked for of every reply. */
  #contentType: string | undefined
  #values: Map<string, string> | null = null

  constructor(text: string) {
    this.#text = text
    for (let from = 0; from < text.length;) {
      const end = lineEnd(text, from)
      const colon = text.indexOf(':', from)
      if (colon <= from || colon >= end) throw new ResponseFault('a header line of the reply has no name')
      switch (colon - from) {
        case 10: {
          const name = text.slice(from, colon).toLowerCase()
          if (name === 'connection') this.connection = joined(this.connection, text.slice(colon + 1, end))
          else if (name === 'keep-alive') this.keepAlive = joined(this.keepAlive, text.slice(colon + 1, end))
          break
        }
        case 12:
          if (this.#contentType === undefined && text.slice(from, colon).toLowerCase() === 'content-type')
            this.#contentType = text.slice(colon + 1, end).trim()
          break
        case 14:
          if (text.slice(from, colon).toLowerCase() === 'content-length')
            this.#setLength(text.slice(colon + 1, end).trim())
          break
        case 17:
          if (text.slice(from, colon).toLowerCase() === 'transfer-encoding')
            this.transferEncoding = joined(this.transferEncoding, text.slice(colon + 1, end).trim())
          break
        default:
      }
      const before = text.charCodeAt(colon - 1)
      if (before === 32 || before === 9)
        throw new ResponseFault('a header of the reply has white space before its colon')
      from = end + 2
    }
  }

  get(name: string): string | undefined {
    if (name === 'content-type') return this.#contentType
    this.#values ??= this.#all()
    return this.#values.get(name)
  }

  #setLength(value: string): void {
    if (!/^\d{1,15}$/.test(value)) throw new ResponseFault('the content-length of the reply is no number')
    const length = Number(value)
    if (this.contentLength >= 0 && this.contentLength !== length) throw new ResponseFault('the reply has two lengths')
    this.contentLength = length
  }

  #all(): Map<string, string> {
    const values = new Map<string, string>()
    const text = this.#text
    for (let from = 0; from < text.length;) {
      const end = lineEnd(text, from)
      const colon = text.indexOf(':', from)
      const name = text.slice(from, colon).toLowerCase()
      const value = text.slice(colon + 1, end).trim()
      if (NAME.test(name) && !FORBIDDEN.test(value) && !values.has(name)) values.set(name, value)
      from = end + 2
    }
    return values
  }
}

function joined(before: string, value: string): string {
  return before === '' ? value : `${before},${value}`
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\r\n', from)
  return end < 0 ? text.length : end
}
