// `generate: false` of the WebSocket mode: a response without output, from which the next turn can go on. Nothing is asked
// of an upstream, so it costs nothing; what is wrong with the request is said here already.
// Source: OpenAI, "WebSocket mode".

import { GatewayError, toGatewayError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { unguessableId } from '../core/request-id.ts'
import { NO_USAGE } from '../core/token-usage.ts'
import { EventWriter } from '../dialects/openai-responses/event-writer.ts'
import { responseObject, type ResponseStatus } from '../dialects/openai-responses/response-object.ts'
import { latin1Of } from '../dialects/pass-events.ts'
import { accept } from './accept.ts'
import { Asked } from './asked.ts'
import { refuse } from './error-reply.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

export function warmUp(ports: RelayPorts, request: RelayRequest): void {
  let events: string
  try {
    events = answer(ports, request)
  } catch (error) {
    refuse(ports, request, toGatewayError(error))
    return
  }
  const { sink, id } = request
  sink.head(200, ['content-type', 'text/event-stream; charset=utf-8', 'x-request-id', id])
  const last = latin1Of(events)
  if (sink.finish === undefined) {
    sink.write(last)
    sink.end()
  } else sink.finish(last)
}

/** @throws {GatewayError} */
function answer(ports: RelayPorts, request: RelayRequest): string {
  if (request.endpoint.dialect !== 'openai-responses') {
    throw new GatewayError('invalid_request', 'Only responses can be made ready.', { param: 'generate' })
  }
  const { scan, route } = accept(ports, request)
  const asked = new Asked(ports, request, scan)
  const { body } = asked.withoutHistory()
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const context = {
    requestBody: { ...body, ...request.echo },
    publicModel: route.publicId,
    replyId: unguessableId(),
    nowSeconds,
    costJson: () => null,
  }
  const snapshot = (status: ResponseStatus): JsonObject =>
    responseObject(context, {
      status,
      createdAtSeconds: nowSeconds,
      output: [],
      usage: status === 'completed' ? NO_USAGE : null,
      serviceTier: undefined,
      incompleteReason: null,
      error: null,
    })
  const writer = new EventWriter()
  const event = (type: string, status: ResponseStatus): void =>
    writer.event(type, `"response":${JSON.stringify(snapshot(status))}`)
  event('response.created', 'in_progress')
  event('response.in_progress', 'in_progress')
  event('response.completed', 'completed')
  writer.done()
  return writer.take()
}
