// Small things that every OpenAI endpoint of the fake shares: the request as data, dated model ids, errors, headers, usage.
import type { UsageLie } from '../../fault.ts'
import { type ErrorTerms, type Incoming, jsonReply, type WholeReply } from '../dialect.ts'

export type Json = Readonly<Record<string, unknown>>

/** A request that cannot be answered. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  readonly terms: ErrorTerms

  constructor(message: string, param: string | null = null, code: string | null = null, status = 400) {
    super(message)
    this.terms = { status, message, type: 'invalid_request_error', param, code }
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function parseBody(body: Buffer): Json {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw new BadRequest('We could not parse the JSON body of your request.')
  }
  if (!isObject(value)) throw new BadRequest('The JSON body of your request is not an object.')
  return value
}

export function requiredModel(request: Json): string {
  const model = request['model']
  if (typeof model !== 'string' || model === '') throw new BadRequest('you must provide a model parameter')
  return model
}

/** Missing or null is undefined; anything but a positive integer is a 400. */
export function optionalCount(request: Json, name: string): number | undefined {
  const value = request[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new BadRequest(`Invalid value for '${name}': expected a positive integer.`, name, 'invalid_value')
  }
  return value
}

/** Real providers answer with the dated id of what they served, never with the alias that was asked for. */
export function datedModel(model: string): string {
  if (/-\d{4}-\d{2}-\d{2}$/.test(model)) return model
  return model === 'gpt-4o' ? 'gpt-4o-2024-08-06' : `${model}-2024-07-18`
}

/** What a real reply carries besides the answer; a gateway must not hand most of it on. */
export function replyHeaders(incoming: Incoming): Record<string, string> {
  return {
    'x-request-id': `req_${incoming.id}`,
    'openai-organization': 'org-testkit',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
    'set-cookie': '__cf_bm=testkit; path=/; HttpOnly',
    server: 'cloudflare',
  }
}

export function errorReply(terms: ErrorTerms): WholeReply {
  return jsonReply(terms.status, `${JSON.stringify(errorBody(terms), null, 2)}\n`)
}

export function errorBody(terms: ErrorTerms): Json {
  return { error: { message: terms.message, type: terms.type, param: terms.param ?? null, code: terms.code ?? null } }
}

/**
 * The usage object as JSON text, since some lies (a bare NaN) are not JSON. Undefined for 'missing'.
 * `twice` is the true figure here; who renders puts the lower one before it.
 */
export function usageText(
  promptTokens: number,
  completionTokens: number,
  lie: UsageLie | 'twice' | undefined,
): string | undefined {
  const [prompt, completion, total] = [promptTokens, completionTokens, promptTokens + completionTokens]
  if (lie === undefined || lie === 'twice') return usageObject(prompt, completion, total)
  const lies: Readonly<Record<UsageLie, string | undefined>> = {
    negative: usageObject(-prompt, -completion, -total),
    nan: usageObject('NaN', 'NaN', 'NaN'),
    huge: usageObject('999999999999999999999', '1e308', '1e309'),
    string: usageObject(`"${prompt}"`, `"${completion}"`, '"many"'),
    fraction: usageObject(prompt + 0.5, completion + 0.25, total + 0.75),
    zero: usageObject(0, 0, 0),
    null: 'null',
    missing: undefined,
  }
  return lies[lie]
}

function usageObject(prompt: number | string, completion: number | string, total: number | string): string {
  return (
    `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${total},` +
    '"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},' +
    '"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
  )
}

/** JSON text of `object` with `"usage"` as its last member. */
export function withUsage(object: Json, usage: string | undefined): string {
  const text = JSON.stringify(object)
  return usage === undefined ? text : `${text.slice(0, -1)},"usage":${usage}}`
}

export function sse(data: string): string {
  return `data: ${data}\n\n`
}
