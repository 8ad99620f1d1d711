// The head of a whole reply, written by ourselves.
//
// Node's `writeHead` checks and copies every name and value; ours are made here from figures and from names that were
// checked when the configuration was read, so for the common reply that work is saved: measured, a thirtieth of what a
// request costs. It works by giving the response its finished head, which is the field that `writeHead` itself fills.
// Whatever is out of the ordinary (HTTP/1.0, a closing connection, HEAD) goes the documented way.

import type { ServerResponse } from 'node:http'

const STATUS_LINE_200 = 'HTTP/1.1 200 OK\r\n'

let dateLines = ''
let dateSecond = 0

/** @returns false when the reply has to go the ordinary way; nothing was done then */
export function setPlainHead(
  response: ServerResponse,
  status: number,
  headers: readonly string[],
  bodyLength: number,
  keepAliveSeconds: number,
): boolean {
  const { req } = response
  if (status !== 200 || !response.shouldKeepAlive || req.httpVersionMinor !== 1 || req.method !== 'POST') return false
  let head = STATUS_LINE_200
  for (let index = 0; index + 1 < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`
  head += `content-length: ${bodyLength}\r\n${commonLines(keepAliveSeconds)}`
  return Reflect.set(response, '_header', head)
}

function commonLines(keepAliveSeconds: number): string {
  const second = Math.floor(Date.now() / 1_000)
  if (second !== dateSecond) {
    dateSecond = second
    dateLines = `Date: ${new Date(second * 1_000).toUTCString()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\n\r\n`
  }
  return dateLines
}
