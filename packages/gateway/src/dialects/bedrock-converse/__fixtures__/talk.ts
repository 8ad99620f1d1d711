// Conversations, models and what is sent of them, for the tests of the request's encoder.

import { expect } from 'vitest'
import {
  type Conversation,
  type FunctionTool,
  type Part,
  type Turn,
  type UserTurn,
} from '../../../core/conversation.ts'
import { bareConversation } from '../../../core/__fixtures__/bare-conversation.ts'
import type { EncodedRequest, TargetModel } from '../../../core/dialect.ts'
import { GatewayError } from '../../../core/errors.ts'
import { type FieldNames, Notes } from '../../../core/field-notes.ts'
import { type ModelTraits, UNKNOWN_MODEL } from '../../../core/model-traits.ts'
import { encodeRequest } from '../encode-request.ts'
import { converseFaults } from './sdk-schema.ts'

/** Every field is called what it is called here. */
const NAMES = new Proxy({}, { get: (_target, key) => String(key) }) as FieldNames

const CLAUDE_45: Partial<ModelTraits> = {
  sampling: 'one',
  maxTemperature: 1,
  thinking: 'budget',
  maxOutputTokens: 64_000,
  efforts: [],
}
export const SONNET = model('us.anthropic.claude-sonnet-4-5-20250929-v1:0', CLAUDE_45)
export const OPUS_48 = model('global.anthropic.claude-opus-4-8', { sampling: 'none', thinking: 'adaptive', prefill: false })
export const NOVA = model('us.amazon.nova-2-lite-v1:0', { toolResultMedia: true })
export const LLAMA = model('us.meta.llama4-maverick-17b-instruct-v1:0', {
  forcedTools: false,
  structuredOutput: 'none',
  strictTools: false,
})
export const GPT_OSS = model('openai.gpt-oss-120b-1:0', {})

export function model(id: string, traits: Partial<ModelTraits>): TargetModel {
  return { id, traits: { ...UNKNOWN_MODEL, ...traits }, origin: 'bedrock/a' }
}

const talk = (more: Partial<Conversation>): Conversation => bareConversation([user('Hello')], more)

export interface Sent extends EncodedRequest {
  readonly notes: string
}

export function encode(conversation: Partial<Conversation>, target: TargetModel = SONNET): Sent {
  const notes = new Notes(NAMES)
  const encoded = encodeRequest(talk(conversation), target, notes)
  expect(converseFaults(JSON.parse(JSON.stringify(encoded.body)))).toEqual([])
  return { ...encoded, notes: notes.toHeader() }
}

export function refusal(conversation: Partial<Conversation>, target: TargetModel = SONNET): GatewayError {
  try {
    encode(conversation, target)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('was not refused')
}

export const text = (words: string, more: object = {}): Part => ({
  type: 'text',
  at: 'messages[0].content',
  text: words,
  ...more,
})
export const user = (...parts: readonly (Part | string)[]): UserTurn => ({
  role: 'user',
  parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)),
})
export const assistant = (...parts: readonly (Part | string)[]): Turn => ({
  role: 'assistant',
  parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)),
})
export const system = (...parts: readonly Part[]): Turn => ({ role: 'system', kind: 'system', parts })
export const call = (id: string, name = 'now', input = '{}', more: object = {}): Part => ({
  type: 'tool-call',
  at: 'messages[1].tool_calls[0]',
  id,
  name,
  kind: 'function',
  input,
  ...more,
})
export const result = (callId: string, words = 'noon', more: object = {}): Part => ({
  type: 'tool-result',
  at: 'messages[2]',
  callId,
  kind: 'function',
  isError: false,
  parts: [text(words)],
  ...more,
})
export const tool = (name: string, more: Partial<FunctionTool> = {}): FunctionTool => ({
  type: 'function',
  name,
  at: 'tools[0]',
  extensions: {},
  ...more,
})
export const GIF = { kind: 'base64' as const, mediaType: 'image/gif', data: 'R0lGODlhAQABAAAAACwAAAAAAQABAAA=' }
export const LOOP: readonly Turn[] = [user('When?'), assistant(call('call_1')), user(result('call_1'))]

