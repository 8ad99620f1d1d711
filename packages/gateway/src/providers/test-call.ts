// One real call to a provider, for the operator who wants to know whether it works: how long each step took, and in the
// provider's own words what it did not like. It goes past the relay, so that what is being tried need not be saved, and
// nothing of it is charged to anybody.
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { catalogue } from '../catalogue/catalogue.ts'
import { traitsOf } from '../catalogue/traits.ts'
import type { ProviderConfig } from '../config/config.ts'
import { NO_CHOICE, type Conversation } from '../core/conversation.ts'
import { Notes } from '../core/field-notes.ts'
import { objectOf, parseJsonObject, stringOf, type JsonObject } from '../core/json.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import { PROVIDER_DIALECTS } from '../dialects/provider-dialects.ts'
import type { ProviderAdapter, UpstreamTarget } from './adapter.ts'
import { adapterFor } from './adapters.ts'
import { linesAsObject } from './header-lines.ts'
import { listModels } from './list-models.ts'

/** Milliseconds from the start; null = it never came so far, or there was nothing to do. */
export interface CallTimes {
  readonly connectedMs: number | null
  readonly firstByteMs: number | null
  readonly totalMs: number
}

export interface TestCallResult {
  readonly ok: boolean
  /** `models`: its list was asked for; `connect`: it has none here, so only its address was tried. */
  readonly kind: 'generate' | 'embeddings' | 'models'
  /** Of the answer; null = there was none. */
  readonly status: number | null
  readonly times: CallTimes
  /** What came back: words of the model; '' where nothing did. */
  readonly reply: string
  /** In the provider's own words; null = all is well. Secrets are blanked out. */
  readonly error: string | null
  /** What it lists, where it was asked for that. */
  readonly models: readonly string[] | null
}

export interface TestCallAsk {
  readonly provider: ProviderConfig
  readonly secret: string
  /** The provider's own name of a model; null = its list of models. */
  readonly model: string | null
  readonly timeoutMs: number
}

const MAX_REPLY_BYTES = 256 * 1024
const MAX_SHOWN = 2_000
/** Models that think need room before they say a word. */
const MOST_TOKENS = 512

/** Never rejects. */
export async function testCall(ask: TestCallAsk): Promise<TestCallResult> {
  const result = ask.model === null ? await askForModels(ask) : await askModel(ask, ask.model)
  return { ...result, error: result.error === null ? null : withoutSecret(result.error, ask).slice(0, MAX_SHOWN) }
}

async function askForModels({ provider, secret, timeoutMs }: TestCallAsk): Promise<TestCallResult> {
  const startedMs = performance.now()
  const result = await listModels(provider, timeoutMs, secret)
  const times = { connectedMs: null, firstByteMs: null, totalMs: Math.round(performance.now() - startedMs) }
  const common = { kind: 'models', status: result.status === 0 ? null : result.status, times, reply: '' } as const
  if (result.ok) return { ...common, ok: true, error: null, models: result.ids }
  return { ...common, ok: false, error: result.reason, models: null }
}

