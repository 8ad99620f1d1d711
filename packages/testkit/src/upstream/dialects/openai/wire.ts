// Small things that every OpenAI endpoint of the fake shares: the request as data, dated model ids, errors, headers, usage.
import type { AnswerUsage } from '../../answer.ts'
import type { UsageLie } from '../../fault.ts'
import type { Trouble } from '../../trouble.ts'
import { BadRequest as Refused, type ErrorTerms, type Incoming, jsonReply, type WholeReply } from '../dialect.ts'
import { isObject, type Json } from '../json.ts'
import { usageJson } from '../usage-text.ts'

/** A request that OpenAI refuses. */
export class BadRequest extends Refused {
  constructor(message: string, param: string | null = null, code: string | null = null, status = 400) {
    super(message, { status, type: 'invalid_request_error', param, code })
  }
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

/** Missing or null is undefined; anything but an integer of 1 to `max` is a 400. */
export function optionalCount(request: Json, name: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = request[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new BadRequest(`Invalid value for '${name}': expected a positive integer.`, name, 'invalid_value')
  }
  if (value > max) {
    const message = `Invalid '${name}': integer above maximum value. Expected a value <= ${max}, but got ${value} instead.`
    throw new BadRequest(message, name, 'integer_above_max_value')
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
  return jsonReply(terms.status, `${JSON.stringify(errorBody(terms), null, 2)}\n`, undefined, terms.headers)
}

export function errorBody(terms: ErrorTerms): Json {
  const { message, type = terms.status >= 500 ? 'server_error' : 'invalid_request_error', more } = terms
  return { error: { message, type, param: terms.param ?? null, code: terms.code ?? null, ...more } }
}

/** OpenAI's words for a trouble, as its error pages and many bug reports have them. */
export function openAiTrouble(trouble: Trouble): ErrorTerms {
  const { kind, model = 'the-model', waitMs } = trouble
  const terms = (
    status: number,
    type: string,
    code: string | null,
    message: string,
    param: string | null = null,
  ): ErrorTerms => ({
    status: trouble.status ?? status,
    message: trouble.message ?? message,
    type,
    param,
    code,
  })
  const invalid = 'invalid_request_error'
  switch (kind) {
    case 'invalid-request':
      return terms(400, invalid, null, 'Invalid request.')
    case 'context-length':
      return terms(
        400,
        invalid,
        'context_length_exceeded',
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens. Please reduce the length of the messages.",
        'messages',
      )
    case 'content-filter':
      return terms(
        400,
        invalid,
        'content_policy_violation',
        'Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.',
      )
    case 'unauthorized':
      return terms(
        401,
        invalid,
        'invalid_api_key',
        'Incorrect API key provided: sk-00***0000. You can find your API key at https://platform.openai.com/account/api-keys.',
      )
    case 'no-credit':
      return terms(
        429,
        'insufficient_quota',
        'insufficient_quota',
        'You exceeded your current quota, please check your plan and billing details.',
      )
    case 'forbidden':
      return terms(403, invalid, 'model_not_found', `Project \`proj_0000\` does not have access to model \`${model}\``)
    case 'model-not-found':
      return terms(
        404,
        invalid,
        'model_not_found',
        `The model \`${model}\` does not exist or you do not have access to it.`,
      )
    case 'too-large':
      return terms(413, invalid, 'request_too_large', 'Request too large.')
    case 'rate-limited': {
      const hint =
        waitMs === undefined ? '' : ` Please try again in ${waitMs < 1000 ? `${waitMs}ms` : `${waitMs / 1000}s`}.`
      return terms(
        429,
        'requests',
        'rate_limit_exceeded',
        `Rate limit reached for requests per min (RPM) in organization org-testkit: Limit 3, Used 3, Requested 1.${hint}`,
      )
    }
    case 'server-error':
      return terms(500, 'server_error', null, 'The server had an error while processing your request.')
    case 'overloaded':
      return terms(503, 'server_error', 'server_is_overloaded', 'That model is currently overloaded.')
    case 'timeout':
      return terms(504, 'server_error', null, 'The request timed out.')
  }
}

/** Usage of chat and completions. Undefined for a lie that leaves it out. */
export function usageText(usage: AnswerUsage, lie: UsageLie | 'twice' | undefined, choices = 1): string | undefined {
  return usageJson(chatUsage(usage, choices), lie)
}

export function chatUsage(usage: AnswerUsage, choices = 1): Json {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h
  const completion = usage.output * choices
  return {
    prompt_tokens: usage.input,
    completion_tokens: completion,
    total_tokens: usage.input + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      ...(cacheWrite > 0 ? { cache_write_tokens: cacheWrite } : {}),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning * choices,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** JSON text of `object` with `"usage"` as its last member. */
export function withUsage(object: Json, usage: string | undefined): string {
  const text = JSON.stringify(object)
  return usage === undefined ? text : `${text.slice(0, -1)},"usage":${usage}}`
}

export function sse(data: string): string {
  return `data: ${data}\n\n`
}
