import { textOf } from '../../answer.ts'
import { type Incoming, jsonReply, type Reply, type StreamEvent } from '../dialect.ts'
import { isObject } from '../json.ts'
import { chatFinish, STREAM_HEADERS } from './chat.ts'
import { MAX_CHOICES } from './chat-request.ts'
import { datedModel, optionalCount, parseBody, replyHeaders, requiredModel, sse, usageText, withUsage } from './wire.ts'

/** POST /v1/completions, the legacy one: a prompt (or an array of them) in, `text` out. */
export function completionReply(incoming: Incoming): Reply {
  const request = parseBody(incoming.body)
  const model = requiredModel(request)
  const prompts: unknown[] = Array.isArray(request['prompt']) ? request['prompt'] : [request['prompt']]
  const prompt = prompts.map((part) => (typeof part === 'string' ? part : '')).join('\n')
  const maxTokens = optionalCount(request, 'max_tokens')
  const choices =
    (optionalCount(request, 'n', MAX_CHOICES) ?? 1) *
    (prompts.every((part) => typeof part === 'string') ? prompts.length : 1)
  const answer = incoming.answer({
    model,
    prompt,
    maxTokens,
    tools: [],
    choice: 'none',
    lastUserText: prompt,
    toolResults: [],
    schema: undefined,
    stopSequences: [],
    reasoning: false,
  })
  const tokens = { promptTokens: answer.usage.input, completionTokens: answer.usage.output * choices }
  const head = {
    id: `cmpl-${incoming.id}`,
    object: 'text_completion',
    created: incoming.createdS,
    model: datedModel(model),
  }
  const usage = usageText(answer.usage, incoming.script.usage, choices)
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
      choices: indexes.map((index) => choice(index, textOf(answer, 'text'), chatFinish(answer.stop))),
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
    const pieces = answer.parts.flatMap((part) => (part.kind === 'text' ? part.pieces : []))
    const count = answer.usage.output / Math.max(1, pieces.length)
    for (const piece of pieces) {
      for (const index of indexes) yield event('delta', [choice(index, piece, null)], others, count)
    }
    for (const index of indexes) yield event('finish', [choice(index, '', chatFinish(answer.stop))], others)
    if (includeUsage) yield event('usage', [], usage)
    yield { kind: 'done', bytes: sse('[DONE]'), tokens: 0 }
  }
  const headers = { ...STREAM_HEADERS, ...replyHeaders(incoming) }
  return { kind: 'stream', headers, events: events(), promptTokens: answer.usage.input }
}
