// Google's errors and the spelling of its JSON: camelCase and snake_case are the same to it.
import { BadRequest, type ErrorTerms, jsonReply, type WholeReply } from '../dialect.ts'
import { isObject, type Json } from '../json.ts'
import type { Flaw, Path } from '../shape.ts'
import type { Trouble } from '../../trouble.ts'

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

export function geminiErrorBody(terms: ErrorTerms): Json {
  const status = terms.type ?? STATUSES[terms.status] ?? 'UNKNOWN'
  return { error: { code: terms.status, message: terms.message, status, ...terms.more } }
}

export function geminiError(terms: ErrorTerms): WholeReply {
  const headers = { 'content-type': 'application/json; charset=UTF-8', ...terms.headers }
  return jsonReply(terms.status, `${JSON.stringify(geminiErrorBody(terms), null, 2)}\n`, undefined, headers)
}

export function geminiTrouble(trouble: Trouble): ErrorTerms {
  const terms = (status: number, message: string, details?: readonly unknown[]): ErrorTerms => ({
    status: trouble.status ?? status,
    message: trouble.message ?? message,
    ...(details === undefined ? {} : { more: { details } }),
  })
  const info = (reason: string): Json => ({
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'googleapis.com',
    metadata: { service: 'generativelanguage.googleapis.com' },
  })
  switch (trouble.kind) {
    case 'invalid-request':
      return terms(400, 'Request contains an invalid argument.')
    case 'context-length':
      return terms(400, 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).')
    case 'content-filter':
      return terms(
        400,
        'The prompt could not be submitted. This prompt contains sensitive words that violate our policies.',
      )
    case 'unauthorized':
      return terms(400, 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID')])
    case 'no-credit':
      return terms(429, 'You exceeded your current quota, please check your plan and billing details.', [
        {
          '@type': 'type.googleapis.com/google.rpc.Help',
          links: [
            {
              description: 'Learn more about Gemini API quotas',
              url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
            },
          ],
        },
      ])
    case 'forbidden':
      return terms(403, "Permission 'aiplatform.endpoints.predict' denied on resource.", [
        info('IAM_PERMISSION_DENIED'),
      ])
    case 'model-not-found':
      return terms(
        404,
        `models/${trouble.model ?? 'unknown'} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
      )
    case 'too-large':
      return terms(413, 'Request payload size exceeds the limit: 20971520 bytes.')
    case 'rate-limited': {
      const quota = {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [
          {
            quotaMetric: 'generativelanguage.googleapis.com/generate_content_requests',
            quotaId: 'GenerateRequestsPerMinutePerProjectPerModel',
          },
        ],
      }
      const retry = {
        '@type': 'type.googleapis.com/google.rpc.RetryInfo',
        retryDelay: `${(trouble.waitMs ?? 0) / 1000}s`,
      }
      return terms(
        429,
        'Resource has been exhausted (e.g. check quota).',
        trouble.waitMs === undefined ? [quota] : [quota, retry],
      )
    }
    case 'server-error':
      return terms(
        500,
        'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
      )
    case 'overloaded':
      return terms(503, 'The model is overloaded. Please try again later.')
    case 'timeout':
      return terms(504, 'Deadline expired before operation could complete.')
  }
}

/** `tools[0].function_declarations[0].parameters`: Google names fields as its protocol buffers do. */
export function fieldPath(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${snake(step)}`))
    .join('')
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The words in which Google says that a request has the wrong shape. */
export function geminiFlaw(flaw: Flaw): BadRequest {
  const at = fieldPath(flaw.path)
  const invalid = (message: string): BadRequest => {
    const violation = { field: fieldPath(flaw.path.slice(0, -1)), description: message }
    const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] }]
    return new BadRequest(message, { more: { details } })
  }
  switch (flaw.problem) {
    case 'extra':
      return invalid(
        `Invalid JSON payload received. Unknown name "${String(flaw.path.at(-1))}"${flaw.path.length > 1 ? ` at '${fieldPath(flaw.path.slice(0, -1))}'` : ''}: Cannot find field.`,
      )
    case 'missing':
      return new BadRequest(`* GenerateContentRequest.${at}: ${at.split('.').at(-1)} is not specified\n`)
    case 'type':
      if (Array.isArray(flaw.value))
        return invalid(`Invalid value at '${at}': Proto field is not repeating, cannot start list.`)
      return invalid(`Invalid value at '${at}' (TYPE_${flaw.expected.toUpperCase()}), ${JSON.stringify(flaw.value)}`)
    case 'range':
      return new BadRequest(`* GenerateContentRequest.${at}: value must be in ${flaw.expected}\n`)
    case 'tag':
      return invalid(
        `Invalid value at '${at}' (type.googleapis.com/google.ai.generativelanguage.v1beta), ${JSON.stringify(flaw.value)}`,
      )
  }
}

/** Free JSON, whose keys are the user's. */
const FREE = new Set([
  'args',
  'response',
  'parametersJsonSchema',
  'responseJsonSchema',
  'labels',
  'default',
  'example',
  'partMetadata',
])

/** Repeated fields, which Google also takes as a single value. */
const REPEATED = new Set(['contents', 'parts', 'tools', 'safetySettings', 'functionDeclarations', 'requests'])

/** The same value with camelCase members and lists where they belong, but for what lies in free JSON and the names of properties. */
export function camelCased(value: unknown, named = false): unknown {
  if (Array.isArray(value)) return value.map((item) => camelCased(item))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const key = named ? name : name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      if (FREE.has(key) && !named) return [key, item]
      const plain = camelCased(item, key === 'properties' && !named)
      return [key, REPEATED.has(key) && !named && isObject(plain) ? [plain] : plain]
    }),
  )
}
