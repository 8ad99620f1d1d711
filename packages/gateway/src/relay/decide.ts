// `POST /v1/route`: which model would answer, and why, without asking it. Takes the body of any endpoint that chats.
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { parseReceipt } from '../core/receipt.ts'
import { decisionJson, type DecisionJson } from '../core/receipt-json.ts'
import { scanRequest } from '../dialects/pass-request.ts'
import { mayUseModel } from '../identity/permission.ts'
import { receiptText } from '../routing/auto/receipts/receipt-text.ts'
import { chooseFor } from './auto-accept.ts'
import { refuse } from './error-reply.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

export function decide(ports: RelayPorts, request: RelayRequest): void {
  let decision: DecisionJson
  try {
    decision = decisionOf(ports, request)
  } catch (error) {
    refuse(ports, request, toGatewayError(error))
    return
  }
  const body = JSON.stringify({ object: 'route', ...decision })
  request.sink.reply(200, ['content-type', 'application/json', 'x-request-id', request.id], Buffer.from(body))
}

function decisionOf(ports: RelayPorts, request: RelayRequest): DecisionJson {
  const scan = request.scan ?? scanRequest(request.body, request.path)
  const name = ports.auto.named(scan.model)
  if (name === undefined) return namedModel(ports, request, scan.model)
  const { choice } = chooseFor(ports, request, scan, name)
  const body = parseReceipt(receiptText(choice, choice.chain[0] ?? '', new Map()))
  if (body === null) throw new GatewayError('internal_error', 'Routing service unavailable. Try again.')
  return decisionJson(body)
}

/** Nothing is chosen for a request that names its model. */
function namedModel(ports: RelayPorts, { principal }: RelayRequest, model: string): DecisionJson {
  const route = ports.fleet.resolve(model)
  if (route === undefined || !mayUseModel(principal, route.publicId)) {
    const message = `The model "${model.slice(0, 200)}" does not exist here, or this key may not use it. GET /v1/models lists what it may use.`
    throw new GatewayError('model_not_found', message, { param: 'model' })
  }
  return decisionJson({
    v: 1,
    asked: model,
    pool: '',
    model: route.publicId,
    reason: 'named',
    tradeoff: 0,
    minQuality: 0,
    maxCostNanos: null,
    taskTypes: [],
    difficulty: 0,
    novelty: 0,
    candidates: [],
    more: 0,
    chain: [route.publicId, ...route.fallbacks],
    failed: [],
    baseline: null,
    overheadNanos: 0,
    before: '',
  })
}
