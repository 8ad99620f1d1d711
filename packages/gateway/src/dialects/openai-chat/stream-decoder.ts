// A stream of an upstream of this dialect as events.
//
//   bytes -> SSE events -> chunks -> [per choice: parts, calls, an end] -> events
//
// The end of a choice is held until the upstream moves on (usage, `[DONE]`, the end of the stream), because some servers
// say it more than once, and before the last words. Sources: `CreateChatCompletionStreamResponse` of OpenAI's OpenAPI
// document; recorded streams of Azure, Groq, xAI, Mistral, DeepSeek, OpenRouter and others.
//
// /!\ Hot path: most chunks differ from the one before in a few words only, and are read by comparing their text.

import type { EmitEvent } from '../../core/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { arrayOf, isJsonObject, objectOf, parseJson, stringOf, type JsonObject } from '../../core/json.ts'
import { SseReader } from '../../core/sse-reader.ts'
import { chargedTier, withExtras } from '../../core/token-usage.ts'
import { secondsOf } from './decode-response.ts'
import { statusOfEmbeddedError } from './errors.ts'
import { ChoiceUnderWay, choiceIndexOf } from './stream-choice.ts'
import { LearntChunk } from './learnt-chunk.ts'
import { readUsage } from './usage.ts'
import { defined } from './wire.ts'

const NOTHING: EmitEvent = () => {}

export class ChatStreamDecoder implements StreamDecoder {
  broken: string | null = null
  readonly #reader = new SseReader((event, data) => this.#onEvent(event, data))
  readonly #choices = new Map<number, ChoiceUnderWay>()
  readonly #learnt = new LearntChunk()
  #emit: EmitEvent = NOTHING
  #started = false
  #done = false
  #failed = false

  /** All answers have their end, or `[DONE]` came behind something (H06). */
  get finished(): boolean {
    return !this.#failed && this.#started && (this.#done || this.#allEnded())
  }

  get ended(): boolean {
    return this.#done
  }

  push(chunk: Buffer, emit: EmitEvent): void {
    if (this.#isOver()) return
    this.#emit = emit
    this.#reader.push(chunk)
    this.broken ??= this.#reader.broken
  }

  end(emit: EmitEvent): void {
    if (this.#isOver()) return
    this.#emit = emit
    this.#reader.end()
    this.broken ??= this.#reader.broken
    if (this.#isOver()) return
    for (const choice of this.#choices.values()) {
      if (choice.ended) choice.finish(emit)
      else choice.close(emit)
    }
  }

  #isOver(): boolean {
    return this.#done || this.#failed || this.broken !== null
  }

  #onEvent(event: string | undefined, data: string): void {
    if (this.#isOver() || this.#addLearnt(data)) return
    const payload = data.trim()
    if (payload === '') return
    if (payload === '[DONE]') {
      this.#onDone()
      return
    }
    const chunk = parseChunk(payload)
    if (chunk === null) {
      this.broken = 'an event that is not JSON'
      this.#closeAll()
    } else if (isFailure(event, chunk)) this.#onFailure(payload)
    else this.#onChunk(chunk, data)
  }

  /** The usual chunk: the same as one before, but for the words. */
  #addLearnt(data: string): boolean {
    const text = this.#learnt.read(data)
    if (text === null || text === '') return false
    const choice = this.#choices.get(this.#learnt.choice)
    if (choice === undefined) return false
    const part = this.#learnt.kind === 'content' ? choice.openText : choice.openReasoning
    if (part === -1) return false
    this.#emit({ type: 'part-delta', choice: choice.index, part, text })
    return true
  }

  #onChunk(chunk: JsonObject, data: string): void {
    const choices = arrayOf(chunk['choices']) ?? []
    const counted = readUsage(chunk['usage']) ?? usageElsewhere(chunk)
    const usage = withExtras(counted, { serviceTier: chargedTier(chunk['service_tier']) })
    if (choices.length > 0 || usage !== null) this.#start(chunk)
    for (const [place, value] of choices.entries()) {
      const choice = objectOf(value)
      if (choice === undefined) continue
      this.#choiceAt(choiceIndexOf(choice, place)).push(choice, this.#emit)
    }
    if (usage === null) {
      if (choices.length === 1) this.#learnt.learn(data, chunk)
      return
    }
    // Behind the answers, as a rule; with them, at some servers (H09); in every chunk, at others.
    if ([...this.#choices.values()].every((choice) => choice.ended)) this.#finishAll()
    this.#emit({ type: 'usage', usage })
  }

  #choiceAt(index: number): ChoiceUnderWay {
    let choice = this.#choices.get(index)
    if (choice === undefined) {
      choice = new ChoiceUnderWay(index, this.#emit)
      this.#choices.set(index, choice)
    }
    return choice
  }

  #start(chunk: JsonObject): void {
    if (this.#started) return
    this.#started = true
    this.#emit({
      type: 'start',
      id: stringOf(chunk['id']) ?? '',
      model: stringOf(chunk['model']) ?? '',
      createdAtSeconds: secondsOf(chunk['created']),
      ...defined({ serviceTier: stringOf(chunk['service_tier']) }),
    })
  }

  #onDone(): void {
    this.#done = true
    if (!this.#started) return
    if (this.#choices.size === 0) this.#choiceAt(0)
    this.#finishAll()
  }

  #onFailure(payload: string): void {
    this.#failed = true
    this.#closeAll()
    this.#emit({ type: 'failure', body: payload, status: statusOfEmbeddedError(payload) })
  }

  #closeAll(): void {
    for (const choice of this.#choices.values()) if (!choice.finished) choice.close(this.#emit)
  }

  #finishAll(): void {
    const choices = [...this.#choices.values()].toSorted((a, b) => a.index - b.index)
    for (const choice of choices) choice.finish(this.#emit)
  }

  #allEnded(): boolean {
    for (const choice of this.#choices.values()) if (!choice.ended) return false
    return this.#choices.size > 0
  }
}

function parseChunk(payload: string): JsonObject | null {
  try {
    // Numbers matter where arguments come as an object (H42); elsewhere a chunk has none that could be harmed.
    const careful = payload.includes('"arguments":{') || payload.includes('"arguments": {')
    const value: unknown = careful ? parseJson(payload) : JSON.parse(payload)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}

/** `{"error": …}`, with or without choices; `event: error`; vLLM's `{"object": "error", "message": …}`; FastAPI's. */
function isFailure(event: string | undefined, chunk: JsonObject): boolean {
  const { error } = chunk
  if (error !== undefined && error !== null && error !== '') return true
  if (chunk['choices'] !== undefined) return false
  return event === 'error' || chunk['object'] === 'error' || chunk['detail'] !== undefined
}

/** Groq's older place, and Moonshot's. */
function usageElsewhere(chunk: JsonObject): ReturnType<typeof readUsage> {
  const groq = objectOf(chunk['x_groq'])
  if (groq !== undefined) return readUsage(groq['usage'])
  return readUsage(objectOf(arrayOf(chunk['choices'])?.[0])?.['usage'])
}
