// A stream of Gemini's on its way to a client of the same dialect: every event is a reply of its own, with usage so far.
// There is no end mark: the stream ends when the connection does, and was whole when a finish reason has come.
// Source: Google, `GenerateContentResponse`.

import type { GatewayError } from '../../core/errors.ts'
import { arrayOf, isJsonObject } from '../../core/json.ts'
import { withExtras } from '../../core/token-usage.ts'
import { JsonScanError, parseSpan, scanObject } from '../../core/json-scan.ts'
import { latin1Of, PassEvents, readPayload, utf8Of } from '../pass-events.ts'
import { encodeError } from './errors.ts'
import { readUsage, searchesIn } from './usage.ts'

export class GeminiPass extends PassEvents {
  readonly #publicModelJson: string
  #searches = 0

  constructor(publicModelJson: string) {
    super()
    this.#publicModelJson = publicModelJson
  }

  fail(error: GatewayError): string {
    return latin1Of(`data: ${encodeError(error, '').body}\n\n`)
  }

  protected lookAt(event: string): string {
    const payload = readPayload(event)
    if (payload === null) return ''
    let modelStart = -1
    let modelEnd = -1
    let candidates: unknown = null
    try {
      scanObject(payload, 0, (key, start, end) => {
        if (key === 'modelVersion') {
          modelStart = start
          modelEnd = end
        } else if (key === 'usageMetadata') this.#count(parseSpan(payload, start, end))
        else if (key === 'candidates' || key === 'promptFeedback') {
          const text = payload.slice(start, end)
          this.#look(text)
          if (text.includes('"webSearchQueries"')) candidates = parseSpan(payload, start, end)
        } else if (key === 'error') this.errorPayload = utf8Of(payload)
      })
    } catch (error) {
      if (!(error instanceof JsonScanError) && !(error instanceof SyntaxError)) throw error
      this.broken = 'an event that is not JSON'
      return ''
    }
    if (this.errorPayload !== null) return ''
    if (candidates !== null) {
      const model = modelStart === -1 ? '' : payload.slice(modelStart + 1, modelEnd - 1)
      this.#searches = Math.max(this.#searches, searchesIn(arrayOf(candidates) ?? [], model))
    }
    if (this.#searches > 0) this.usage = withExtras(this.usage, { webSearches: this.#searches })
    if (modelStart === -1 || payload.slice(modelStart, modelEnd) === this.#publicModelJson) return event
    return `data: ${payload.slice(0, modelStart)}${this.#publicModelJson}${payload.slice(modelEnd)}\n\n`
  }

  #count(value: unknown): void {
    if (isJsonObject(value)) this.usage = readUsage(value) ?? this.usage
  }

  #look(text: string): void {
    if (text.includes('"finishReason"') || text.includes('"blockReason"')) {
      this.sawFinish = true
      this.sawOutput = true
    }
    if (!text.includes('"parts"')) return
    this.sawOutput = true
    this.eventCount += 1
  }
}
