// A stream of chunks in OpenAI's dialect, on its way from an upstream to a client of the same dialect.
//
//   upstream bytes -> whole events -> [ look | put the public model id in | drop what was not asked for ] -> client
//
// Only whole events leave, so that whatever goes wrong later can be said in an event of its own. An event of the usual
// form is recognised and changed by searching in it; only the first ones, the last ones and unusual ones are parsed.
// Text is latin1 here: one character a byte, so a UTF-8 character that is split over two reads passes unharmed.
//
// Source: OpenAI's `CreateChatCompletionStreamResponse`; event streams as in the HTML standard, 9.2.6.
//
// /!\ Hot path: `push` runs for every read from an upstream.

import { JsonScanError, scanObject } from '../../core/json-scan.ts'
import { chargedTier, withExtras, type TokenUsage } from '../../core/token-usage.ts'
import { openaiErrorBody, type GatewayError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { latin1Of, PassEvents, readPayload } from '../pass-events.ts'
import type { PassFacts } from '../pass-facts.ts'
import { readUsage } from './usage.ts'

interface ParsedChunk {
  readonly error?: unknown
  readonly usage?: unknown
  readonly choices?: unknown
  readonly service_tier?: unknown
}

export class ChatStream extends PassEvents {
  override readonly closing = 'data: [DONE]\n\n'
  protected override readonly maxEventBytes = 1024 * 1024
  readonly #options: PassFacts
  // Learnt from the first event that names the model: the exact text to look for, and what stands in for it.
  #pattern = ''
  #replacement = ''
  // Without the quote in front, which a search would stop at some forty times in every event.
  #usageMark = 'usage":{'
  #finishMark = 'finish_reason":"'

  constructor(options: PassFacts) {
    super()
    this.#options = options
  }

  fail(error: GatewayError): string {
    return `data: ${latin1Of(openaiErrorBody(error))}\n\n`
  }

  protected override passEvents(events: string): string | null {
    const special =
      !this.sawOutput ||
      events.includes(this.#usageMark) ||
      events.includes(this.#finishMark) ||
      events.includes('error"')
    const pattern = this.#pattern
    const unchanged = pattern === this.#replacement
    let out = ''
    let copied = 0
    let start = 0
    while (start < events.length) {
      const lineEnd = events.indexOf('\n', start)
      if (lineEnd === start) {
        start += 1
        continue
      }
      if (
        !special &&
        pattern !== '' &&
        events.charCodeAt(lineEnd + 1) === 0x0a &&
        events.startsWith('data: {', start)
      ) {
        const at = events.indexOf(pattern, start)
        if (
          at !== -1 &&
          at < lineEnd &&
          events.lastIndexOf('{', at) === start + 6 &&
          events.charCodeAt(lineEnd - 1) === 0x7d
        ) {
          if (!unchanged) {
            out += events.slice(copied, at) + this.#replacement
            copied = at + pattern.length
          }
          this.eventCount += 1
          start = lineEnd + 2
          continue
        }
      }
      const boundary = events.indexOf('\n\n', start)
      const end = boundary === -1 ? events.length : boundary + 2
      const event = events.slice(start, end)
      const passed = this.lookAt(event)
      if (passed !== event) {
        out += events.slice(copied, start) + passed
        copied = end
      }
      start = end
      if (this.done || this.errorPayload !== null || this.broken !== null) {
        out += events.slice(copied, start)
        return out === '' ? null : out
      }
    }
    if (copied === 0) return events
    out += events.slice(copied)
    return out === '' ? null : out
  }

  /** Parses one event; returns what of it is passed on. */
  protected lookAt(event: string): string {
    const payload = readPayload(event)
    // Comments keep a connection alive; ours has its own. Events without data mean nothing in this dialect.
    if (payload === null) return ''
    if (payload.trim() === '[DONE]') {
      this.done = true
      return 'data: [DONE]\n\n'
    }
    const parsed = parseChunk(payload)
    if (parsed === null) {
      this.broken = 'an event that is not JSON'
      return ''
    }
    if (parsed.error !== undefined && parsed.error !== null) {
      this.errorPayload = Buffer.from(payload, 'latin1').toString('utf8')
      return ''
    }
    const choices = Array.isArray(parsed.choices) ? (parsed.choices as unknown[]) : []
    const usage = withExtras(readUsage(parsed.usage), { serviceTier: chargedTier(parsed.service_tier) })
    if (usage !== null) this.usage = usage
    this.eventCount += choices.length === 0 ? 0 : 1
    for (const choice of choices) this.#lookAtChoice(choice)
    if (usage !== null && choices.length === 0 && Array.isArray(parsed.choices) && !this.#options.usageAsked) return ''
    return this.#splice(event, payload, usage, usage === null ? readableChoices(parsed) : null)
  }

  #lookAtChoice(choice: unknown): void {
    if (!isJsonObject(choice)) return
    const { finish_reason: finish, text, delta } = choice
    if (typeof finish === 'string' && finish !== '') {
      this.sawFinish = true
      this.sawOutput = true
    }
    if (typeof text === 'string' && text !== '') this.sawOutput = true
    if (!isJsonObject(delta)) return
    for (const key in delta) {
      if (key === 'role') continue
      const value = delta[key]
      if (value !== null && value !== '' && value !== undefined) this.sawOutput = true
    }
  }

  /** @param choices put in place of the chunk's own; null = they stay */
  #splice(event: string, payload: string, usage: TokenUsage | null, choices: string | null): string {
    const edits: Edit[] = []
    let modelStart = -1
    let modelEnd = -1
    let usageEnd = -1
    try {
      scanObject(payload, 0, (key, start, end) => {
        if (key === 'model' && payload.charCodeAt(start) === 0x22) {
          modelStart = start
          modelEnd = end
        } else if (key === 'usage' && payload.charCodeAt(start) === 0x7b) usageEnd = end
        else if (choices !== null && key === 'choices') edits.push({ at: start, end, text: choices })
        else if (choices !== null && key === 'object' && end - start === 2)
          edits.push({ at: start, end, text: '"chat.completion.chunk"' })
      })
    } catch (error) {
      if (!(error instanceof JsonScanError)) throw error
      this.broken = 'an event that is not JSON'
      return ''
    }
    const cost = usage !== null && usageEnd !== -1 && this.#options.usageAsked ? this.#options.costJson(usage) : null
    if (modelStart !== -1) this.#learn(payload, modelStart, modelEnd)
    const sameModel = modelStart === -1 || payload.slice(modelStart, modelEnd) === this.#options.publicModelJson
    const plain = event.length === payload.length + 8 && event.startsWith('data: ')
    if (sameModel && cost === null && choices === null && plain) return event

    if (!sameModel) edits.push({ at: modelStart, end: modelEnd, text: this.#options.publicModelJson })
    if (cost !== null)
      edits.push({ at: usageEnd - 1, end: usageEnd - 1, text: `,"cost":${cost}${this.#besideCost(usage)}` })
    edits.sort((a, b) => b.at - a.at)
    let spliced = payload
    for (const edit of edits) spliced = spliced.slice(0, edit.at) + edit.text + spliced.slice(edit.end)
    return `data: ${spliced}\n\n`
  }

  #besideCost(usage: TokenUsage | null): string {
    const beside = usage === null ? undefined : this.#options.besideCost?.(usage)
    return beside === undefined ? '' : `,${JSON.stringify(beside).slice(1, -1)}`
  }

  #learn(payload: string, modelStart: number, modelEnd: number): void {
    const keyStart = payload.lastIndexOf('"model"', modelStart)
    const key = payload.slice(keyStart, modelStart)
    // Servers in Python write a space behind each colon, and then they do so everywhere.
    if (key === '"model": ') {
      this.#usageMark = 'usage": {'
      this.#finishMark = 'finish_reason": "'
    } else if (key !== '"model":') {
      return
    }
    this.#pattern = payload.slice(keyStart, modelEnd)
    this.#replacement = key + this.#options.publicModelJson
  }
}

interface Edit {
  readonly at: number
  readonly end: number
  readonly text: string
}

/**
 * Loops over a stream read `chunk.choices[0].delta`. Azure tells what its filters found in chunks without a choice, or with
 * a choice without a delta, and these must not end such a loop (H10). The choices with what lacks, one character a byte;
 * null where nothing does.
 */
function readableChoices({ choices }: ParsedChunk): string | null {
  if (!Array.isArray(choices)) return null
  if (choices.length === 0) return '[{"index":0,"delta":{},"logprobs":null,"finish_reason":null}]'
  const lacks = (choice: unknown): choice is Record<string, unknown> =>
    isJsonObject(choice) && choice.delta === undefined && choice.text === undefined && choice.message === undefined
  if (!choices.some(lacks)) return null
  const whole = choices.map((choice: unknown) => (lacks(choice) ? { ...choice, delta: {} } : choice))
  return JSON.stringify(whole)
}

/** Texts in it have one character a byte still, like all text here. */
function parseChunk(payload: string): ParsedChunk | null {
  try {
    const value: unknown = JSON.parse(payload)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}
