// What a reply with pictures used, where it is too large to hold or comes as events: megabytes of base64 pass by, and all
// that matters is how many pictures there are and the few bytes of usage behind the last one.
// Source: `ImagesResponse`, `ImageGenCompletedEvent` and `ImageEditCompletedEvent` of OpenAI's OpenAPI document.

import { JsonScanError, scanObject } from '../../core/json-scan.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { readUsageSpan, withPictures } from './usage.ts'

/** Stands once with each picture. Inside a string it cannot stand: its quotes would be escaped. */
const MARKS = { json: '"b64_json"', events: '.completed"' } as const
/** A usage object is shorter. */
const TAIL_BYTES = 2_048

export class PictureUsage {
  readonly #mark: string
  #images = 0
  /** The last bytes, one character each. */
  #tail = ''

  constructor(form: keyof typeof MARKS) {
    this.#mark = MARKS[form]
  }

  push(chunk: Buffer): void {
    const mark = this.#mark
    const seam = this.#tail.slice(1 - mark.length) + chunk.subarray(0, mark.length - 1).toString('latin1')
    if (seam.includes(mark)) this.#images += 1
    for (let at = chunk.indexOf(mark, 0, 'latin1'); at !== -1; at = chunk.indexOf(mark, at + mark.length, 'latin1'))
      this.#images += 1
    this.#tail = (this.#tail + chunk.subarray(-TAIL_BYTES).toString('latin1')).slice(-TAIL_BYTES)
  }

  /** @param usage where it was read already; else it is looked for in the last bytes */
  total(usage: TokenUsage | null = this.#usageInTail()): TokenUsage | null {
    return withPictures(usage, this.#images)
  }

  #usageInTail(): TokenUsage | null {
    const at = this.#tail.lastIndexOf('"usage"')
    if (at === -1) return null
    const text = `{${this.#tail.slice(at)}`
    let usage: TokenUsage | null = null
    try {
      scanObject(text, 0, (key, start, end) => {
        if (key === 'usage' && text.charCodeAt(start) === 0x7b) usage = readUsageSpan(text, start, end)
        return true
      })
    } catch (error) {
      if (!(error instanceof JsonScanError) && !(error instanceof SyntaxError)) throw error
    }
    return usage
  }
}
