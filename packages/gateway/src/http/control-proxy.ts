// Hands a request that is not the data plane's to the primary, over its local socket. Slow pages and exports run there,
// so that they can never stall a stream here.

import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { GatewayError, openaiErrorBody } from '../core/errors.ts'

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-authorization',
  'proxy-authenticate',
])

export class ControlProxy implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #socketPath: () => string
  readonly #maxBodyBytes: number

  constructor(socketPath: () => string, maxBodyBytes = 1024 * 1024) {
    this.#socketPath = socketPath
    this.#maxBodyBytes = maxBodyBytes
  }

  forward(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    extraHeaders: readonly string[],
  ): void {
    const headers: string[] = []
    const raw = request.rawHeaders
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const name = (raw[index] ?? '').toLowerCase()
      if (HOP_BY_HOP.has(name) || name.startsWith('x-fairlead-') || name === 'x-request-id') continue
      headers.push(name, raw[index + 1] ?? '')
    }
    headers.push('x-fairlead-client-address', request.socket.remoteAddress ?? '', 'x-request-id', requestId)
    if (request.headers['transfer-encoding'] !== undefined) headers.push('transfer-encoding', 'chunked')

    const upstream = httpRequest({
      socketPath: this.#socketPath(),
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers,
    })
    upstream.on('response', (reply) => {
      const kept: string[] = []
      for (let index = 0; index + 1 < reply.rawHeaders.length; index += 2) {
        const name = reply.rawHeaders[index] ?? ''
        if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, reply.rawHeaders[index + 1] ?? '')
      }
      kept.push(...extraHeaders)
      response.writeHead(reply.statusCode ?? 500, kept)
      reply.pipe(response)
      reply.on('error', () => response.destroy())
    })
    upstream.on('error', () => {
      if (response.headersSent) {
        response.destroy()
        return
      }
      const error = new GatewayError('service_unavailable', 'The control plane does not answer. Try again shortly.', {
        retryAfterSeconds: 1,
      })
      response.writeHead(error.status, [
        'content-type',
        'application/json',
        'x-request-id',
        requestId,
        'retry-after',
        '1',
        ...extraHeaders,
      ])
      response.end(openaiErrorBody(error))
    })
    response.on('close', () => upstream.destroy())
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > this.#maxBodyBytes) upstream.destroy(new Error('the body is too large'))
    })
    request.pipe(upstream)
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
