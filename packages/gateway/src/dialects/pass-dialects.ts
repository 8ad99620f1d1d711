// What it takes to let each dialect's bytes through: which of the client's headers belong to it, and who reads its
// answers at the side.

import type { DialectName } from '../core/conversation.ts'
import { AnthropicPass } from './anthropic-messages/pass-stream.ts'
import { readUsage as readAnthropicUsage } from './anthropic-messages/usage.ts'
import { GeminiPass } from './gemini/pass-stream.ts'
import { usageOfReply as geminiUsage } from './gemini/usage.ts'
import { scanResponsesReply } from './openai-responses/pass-reply.ts'
import { ResponsesPass } from './openai-responses/pass-stream.ts'
import { scanSmallReply } from './openai-responses/small-reply.ts'
import { scanResponse } from './openai-chat/pass-response.ts'
import { ChatStream } from './openai-chat/pass-stream.ts'
import type { StreamReader } from './pass-events.ts'
import type { PassFacts, ReplyTruth } from './pass-facts.ts'
import { scanReply, type ReplyKeys, type ScannedReply } from './pass-json.ts'

export interface PassDialect {
  readonly name: DialectName
  /** Says nothing, so that nobody between us gives the connection up. */
  readonly keepAlive: string
  /** The head and the tail of a reply of any size can be read alone. */
  readonly passesLargeReplies: boolean
  /** @param text the body as latin1; null when it is not one JSON object */
  scanReply(text: string, publicModelJson: string, truth: ReplyTruth): ScannedReply | null
  streamReader(facts: PassFacts): StreamReader
}

const COMMENT = ': keep-alive\n\n'

const openaiChat: PassDialect = {
  name: 'openai-chat',
  keepAlive: COMMENT,
  passesLargeReplies: true,
  scanReply: scanResponse,
  streamReader: (facts) => new ChatStream(facts),
}

const openaiResponses: PassDialect = {
  name: 'openai-responses',
  keepAlive: COMMENT,
  passesLargeReplies: false,
  scanReply: scanResponsesReply,
  streamReader: (facts) => new ResponsesPass(facts),
}

/** Its endpoints whose replies are no responses. */
const openaiResponsesSmall: PassDialect = { ...openaiResponses, scanReply: scanSmallReply }

const ANTHROPIC_KEYS: ReplyKeys = {
  model: 'model',
  usage: 'usage',
  beside: new Map(),
  usageOfReply: (reply) => readAnthropicUsage(reply['usage']),
}

const anthropicMessages: PassDialect = {
  name: 'anthropic-messages',
  // Its SDKs and Claude Code wait for events, and know this one.
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  passesLargeReplies: false,
  scanReply: (text, publicModelJson) => scanReply(text, publicModelJson, ANTHROPIC_KEYS),
  streamReader: ({ publicModelJson }) => new AnthropicPass(publicModelJson),
}

const GEMINI_KEYS: ReplyKeys = {
  model: 'modelVersion',
  usage: 'usageMetadata',
  beside: new Map([
    ['modelVersion', ''],
    ['candidates', '"webSearchQueries"'],
  ]),
  usageOfReply: geminiUsage,
}

const gemini: PassDialect = {
  name: 'gemini',
  // Google's Python SDK reads every line that is not empty as JSON, a comment too.
  keepAlive: '\r\n',
  passesLargeReplies: false,
  scanReply: (text, publicModelJson) => scanReply(text, publicModelJson, GEMINI_KEYS),
  streamReader: ({ publicModelJson }) => new GeminiPass(publicModelJson),
}

/** Dialects that clients speak. */
export type ClientDialectName = Exclude<DialectName, 'bedrock-converse'>

export const PASS_DIALECTS: Readonly<Record<ClientDialectName, PassDialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
}

/** @param generates whether answers are what the dialect's main endpoint gives */
export function passDialect(dialect: ClientDialectName, generates: boolean): PassDialect {
  return dialect === 'openai-responses' && !generates ? openaiResponsesSmall : PASS_DIALECTS[dialect]
}
