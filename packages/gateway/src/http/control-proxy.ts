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
/** Of the headers with our name, the one that clients write: in which of their accounts a person acts. */
const FROM_CLIENTS = 'x-fairlead-account'
/** Made anew below: the body was read, unpacked and measured on the way. */
const OURS = new Set(['host', 'content-length', 'content-encoding', 'expect', 'x-request-id'])

export class ControlProxy implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #socketPath: () => string

  constructor(socketPath: () => string) {
    this.#socketPath = socketPath
  }

  /** @param address of the client @param body whole and unpacked; null when the request has none */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    extraHeaders: readonly string[],
    address: string,
    body: Buffer | null = null,
  ): void {
    const headers: string[] = []
    const raw = request.rawHeaders
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const name = (raw[index] ?? '').toLowerCase()
      if (HOP_BY_HOP.has(name) || OURS.has(name)) continue
      if (name.startsWith('x-fairlead-') && name !== FROM_CLIENTS) continue
      headers.push(name, raw[index + 1] ?? '')
    }
    headers.push('host', plainHost(request.headers.host ?? ''), 'x-request-id', requestId)
    headers.push('x-fairlead-client-address', address)
    if (body !== null) headers.push('content-length', String(body.length))

    const upstream = httpRequest({
      socketPath: this.#socketPath(),
      agent: this.#agent,
      method: request.method,
      // URLs know no backslash; left as it is, the primary's server would refuse it in words of its own.
      path: (request.url ?? '/').replaceAll('\\', '%5C'),
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
    upstream.end(body ?? undefined)
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

/** The host as a URL writes it; whatever is none means this machine. */
function plainHost(host: string): string {
  return (/^[\w.:[\]-]+$/.test(host) && URL.parse(`http://${host}`)?.host) || 'localhost'
}
