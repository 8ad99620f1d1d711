// A stream of the Responses API on its way to a client of the same dialect. Its events pass; what a careful reader checks
// is put right where it is not: members of the snapshots (`retell.ts`), numbers that do not rise by one, ids that change on
// the way (H84, H87).
// Source: OpenAI's OpenAPI document, `ResponseStreamEvent`; an `error` event comes flat or nested (H82).

import type { GatewayError } from '../../core/errors.ts'
import { decodeString, scanObject } from '../../core/json-scan.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { eventName, JsonScanError, latin1Of, parseLatin1, PassEvents, readPayload, utf8Of } from '../pass-events.ts'
import { NO_TRUTH, type PassFacts, type ReplyTruth, type UpstreamResponse } from '../pass-facts.ts'
import { errorEventFields, failedResponseError, lostPrevious } from './errors.ts'
import { applyEdits, Retelling, withItemIds, type Edit } from './retell.ts'
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
  upstream: UpstreamResponse | null = null
  readonly #truth: ReplyTruth
  readonly #told: Retelling
  /** The newest snapshot, for a failure of ours. */
  #snapshot: string | null = null
  #sequence = -1
  /** By their places in the output: what each item was called first. */
  readonly #itemIds: (string | undefined)[] = []
  /** The last `"item_id":"…"` that was as it should be. */
  #knownItem = ''
  #idsChanged = false

  override readonly closing = 'data: [DONE]\n\n'

  constructor({ publicModelJson, truth = NO_TRUTH }: Pick<PassFacts, 'publicModelJson' | 'truth'>) {
    super()
    this.#truth = truth
    this.#told = new Retelling(publicModelJson, truth)
  }

  fail(error: GatewayError): string {
    const events: (JsonObject & { readonly type: string })[] = []
    const number = (): number => (this.#sequence += 1)
    let open = this.#snapshot === null ? null : responseOf(this.#snapshot)
    if (open === null) {
      open = { ...this.#told.template('in_progress'), ...this.#truth.echo }
      events.push({ type: 'response.created', sequence_number: number(), response: open })
      events.push({ type: 'response.in_progress', sequence_number: number(), response: open })
    }
    const response = { ...open, status: 'failed', error: failedResponseError(error) }
    events.push({ type: 'error', sequence_number: number(), ...errorEventFields(error) })
    events.push({ type: 'response.failed', sequence_number: number(), response })
    const texts = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    return latin1Of(`${texts.join('')}data: [DONE]\n\n`)
  }

  protected lookAt(event: string): string {
    const payload = readPayload(event)
    if (payload === null) return ''
    if (payload.trim() === '[DONE]') {
      this.done = true
      return 'data: [DONE]\n\n'
    }
    const given = eventName(event)
    const name = given || typeOf(payload)
    if (name === 'error') {
      this.errorPayload = utf8Of(payload)
      return ''
    }
    let passed: string | null
    try {
      passed = SNAPSHOTS.has(name) ? this.#snapshotOf(name, payload) : this.#eventOf(name, payload)
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      this.broken = 'an event that is not JSON'
      return ''
    }
    if (passed === null) return ''
    const numbered = this.#number(passed)
    const whole = numbered === payload && given !== '' ? event : `event: ${name}\ndata: ${numbered}\n\n`
    // Nothing comes behind its last response but the mark that some servers send, and clients leave here: Codex does.
    return this.done ? whole + this.closing : whole
  }

  /** /!\ Hot path. Strictly one after the other, from 0. */
  #number(payload: string): string {
    const number = (this.#sequence += 1)
    const told = /"sequence_number":\s*(\d+)/.exec(payload)
    if (told === null) return payload.replace('{', `{"sequence_number":${number},`)
    const [, digits = ''] = told
    if (Number(digits) === number) return payload
    const end = told.index + told[0].length
    return payload.slice(0, end - digits.length) + number + payload.slice(end)
  }

  /** /!\ Hot path. */
  #eventOf(name: string, payload: string): string {
    if (name.endsWith('.delta')) {
      this.sawOutput = true
      this.eventCount += 1
    } else if (name === 'response.output_item.added') return this.#itemOf(payload)
    else if (name === 'response.output_item.done') {
      this.sawOutput = true
      return this.#itemOf(payload)
    }
    if (this.#knownItem !== '' && payload.includes(this.#knownItem)) return payload
    return this.#withKnownItem(payload)
  }

  #withKnownItem(payload: string): string {
    const item = /"item_id":\s*"([^"\\]*)"/.exec(payload)
    const place = /"output_index":\s*(\d+)/.exec(payload)
    if (item === null || place === null) return payload
    const [text, id = ''] = item
    const known = (this.#itemIds[Math.min(Number(place[1]), MAX_ITEMS)] ??= id)
    if (known === id) {
      this.#knownItem = text
      return payload
    }
    this.#idsChanged = true
    return `${payload.slice(0, item.index)}"item_id":${JSON.stringify(known)}${payload.slice(item.index + text.length)}`
  }

  /** An item that begins or ends: its id is the one that it was given first. */
  #itemOf(payload: string): string {
    let index = -1
    let idStart = -1
    let idEnd = -1
    scanObject(
      payload,
      0,
      (name, from, to) => {
        if (name === 'output_index') index = Math.min(Number(payload.slice(from, to)), MAX_ITEMS)
        if (name !== 'item' || payload.charCodeAt(from) !== 0x7b) return
        const see = (member: string, start: number, end: number): boolean => {
          if (member !== 'id') return false
          idStart = start
          idEnd = end
          return true
        }
        scanObject(payload, from, see, false)
      },
      false,
    )
    const id = idStart === -1 ? null : decodeString(payload, idStart, idEnd)
    if (id === null || !(index >= 0)) return payload
    const known = (this.#itemIds[index] ??= id)
    if (known === id) return payload
    this.#idsChanged = true
    return payload.slice(0, idStart) + JSON.stringify(known) + payload.slice(idEnd)
  }

  /** Null where nothing of it is passed on. */
  #snapshotOf(name: string, payload: string): string | null {
    const response = responseOf(payload)
    if (response === null) {
      this.broken = 'an event that is not JSON'
      return null
    }
    if (name === 'response.failed') {
      this.errorPayload = JSON.stringify({ error: response['error'] ?? { message: 'The response failed.' } })
      return null
    }
    const { id, store } = response
    if (this.#snapshot === null) {
      const { previousId } = this.#truth
      if (previousId !== null && response['previous_response_id'] !== previousId) {
        this.errorPayload = lostPrevious(previousId)
        return null
      }
      if (!this.#told.says('id') && typeof id === 'string' && id !== '') this.#told.say('id', id)
    }
    if (typeof id === 'string') this.upstream ??= { id, stored: store === true }
    const ended = name === 'response.completed' || name === 'response.incomplete'
    if (ended) {
      this.done = true
      this.sawOutput = true
      this.sawFinish = true
      this.usage = usageOfReply(response)
    }
    return (this.#snapshot = applyEdits(payload, this.#retell(payload, ended)))
  }

  #retell(payload: string, ended: boolean): readonly Edit[] {
    const edits: Edit[] = []
    scanObject(
      payload,
      0,
      (name, start) => {
        if (name !== 'response') return false
        let output = -1
        const see = (member: string, from: number): void => {
          if (member === 'output') output = from
        }
        edits.push(...this.#told.retell(payload, start, ended ? 'completed' : 'in_progress', see))
        if (ended && this.#idsChanged && output !== -1) edits.push(...withItemIds(payload, output, this.#itemIds))
        return true
      },
      false,
    )
    return edits.toSorted((first, second) => first.start - second.start)
  }
}

/** A server may count wildly; no answer has so many items. */
const MAX_ITEMS = 10_000

function responseOf(payload: string): JsonObject | null {
  const parsed = parseLatin1(payload)
  const response = isJsonObject(parsed) ? parsed['response'] : undefined
  return isJsonObject(response) ? response : null
}

function typeOf(payload: string): string {
  return /^\s*\{\s*"type"\s*:\s*"([^"]+)"/.exec(payload)?.[1] ?? ''
}
