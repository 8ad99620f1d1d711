// Reading an upstream's refusal, up to a bound, and saying what it means, in each dialect's own words.

import type { DialectName } from '../core/conversation.ts'
import type { GatewayError } from '../core/errors.ts'
import { bedrockErrorBody } from '../dialects/bedrock-converse/errors.ts'
import { classifyGeminiRefusal } from '../dialects/gemini/errors.ts'
import { classifyRefusal, readRetryAfterMs, type UpstreamRefusal } from '../dialects/openai-chat/errors.ts'
import { IGNORED_PREVIOUS } from '../dialects/openai-responses/errors.ts'
import type { Attempt, AttemptOwner, BodyReader } from './attempt.ts'
import type { UpstreamHeaders } from './http1/upstream-call.ts'

/** Of an upstream that was asked in words that only it understands: it does not (any more). */
export function hasLostPrevious(refusal: UpstreamRefusal): boolean {
  if (refusal.kind === 'unknown-model') return true
  if (refusal.kind !== 'client-fault') return false
  const { code, param } = refusal.error
  return LOST.has(code) || param === 'previous_response_id'
}

const LOST: ReadonlySet<string> = new Set([
  'previous_response_not_found',
  IGNORED_PREVIOUS,
  'invalid_encrypted_content',
])

const MAX_ERROR_BODY_BYTES = 64 * 1024

export class RefusalReader implements BodyReader {
  readonly #attempt: Attempt
  readonly #owner: AttemptOwner
  readonly #status: number
  readonly #headers: UpstreamHeaders
  readonly #chunks: Buffer[] = []
  #bytes = 0

  constructor(attempt: Attempt, owner: AttemptOwner, status: number, headers: UpstreamHeaders) {
    this.#attempt = attempt
    this.#owner = owner
    this.#status = status
    this.#headers = headers
  }

  push(chunk: Buffer): void {
    if (this.#bytes >= MAX_ERROR_BODY_BYTES) return
    this.#bytes += chunk.length
    this.#chunks.push(chunk)
    // An endless error page is not waited for.
    if (this.#bytes < MAX_ERROR_BODY_BYTES) return
    this.#attempt.abandon('the error body is too large')
    this.end()
  }

  end(): void {
    const body = Buffer.concat(this.#chunks).toString('utf8')
    const { dialect } = this.#attempt.conversion
    const refusal = readRefusal(dialect, this.#status, body, (name) => this.#headers.get(name))
    this.#owner.attemptRefused(this.#attempt, refusal, this.#status)
  }
}

/** @param body as UTF-8, cut at a few KiB */
function readRefusal(
  dialect: DialectName,
  status: number,
  body: string,
  header: (name: string) => string | undefined,
): UpstreamRefusal {
  const retryAfterMs = readRetryAfterMs(header, Date.now())
  const awsType = header('x-amzn-errortype')
  if (awsType !== undefined) {
    const normal = bedrockErrorBody(status, awsType, body)
    return classifyRefusal(normal.status, normal.body, retryAfterMs)
  }
  if (dialect === 'gemini') return classifyGeminiRefusal(status, body, retryAfterMs)
  return classifyRefusal(status, body, retryAfterMs)
}

/** The same for an error that came with status 200, or in a stream. @param status that the error itself names */
export function readEmbeddedRefusal(dialect: DialectName, status: number, body: string): UpstreamRefusal {
  return readRefusal(dialect, status, body, () => undefined)
}

/** What another model may well take: its own limits and its own parameters. Source: OpenAI, "Error codes". */
const OF_MODEL: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'unsupported_parameter',
  'unsupported_value',
  'model_not_supported',
])

/** Whether a provider refuses the request because of the model, not of what is asked. */
export function isOfModel({ code }: GatewayError): boolean {
  return OF_MODEL.has(code)
}
