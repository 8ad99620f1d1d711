// What seed 002 promises of the Responses API beyond one call, for the rows of every provider that it names.
import { openResponsesSocket } from '../lib/responses-socket.ts'
import type { Endpoint } from './context.ts'
import { checkResponseEvents } from './replies.ts'
import * as c from '../lib/check.ts'

/** What a reader does with the page's own SDK, in Python; each program asks for the page's model. */
export const SDK_CALLS = [
  { what: 'responses.create, stream=True', file: 'ours/seed-002-responses-stream.py' },
  { what: 'responses.connect, two turns', file: 'ours/seed-002-responses-websocket.py' },
  { what: 'responses.compact, and the turn after it', file: 'ours/seed-002-responses-compact.py' },
] as const

/** Two turns over one WebSocket, the second from where the first ended. */
export async function checkSession({ url, key }: Endpoint, model: string): Promise<void> {
  using socket = await openResponsesSocket(url, key)
  const first = checkResponseEvents(await socket.turn({ model, input: 'My name is Alice.' }), model)
  const events = await socket.turn({ model, input: 'What is my name?', previous_response_id: first })
  checkResponseEvents(events, model)
  c.checkEqual(c.at(events.at(-1), 'response.previous_response_id'), first, 'previous_response_id of the second turn')
}
