// Where a request came in. The port of the models hands its own on, over a local socket, and says so in a header that no
// client can send through it; the admin listener marks its requests itself; whatever else is on the socket is this
// machine's command line.
import type { Context } from 'hono'

export interface Listener {
  readonly kind: 'data' | 'admin' | 'local'
  /** Of the client; '' on this machine. */
  readonly address: string
}

export interface ControlEnv {
  readonly Bindings: { readonly adminClient?: string }
  readonly Variables: { requestId: string }
}

export function listenerOf(c: Context<ControlEnv>): Listener {
  const adminClient = c.env?.adminClient
  if (adminClient !== undefined) return { kind: 'admin', address: adminClient }
  const address = c.req.header('x-fairlead-client-address')
  return address === undefined ? { kind: 'local', address: '' } : { kind: 'data', address }
}
