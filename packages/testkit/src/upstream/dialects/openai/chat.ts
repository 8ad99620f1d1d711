// POST /v1/chat/completions, as the real one answers: role chunk first, then the pieces, then the finish reason with an empty
// delta, then, only when asked for, a chunk of usage with no choices (and `usage: null` on all the others), then [DONE].
import { type Answer, answerOf } from '../../answer.ts'
import { type Incoming, jsonReply, type Reply, type StreamEvent } from '../dialect.ts'
import { type ChatRequest, readChatRequest } from './chat-request.ts'
import { datedModel, type Json, parseBody, replyHeaders, sse, usageText, withUsage } from './wire.ts'

export function chatReply(incoming: Incoming): Reply {
  const request = readChatRequest(parseBody(incoming.body), incoming.script.tools)
  const answer = answerOf(request.question, incoming.script)
  const head = { id: `chatcmpl-${incoming.id}`, created: incoming.createdS, model: datedModel(request.model) }
  const headers = replyHeaders(incoming)
  if (request.stream) {
    const events = chatEvents(incoming, request, answer, head)
    return { kind: 'stream', headers: { ...STREAM_HEADERS, ...headers }, events, promptTokens: answer.promptTokens }
  }
  const tokens = { promptTokens: answer.promptTokens, completionTokens: answer.completionTokens * request.choices }
  const { usage: lie } = incoming.script
  const body = {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: Array.from({ length: request.choices }, (_, index) => wholeChoice(index, answer)),
    service_tier: 'default',
    system_fingerprint: FINGERPRINT,
  }
  const first = lie === 'twice' ? withUsage(body, usageText(1, 1, undefined)) : undefined
  const usage = usageText(tokens.promptTokens, tokens.completionTokens, lie)
  // A JSON text with the key twice: what comes last holds, as in every parser.
  const text = first === undefined ? withUsage(body, usage) : `${first.slice(0, -1)},"usage":${usage ?? 'null'}}`
  return jsonReply(200, text, tokens, headers)
}

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const
const FINGERPRINT = 'fp_testkit'

function wholeChoice(index: number, answer: Answer): Json {
  const called = answer.toolCalls.length > 0
  return {
    index,
    message: {
      role: 'assistant',
      content: called ? null : answer.pieces.join(''),
      ...(called ? { tool_calls: answer.toolCalls.map(wireToolCall) } : {}),
      refusal: null,
      annotations: [],
    },
    logprobs: null,
    finish_reason: answer.finishReason,
  }
}

function wireToolCall(call: Answer['toolCalls'][number]): Json {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
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
  const called = answer.toolCalls.length > 0
  const choices = Array.from({ length: request.choices }, (_, index) => index)
  for (const index of choices) {
    yield chunk('start', index, { role: 'assistant', content: called ? null : '', refusal: null }, null)
  }
  for (const piece of answer.pieces) {
    const tokens = answer.completionTokens / answer.pieces.length
    for (const index of choices) yield chunk('delta', index, { content: piece }, null, tokens)
  }
  let left = answer.completionTokens
  for (const [at, call] of answer.toolCalls.entries()) {
    const opened = { index: at, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }
    for (const index of choices) yield chunk('delta', index, { tool_calls: [opened] }, null)
    const parts = call.arguments.match(/[\s\S]{1,8}/gu) ?? []
    for (const [order, part] of parts.entries()) {
      const last = at === answer.toolCalls.length - 1 && order === parts.length - 1
      const tokens = last ? left : Math.min(left, 2)
      left -= tokens
      const delta = { tool_calls: [{ index: at, function: { arguments: part } }] }
      for (const index of choices) yield chunk('delta', index, delta, null, tokens)
    }
  }
  for (const index of choices) yield chunk('finish', index, {}, answer.finishReason)
  if (request.includeUsage) {
    const completionTokens = answer.completionTokens * request.choices
    const usageChunk = (usage: string | undefined): StreamEvent => ({
      kind: 'usage',
      bytes: sse(`${opening}[]${usage === undefined ? '' : `,"usage":${usage}`}}`),
      tokens: 0,
    })
    if (incoming.script.usage === 'twice') yield usageChunk(usageText(1, 1, undefined))
    yield usageChunk(usageText(answer.promptTokens, completionTokens, incoming.script.usage))
  }
  yield { kind: 'done', bytes: sse('[DONE]'), tokens: 0 }
}
