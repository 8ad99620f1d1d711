// An answer's events as a stream of the Responses API: `response.created`, `response.in_progress`, the items one behind
// the other, and always a terminal event (H90), which is held back until the usage is known.
// Source: `ResponseStreamEvent` of OpenAI's OpenAPI document; `data: [DONE]` from Open Responses.

import type { AnswerEvent, Finish, StartEvent } from '../../core/answer.ts'
import type { ReplyContext, StreamEncoder } from '../../core/dialect.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { SerializeParts } from '../../core/serialize-parts.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { errorEventFields, failedResponseError } from './errors.ts'
import { EventWriter } from './event-writer.ts'
import { createdAtSeconds, malformedError, outcomeOf, responseObject, type ResponseStatus } from './response-object.ts'
import { StreamItems } from './stream-items.ts'

const STOPPED: Finish = { reason: 'stop' }

export class ResponsesStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8'
  readonly #context: ReplyContext
  readonly #writer = new EventWriter()
  readonly #items: StreamItems
  readonly #serialize: SerializeParts
  #started = false
  #ended = false
  #createdAtSeconds: number
  #serviceTier: string | undefined
  #finish: Finish = STOPPED
  #usage: TokenUsage | null = null

  constructor(context: ReplyContext) {
    this.#context = context
    this.#createdAtSeconds = createdAtSeconds(context, 0)
    this.#items = new StreamItems(context, this.#writer)
    this.#serialize = new SerializeParts((event) => this.#write(event))
  }

  push(event: AnswerEvent): string {
    if (this.#ended) return ''
    this.#serialize.push(event)
    return this.#writer.take()
  }

  end(): string {
    if (this.#ended) return ''
    this.#begin()
    const finish = this.#finish
    if (finish.reason === 'refusal' && finish.detail !== undefined && finish.detail !== '' && !this.#items.refused) {
      this.#items.refusal(finish.detail)
    }
    const outcome = outcomeOf(finish, this.#items.refused)
    this.#items.close(outcome.status === 'completed' ? 'completed' : 'incomplete')
    if (outcome.status === 'failed') {
      const error = malformedError(finish)
      const { code, message } = error
      const nested = { type: 'server_error', code, message, param: null }
      return this.#failWith({ code, message, param: null, error: nested }, error)
    }
    this.#terminate(outcome.status, outcome.incompleteReason, null)
    return this.#writer.take()
  }

  fail(error: GatewayError): string {
    if (this.#ended) return ''
    this.#begin()
    this.#items.abandon()
    return this.#failWith(errorEventFields(error), failedResponseError(error))
  }

  ping(): string {
    return ': ping\n\n'
  }

  #write(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.#begin(event)
        return
      case 'finish':
        if (event.choice === 0) this.#finish = event.finish
        return
      case 'usage':
        this.#usage = event.usage
        return
      case 'ping':
        this.#writer.comment('ping')
        return
      // What is said about it comes through `fail`.
      case 'failure':
        return
      default:
        if (event.choice !== 0) return
        if (!this.#started) this.#begin()
        this.#items.write(event)
    }
  }

  #begin(start?: StartEvent): void {
    if (this.#started) return
    this.#started = true
    if (start !== undefined) {
      this.#createdAtSeconds = createdAtSeconds(this.#context, start.createdAtSeconds)
      this.#serviceTier = start.serviceTier
    }
    const snapshot = `"response":${JSON.stringify(this.#response('in_progress', null, null))}`
    this.#writer.event('response.created', snapshot)
    this.#writer.event('response.in_progress', snapshot)
  }

  /** The error first, then the response that failed of it: Codex waits for the second (H82, H89). */
  #failWith(fields: JsonObject, error: JsonObject): string {
    this.#writer.event('error', JSON.stringify(fields).slice(1, -1))
    this.#terminate('failed', null, error)
    return this.#writer.take()
  }

  #terminate(status: 'completed' | 'incomplete' | 'failed', reason: string | null, error: JsonObject | null): void {
    this.#ended = true
    this.#writer.event(`response.${status}`, `"response":${JSON.stringify(this.#response(status, reason, error))}`)
    this.#writer.done()
  }

  #response(status: ResponseStatus, incompleteReason: string | null, error: JsonObject | null): JsonObject {
    return responseObject(this.#context, {
      status,
      createdAtSeconds: this.#createdAtSeconds,
      output: this.#items.items,
      usage: status === 'in_progress' ? null : this.#usage,
      serviceTier: this.#serviceTier,
      incompleteReason,
      error,
    })
  }
}
