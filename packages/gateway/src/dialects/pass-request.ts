// What the gateway must know of a request before it chooses where to send it, and the few bytes that it changes in it
// where the upstream speaks the client's dialect. Everything else goes through untouched.
//
// Serves every dialect: what they have in common has the same name in most (`model`, `stream`), and where a path names
// the model, its caller says so. Sources of the fields: OpenAI's OpenAPI document 2.3.0, Anthropic's and Google's SDKs.

import { GatewayError } from '../core/errors.ts'
import { decodeString, JsonScanError, scanBody, scanObject, skipSpace } from '../core/json-scan.ts'
import { PLAIN_BOUNDS, type PriceBounds } from '../core/price-bounds.ts'
import type { StringWatch } from '../core/string-watch.ts'
import { contentWatch } from './content-marks.ts'
import { PRICE_KEYS, readBounds, type PriceField } from './price-fields.ts'

/**
 * Fields that routing, permission or limits depend on, as the price does on `PRICE_KEYS`. Nobody downstream may read them
 * otherwise.
 */
const ROUTING_KEYS = [
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'messages',
  'input',
  'metadata',
  'user',
  'prompt_cache_key',
  'safety_identifier',
  'session_id',
  'chat_id',
  'litellm_session_id',
  'fallbacks',
  'store',
  'background',
] as const

type RoutingKey = (typeof ROUTING_KEYS)[number]

/** Stands for any of `PRICE_KEYS`. */
const PRICED = 1 << 31
const BIT_BY_KEY: ReadonlyMap<string, number> = new Map([
  ...PRICE_KEYS.map((key) => [key, PRICED] as const),
  ...ROUTING_KEYS.map((key, index) => [key, 1 << index] as const),
])

const MESSAGES = BIT_BY_KEY.get('messages') ?? 0

/** What the request's path says; null = the body does. */
export interface NamedByPath {
  readonly model: string | null
  readonly stream: boolean | null
}

const NOT_NAMED: NamedByPath = Object.freeze({ model: null, stream: null })

/** Fields that say which conversation a request belongs to, in the order in which they count. */
const SESSION_KEYS: ReadonlySet<string> = new Set([
  'litellm_session_id',
  'chat_id',
  'session_id',
  'prompt_cache_key',
  'safety_identifier',
  'user',
])

export interface Span {
  readonly start: number
  readonly end: number
}

export interface ScannedRequest {
  /** The body as latin1: one character a byte. Emptied when it will not be sent again. */
  text: string
  readonly model: string
  /** Null where the path names the model. */
  readonly modelSpan: Span | null
  readonly hasMessages: boolean
  readonly hasInput: boolean
  readonly stream: boolean
  /** The client asked for the usage chunk. */
  readonly usageAsked: boolean
  readonly streamOptions: Span | null
  /** Of the Responses API, as it stands there; null = it is not there. */
  readonly input: Span | null
  readonly store: Span | null
  readonly background: Span | null
  /** A member that the price depends on: `previous_response_id`, `conversation`… */
  priced(name: (typeof PRICE_KEYS)[number]): Span | null
  /** Offset just behind the opening brace, where a field can be put in. */
  readonly insertAt: number
  /** Upper bound of output tokens that the client set; 0 = none. */
  readonly maxOutputTokens: number
  /** What the request says about its price. Read when it is asked for first, which must be while there is `text`. */
  readonly bounds: PriceBounds
  /** Session fields that are plain strings. */
  readonly session: Readonly<Record<string, string>>
}

/**
 * @param body the whole request body, already decompressed
 * @throws {GatewayError} `invalid_request`, naming the field
 */
