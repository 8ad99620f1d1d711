// Bedrock's errors, as replies and as exception frames in a stream.
import { bedrockException } from '../../../bedrock-frames.ts'
import type { Trouble } from '../../trouble.ts'
import { BadRequest, type ErrorTerms, jsonReply, type StreamEvent, termsOf, type WholeReply } from '../dialect.ts'
import type { Flaw } from '../shape.ts'

const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  413: 'ValidationException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

export const FRAMES_HEADERS = { 'content-type': 'application/vnd.amazon.eventstream' } as const

export function bedrockError(terms: ErrorTerms): WholeReply {
  const name = terms.type ?? EXCEPTIONS[terms.status] ?? 'InternalServerException'
  const headers = {
    'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    'x-amzn-requestid': 'req-testkit',
    ...terms.headers,
  }
  // IAM's own errors write the member with a capital letter.
  return jsonReply(terms.status, JSON.stringify({ message: terms.message, ...terms.more }), undefined, headers)
}

const STREAM_EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'validationException',
  424: 'modelStreamErrorException',
  429: 'throttlingException',
  503: 'serviceUnavailableException',
}

export function bedrockStreamError(terms: ErrorTerms): StreamEvent {
  const name = STREAM_EXCEPTIONS[terms.status] ?? 'internalServerException'
  return { kind: 'error', bytes: bedrockException(name, terms.message), tokens: 0 }
}

export function bedrockTrouble(trouble: Trouble): ErrorTerms {
  const terms = termsOf(trouble)
  switch (trouble.kind) {
    case 'invalid-request':
      return terms(400, 'The provided request is not valid')
    case 'context-length':
      return terms(400, 'The model returned the following errors: Input is too long for requested model.')
    case 'content-filter':
      return terms(400, 'The model returned the following errors: Output blocked by content filtering policy')
    case 'unauthorized':
      return terms(403, 'The security token included in the request is invalid.', 'UnrecognizedClientException')
    case 'no-credit':
      return terms(403, 'Your account is not authorized to invoke this API operation.')
    case 'forbidden':
      return terms(403, "You don't have access to the model with the specified model ID.")
    case 'model-not-found':
      return terms(400, 'The provided model identifier is invalid.')
    case 'too-large':
      return terms(413, 'The request payload exceeds the maximum size.')
    case 'rate-limited':
      return terms(429, 'Too many requests, please wait before trying again.')
    case 'server-error':
      return terms(500, 'The system encountered an unexpected error during processing. Try your request again.')
    case 'overloaded':
      return terms(503, 'Bedrock is unable to process your request.')
    case 'timeout':
      return terms(408, 'The request took too long to process. Processing time exceeded the model timeout length.')
  }
}

/** The words in which Bedrock says that a request has the wrong shape. */
export function bedrockFlaw(flaw: Flaw): BadRequest {
  const at = flaw.path.map((step) => (typeof step === 'number' ? String(step + 1) : step)).join('.')
  const plain = flaw.path.join('.')
  switch (flaw.problem) {
    case 'missing':
      return new BadRequest(
        `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
      )
    case 'extra':
      // The real service overlooks most of these; a gateway that sends one has made a mistake all the same.
      return new BadRequest(`The model returned the following errors: ${plain}: Extra inputs are not permitted`)
    case 'type':
      return new BadRequest(`${plain}: expected ${flaw.expected}`, { type: 'SerializationException' })
    case 'range': {
      const [least = '', most = ''] = flaw.expected.split('..')
      const low = typeof flaw.value === 'number' && flaw.value < Number(least)
      const bound = low ? `greater than or equal to ${least}` : `less than or equal to ${most}`
      const rule = flaw.expected.includes('..')
        ? `have value ${bound}`
        : `satisfy regular expression pattern: ${flaw.expected}`
      return new BadRequest(
        `1 validation error detected: Value '${String(flaw.value)}' at '${at}' failed to satisfy constraint: Member must ${rule}`,
      )
    }
    case 'tag':
      return new BadRequest(
        `1 validation error detected: Value '${String(flaw.value)}' at '${at}' failed to satisfy constraint: Member must satisfy enum value set: [${flaw.expected.replaceAll("'", '')}]`,
      )
  }
}
