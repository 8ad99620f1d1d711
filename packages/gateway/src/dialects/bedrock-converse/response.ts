// A whole answer of Converse. Source: `ConverseResponse`, `ContentBlock` and `StopReason` of AWS's Bedrock runtime model.

import type { Annotation, Answer, AnswerPart, Finish, StopReason } from '../../core/answer.ts'
import type { Seal } from '../../core/conversation.ts'
import { arrayOf, type JsonObject, type JsonValue, objectOf, stringOf } from '../../core/json.ts'
import { usageOfReply } from './usage.ts'

/** Null when the body is not an answer. */
export function decodeAnswer(body: JsonObject): Answer | null {
  const message = objectOf(objectOf(body['output'])?.['message'])
  if (message === undefined) return null
  const parts: AnswerPart[] = []
  for (const block of arrayOf(message['content']) ?? []) {
    const part = decodeBlock(block)
    if (part !== null) parts.push(part)
  }
  const called = parts.some((part) => part.type === 'tool-call')
  const finish = decodeFinish(body['stopReason'], body['additionalModelResponseFields'], called)
  const serviceTier = decodeServiceTier(body['serviceTier'])
  return {
    id: '',
    model: '',
    createdAtSeconds: 0,
    choices: [{ parts, finish }],
    usage: usageOfReply(body),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  }
}

/** Null for what says nothing: empty text, which some models send in front of everything. */
function decodeBlock(value: JsonValue): AnswerPart | null {
  const block = objectOf(value)
  if (block === undefined) return null
  const text = stringOf(block['text'])
  if (text !== undefined) return text === '' ? null : { type: 'text', text, annotations: [] }
  const reasoning = objectOf(block['reasoningContent'])
  if (reasoning !== undefined) return decodeReasoning(reasoning)
  const toolUse = objectOf(block['toolUse'])
  // A tool of the provider's own was called; nobody else is meant to run it.
  if (toolUse !== undefined && toolUse['type'] !== 'server_tool_use') return decodeToolUse(toolUse)
  const cited = objectOf(block['citationsContent'])
  if (cited !== undefined) return decodeCited(cited)
  return decodeImage(objectOf(block['image'])) ?? foreignPart(block)
}

function decodeReasoning(reasoning: JsonObject): AnswerPart | null {
  const redacted = stringOf(reasoning['redactedContent'])
  if (redacted !== undefined) {
    return { type: 'reasoning', text: '', summary: [], redacted: true, seal: sealOf(redacted) }
  }
  const said = objectOf(reasoning['reasoningText'])
  const text = stringOf(said?.['text']) ?? ''
  const signature = stringOf(said?.['signature']) ?? ''
  if (signature === '') return text === '' ? null : { type: 'reasoning', text, summary: [], redacted: false }
  return { type: 'reasoning', text, summary: [], redacted: false, seal: sealOf(signature) }
}

/** `data` as it stands in the JSON: a signature, or the base64 of redacted reasoning. */
export function sealOf(data: string): Seal {
  return { dialect: 'bedrock-converse', data }
}

function decodeToolUse(toolUse: JsonObject): AnswerPart {
  const input = toolUse['input']
  return {
    type: 'tool-call',
    id: stringOf(toolUse['toolUseId']) ?? '',
    name: stringOf(toolUse['name']) ?? '',
    kind: 'function',
    // Text is what the model wrote where it was not JSON.
    input: typeof input === 'string' ? input || '{}' : JSON.stringify(input ?? {}),
  }
}

function decodeCited(cited: JsonObject): AnswerPart {
  const texts = (arrayOf(cited['content']) ?? []).map((piece) => stringOf(objectOf(piece)?.['text']) ?? '')
  const annotations: Annotation[] = []
  for (const citation of arrayOf(cited['citations']) ?? []) {
    const value = objectOf(citation)
    if (value !== undefined) annotations.push(decodeCitation(value))
  }
  return { type: 'text', text: texts.join(''), annotations }
}

export function decodeCitation(value: JsonObject): Annotation {
  const url = stringOf(objectOf(objectOf(value['location'])?.['web'])?.['url'])
  const title = stringOf(value['title'])
  return {
    dialect: 'bedrock-converse',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    value,
  }
}

function decodeImage(image: JsonObject | undefined): AnswerPart | null {
  const data = stringOf(objectOf(image?.['source'])?.['bytes'])
  const format = stringOf(image?.['format'])
  if (data === undefined || format === undefined) return null
  return { type: 'media', source: { kind: 'base64', mediaType: `image/${format}`, data } }
}

export function foreignPart(block: JsonObject): AnswerPart {
  return { type: 'foreign', dialect: 'bedrock-converse', kind: Object.keys(block)[0] ?? '', value: block }
}

const REASONS: ReadonlyMap<unknown, StopReason> = new Map<unknown, StopReason>(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop-sequence',
    max_tokens: 'length',
    model_context_window_exceeded: 'context-window',
    tool_use: 'tool-calls',
    guardrail_intervened: 'content-filter',
    content_filtered: 'content-filter',
    refusal: 'refusal',
    pause_turn: 'pause',
    malformed_model_output: 'malformed',
    malformed_tool_use: 'malformed',
  }),
)

/** @param additional what `additionalModelResponseFieldPaths` asked for: the sequence that matched (H66) */
export function decodeFinish(stopReason: unknown, additional: unknown, called: boolean): Finish {
  const reason = REASONS.get(stopReason) ?? (called ? 'tool-calls' : 'stop')
  const fields = objectOf(additional)
  const stopSequence = stringOf(fields?.['stop_sequence']) ?? stringOf(objectOf(fields?.['delta'])?.['stop_sequence'])
  return {
    reason,
    ...(reason === 'stop-sequence' && stopSequence !== undefined ? { stopSequence } : {}),
    ...(stopReason === 'guardrail_intervened' ? { detail: 'A guardrail stopped the answer.' } : {}),
  }
}

function decodeServiceTier(value: unknown): string | undefined {
  return stringOf(objectOf(value)?.['type'])
}
