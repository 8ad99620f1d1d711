// The head of a plain request -> its target, its fields, the length of its body. Plain is what nearly every call of a model
// is: a POST of HTTP/1.1 with a content-length, every field once, over a connection that stays. Whatever else may come, from
// an upgrade to an attack, is not read here: `node:http` gets it as it came. What is read here means the same there, which a
// test holds for any bytes.
// Source: RFC 9112, sections 2.2, 3, 5 and 6.3; RFC 9110, section 5.5.
//
// /!\ Hot path.

import type { IncomingHttpHeaders } from 'node:http'

export interface PlainHead {
  readonly target: string
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders
  readonly bodyLength: number
}

/** Lines end in CR LF, names are tokens, and nothing stands before a colon or goes on in the next line. */
const SHAPE =
  /^POST \/[\w\-.~:/?@!$&'()*+,;=%]* HTTP\/1\.1(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*)+$/
const TARGET_START = 'POST '.length
const TARGET_END = ' HTTP/1.1'.length
const LENGTH = /^\d{1,15}$/
/** What changes where a message ends, or what the connection is. */
const STEERING = ['transfer-encoding', 'upgrade', 'expect', 'http2-settings', 'set-cookie'] as const

/**
 * @param text latin1, without the empty line that ends it
 * @returns null = not plain
 */
export function parsePlainHead(text: string, maxHeaders: number): PlainHead | null {
  if (!SHAPE.test(text)) return null
  const lineEnd = text.indexOf('\r\n')
  const headers: IncomingHttpHeaders = {}
  let count = 0
  for (let from = lineEnd + 2; from < text.length; count++) {
    const found = text.indexOf('\r\n', from)
    const end = found === -1 ? text.length : found
    const colon = text.indexOf(':', from)
    const name = text.slice(from, colon).toLowerCase()
    // One that came before, or that every object has.
    if (name in headers) return null
    headers[name] = trimmed(text, colon + 1, end)
    from = end + 2
  }
  if (count > maxHeaders) return null
  for (const name of STEERING) if (headers[name] !== undefined) return null
  const { connection } = headers
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return null
  const length = headers['content-length']
  if (length === undefined || !LENGTH.test(length)) return null
  return { target: text.slice(TARGET_START, lineEnd - TARGET_END), headers, bodyLength: Number(length) }
}

/** Spaces and tabs only: `trim` takes what is part of a value. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
