// What Bedrock's errors mean, in the shape that the rest of the gateway reads.
//
// AWS says the class of an error in a header (`x-amzn-errortype: ValidationException:http://…`) or, in a stream, in the
// type of an exception frame; the body is no more than `{"message"}`. Some classes stand for several things that need
// different answers: a `ValidationException` is a wrong request, a conversation that is too long, or a model id of ours
// that does not exist. Sources: the exceptions of AWS's Bedrock runtime model, "Troubleshooting Amazon Bedrock API error
// codes", "Common errors", recorded replies.
import { isJsonObject } from '../../core/json.ts'

export interface NormalError {
  readonly status: number
  /** OpenAI's `{error: {message, type, code}}`. */
  readonly body: string
}

interface ErrorClass {
  readonly status: number
  readonly type: string
  readonly code: string | null
}

const INVALID: ErrorClass = { status: 400, type: 'invalid_request_error', code: null }
const BAD_KEY: ErrorClass = { status: 401, type: 'authentication_error', code: 'invalid_api_key' }
const FORBIDDEN: ErrorClass = { status: 403, type: 'permission_denied', code: null }
const UNKNOWN_MODEL: ErrorClass = { status: 404, type: 'invalid_request_error', code: 'model_not_found' }
const TIMEOUT: ErrorClass = { status: 408, type: 'timeout_error', code: null }
const LIMITED: ErrorClass = { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' }
const FAILED: ErrorClass = { status: 500, type: 'server_error', code: null }
const UNAVAILABLE: ErrorClass = { status: 503, type: 'server_error', code: null }

/** Names without their `Exception`, in lower case. */
const CLASSES: ReadonlyMap<string, ErrorClass> = new Map(
  Object.entries({
    validation: INVALID,
    accessdenied: FORBIDDEN,
    // About the signature or the key: the operator's, never the client's.
    unrecognizedclient: BAD_KEY,
    invalidsignature: BAD_KEY,
    signaturedoesnotmatch: BAD_KEY,
    incompletesignature: BAD_KEY,
    missingauthenticationtoken: BAD_KEY,
    invalidclienttokenid: BAD_KEY,
    expiredtoken: BAD_KEY,
    notauthorized: BAD_KEY,
    resourcenotfound: UNKNOWN_MODEL,
    conflict: { ...INVALID, status: 409 },
    throttling: LIMITED,
    toomanyrequests: LIMITED,
    servicequotaexceeded: LIMITED,
    modelnotready: LIMITED,
    modeltimeout: TIMEOUT,
    // 424 on the wire. The model broke, not the request: a status of its own that only AWS uses becomes an ordinary one.
    modelerror: FAILED,
    modelstreamerror: FAILED,
    internalserver: FAILED,
    internalfailure: FAILED,
    serviceunavailable: UNAVAILABLE,
  }),
)

const CONTEXT_LENGTH =
  /input is too long|prompt is too long|too many (?:input )?tokens|exceed context limit|context (?:window|length)|maximum number of (?:input )?tokens/i
/** A `ValidationException` that speaks of our configuration, not of the client's request. */
const NO_SUCH_MODEL =
  /model identifier is invalid|model id(?:entifier)? .*(?:not found|does not exist)|on-demand throughput isn.t supported|inference profile .*(?:not found|invalid)|model version is no longer|end of its life/i

/**
 * @param headerErrorType `x-amzn-errortype`, or `:exception-type` of a frame; null when there is none
 * @param bodyText the body as UTF-8, of any form
 */
export function bedrockErrorBody(status: number, headerErrorType: string | null, bodyText: string): NormalError {
  const fields = readFields(bodyText)
  const name = className(headerErrorType ?? '') || className(fields.type)
  const message = fields.message.replace(/^The model returned the following errors:\s*/i, '')
  let meaning = CLASSES.get(name) ?? byStatus(status)
  if (meaning.status === 400) {
    if (NO_SUCH_MODEL.test(message)) meaning = UNKNOWN_MODEL
    else if (CONTEXT_LENGTH.test(message)) meaning = { ...INVALID, code: 'context_length_exceeded' }
  }
  const words = message === '' ? `The provider answered with status ${meaning.status}.` : message
  return {
    status: meaning.status,
    body: JSON.stringify({ error: { message: words, type: meaning.type, code: meaning.code } }),
  }
}

/** `com.amazon.coral.service#ThrottlingException:http://…` -> `throttling`. */
function className(text: string): string {
  const bare = (text.split(':')[0] ?? '').split('#').at(-1) ?? ''
  return bare
    .trim()
    .toLowerCase()
    .replace(/(?:exception|error)$/, '')
    .replace(/^modelstream$/, 'modelstreamerror')
    .replace(/^model$/, 'modelerror')
}

function byStatus(status: number): ErrorClass {
  if (status === 424) return FAILED
  if (status === 401) return BAD_KEY
  if (status === 403) return FORBIDDEN
  if (status === 404) return UNKNOWN_MODEL
  if (status === 408) return TIMEOUT
  if (status === 429) return LIMITED
  if (status >= 400 && status < 500) return { ...INVALID, status }
  return status >= 500 ? { ...FAILED, status } : FAILED
}

interface Fields {
  readonly message: string
  readonly type: string
}

/** The five shapes of H83 and none at all; HTML and plain text say nothing that a client should see. */
function readFields(bodyText: string): Fields {
  let value: unknown
  try {
    value = JSON.parse(bodyText)
  } catch {
    return { message: '', type: '' }
  }
  if (Array.isArray(value)) value = value[0]
  if (!isJsonObject(value)) return { message: '', type: '' }
  const inner = isJsonObject(value['error']) ? value['error'] : value
  const message = [
    inner['message'],
    inner['Message'],
    value['error'],
    value['detail'],
    inner['originalMessage'],
    inner['errorMessage'],
  ].find((candidate) => typeof candidate === 'string' && candidate !== '')
  const type = inner['__type'] ?? inner['code'] ?? inner['type']
  return { message: typeof message === 'string' ? message : '', type: typeof type === 'string' ? type : '' }
}
