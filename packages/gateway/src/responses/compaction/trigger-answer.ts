// The answer to a `compaction_trigger`: a response whose output is the compaction item and nothing else, as JSON or as a
// stream.

import { unguessableId } from '../../core/request-id.ts'
import type { AnswerEvent } from '../../core/answer.ts'
import type { ReplyContext } from '../../core/dialect.ts'
import { stringOf, type JsonObject } from '../../core/json.ts'
import { SealEnvelope } from '../../core/seal-envelope.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { openaiResponsesClient } from '../../dialects/openai-responses/index.ts'
import type { RelayRequest } from '../../relay/ports.ts'

export interface TriggerAnswer {
  readonly request: RelayRequest
  /** The request's, as it was parsed. */
  readonly body: JsonObject
  readonly item: JsonObject
  readonly publicModel: string
  /** Of the model that wrote the summary. */
  readonly usage: TokenUsage
  /** Flat. The content type is put in front. */
  readonly headers: readonly string[]
}

const NO_KEY = Buffer.alloc(32)

export function answerTrigger({ request, body, item, publicModel, usage, headers }: TriggerAnswer): void {
  // Ids are ours to give, whatever a request has under that name.
  const { input: _, id: __, created_at: ___, ...asked } = body
  const requestBody = { ...asked, ...request.echo }
  const echoedId = stringOf(request.echo?.['id'])
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const envelope = new SealEnvelope(NO_KEY, request.principal.accountId, '')
  const decoded = openaiResponsesClient.decodeRequest(
    { ...withoutTools(requestBody), input: '' },
    { model: publicModel, stream: null, envelope },
  )
  const context: ReplyContext = {
    conversation: { ...decoded, turns: [] },
    requestBody,
    publicModel,
    replyId: echoedId?.replace(/^resp_/, '') ?? unguessableId(),
    nowSeconds,
    estimatedInputTokens: Math.max(1, usage.input),
    costJson: () => null,
    envelope,
    arrayStream: false,
  }
  const foreign = { type: 'foreign', dialect: 'openai-responses', kind: 'compaction', value: item } as const
  if (body['stream'] !== true) {
    const choices = [{ parts: [foreign], finish: { reason: 'stop' as const } }]
    const answer = { id: '', model: publicModel, createdAtSeconds: nowSeconds, choices, usage }
    const response = openaiResponsesClient.encodeAnswer(answer, context)
    request.sink.reply(200, ['content-type', 'application/json', ...headers], Buffer.from(JSON.stringify(response)))
    return
  }
  const encoder = openaiResponsesClient.streamEncoder(context)
  const events: readonly AnswerEvent[] = [
    { type: 'start', id: '', model: publicModel, createdAtSeconds: nowSeconds },
    { type: 'part-start', choice: 0, part: 0, opened: foreign },
    { type: 'part-end', choice: 0, part: 0 },
    { type: 'finish', choice: 0, finish: { reason: 'stop' } },
    { type: 'usage', usage },
  ]
  const { sink } = request
  sink.head(200, ['content-type', encoder.contentType, ...headers])
  const text = Buffer.from(events.map((event) => encoder.push(event)).join('') + encoder.end())
  if (sink.finish === undefined) {
    sink.write(text)
    sink.end()
  } else sink.finish(text)
}

/** Of no use to a compaction, and they would be checked. */
function withoutTools(body: JsonObject): JsonObject {
  const { tools: _, tool_choice: __, ...rest } = body
  return rest
}
