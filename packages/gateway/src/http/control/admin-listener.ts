// The admin surface on a port of its own (`server.admin_port`), for operators who open the models to a network and the
// rest to nobody. It belongs to the primary, which need not be fast, but stands as firm against careless clients as the
// port of the models does.
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { ControlApp } from './app.ts'

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const MAX_HEADER_BYTES = 16 * 1024
const MAX_CONNECTIONS = 256

export interface AdminListener extends AsyncDisposable {
  readonly address: AddressInfo
}

/** @throws when the address cannot be listened on */
export async function listenForAdmin(app: ControlApp, host: string, port: number): Promise<AdminListener> {
  const server = createAdaptorServer({
    fetch: (request, env) => {
      const { incoming } = env as { incoming: IncomingMessage }
      return app.fetch(request, { adminClient: incoming.socket.remoteAddress ?? '' })
    },
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      requireHostHeader: false,
    },
  }) as Server
  server.maxConnections = MAX_CONNECTIONS
  server.prependListener('request', (request: IncomingMessage, _response: ServerResponse) => {
    // `Host` decides nothing here, so it may not be able to break anything either.
    request.headers.host = plainHost(request.headers.host ?? '')
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    address: server.address() as AddressInfo,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** As a URL writes it; whatever is none means this machine. */
function plainHost(host: string): string {
  return (/^[\w.:[\]-]+$/.test(host) && URL.parse(`http://${host}`)?.host) || 'localhost'
}
