// What a request of the Responses API says about state: what it goes on from, and whether its answer is to be kept.

import { GatewayError } from '../core/errors.ts'
import { decodeString, scanObject } from '../core/json-scan.ts'
import type { ScannedRequest, Span } from '../dialects/pass-request.ts'
import type { ResponsesPolicy } from '../identity/responses-policy.ts'

export interface AskedResponse {
  /** The response that it goes on from; null = none. */
  readonly previous: string | null
  /** The conversation that it belongs to; null = none. */
  readonly conversation: string | null
  readonly background: boolean
  /** As the client says, who need not say it. */
  readonly wantsStore: boolean
  /** As the policy of its group lets it. */
  readonly stores: boolean
  readonly policy: ResponsesPolicy
}

/** @throws {GatewayError} `invalid_request`, naming the field */
export function readAsked(scan: ScannedRequest, policy: ResponsesPolicy): AskedResponse {
  const { text } = scan
  const previous = readId(text, scan.priced('previous_response_id'), 'previous_response_id')
  const conversation = readConversation(text, scan.priced('conversation'))
  if (previous !== null && conversation !== null) {
    const message = 'A request goes on from a response or belongs to a conversation. Leave one of them out.'
    throw invalid(message, 'previous_response_id')
  }
  const wantsStore = readSwitch(text, scan.store, 'store') ?? true
  // In the chat's own shape there are no items to keep.
  const hasItems = scan.hasInput || !scan.hasMessages
  const stores = wantsStore && hasItems && policy.store !== 'off'
  if (conversation !== null && !stores) {
    const message = wantsStore
      ? 'Nothing is kept here, and so there are no conversations. Send the items as "input".'
      : 'What belongs to a conversation is kept with it. Leave "store" out, or send the items instead of "conversation".'
    throw invalid(message, wantsStore ? 'conversation' : 'store')
  }
  const background = readSwitch(text, scan.background, 'background') ?? false
  return { previous, conversation, background, wantsStore, stores, policy }
}

function readSwitch(text: string, span: Span | null, name: string): boolean | null {
  if (span === null) return null
  switch (text.slice(span.start, span.end)) {
    case 'true':
      return true
    case 'false':
      return false
    case 'null':
      return null
    default:
      throw invalid(`The field "${name}" must be true or false.`, name)
  }
}

function readId(text: string, span: Span | null, name: string): string | null {
  if (span === null || text.startsWith('null', span.start)) return null
  const id = decodeString(text, span.start, span.end)
  if (id === null || id === '') throw invalid(`The field "${name}" must be an id.`, name)
  return id
}

/** An id, or an object with one. */
function readConversation(text: string, span: Span | null): string | null {
  if (span === null || text.charCodeAt(span.start) !== 0x7b) return readId(text, span, 'conversation')
  let id: Span | null = null
  scanObject(
    text,
    span.start,
    (name, start, end) => {
      if (name === 'id') id = { start, end }
    },
    false,
  )
  if (id === null) throw invalid('The field "conversation.id" is missing.', 'conversation.id')
  return readId(text, id, 'conversation.id')
}

function invalid(message: string, param: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
