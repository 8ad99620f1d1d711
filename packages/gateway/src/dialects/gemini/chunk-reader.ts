// Events out of `GenerateContentResponse` objects. A stream is many of them, an answer that was not streamed is one: both
// are read here, so that they say the same.

import type { EmitEvent, Finish } from '../../core/answer.ts'
import { arrayOf, numberOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { withExtras } from '../../core/token-usage.ts'
import { ChoiceReader } from './choice-reader.ts'
import { blockedPrompt, NO_CONTENT_DETAIL } from './finish-reason.ts'
import { readUsage, searchesIn, tierFromGoogle } from './usage.ts'

/** More answers at once nobody can ask for. */
const MAX_CHOICES = 64

export class ChunkReader {
  #started = false
  #failed = false
  #responseId = ''
  #searches = 0
  readonly #choices: ChoiceReader[] = []
  #blocked: Finish | null = null

  /** Every answer that began has said why it ended. */
  get finished(): boolean {
    if (this.#failed) return false
    if (this.#choices.length === 0) return this.#blocked !== null
    return this.#choices.every((choice) => choice.finished)
  }

  push(response: JsonObject, emit: EmitEvent): void {
    if (this.#failed) return
    const error = objectOf(response['error'])
    if (error !== undefined || typeof response['error'] === 'string') {
      this.#fail(response, error, emit)
      return
    }
    const usage = objectOf(response['usageMetadata'])
    if (!this.#started) this.#start(response, usage, emit)
    const candidates = arrayOf(response['candidates'])
    if (candidates !== undefined) {
      for (const [position, entry] of candidates.entries()) {
        const candidate = objectOf(entry)
        if (candidate !== undefined) this.#choice(candidate['index'], position).push(candidate, emit)
      }
    }
    const feedback = objectOf(response['promptFeedback'])
    const blockReason = stringOf(feedback?.['blockReason'])
    if (blockReason !== undefined) {
      this.#blocked = blockedPrompt(blockReason, stringOf(feedback?.['blockReasonMessage']))
    }
    this.#searches = Math.max(this.#searches, searchesIn(candidates ?? [], response['modelVersion']))
    const counts = usage === undefined ? null : withExtras(readUsage(usage), { webSearches: this.#searches })
    if (counts !== null) emit({ type: 'usage', usage: counts })
  }

  /** @param whole the answer is complete, also where it does not say so */
  end(emit: EmitEvent, whole = false): void {
    if (this.#failed) return
    for (const choice of this.#choices) choice.end(emit, whole)
    if (this.#choices.length > 0 || (this.#blocked === null && !whole)) return
    emit({
      type: 'finish',
      choice: 0,
      finish: this.#blocked ?? { reason: 'malformed', detail: NO_CONTENT_DETAIL },
    })
  }

  #start(response: JsonObject, usage: JsonObject | undefined, emit: EmitEvent): void {
    this.#started = true
    this.#responseId = stringOf(response['responseId']) ?? ''
    const createdAtMs = Date.parse(stringOf(response['createTime']) ?? '')
    const serviceTier = tierFromGoogle(usage?.['serviceTier'])
    emit({
      type: 'start',
      id: this.#responseId,
      model: stringOf(response['modelVersion']) ?? '',
      createdAtSeconds: createdAtMs > 0 ? Math.floor(createdAtMs / 1_000) : 0,
      ...(serviceTier === undefined ? {} : { serviceTier }),
    })
  }

  #choice(index: JsonValue | undefined, position: number): ChoiceReader {
    const said = numberOf(index)
    const number = said !== undefined && Number.isInteger(said) && said >= 0 && said < MAX_CHOICES ? said : position
    for (let missing = this.#choices.length; missing <= number; missing += 1) {
      this.#choices.push(new ChoiceReader(missing, this.#responseId))
    }
    const choice = this.#choices[number]
    if (choice === undefined) throw new Error('unreachable: the choice was just made')
    return choice
  }

  #fail(response: JsonObject, error: JsonObject | undefined, emit: EmitEvent): void {
    this.#failed = true
    for (const choice of this.#choices) choice.close(emit)
    const code = numberOf(error?.['code'])
    const status = code !== undefined && code >= 400 && code <= 599 ? code : 500
    emit({ type: 'failure', body: JSON.stringify(response), status })
  }
}
