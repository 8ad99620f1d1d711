// Parts of a conversation that a client leaves with its vendor, and only names in the request, or leaves to the vendor to
// keep. Another vendor has never seen them: an answer without them would be an answer to something else. So such a request is refused, in
// words that clients know how to go on from.

import type { DialectName } from './conversation.ts'
import { GatewayError } from './errors.ts'
import type { JsonObject } from './json.ts'

interface Refusal {
  readonly message: string
  /** What the client's own vendor calls it. */
  readonly code?: string
}

const REFUSALS: Readonly<Partial<Record<DialectName, Readonly<Record<string, Refusal>>>>> = {
  'openai-responses': {
    // Clients that read this code send everything again (H86).
    previous_response_id: {
      message: 'The response to continue from is not known here. Send the whole conversation as "input".',
      code: 'previous_response_not_found',
    },
    conversation: { message: 'The conversation is not known here. Send it whole as "input".' },
    prompt: { message: 'Prompts that are stored at OpenAI are not known here. Send the text itself.' },
    context_management: { message: 'The upstream of this model does not compact. Leave "context_management" out.' },
    background: { message: 'The upstream of this model does not answer in the background. Leave "background" out.' },
  },
  'anthropic-messages': {
    // Anthropic's SDKs keep their tool loops in threads; they read this code, and go on without.
    thread: {
      message: 'The upstream of this model holds no threads. Send the full conversation without "thread".',
      code: 'thread_unsupported_request',
    },
  },
  gemini: {
    // System text, tools and turns that were uploaded before.
    cachedContent: { message: 'Cached content is not known here. Send its text in the request.' },
  },
}

/**
 * @param members of a request in this dialect, or those of them that no other dialect has
 * @throws {GatewayError} 400, where one of them names such a part
 */
export function refuseServerState(dialect: DialectName, members: JsonObject): void {
  for (const [name, { message, code }] of Object.entries(REFUSALS[dialect] ?? {})) {
    const value = members[name]
    if (value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0))
      continue
    if (code === 'previous_response_not_found') throw new GatewayError(code, message, { param: name })
    const provider = code === undefined ? {} : { provider: { status: 400, code, type: 'invalid_request_error' } }
    throw new GatewayError('invalid_request', message, { param: name, ...provider })
  }
}
