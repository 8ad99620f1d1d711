// What the reply object of the Responses API says over again of its request, for upstreams that say less of it.

import type { JsonObject } from '../core/json.ts'
import { responseObject } from '../dialects/openai-responses/response-object.ts'
import type { ReplyTruth } from '../dialects/pass-facts.ts'
import type { Call } from './call.ts'

export class RequestTruth implements ReplyTruth {
  readonly previousId: string | null
  readonly #call: Call
  #asked: JsonObject | null = null

  /** @param previousId as of `ReplyTruth` */
  constructor(call: Call, previousId: string | null) {
    this.#call = call
    this.previousId = previousId
  }

  get echo(): JsonObject | undefined {
    return this.#call.request.echo
  }

  template(status: 'in_progress' | 'completed'): JsonObject {
    const { route, replyId } = this.#call
    const nowSeconds = Math.floor(Date.now() / 1_000)
    this.#asked ??= this.#call.asked.members()
    return responseObject(
      {
        requestBody: { ...this.#asked, ...this.echo },
        publicModel: route.publicId,
        replyId,
        nowSeconds,
        costJson: () => null,
      },
      {
        status,
        createdAtSeconds: nowSeconds,
        output: [],
        usage: null,
        serviceTier: undefined,
        incompleteReason: null,
        error: null,
      },
    )
  }
}
