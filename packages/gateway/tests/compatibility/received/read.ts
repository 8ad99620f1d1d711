// From the ledger of a fake upstream to `Received`.

import type { LedgerEntry } from '@fairlead/testkit'
import { readChat } from './chat.ts'
import { readConverse } from './converse.ts'
import { readGemini } from './gemini.ts'
import { objectOf } from './json.ts'
import { readMessages } from './messages.ts'
import type { Received } from './received.ts'
import { readResponses } from './responses.ts'

/** The wire formats, as the ledger's path tells them. */
export function wireOf({ path }: LedgerEntry): string {
  if (/\/converse(?:-stream)?$/.test(path)) return 'bedrock-converse'
  if (path.endsWith('/responses')) return 'openai-responses'
  if (path.endsWith('enerateContent')) return 'gemini'
  if (/\/messages$|awPredict$|\/invoke(?:-with-response-stream)?$/.test(path)) return 'anthropic-messages'
  return 'openai-chat'
}

/** @throws {Error} when the body is not JSON */
export function readReceived(entry: LedgerEntry): Received {
  const body = objectOf(JSON.parse(entry.body.toString('utf8')))
  const model = entry.model ?? ''
  switch (wireOf(entry)) {
    case 'bedrock-converse':
      return readConverse(body, model)
    case 'openai-responses':
      return readResponses(body)
    case 'gemini':
      return readGemini(body, model)
    case 'anthropic-messages':
      return readMessages(body, model)
    default:
      return readChat(body)
  }
}