export function scanRequest(body: Buffer, path: NamedByPath = NOT_NAMED): ScannedRequest {
  const text = body.toString('latin1')
  let seen = 0
  let { model } = path
  let modelSpan: Span | null = null
  let stream = path.stream ?? false
  let streamOptions: Span | null = null
  let input: Span | null = null
  let store: Span | null = null
  let background: Span | null = null
  let maxOutputTokens = 0
  let session: Record<string, string> | null = null
  let priced: PriceField[] | null = null
  const watch = contentWatch()

  const visit = (rawKey: string, start: number, end: number): void => {
    const bit = BIT_BY_KEY.get(rawKey)
    if (bit === undefined) {
      if (rawKey.includes('\\')) refuseEscapedKey(rawKey)
      return
    }
    if (bit === PRICED) {
      priced ??= []
      if (priced.some(({ name }) => name === rawKey)) throw twice(rawKey)
      priced.push({ name: rawKey, start, end })
      if (GENERATION_CONFIG.has(rawKey) && text.charCodeAt(start) === 0x7b)
        maxOutputTokens = Math.max(maxOutputTokens, nestedLimit(text, start))
      return
    }
    if ((seen & bit) !== 0) throw twice(rawKey)
    seen |= bit
    switch (rawKey as RoutingKey) {
      case 'model':
        if (path.model !== null) break
        model = decodeString(text, start, end)
        modelSpan = { start, end }
        break
      case 'stream':
        if (path.stream === null) stream = readBoolean(text, start, end, rawKey)
        break
      case 'metadata': {
        const user = text.charCodeAt(start) === 0x7b ? nestedUser(text, start) : null
        if (user !== null && user !== '') (session ??= {})['user'] ??= user
        break
      }
      case 'input':
        input = { start, end }
        break
      case 'store':
        store = { start, end }
        break
      case 'background':
        background = { start, end }
        break
      case 'stream_options':
        if (text.charCodeAt(start) === 0x7b) streamOptions = { start, end }
        else if (text.slice(start, end) !== 'null')
          throw invalid('The field "stream_options" must be an object.', rawKey)
        else streamOptions = { start, end }
        break
      case 'max_tokens':
      case 'max_completion_tokens':
      case 'max_output_tokens':
        maxOutputTokens = Math.max(maxOutputTokens, readTokenLimit(text, start, end))
        break
      default:
        if (SESSION_KEYS.has(rawKey)) {
          const value = decodeString(text, start, end)
          if (value !== null && value !== '') (session ??= {})[rawKey] = value
        }
    }
  }

  try {
    scanBody(body, text, visit, watch)
  } catch (error) {
    if (error instanceof JsonScanError) throw describeBadJson(text, error)
    throw error
  }
  if (modelSpan === null && path.model === null)
    throw invalid('The field "model" is missing. GET /v1/models lists the ids that can be asked for.', 'model')
  if (model === null) throw invalid('The field "model" must be a string.', 'model')
  if (model === '') throw invalid('The field "model" must not be empty.', 'model')

  const scan = new RequestScan(text, model, maxOutputTokens, priced ?? NO_FIELDS, watch)
  scan.modelSpan = modelSpan
  scan.hasMessages = (seen & MESSAGES) !== 0
  scan.hasInput = input !== null
  scan.input = input
  scan.store = store
  scan.background = background
  scan.stream = stream
  if (streamOptions !== null) {
    scan.streamOptions = streamOptions
    scan.usageAsked = asksForUsage(text, streamOptions)
  }
  scan.insertAt = text.indexOf('{') + 1
  if (session !== null) scan.session = session
  return scan
}

class RequestScan implements ScannedRequest {
  text: string
  readonly model: string
  modelSpan: Span | null = null
  hasMessages = false
  hasInput = false
  stream = false
  usageAsked = false
  streamOptions: Span | null = null
  input: Span | null = null
  store: Span | null = null
  background: Span | null = null
  insertAt = 0
  readonly maxOutputTokens: number
  session: Readonly<Record<string, string>> = NO_SESSION
  readonly #priced: readonly PriceField[]
  readonly #watch: StringWatch
  #bounds: PriceBounds | null = null

  constructor(text: string, model: string, maxOutputTokens: number, priced: readonly PriceField[], watch: StringWatch) {
    this.text = text
    this.model = model
    this.maxOutputTokens = maxOutputTokens
    this.#priced = priced
    this.#watch = watch
  }

  priced(name: (typeof PRICE_KEYS)[number]): Span | null {
    return this.#priced.find((field) => field.name === name) ?? null
  }

