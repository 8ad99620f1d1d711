// What is sent for one attempt: in which dialect this upstream is spoken to, and whether the client's bytes can go
// through or have to be translated.

import { traitsOf } from '../catalogue/traits.ts'
import type { DialectName, Part } from '../core/conversation.ts'
import { GatewayError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ModelTraits } from '../core/model-traits.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import { passDialect } from '../dialects/pass-dialects.ts'
import { scanRequest, spliceRequest } from '../dialects/pass-request.ts'
import { PROVIDER_DIALECTS } from '../dialects/provider-dialects.ts'
import { DIALECT_HEADERS, type Lines, type ProviderAdapter, type UpstreamTarget } from '../providers/adapter.ts'
import { adapterFor } from '../providers/adapters.ts'
import { withLines } from '../providers/header-lines.ts'
import type { Candidate } from '../routing/candidate.ts'
import type { Call } from './call.ts'
import type { Conversion } from './conversion.ts'
import { Mapped, mappingFor } from './mapped.ts'
import type { NativeBody } from './ports.ts'
import { PassThrough } from './pass-through.ts'
import { Translation } from './translation.ts'

/** The bytes behind the request's URLs are needed first. */
export class NeedsMedia {
  /** Kinds of parts that may stay URLs. */
  readonly taken: ReadonlySet<Part['type']>

  constructor(taken: ReadonlySet<Part['type']>) {
    this.taken = taken
  }
}

const NONE: ReadonlySet<Part['type']> = new Set()

export interface Prepared {
  readonly conversion: Conversion
  readonly path: string
  readonly lines: Lines
  readonly adapter: ProviderAdapter
}

/**
 * /!\ Hot path, where bytes pass.
 * @throws {GatewayError} `invalid_request` when this upstream cannot do what is asked
 */
export function prepare(call: Call, candidate: Candidate): Prepared | NeedsMedia {
  const { endpoint } = call.request
  const { config } = candidate.provider
  const { asked } = call
  const adapter = adapterFor(config)
  const model = candidate.upstreamModel
  const dialect = dialectFor(call, adapter, model)
  const operation = endpoint.operation === 'generate' && call.scan.stream ? 'stream' : endpoint.operation
  const target: UpstreamTarget = { dialect, operation, model }
  const path = pathOf(adapter, target)
  if (path === null) throw notOffered(call)
  const own = adapter.headers(candidate.credential.secret, dialect)

  const native = endpoint.dialect === dialect ? nativeFor(call, candidate) : null
  if (native !== null) {
    const body = spliceRequest(scanRequest(native.body), native.body, candidate.upstreamModelJson, false)
    const framing = adapter.framing(dialect)
    const pass = passDialect(endpoint.dialect, endpoint.operation === 'generate')
    const conversion = new PassThrough(call, pass, body, '', framing, candidate.origin, native)
    return { conversion, path, adapter, lines: own }
  }

  const { text } = call.scan
  // Who leaves the model open cannot know which parameters it takes.
  const isPicked = call.auto !== null && endpoint.operation === 'generate'
  const isForeign = dialect !== endpoint.dialect || asked.needsDecoding || call.continues || isPicked
  if (isForeign || adapter.namesMedia(target, text)) {
    const traits = traitsOf(config.type, adapter.quirks, model, call.route.publicId)
    if (endpoint.operation !== 'generate') {
      const mapping = mappingFor(call, { id: model, traits }, dialect, config.type === 'vertex')
      if (mapping === null) throw notOffered(call)
      const finish = (body: JsonObject): JsonObject => adapter.finish({ ...target, body, headers: {} }).body
      return { conversion: new Mapped(dialect, mapping, finish), path, adapter, lines: own }
    }
    const taken = traits.mediaUrls ? PROVIDER_DIALECTS[dialect].takesUrls : NONE
    if (asked.hasRemoteMedia(taken)) return new NeedsMedia(taken)
    const conversion = translate(call, candidate, adapter, { ...target, traits })
    return { conversion, path, adapter, lines: withLines(own, conversion.headers) }
  }
  const pass = passDialect(endpoint.dialect, endpoint.operation === 'generate')
  const headers = clientHeaders(call, DIALECT_HEADERS[dialect])
  if (adapter.passes(target, text)) {
    const askForUsage = endpoint.stream === 'events' && dialect === 'openai-chat' && config.streamUsage
    const body = asked.spliced(candidate.upstreamModelJson, askForUsage)
    const conversion = new PassThrough(call, pass, body, '', adapter.framing(dialect), candidate.origin)
    return { conversion, path, adapter, lines: headers === null ? own : withLines(own, headers) }
  }
  const finished = adapter.finish({ ...target, body: asked.parsed(), headers: headers ?? {} })
  const body = Buffer.from(JSON.stringify(finished.body))
  const conversion = new PassThrough(
    call,
    pass,
    body,
    finished.dropped.join(', '),
    adapter.framing(dialect),
    candidate.origin,
  )
  return { conversion, path, adapter, lines: withLines(own, finished.headers) }
}

