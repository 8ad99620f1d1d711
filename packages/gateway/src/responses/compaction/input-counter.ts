// POST /v1/responses/input_tokens: how many tokens a request would be. The provider's own count where it has one; else
// one of ours, which says of itself that it is an estimate.

import { arrayOf, isJsonObject, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { RelayRequest } from '../../relay/ports.ts'
import { type Collected, CollectorSink } from '../collector-sink.ts'
import { itemsOfInput, parseBody } from './asked-compaction.ts'
import type { CompactionRelay } from './compaction-port.ts'
import { passOn } from './compaction-replies.ts'
import { viewItem } from './item-view.ts'

export interface InputCounterPorts {
  readonly relay: CompactionRelay
  /** Tokens of a text; null = it cannot be said in time. */
  countTokens(text: string): Promise<number | null>
}

const MOST_REPLY_BYTES = 1024 * 1024
/** What a chat format puts around a message, and around all of them. */
const AROUND_ITEM = 4
const AROUND_ALL = 3
/** A picture of usual size. */
const OF_MEDIA = 1_000
const CHARACTERS_PER_TOKEN = 3.6

export class InputCounter {
  readonly #ports: InputCounterPorts

  constructor(ports: InputCounterPorts) {
    this.#ports = ports
  }

  /** @param left tells when nobody waits any more */
  async count(request: RelayRequest, left: { also(then: () => void): void }): Promise<void> {
    const sink = new CollectorSink(MOST_REPLY_BYTES)
    left.also(() => sink.abandon())
    const { body } = request
    this.#ports.relay.call({ ...request, sink })
    const reply = await sink.collected
    if (request.sink.closed || reply.status === 0) return
    if (!isMissing(reply)) {
      passOn(request, reply)
      return
    }
    const tokens = await this.#estimate(parseBody(body))
    const counted = { object: 'response.input_tokens', input_tokens: tokens, estimated: true }
    const headers = ['content-type', 'application/json', 'x-request-id', request.id]
    if (!request.sink.closed) request.sink.reply(200, headers, Buffer.from(JSON.stringify(counted)))
  }

  async #estimate(body: JsonObject): Promise<number> {
    const views = itemsOfInput(body).map(viewItem)
    const tools = arrayOf(body['tools']) ?? []
    const texts = [
      stringOf(body['instructions']) ?? '',
      ...views.map(({ kind, name, text }) => (kind === 'call' ? `${name} ${text}` : text)),
      ...tools.filter(isJsonObject).map((tool) => JSON.stringify(tool)),
      formatOf(body['text']),
    ]
    const text = texts.filter((one) => one !== '').join('\n')
    const media = views.reduce((sum, view) => sum + view.media.length, 0)
    const tokens = (await this.#ports.countTokens(text)) ?? Math.ceil(text.length / CHARACTERS_PER_TOKEN)
    return tokens + media * OF_MEDIA + views.length * AROUND_ITEM + AROUND_ALL
  }
}

/** A schema that the answer is held to is shown to the model too. */
function formatOf(text: JsonValue | undefined): string {
  const format = isJsonObject(text) ? text['format'] : undefined
  return isJsonObject(format) && format['schema'] !== undefined ? JSON.stringify(format['schema']) : ''
}

/** No upstream of this model counts, or none that is well. A model that does not exist is another matter. */
function isMissing({ status, body }: Collected): boolean {
  return status >= 500 || (status === 404 && !body.includes('model_not_found'))
}
