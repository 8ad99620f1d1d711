// The dialects that upstreams speak.

import type { DialectName } from '../core/conversation.ts'
import type { ProviderDialect } from '../core/dialect.ts'
import { anthropicMessagesProvider } from './anthropic-messages/index.ts'
import { bedrockConverseProvider } from './bedrock-converse/index.ts'
import { geminiProvider } from './gemini/index.ts'
import { openaiChatProvider } from './openai-chat/index.ts'
import { openaiResponsesProvider } from './openai-responses/index.ts'

export const PROVIDER_DIALECTS: Readonly<Record<DialectName, ProviderDialect>> = {
  'openai-chat': openaiChatProvider,
  'openai-responses': openaiResponsesProvider,
  'anthropic-messages': anthropicMessagesProvider,
  gemini: geminiProvider,
  'bedrock-converse': bedrockConverseProvider,
}