  // For calls that somebody pays for; the others need not wait for it.
  get bounds(): PriceBounds {
    if (this.text === '' && this.#bounds === null) return LET_GO
    return (this.#bounds ??= readBounds(this.text, this.#priced, this.#watch.found, this.maxOutputTokens))
  }
}

/** Of a body that nobody has kept: anything may have been in it. */
const LET_GO: PriceBounds = Object.freeze({ ...PLAIN_BOUNDS, inputElsewhere: true })
const NO_FIELDS: readonly PriceField[] = Object.freeze([])
const GENERATION_CONFIG: ReadonlySet<string> = new Set(['generationConfig', 'generation_config'])

const NO_SESSION: Readonly<Record<string, string>> = Object.freeze({})

/**
 * The body for the upstream: its own name for the model, and, for a stream whose client did not ask for usage, the
 * request for it. Byte for byte the client's otherwise.
 */
export function spliceRequest(
  scan: ScannedRequest,
  body: Buffer,
  upstreamModelJson: string,
  askForUsage: boolean,
): Buffer {
  const { text, modelSpan } = scan
  if (modelSpan === null) return body
  const injectUsage = askForUsage && scan.stream && !scan.usageAsked
  const sameModel =
    modelSpan.end - modelSpan.start === upstreamModelJson.length && text.startsWith(upstreamModelJson, modelSpan.start)
  if (sameModel && !injectUsage) return body
  if (!injectUsage) return join(body, modelSpan, upstreamModelJson)

  const usage = usageEdit(scan)
  return usage.start < modelSpan.start
    ? joinTwo(body, usage, usage.text, modelSpan, upstreamModelJson)
    : joinTwo(body, modelSpan, upstreamModelJson, usage, usage.text)
}

/** Where, and with what, `include_usage` gets into the body. Other members of `stream_options` stay as they are. */
function usageEdit(scan: ScannedRequest): Span & { readonly text: string } {
  const { text, streamOptions, insertAt } = scan
  if (streamOptions === null)
    return { start: insertAt, end: insertAt, text: '"stream_options":{"include_usage":true},' }
  if (text.charCodeAt(streamOptions.start) !== 0x7b) return { ...streamOptions, text: '{"include_usage":true}' }
  let present: Span | null = null
  let members = 0
  scanObject(
    text,
    streamOptions.start,
    (key, start, end) => {
      members += 1
      if (key === 'include_usage') present = { start, end }
    },
    false,
  )
  if (present !== null) return { ...(present as Span), text: 'true' }
  const inside = streamOptions.start + 1
  return { start: inside, end: inside, text: members === 0 ? '"include_usage":true' : '"include_usage":true,' }
}

function asksForUsage(text: string, span: Span): boolean {
  if (text.charCodeAt(span.start) !== 0x7b) return false
  let asked = false
  let seen = false
  scanObject(
    text,
    span.start,
    (key, start, end) => {
      if (key.includes('\\')) refuseEscapedKey(key)
      if (key !== 'include_usage') return
      if (seen)
        throw invalid(
          'The field "stream_options.include_usage" is there twice. Send it once.',
          'stream_options.include_usage',
        )
      seen = true
      if (text.slice(start, end) !== 'null') asked = readBoolean(text, start, end, 'stream_options.include_usage')
    },
    false,
  )
  return asked
}

function join(body: Buffer, span: Span, replacement: string): Buffer {
  const out = Buffer.allocUnsafe(body.length - (span.end - span.start) + replacement.length)
  body.copy(out, 0, 0, span.start)
  out.write(replacement, span.start, 'latin1')
  body.copy(out, span.start + replacement.length, span.end)
  return out
}

function joinTwo(body: Buffer, first: Span, firstText: string, second: Span, secondText: string): Buffer {
  const removed = first.end - first.start + (second.end - second.start)
  const out = Buffer.allocUnsafe(body.length - removed + firstText.length + secondText.length)
  let at = body.copy(out, 0, 0, first.start)
  at += out.write(firstText, at, 'latin1')
  at += body.copy(out, at, first.end, second.start)
  at += out.write(secondText, at, 'latin1')
  body.copy(out, at, second.end)
  return out
}

/** Gemini's limit. Source: `GenerationConfig`. */
function nestedLimit(text: string, start: number): number {
  let limit = 0
  const visit = (key: string, from: number, to: number): void => {
    if (key.includes('\\')) refuseEscapedKey(key)
    if (key === 'maxOutputTokens' || key === 'max_output_tokens')
      limit = Math.max(limit, readTokenLimit(text, from, to))
  }
  scanObject(text, start, visit, false)
  return limit
}

/** Anthropic's name of the end user, in which Claude Code names the session. Source: `Metadata`. */
function nestedUser(text: string, start: number): string | null {
  let user: string | null = null
  const visit = (key: string, from: number, to: number): void => {
    if (key === 'user_id') user = decodeString(text, from, to)
  }
  scanObject(text, start, visit, false)
  return user
}

function readBoolean(text: string, start: number, end: number, field: string): boolean {
  const value = text.slice(start, end)
  if (value === 'true') return true
  if (value === 'false' || value === 'null') return false
  throw invalid(`The field "${field}" must be true or false.`, field)
}

function readTokenLimit(text: string, start: number, end: number): number {
  // A wrong value is the provider's to explain: it knows its own bounds.
  const value = Number(text.slice(start, end))
  return Number.isFinite(value) && value > 0 ? Math.floor(value) : 0
}

function refuseEscapedKey(rawKey: string): void {
  const key = decodeString(`"${rawKey}"`, 0, rawKey.length + 2)
  if (key !== null && (BIT_BY_KEY.has(key) || NESTED.has(key))) {
    throw invalid(`The field "${key}" is spelled with escapes. Write it plainly.`, key)
  }
}

const NESTED: ReadonlySet<string> = new Set(['include_usage', 'maxOutputTokens', 'max_output_tokens'])

function twice(key: string): GatewayError {
  return invalid(`The field "${key}" is there twice. Send it once.`, key)
}

function describeBadJson(text: string, error: JsonScanError): GatewayError {
  if (skipSpace(text, 0) === text.length) return invalid('The body is empty. Send a JSON object.', null)
  if (text.startsWith('\u00ef\u00bb\u00bf'))
    return invalid('The body begins with a byte order mark. Send the JSON without it.', null)
  return invalid(`The body is not valid JSON: ${error.message}, at byte ${error.offset}.`, null)
}

function invalid(message: string, param: string | null): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
