// A stream of answers: server-sent events (`alt=sse`), or one JSON array whose elements arrive one by one. Which of the
// two it is, the first character tells.

import type { AnswerEvent, EmitEvent } from '../../core/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { arrayOf, isJsonObject, parseJson } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import { SseReader } from '../../core/sse-reader.ts'
import { ChunkReader } from './chunk-reader.ts'
import { JsonObjects } from './json-objects.ts'

export class GeminiStreamDecoder implements StreamDecoder {
  /** There is no end mark. */
  readonly ended = false
  readonly #reader = new ChunkReader()
  #framing: SseReader | JsonObjects | null = null
  #emit: EmitEvent = ignore
  #broken: string | null = null

  get finished(): boolean {
    return this.#reader.finished
  }

  get broken(): string | null {
    return this.#broken ?? this.#framing?.broken ?? null
  }

  push(chunk: Buffer, emit: EmitEvent): void {
    if (this.broken !== null) return
    this.#emit = emit
    if (this.#framing !== null) {
      this.#framing.push(chunk)
      return
    }
    const start = chunk.findIndex(isSignificant)
    if (start === -1) return
    const json = chunk[start] === 0x5b || chunk[start] === 0x7b
    this.#framing = json ? new JsonObjects((text) => this.#data(text)) : new SseReader((_, data) => this.#data(data))
    this.#framing.push(chunk.subarray(start))
  }

  end(emit: EmitEvent): void {
    this.#emit = emit
    if (this.#broken === null) this.#framing?.end()
    this.#reader.end(emit)
  }

  #data(text: string): void {
    // Google does not say it, servers that imitate it do.
    if (this.#broken !== null || text === '' || text === '[DONE]') return
    let value: JsonValue
    try {
      value = parseJson(text)
    } catch {
      this.#broken = 'An event of the stream is not JSON.'
      return
    }
    for (const response of arrayOf(value) ?? [value]) {
      if (isJsonObject(response)) this.#reader.push(response, this.#emit)
    }
  }
}

/** Neither white space nor a byte order mark. */
function isSignificant(byte: number): boolean {
  return byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf
}

function ignore(_event: AnswerEvent): void {}
