// An upstream that says what a test has written down, byte for byte: for replies that no fake would make by itself.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Canned {
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  /** Pieces are written as they come, each by itself. */
  readonly body: string | Buffer | AsyncIterable<string | Buffer>
}

export interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface CannedUpstream extends AsyncDisposable {
  readonly origin: string
  /** With `/v1`. */
  readonly url: string
  readonly seen: readonly Seen[]
  /** What everybody is told from now on. */
  reply: Canned
}

export async function startCannedUpstream(first: Canned = { body: '' }): Promise<CannedUpstream> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() })
      const { status = 200, headers = { 'content-type': 'application/json' }, body } = upstream.reply
      response.writeHead(status, headers)
      if (typeof body === 'string' || Buffer.isBuffer(body)) response.end(body)
      else void writeAll(response, body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const upstream: CannedUpstream = {
    origin,
    url: `${origin}/v1`,
    seen,
    reply: first,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return upstream
}

async function writeAll(response: ServerResponse, pieces: AsyncIterable<string | Buffer>): Promise<void> {
  for await (const piece of pieces) response.write(piece)
  response.end()
}
