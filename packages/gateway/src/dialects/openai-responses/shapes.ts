// Bodies that came to the wrong address: Cursor sends Responses-shaped ones to /chat/completions, and some clients send
// `messages` to /responses (H74). They are decoded by what they are.

import type { JsonObject } from '../../core/json.ts'

/** On the chat path: a body of the Responses API. */
export function isResponsesShaped(body: JsonObject): boolean {
  return body['messages'] == null && body['input'] != null
}

/** On the responses path: a body of the chat API. */
export function isChatShaped(body: JsonObject): boolean {
  return body['input'] == null && Array.isArray(body['messages'])
}
