// The first step: what a request says, and whether it can be served at all.

import { GatewayError } from '../core/errors.ts'
import { mayUseModel } from '../identity/permission.ts'
import { scanRequest, type ScannedRequest } from '../dialects/pass-request.ts'
import type { AutoName } from '../routing/auto/pools/auto-names.ts'
import type { Route } from '../routing/route.ts'
import { chooseFor } from './auto-accept.ts'
import { AutoRun } from './auto-run.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

export interface Accepted {
  readonly scan: ScannedRequest
  /** Of the model that is asked first. */
  readonly route: Route
  /** Null = the request names its model. */
  readonly auto: AutoRun | null
}

/** What must hold before anything is reserved. @throws {GatewayError} */
export function accept(ports: RelayPorts, request: RelayRequest): Accepted {
  const { endpoint, body, path, principal, scan: scanned } = request
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
  const name = ports.auto.named(scan.model)
  if (name !== undefined) return acceptAuto(ports, request, scan, name)
  const route = ports.fleet.resolve(scan.model)
  // Whatever it was called: by its id, an alias, a provider's name before it, or a name that a wildcard covers.
  if (route !== undefined && mayUseModel(principal, route.publicId)) return { scan, route, auto: null }
  const message = `The model "${scan.model.slice(0, 200)}" does not exist here, or this key may not use it. GET /v1/models lists what it may use.`
  throw new GatewayError('model_not_found', message, { param: 'model' })
}

function acceptAuto(ports: RelayPorts, request: RelayRequest, scanned: ScannedRequest, name: AutoName): Accepted {
  const { scan, choice } = chooseFor(ports, request, scanned, name)
  const route = ports.fleet.resolve(choice.chain[0] ?? '')
  if (route === undefined) throw new GatewayError('internal_error', 'Routing service unavailable. Try again.')
  return { scan, route, auto: new AutoRun(ports, request, choice) }
}
