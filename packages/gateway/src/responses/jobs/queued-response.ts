// The response object of background work before anything was done for it: what the client asked for, said over again.

import { responseObject } from '../../dialects/openai-responses/response-object.ts'
import type { JsonObject } from '../../core/json.ts'

export interface QueuedFacts {
  readonly responseId: string
  /** Public id. */
  readonly model: string
  readonly createdAtMs: number
  readonly conversationId: string | null
  /** The client's own request, parsed. */
  readonly body: JsonObject
}

/** JSON text. */
export function queuedResponse({ responseId, model, createdAtMs, conversationId, body }: QueuedFacts): string {
  const { input: _, conversation: __, ...asked } = body
  const createdAtSeconds = Math.floor(createdAtMs / 1_000)
  const response = responseObject(
    {
      requestBody: {
        ...asked,
        id: responseId,
        background: true,
        store: true,
        ...(conversationId === null ? {} : { conversation: { id: conversationId } }),
      },
      publicModel: model,
      replyId: responseId,
      nowSeconds: createdAtSeconds,
      costJson: () => null,
    },
    {
      status: 'in_progress',
      createdAtSeconds,
      output: [],
      usage: null,
      serviceTier: undefined,
      incompleteReason: null,
      error: null,
    },
  )
  return JSON.stringify({ ...response, status: 'queued' })
}
