// The official SDKs behind one interface. Not part of the testkit's main entry: importing them takes most of a second.
import { anthropicSdk } from './anthropic.ts'
import type { SdkClient } from './ask.ts'
import { bedrockSdk } from './bedrock.ts'
import { geminiSdk } from './gemini.ts'
import { openAiChatSdk } from './openai-chat.ts'
import { openAiResponsesSdk } from './openai-responses.ts'

export { type Ask, ASK_SCHEMA, ASK_TOOLS, type SdkClient, type Told } from './ask.ts'
export { AWS, bedrockClient } from './bedrock.ts'

/** The dialects that a gateway serves to clients. */
export const CLIENT_SDKS: readonly SdkClient[] = [openAiChatSdk, openAiResponsesSdk, anthropicSdk, geminiSdk]

export const ALL_SDKS: readonly SdkClient[] = [...CLIENT_SDKS, bedrockSdk]
