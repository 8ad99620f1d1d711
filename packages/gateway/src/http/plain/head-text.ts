// The head of a reply, as text. Names and values come from this program's own figures and from what was checked when the
// configuration was read, or when an upstream's reply was; a line break could come from nowhere, and is looked for all the same
// wherever a reply is not of the common kind.
// Source: RFC 9112, sections 4 and 9.3; RFC 9110, section 5.5.

import { STATUS_CODES } from 'node:http'
import { KEEP_ALIVE_SECONDS } from '../http-sink.ts'

const STATUS_LINE_200 = 'HTTP/1.1 200 OK\r\n'
// oxlint-disable-next-line no-control-regex
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/g

let second = 0
let closingLines = ''
let stayingLines = ''

/** @param headers flat: name, value, name, value */
export function commonHead(headers: readonly string[]): string {
  let head = STATUS_LINE_200
  for (let index = 0; index + 1 < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`
  return head
}

export function checkedHead(status: number, headers: readonly string[]): string {
  let head = status === 200 ? STATUS_LINE_200 : `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`
  for (let index = 0; index + 1 < headers.length; index += 2)
    head += `${headers[index]}: ${(headers[index + 1] ?? '').replaceAll(UNSENDABLE, '?')}\r\n`
  return head
}

/** `Date`, whether the connection stays (one that does not says so among its headers), and the empty line. */
export function lastLines(closes: boolean): string {
  const now = Math.floor(Date.now() / 1_000)
  if (now !== second) {
    second = now
    const date = `Date: ${new Date(now * 1_000).toUTCString()}\r\n`
    closingLines = `${date}\r\n`
    stayingLines = `${date}Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_SECONDS}\r\n\r\n`
  }
  return closes ? closingLines : stayingLines
}
