// The simulator: a model provider that lives in the gateway and needs no account.
//
// It answers when nothing else is configured, so that a first call works within a minute of the install. It is a plain
// HTTP server on the loopback address that speaks OpenAI's dialect, and the relay reaches it as it reaches any other
// upstream: what a newcomer sees work is the whole gateway, not a shortcut. Everything that it says begins with a label
// that names it as simulated.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './body.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { deliver } from './deliver.ts'
import { embeddings } from './embeddings.ts'
import { SimulatorError } from './errors.ts'
import { directedError, failure, FailureShare } from './faults.ts'
import type { SimulatorFaults } from './faults.ts'
import type { JsonObject } from './fields.ts'
import { images } from './images.ts'
import { listModels, oneModel } from './models.ts'
import type { SimulatorModel } from './models.ts'
import { moderations } from './moderations.ts'
import { Pacer } from './pacer.ts'
import type { Answer, ReplyContext } from './reply.ts'

export interface SimulatorOptions {
  /** What `GET /v1/models` lists. */
  readonly models: readonly SimulatorModel[]
  /** Pace of a stream; 60 when absent. An answer that is not streamed comes at once. */
  readonly tokensPerSecond?: number
  readonly faults?: SimulatorFaults
}

export interface Simulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1`: the base URL for an OpenAI client. */
  readonly url: string
  /** Ends running streams too. */
  close(): Promise<void>
}

type Endpoint = (body: JsonObject, context: ReplyContext) => Answer | Promise<Answer>

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v1/chat/completions', chat],
  ['/v1/completions', completions],
  ['/v1/embeddings', embeddings],
  ['/v1/images/generations', images],
  ['/v1/moderations', moderations],
])

const MODELS_PATH = '/v1/models'

/** Longer than any client keeps an idle connection, so that it is always the client who closes one. */
const KEEP_ALIVE_MS = 120_000

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const pacer = new Pacer()
  const share = new FailureShare(options.faults?.errorRate ?? 0)
  const server = createServer((request, response) => void handle(request, response, options, pacer, share))
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port')
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
      pacer[Symbol.dispose]()
    })
    return closed
  }
  return { url: `http://127.0.0.1:${address.port}/v1`, close, [Symbol.asyncDispose]: close }
}

/** One request, from its first byte to its last. Never rejects: whatever goes wrong becomes an error in OpenAI's shape. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: SimulatorOptions,
  pacer: Pacer,
  share: FailureShare,
): Promise<void> {
  const left = new AbortController()
  response.on('close', () => left.abort())
  response.setHeader('x-request-id', newId('req_'))
  response.setHeader('x-simulated', 'true')
  try {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const endpoint = ENDPOINTS.get(path)
    if (endpoint === undefined || request.method !== 'POST') {
      await deliver({ kind: 'json', body: lookUp(request.method ?? '', path, options.models) }, delivery({}))
      return
    }
    const body = await readBody(request)
    const context = { createdS: Math.floor(Date.now() / 1000), newId }
    const { directives, reply } = await endpoint(body, context)
    const waitMs = (options.faults?.latencyMs ?? 0) + (directives.slowMs ?? 0)
    if (waitMs > 0) await pacer.until(pacer.now() + waitMs, left.signal)
    if (share.next()) throw failure(options.faults?.status ?? 503)
    const asked = directedError(directives)
    if (asked !== undefined) throw asked
    await deliver(reply, delivery({ ...stallOf(options.faults), ...directives }))
  } catch (error) {
    if (!left.signal.aborted) sendError(response, error)
  }

  function delivery(directives: Answer['directives']) {
    const tokensPerSecond = options.tokensPerSecond ?? 60
    return { response, directives, tokensPerSecond, pacer, signal: left.signal }
  }
}

/** What is not a call of a model: the list of models, or a refusal that says what is wrong with the address. */
function lookUp(method: string, path: string, models: readonly SimulatorModel[]): unknown {
  const isModels = path === MODELS_PATH || path.startsWith(`${MODELS_PATH}/`)
  if (!isModels && !ENDPOINTS.has(path)) {
    throw new SimulatorError(404, `Unknown request URL: ${method} ${path}.`, { code: 'unknown_url' })
  }
  if (!isModels || (method !== 'GET' && method !== 'HEAD')) {
    const allow = isModels ? 'GET, HEAD' : 'POST'
    const message = `Not allowed to ${method} on ${path}. Use ${allow}.`
    throw new SimulatorError(405, message, { code: 'method_not_allowed', headers: { allow } })
  }
  if (path === MODELS_PATH) return listModels(models)
  return oneModel(models, unescape(path.slice(MODELS_PATH.length + 1)))
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function stallOf(faults: SimulatorFaults | undefined): Answer['directives'] {
  return faults?.stallAfterTokens === undefined ? {} : { stallAfterTokens: faults.stallAfterTokens }
}

function sendError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof SimulatorError ? error : new SimulatorError(500, `The simulator failed: ${String(error)}`)
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(known.status, { 'content-type': 'application/json', ...known.headers })
  response.end(JSON.stringify(known.body()))
}

function newId(prefix: string): string {
  return prefix + randomBytes(12).toString('hex')
}
