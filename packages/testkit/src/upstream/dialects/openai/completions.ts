import { answerOf } from '../../answer.ts'
import { type Incoming, jsonReply, type Reply, type StreamEvent } from '../dialect.ts'
import { STREAM_HEADERS } from './chat.ts'
import {
  datedModel,
  isObject,
  optionalCount,
  parseBody,
  replyHeaders,
  requiredModel,
  sse,
  usageText,
  withUsage,
} from './wire.ts'

/** POST /v1/completions, the legacy one: a prompt (or an array of them) in, `text` out. */
export function completionReply(incoming: Incoming): Reply {
  const request = parseBody(incoming.body)
  const model = requiredModel(request)
  const prompts: unknown[] = Array.isArray(request['prompt']) ? request['prompt'] : [request['prompt']]
  const prompt = prompts.map((part) => (typeof part === 'string' ? part : '')).join('\n')
  const maxTokens = optionalCount(request, 'max_tokens')
  const choices =
    (optionalCount(request, 'n') ?? 1) * (prompts.every((part) => typeof part === 'string') ? prompts.length : 1)
  const answer = answerOf({ prompt, maxTokens, calls: [] }, incoming.script)
  const tokens = { promptTokens: answer.promptTokens, completionTokens: answer.completionTokens * choices }
  const head = {
    id: `cmpl-${incoming.id}`,
    object: 'text_completion',
    created: incoming.createdS,
    model: datedModel(model),
  }
  const usage = usageText(tokens.promptTokens, tokens.completionTokens, incoming.script.usage)
  const indexes = Array.from({ length: choices }, (_, index) => index)
  const choice = (index: number, text: string, finish: string | null) => ({
    text,
    index,
    logprobs: null,
    finish_reason: finish,
  })
  if (request['stream'] !== true) {
    const body = {
      ...head,
      choices: indexes.map((index) => choice(index, answer.pieces.join(''), answer.finishReason)),
    }
    return jsonReply(200, withUsage(body, usage), tokens, replyHeaders(incoming))
  }
  const options = request['stream_options']
  const includeUsage = isObject(options) && options['include_usage'] === true
  const event = (
    kind: StreamEvent['kind'],
    chosen: readonly unknown[],
    usage: string | undefined,
    count = 0,
  ): StreamEvent => ({
    kind,
    bytes: sse(withUsage({ ...head, choices: chosen }, usage)),
    tokens: count,
  })
  const others = includeUsage ? 'null' : undefined
  function* events(): Generator<StreamEvent> {
    const count = answer.completionTokens / Math.max(1, answer.pieces.length)
    for (const piece of answer.pieces) {
      for (const index of indexes) yield event('delta', [choice(index, piece, null)], others, count)
    }
    for (const index of indexes) yield event('finish', [choice(index, '', answer.finishReason)], others)
    if (includeUsage) yield event('usage', [], usage)
    yield { kind: 'done', bytes: sse('[DONE]'), tokens: 0 }
  }
  const headers = { ...STREAM_HEADERS, ...replyHeaders(incoming) }
  return { kind: 'stream', headers, events: events(), promptTokens: answer.promptTokens }
}
