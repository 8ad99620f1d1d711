// POST /v1/chat/completions, as the real one answers: role chunk first, then the pieces, then the finish reason with an empty
// delta, then, only when asked for, a chunk of usage with no choices (and `usage: null` on all the others), then [DONE].
import {
  type Answer,
  type AnswerPart,
  callId,
  piecesOf,
  type Stop,
  textOf,
  TokenMeter,
  toolCallsOf,
} from '../../answer.ts'
import { type Incoming, jsonReply, type Reply, type StreamEvent } from '../dialect.ts'
import type { Json } from '../json.ts'
import { lowUsageJson } from '../usage-text.ts'
import { type ChatRequest, type ChatRules, readChatRequest } from './chat-request.ts'
import { chatUsage, datedModel, parseBody, replyHeaders, sse, usageText, withUsage } from './wire.ts'

/** Where a compatible provider puts its reasoning; OpenAI's own shows none. */
export type ReasoningField = 'none' | 'reasoning_content' | 'reasoning' | 'reasoning_details'

export interface ChatOptions extends ChatRules {
  readonly reasoningField: ReasoningField
}

export function chatReply(incoming: Incoming, options: ChatOptions): Reply {
  const request = readChatRequest(parseBody(incoming.body), options)
  const answer = incoming.answer(request.question)
  const head = { id: `chatcmpl-${incoming.id}`, created: incoming.createdS, model: datedModel(request.question.model) }
  const headers = replyHeaders(incoming)
  if (request.stream) {
    const events = chatEvents(incoming, request, answer, head, options)
    return { kind: 'stream', headers: { ...STREAM_HEADERS, ...headers }, events, promptTokens: answer.usage.input }
  }
  const tokens = { promptTokens: answer.usage.input, completionTokens: answer.usage.output * request.choices }
  const { usage: lie } = incoming.script
  const body = {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: Array.from({ length: request.choices }, (_, index) => wholeChoice(index, answer, incoming, options)),
    service_tier: 'default',
    system_fingerprint: FINGERPRINT,
  }
  const first = lie === 'twice' ? withUsage(body, lowUsageJson(chatUsage(answer.usage))) : undefined
  const usage = usageText(answer.usage, lie, request.choices)
  // A JSON text with the key twice: what comes last holds, as in every parser.
  const text = first === undefined ? withUsage(body, usage) : `${first.slice(0, -1)},"usage":${usage ?? 'null'}}`
  return jsonReply(200, text, tokens, headers)
}

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const
const FINGERPRINT = 'fp_testkit'

export function chatFinish(stop: Stop): string {
  switch (stop) {
    case 'max_tokens':
    case 'context_window':
      return 'length'
    case 'tool_use':
      return 'tool_calls'
    case 'content_filter':
      return 'content_filter'
    case 'end':
    case 'stop_sequence':
    case 'refusal':
    case 'pause':
    case 'malformed_call':
      break
  }
  return 'stop'
}

function wholeChoice(index: number, answer: Answer, incoming: Incoming, options: ChatOptions): Json {
  const calls = toolCallsOf(answer)
  const text = textOf(answer, 'text')
  const refusal = textOf(answer, 'refusal')
  const silent = text === '' && (calls.length > 0 || refusal !== '')
  return {
    index,
    message: {
      role: 'assistant',
      content: silent ? null : text,
      ...reasoningMember(answer, incoming, options.reasoningField),
      ...(calls.length > 0 ? { tool_calls: calls.map((call) => wireCall(call, answer, call.arguments ?? '{}')) } : {}),
      refusal: refusal === '' ? null : refusal,
      annotations: [],
    },
    logprobs: null,
    finish_reason: chatFinish(answer.stop),
  }
}

function wireCall(call: Extract<AnswerPart, { kind: 'tool-call' }>, answer: Answer, text: string): Json {
  return { id: callId(answer, call, 'call_'), type: 'function', function: { name: call.name, arguments: text } }
}

function reasoningMember(answer: Answer, incoming: Incoming, field: ReasoningField): Json {
  const parts = answer.parts.filter((part) => part.kind === 'reasoning')
  const text = textOf(answer, 'reasoning')
  if (parts.length === 0 || field === 'none') return {}
  if (field !== 'reasoning_details') return { [field]: text }
  const details = parts.map((part, index) => reasoningDetail(part, incoming, index, part.pieces.join('')))
  return { reasoning: text, reasoning_details: details }
}

