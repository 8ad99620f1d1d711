// A request that leaves the choice of its model to us: what it says about the choice is read and taken out, and one is
// chosen. Nothing in here runs for a request that names its model.
import { GatewayError } from '../core/errors.ts'
import { parseSpan, scanObject, skipSpace } from '../core/json-scan.ts'
import type { JsonValue } from '../core/json.ts'
import { mayUseModel } from '../identity/permission.ts'
import type { Principal } from '../identity/principal.ts'
import { scanRequest, type ScannedRequest, type Span } from '../dialects/pass-request.ts'
import { affinityKeyOf } from '../routing/affinity.ts'
import type { AutoCaller, AutoChoice } from '../routing/auto/choice.ts'
import { FILTER_REASONS } from '../routing/auto/filters/reasons.ts'
import type { AutoName } from '../routing/auto/pools/auto-names.ts'
import { NO_OPTIONS, readOptions, type RequestOptions } from '../routing/auto/request-options.ts'
import { viewRequest } from '../routing/auto/view/request-view.ts'
import type { AutoReading, RelayPorts, RelayRequest } from './ports.ts'
import { salePrice } from './sale-price.ts'

export interface AutoRequest {
  /** Of the body without the member `auto`. */
  readonly scan: ScannedRequest
  readonly choice: AutoChoice
}

const CHATS: ReadonlySet<string> = new Set(['generate', 'count-tokens', 'compact'])
/** What a refusal names. */
const MOST_NAMED = 8

/** @throws {GatewayError} `internal_error` when the picker itself fails */
export function chooseFor(
  ports: RelayPorts,
  request: RelayRequest,
  scanned: ScannedRequest,
  name: AutoName,
): AutoRequest {
  const { endpoint, principal, headers } = request
  const { operation } = endpoint
  if (!CHATS.has(operation) && operation !== 'completions') {
    const message = `"${name.name}" picks models that chat. Name the model for ${endpoint.path}; GET /v1/models lists them.`
    throw new GatewayError('invalid_request', message, { param: 'model' })
  }
  const { scan, options, view } = request.reading ?? readAuto(request, scanned)
  const caller = callerOf(principal)
  mustBeUsable(ports, options.baseline, caller)
  let choice: AutoChoice
  try {
    choice = ports.auto.choose({
      name,
      options,
      view,
      endpoint: operation === 'completions' ? 'completions' : 'chat',
      caller,
      embedded: request.embedding?.point ?? null,
      session: affinityKeyOf(scan.session, headers),
      nowMs: performance.now(),
      unixMs: Date.now(),
    })
  } catch (error) {
    if (error instanceof GatewayError) throw error
    const message = 'Routing service unavailable: no model could be chosen. Name a model, or try again.'
    throw new GatewayError('internal_error', message, { cause: error })
  }
  if (choice.chain.length === 0) throw nothingLeft(choice)
  return { scan, choice }
}

/** Takes out of the body what it says about the choice. @throws {GatewayError} `invalid_request`; then the body is as it was */
export function readAuto(request: RelayRequest, scanned: ScannedRequest): AutoReading {
  const { scan, options } = takeOptions(request, scanned)
  return { scan, options, view: viewRequest(scan) }
}

function callerOf(principal: Principal): AutoCaller {
  return {
    accountId: principal.accountId,
    group: principal.group,
    multiplierPpm: principal.pricing.multiplierPpm,
    dataPolicy: principal.dataPolicy ?? null,
    mayUse: (publicId) => mayUseModel(principal, publicId),
    priceOf: (route) => salePrice(principal, route),
  }
}

function mustBeUsable({ fleet }: RelayPorts, baseline: string | null, caller: AutoCaller): void {
  if (baseline === null) return
  const route = fleet.resolve(baseline)
  if (route !== undefined && caller.mayUse(route.publicId) && caller.priceOf(route) !== null) return
  const message = `The field "auto.baseline" names no model with a price that this key may use.`
  throw new GatewayError('invalid_request', message, { param: 'auto.baseline' })
}

/** The body is looked through once more; only where it has the member is another one made. */
function takeOptions(
  request: RelayRequest,
  scan: ScannedRequest,
): { readonly scan: ScannedRequest; readonly options: RequestOptions } {
  const { text } = scan
  if (!text.includes('"auto"')) return { scan, options: NO_OPTIONS }
  const spans: Span[] = []
  scanObject(
    text,
    0,
    (key, start, end) => {
      if (key === 'auto') spans.push({ start, end })
    },
    false,
  )
  const [span, twin] = spans
  if (span === undefined) return { scan, options: NO_OPTIONS }
  if (twin !== undefined)
    throw new GatewayError('invalid_request', 'The field "auto" is there twice. Send it once.', { param: 'auto' })
  const options = readOptions(valueAt(text, span))
  request.body = withoutMember(request.body, text, span)
  return { scan: scanRequest(request.body, request.path), options }
}

function valueAt(text: string, { start, end }: Span): JsonValue {
  try {
    // Numbers are knobs and small amounts: none of them loses anything by being read.
    return parseSpan(text, start, end) as JsonValue
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new GatewayError('invalid_request', `The field "auto" is not valid JSON: ${detail}.`, { param: 'auto' })
  }
}

/** With the comma that belongs to it. */
function withoutMember(body: Buffer, text: string, { start, end }: Span): Buffer {
  let from = text.lastIndexOf('"auto"', start)
  let to = skipSpace(text, end)
  if (text[to] === ',') to = skipSpace(text, to + 1)
  else {
    const comma = from - 1 - spaceBefore(text, from)
    if (text[comma] === ',') from = comma
  }
  return Buffer.concat([body.subarray(0, from), body.subarray(to)])
}

function spaceBefore(text: string, at: number): number {
  let count = 0
  while (' \n\r\t'.includes(text[at - 1 - count] ?? '-')) count += 1
  return count
}

/** No model can take this request, and the client reads why. */
function nothingLeft({ asked, candidates }: AutoChoice): GatewayError {
  if (candidates.length === 0) {
    const message = `There is no model here that "${asked}" could pick for this key. GET /v1/models lists what it may use.`
    return new GatewayError('model_not_found', message, { param: 'model' })
  }
  const reasons = candidates
    .slice(0, MOST_NAMED)
    .map(({ id, reason }) => `${id}: ${reason === null ? 'left out' : FILTER_REASONS[reason]}`)
  const more = candidates.length > MOST_NAMED ? `; and ${candidates.length - MOST_NAMED} more` : ''
  const message = `No model that "${asked}" could pick can serve this request. ${reasons.join('; ')}${more}.`
  if (candidates.every(({ reason }) => reason === 'no_price')) {
    return new GatewayError('service_unavailable', message, { headers: { 'x-should-retry': 'false' } })
  }
  return new GatewayError('invalid_request', message, { param: 'model' })
}
