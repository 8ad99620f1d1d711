// Why an answer ended. Google has one word for a good end, whether or not there are calls to answer, and many for bad
// ones. A malformed answer is a failure, never a success (H39).

import type { Finish, StopReason } from '../../core/answer.ts'

const MALFORMED: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'NO_IMAGE',
])

const FILTERED: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
])

const DEFAULT_FILTERED = 'SAFETY'
const DEFAULT_MALFORMED = 'MALFORMED_RESPONSE'
const BLOCKED = /^The prompt was blocked: ([A-Z_]+)(?:: (.*))?$/s

/** What is said of an answer that ends well and holds nothing. */
export const NO_CONTENT_DETAIL = 'The model returned no content.'

/** @param sawCall a function call came anywhere in the answer (H38) */
export function readFinish(reason: string, message: string | undefined, sawCall: boolean): Finish {
  switch (reason) {
    case 'STOP':
    case '':
    case 'FINISH_REASON_UNSPECIFIED':
      return { reason: sawCall ? 'tool-calls' : 'stop' }
    case 'MAX_TOKENS':
      return { reason: 'length' }
    case 'CONTINUATION':
      return { reason: 'pause' }
    default: {
      const malformed = MALFORMED.has(reason)
      const kind: StopReason = malformed ? 'malformed' : 'content-filter'
      const implied = reason === (malformed ? DEFAULT_MALFORMED : DEFAULT_FILTERED)
      const detail = implied ? message : message === undefined ? reason : `${reason}: ${message}`
      return detail === undefined ? { reason: kind } : { reason: kind, detail }
    }
  }
}

/** `promptFeedback.blockReason`: nothing was generated at all. */
export function blockedPrompt(blockReason: string, message: string | undefined): Finish {
  const words = `The prompt was blocked: ${blockReason}`
  return { reason: 'content-filter', detail: message === undefined ? words : `${words}: ${message}` }
}

/** Back again, for an answer without parts; null = the prompt was not blocked. */
export function readBlockedPrompt({ reason, detail }: Finish): { reason: string; message: string | undefined } | null {
  const match = reason === 'content-filter' ? BLOCKED.exec(detail ?? '') : null
  return match?.[1] === undefined ? null : { reason: match[1], message: match[2] }
}

export interface GoogleFinish {
  readonly finishReason: string
  readonly finishMessage?: string
}

export function writeFinish({ reason, detail }: Finish): GoogleFinish {
  switch (reason) {
    case 'stop':
    case 'stop-sequence':
    case 'tool-calls':
      return { finishReason: 'STOP' }
    case 'length':
    case 'context-window':
      return { finishReason: 'MAX_TOKENS' }
    case 'pause':
      return { finishReason: 'CONTINUATION' }
    case 'refusal':
    case 'content-filter':
      return withDetail(FILTERED, DEFAULT_FILTERED, detail)
    case 'malformed':
      return withDetail(MALFORMED, DEFAULT_MALFORMED, detail)
    default:
      return reason satisfies never
  }
}

/** A detail that begins with one of Google's own reasons is that reason. */
function withDetail(known: ReadonlySet<string>, fallback: string, detail: string | undefined): GoogleFinish {
  if (detail === undefined) return { finishReason: fallback }
  const colon = detail.indexOf(': ')
  const first = colon === -1 ? detail : detail.slice(0, colon)
  if (!known.has(first)) return { finishReason: fallback, finishMessage: detail }
  return colon === -1 ? { finishReason: first } : { finishReason: first, finishMessage: detail.slice(colon + 2) }
}