/** As OpenRouter writes them. */
function reasoningDetail(
  part: Extract<AnswerPart, { kind: 'reasoning' }>,
  incoming: Incoming,
  index: number,
  text: string,
): Json {
  const whole = part.pieces.join('')
  const shared = { index, id: null, format: 'anthropic-claude-v1' }
  const own = typeof part.signature === 'string' ? part.signature : undefined
  if (part.redacted) return { type: 'reasoning.encrypted', data: incoming.seals.seal('openai', whole, own), ...shared }
  const signature = part.signature === false ? {} : { signature: incoming.seals.seal('openai', whole, own) }
  return { type: 'reasoning.text', text, ...signature, ...shared }
}

interface ChunkHead {
  readonly id: string
  readonly created: number
  readonly model: string
}

function* chatEvents(
  incoming: Incoming,
  request: ChatRequest,
  answer: Answer,
  head: ChunkHead,
  options: ChatOptions,
): Generator<StreamEvent> {
  const opening =
    `{"id":"${head.id}","object":"chat.completion.chunk","created":${head.created},"model":${JSON.stringify(head.model)},` +
    `"service_tier":"default","system_fingerprint":"${FINGERPRINT}","choices":`
  const closing = request.includeUsage ? ',"usage":null}' : '}'
  const chunk = (
    kind: StreamEvent['kind'],
    index: number,
    delta: Json,
    finish: string | null,
    tokens = 0,
  ): StreamEvent => {
    const choice = JSON.stringify({ index, delta, logprobs: null, finish_reason: finish })
    return { kind, bytes: sse(`${opening}[${choice}]${closing}`), tokens }
  }
  const silent = textOf(answer, 'text') === '' && toolCallsOf(answer).length > 0
  const choices = Array.from({ length: request.choices }, (_, index) => index)
  for (const index of choices) {
    yield chunk('start', index, { role: 'assistant', content: silent ? null : '', refusal: null }, null)
  }
  const meter = new TokenMeter(answer.usage.output)
  for (const { delta, text } of deltasOf(answer, incoming, options)) {
    const tokens = meter.take(text)
    for (const index of choices) yield chunk('delta', index, delta, null, tokens)
  }
  const rest = meter.rest()
  for (const index of choices) yield chunk('finish', index, {}, chatFinish(answer.stop), rest)
  if (request.includeUsage) {
    const usageChunk = (usage: string | undefined): StreamEvent => ({
      kind: 'usage',
      bytes: sse(`${opening}[]${usage === undefined ? '' : `,"usage":${usage}`}}`),
      tokens: 0,
    })
    if (incoming.script.usage === 'twice') yield usageChunk(lowUsageJson(chatUsage(answer.usage)))
    yield usageChunk(usageText(answer.usage, incoming.script.usage, request.choices))
  }
  yield { kind: 'done', bytes: sse('[DONE]'), tokens: 0 }
}

/** What the model says, one event each; `text` is what its tokens are counted by. */
function* deltasOf(answer: Answer, incoming: Incoming, options: ChatOptions): Generator<{ delta: Json; text: string }> {
  let calls = 0
  let thoughts = 0
  for (const part of answer.parts) {
    switch (part.kind) {
      case 'text':
        for (const text of part.pieces) yield { delta: { content: text }, text }
        break
      case 'refusal':
        for (const text of part.pieces) yield { delta: { refusal: text }, text }
        break
      case 'tool-call':
        yield { delta: { tool_calls: [{ index: calls, ...wireCall(part, answer, '') }] }, text: part.name }
        for (const text of piecesOf(part.arguments ?? '{}')) {
          yield { delta: { tool_calls: [{ index: calls, function: { arguments: text } }] }, text }
        }
        calls += 1
        break
      case 'reasoning':
        if (options.reasoningField === 'none') break
        for (const text of part.pieces) {
          yield { delta: reasoningDelta(part, incoming, options.reasoningField, thoughts, text), text }
        }
        thoughts += 1
    }
  }
}

function reasoningDelta(
  part: Extract<AnswerPart, { kind: 'reasoning' }>,
  incoming: Incoming,
  field: ReasoningField,
  index: number,
  text: string,
): Json {
  if (field !== 'reasoning_details') return { [field]: text }
  const last = text === part.pieces.at(-1)
  const detail = last
    ? reasoningDetail(part, incoming, index, text)
    : { type: 'reasoning.text', text, index, format: 'anthropic-claude-v1' }
  return { reasoning: text, reasoning_details: [detail] }
}