interface Question {
  readonly kind: 'generate' | 'embeddings'
  readonly target: UpstreamTarget
  readonly path: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

async function askModel(ask: TestCallAsk, model: string): Promise<TestCallResult> {
  const { provider, secret } = ask
  const adapter = adapterFor(provider)
  const startedMs = performance.now()
  try {
    const question = questionFor(adapter, model)
    const { path, body, target } = question
    const own = linesAsObject(adapter.headers(secret, target.dialect))
    const signed = await adapter.sign?.({ secret, method: 'POST', path, body })
    const headers = { ...own, ...question.headers, ...(signed === undefined ? {} : linesAsObject(signed)) }
    const answer = await send(ask, path, body, headers, startedMs)
    return { kind: question.kind, models: null, ...judged(answer, question) }
  } catch (error) {
    // No credentials to be had, or a model that cannot be asked for like this.
    const message = error instanceof Error ? error.message : String(error)
    const times = { connectedMs: null, firstByteMs: null, totalMs: Math.round(performance.now() - startedMs) }
    return { ok: false, kind: 'generate', status: null, times, reply: '', error: message, models: null }
  }
}

function questionFor(adapter: ProviderAdapter, model: string): Question {
  const known = catalogue.find(model)?.capabilities
  const embeds = known?.includes('embeddings') === true && !known.includes('chat')
  if (embeds) {
    const target = { dialect: 'openai-chat', operation: 'embeddings', model } as const
    const path = adapter.path('openai-chat', 'embeddings', model)
    if (path !== null) {
      const finished = adapter.finish({ ...target, body: { model, input: 'ping' }, headers: {} })
      return question('embeddings', target, path, finished.body, finished.headers)
    }
  }
  const dialect = adapter.dialectFor('openai-chat', model)
  const target = { dialect, operation: 'generate', model } as const
  const path = adapter.path(dialect, 'generate', model)
  if (path === null) throw new Error(`The model "${model}" cannot be asked for a text here.`)
  const traits = traitsOf(adapter.config.type, adapter.quirks, model, model)
  const notes = new Notes(CLIENT_DIALECTS['openai-chat'].fieldNames)
  const encoded = PROVIDER_DIALECTS[dialect].encodeRequest(greeting(model), { id: model, traits, origin: '' }, notes)
  const finished = adapter.finish({ ...target, body: encoded.body, headers: encoded.headers })
  return question('generate', target, path, finished.body, finished.headers)
}

function question(
  kind: Question['kind'],
  target: UpstreamTarget,
  path: string,
  body: JsonObject,
  headers: Readonly<Record<string, string>>,
): Question {
  return { kind, target, path, headers, body: Buffer.from(JSON.stringify(body)) }
}

function greeting(model: string): Conversation {
  return {
    dialect: 'openai-chat',
    model,
    stream: false,
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Answer with one word: pong', at: 'messages[0].content' }] }],
    tools: [],
    toolChoice: NO_CHOICE,
    output: { type: 'text' },
    sampling: { stop: [] },
    reasoning: {},
    maxOutputTokens: MOST_TOKENS,
    usageAsked: false,
    extensions: {},
  }
}

interface Answered {
  readonly status: number | null
  readonly body: string
  /** Why there is none; '' where there is one. */
  readonly failure: string
  readonly times: CallTimes
}

async function send(
  { provider, timeoutMs }: TestCallAsk,
  path: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  startedMs: number,
): Promise<Answered> {
  const url = new URL(path, provider.baseUrl)
  const ca = provider.caPem === undefined ? {} : { ca: provider.caPem }
  return await new Promise((resolve) => {
    const since = (): number => Math.round(performance.now() - startedMs)
    let connectedMs: number | null = null
    let firstByteMs: number | null = null
    const chunks: Buffer[] = []
    let bytes = 0
    const end = (status: number | null, failure: string): void =>
      resolve({
        status,
        failure,
        body: Buffer.concat(chunks).toString('utf8'),
        times: { connectedMs, firstByteMs, totalMs: since() },
      })
    const isSecure = url.protocol === 'https:'
    const request = (isSecure ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...ca,
    })
    request.on('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', () => (connectedMs = since())))
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isLate = error.name === 'AbortError' || error.name === 'TimeoutError'
      end(null, isLate ? `No answer within ${timeoutMs} ms.` : `${error.code ?? ''} ${error.message}`.trim())
    })
    request.on('response', (response) => {
      firstByteMs = since()
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= MAX_REPLY_BYTES) chunks.push(chunk)
      })
      response.on('error', (error) => end(response.statusCode ?? null, `The answer broke off: ${error.message}`))
      response.on('end', () => end(response.statusCode ?? null, ''))
    })
    request.end(body)
  })
}

function judged(
  { status, body, failure, times }: Answered,
  { kind, target }: Question,
): Pick<TestCallResult, 'ok' | 'status' | 'times' | 'reply' | 'error'> {
  const failed = (error: string) => ({ ok: false, status, times, reply: '', error })
  if (failure !== '') return failed(failure)
  if (status !== 200) return failed(wordsOf(body) || `It answered ${status ?? 'nothing'} without a word.`)
  const object = parseJsonObject(body)
  if (kind === 'embeddings') {
    const hasList = object !== null && Array.isArray(object['data'])
    return hasList
      ? { ok: true, status, times, reply: '', error: null }
      : failed('It answered 200 without an embedding.')
  }
  const answer = object === null ? null : PROVIDER_DIALECTS[target.dialect].decodeAnswer(object)
  if (answer === null) return failed(`It answered 200 with what is no answer: ${body.slice(0, 300)}`)
  const reply = answer.choices.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? part.text : [])))
  return { ok: true, status, times, reply: reply.join('').slice(0, MAX_SHOWN), error: null }
}

/** What is said for people in an error, wherever this vendor puts it; else all of it. */
function wordsOf(body: string): string {
  const object = parseJsonObject(body)
  const error = object?.['error']
  const words = stringOf(objectOf(error)?.['message']) ?? stringOf(error) ?? stringOf(object?.['message'])
  return words ?? body.trim()
}

function withoutSecret(text: string, { secret, provider }: TestCallAsk): string {
  const inJson = Object.values(objectOf(parseJsonObject(secret)) ?? {}).filter((part) => typeof part === 'string')
  return [secret, ...Object.values(provider.headers), ...inJson]
    .filter((part) => part.length >= 8)
    .reduce((shown, part) => shown.replaceAll(part, '•••'), text)
}
