// The dialects that clients speak.

import type { ClientDialect } from '../core/dialect.ts'
import { anthropicMessagesClient } from './anthropic-messages/index.ts'
import { geminiClient } from './gemini/index.ts'
import { openaiChatClient } from './openai-chat/index.ts'
import { openaiResponsesClient } from './openai-responses/index.ts'
import type { ClientDialectName } from './pass-dialects.ts'

export const CLIENT_DIALECTS: Readonly<Record<ClientDialectName, ClientDialect>> = {
  'openai-chat': openaiChatClient,
  'openai-responses': openaiResponsesClient,
  'anthropic-messages': anthropicMessagesClient,
  gemini: geminiClient,
}
