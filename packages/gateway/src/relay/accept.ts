// The first step: what a request says, and whether it can be served at all.

import { GatewayError } from '../core/errors.ts'
import { mayUseModel } from '../identity/permission.ts'
import { scanRequest, type ScannedRequest } from '../dialects/pass-request.ts'
import type { Route } from '../routing/route.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

/** What must hold before anything is reserved. @throws {GatewayError} */
export function accept(
  ports: RelayPorts,
  { endpoint, body, path, principal, scan: scanned }: RelayRequest,
): { readonly scan: ScannedRequest; readonly route: Route } {
  const scan = scanned ?? scanRequest(body, path)
  if (scan.stream && endpoint.stream === 'none') {
    throw new GatewayError('invalid_request', `${endpoint.path} does not stream. Leave "stream" out.`, {
      param: 'stream',
    })
  }
  if (!ports.recording()) {
    const message = "The gateway's disk does not take usage records, so nothing new is let in. Try again shortly."
    throw new GatewayError('service_unavailable', message, { retryAfterSeconds: 5 })
  }
  if (ports.metrics.heldBytes + body.length > ports.config().server.maxBytesInFlight) {
    const message = 'The gateway holds as many bytes as it may. Try again in a moment.'
    throw new GatewayError('service_unavailable', message, { retryAfterSeconds: 1 })
  }
  const route = ports.fleet.resolve(scan.model)
  // Whatever it was called: by its id, an alias, a provider's name before it, or a name that a wildcard covers.
  if (route !== undefined && mayUseModel(principal, route.publicId)) return { scan, route }
  const message = `The model "${scan.model.slice(0, 200)}" does not exist here, or this key may not use it. GET /v1/models lists what it may use.`
  throw new GatewayError('model_not_found', message, { param: 'model' })
}
