// A stream of the Responses API on its way to a client of the same dialect.
// Source: OpenAI's OpenAPI document, `ResponseStreamEvent`; an `error` event comes flat or nested (H82).

import type { GatewayError } from '../../core/errors.ts'
import {
  eventName,
  JsonScanError,
  latin1Of,
  parseLatin1,
  PassEvents,
  readPayload,
  spliceModel,
  utf8Of,
} from '../pass-events.ts'
import { errorEventFields, failedResponseError } from './errors.ts'
import { usageOfReply } from './usage.ts'

/** Snapshots of the whole response: they name the model. */
const SNAPSHOTS: ReadonlySet<string> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.completed',
  'response.incomplete',
  'response.failed',
])

export class ResponsesPass extends PassEvents {
  readonly #publicModelJson: string
  /** The newest snapshot, for a failure of ours. */
  #snapshot: Record<string, unknown> = {}
  #sequence = -1

  override readonly closing = 'data: [DONE]\n\n'

  constructor(publicModelJson: string) {
    super()
    this.#publicModelJson = publicModelJson
  }

  fail(error: GatewayError): string {
    const told = { type: 'error', sequence_number: this.#sequence + 1, ...errorEventFields(error) }
    const response = { ...this.#snapshot, status: 'failed', error: failedResponseError(error) }
    const failed = { type: 'response.failed', sequence_number: this.#sequence + 2, response }
    const events = [told, failed].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    return latin1Of(`${events.join('')}data: [DONE]\n\n`)
  }

  protected lookAt(event: string): string {
    const payload = readPayload(event)
    if (payload === null) return ''
    if (payload.trim() === '[DONE]') {
      this.done = true
      return 'data: [DONE]\n\n'
    }
    const sequence = /"sequence_number":\s*(\d+)/.exec(payload)
    if (sequence !== null) this.#sequence = Number(sequence[1])
    const name = eventName(event) || typeOf(payload)
    if (SNAPSHOTS.has(name)) return this.#pass(name, event, payload)
    if (name === 'error') {
      this.errorPayload = utf8Of(payload)
      return ''
    }
    if (name.endsWith('.delta')) {
      this.sawOutput = true
      this.eventCount += 1
    } else if (name === 'response.output_item.done') this.sawOutput = true
    return event
  }

  #pass(name: string, event: string, payload: string): string {
    const parsed = parseLatin1(payload)
    const response = isRecord(parsed) ? parsed['response'] : undefined
    if (!isRecord(response)) {
      this.broken = 'an event that is not JSON'
      return ''
    }
    this.#snapshot = response
    if (name === 'response.failed') {
      this.errorPayload = JSON.stringify({ error: response['error'] ?? { message: 'The response failed.' } })
      return ''
    }
    const ended = name === 'response.completed' || name === 'response.incomplete'
    if (ended) {
      this.sawOutput = true
      this.sawFinish = true
      this.usage = usageOfReply(response)
    }
    let spliced: string
    try {
      spliced = spliceModel(payload, ['response', 'model'], this.#publicModelJson)
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      this.broken = 'an event that is not JSON'
      return ''
    }
    const passed = spliced === payload ? event : `event: ${name}\ndata: ${spliced}\n\n`
    if (!ended) return passed
    // Nothing comes behind it but the mark that some servers send, and clients leave here: Codex does.
    this.done = true
    return passed + this.closing
  }
}

function typeOf(payload: string): string {
  return /^\s*\{\s*"type"\s*:\s*"([^"]+)"/.exec(payload)?.[1] ?? ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