/** The client's own where it is spoken; for the smaller endpoints that depends on each of them. */
function dialectFor({ request }: Call, adapter: ProviderAdapter, model: string): DialectName {
  const { dialect, operation } = request.endpoint
  const best = adapter.dialectFor(dialect, model)
  if (operation === 'generate') return best
  const spoken = [dialect, best, ...adapter.dialects(model)]
  return spoken.find((name) => pathOf(adapter, { dialect: name, operation, model }) !== null) ?? best
}

/** OpenAI's embeddings take one text or many. */
function pathOf(adapter: ProviderAdapter, { dialect, operation, model }: UpstreamTarget): string | null {
  const isOne = operation === 'batch-embeddings' && dialect === 'openai-chat'
  return adapter.path(dialect, isOne ? 'embeddings' : operation, model)
}

/** The short body, for the one who holds the conversation; what another one has begun cannot be continued with it. */
function nativeFor(call: Call, { origin, credential }: Candidate): NativeBody | null {
  const { native } = call.request
  if (native == null || native.origin !== origin || native.credential !== credential.id) return null
  const isForgotten = native.previousId !== null && call.ports.forgetful.has(credential.id)
  return call.continues || isForgotten ? null : native
}

function translate(
  call: Call,
  candidate: Candidate,
  adapter: ProviderAdapter,
  { traits, ...target }: UpstreamTarget & { readonly traits: ModelTraits },
): Translation {
  const { origin, upstreamModel } = candidate
  const { ports, request } = call
  const { endpoint } = request
  const { accountId } = request.principal
  const conversation = call.asked.conversation()
  return new Translation({
    client: CLIENT_DIALECTS[endpoint.dialect],
    provider: PROVIDER_DIALECTS[target.dialect],
    conversation,
    target: { id: upstreamModel, traits, origin },
    finish: (body, headers) => adapter.finish({ ...target, body, headers }),
    framing: adapter.framing(target.dialect),
    reply: call.replyContext(origin),
    continuation: call.continuation(origin),
    remember: LOSING.has(endpoint.dialect) ? (answer) => ports.seals.remember(accountId, answer, origin) : null,
    watch: call.auto?.watch(conversation.tools) ?? null,
  })
}

/**
 * Dialects whose clients do not send signed thoughts back, so that the gateway has to remember them: chat has no place for
 * them, and Gemini CLI takes thoughts out of its history and keeps the signatures of calls alone.
 */
const LOSING: ReadonlySet<DialectName> = new Set(['openai-chat', 'gemini'])

/** Headers of the client's that are part of its dialect (Anthropic's version and betas): byte for byte. */
function clientHeaders({ request }: Call, names: readonly string[]): Record<string, string> | null {
  let found: Record<string, string> | null = null
  for (const name of names) {
    const value = request.headers[name]
    if (value !== undefined) (found ??= {})[name] = Array.isArray(value) ? value.join(',') : value
  }
  return found
}

function notOffered({ request, route }: Call): GatewayError {
  const message = `The upstreams of "${route.publicId}" do not offer ${request.endpoint.path}. GET /v1/models lists other models.`
  const missing = request.endpoint.operation === 'count-tokens'
  return new GatewayError(missing ? 'not_found' : 'invalid_request', message, { param: missing ? null : 'model' })
}
