// The objects of a JSON array while its bytes are still arriving: a stream without `alt=sse` is one array, an element a
// chunk (H99). A single object (an error, an answer that was not streamed) counts as an array of one.

/** A larger element is not part of an answer. Characters. */
const MAX_OBJECT_CHARACTERS = 16 * 1024 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

export class JsonObjects {
  /** Why the text cannot be read any further. */
  broken: string | null = null
  readonly #onObject: (text: string) => void
  readonly #decoder = new TextDecoder()
  /** What is not yet part of a complete object; starts with its brace. */
  #pending = ''
  #scanned = 0
  #depth = 0
  #inString = false

  constructor(onObject: (text: string) => void) {
    this.#onObject = onObject
  }

  push(chunk: Buffer): void {
    this.#scan(this.#decoder.decode(chunk, { stream: true }))
  }

  end(): void {
    this.#scan(this.#decoder.decode())
  }

  #scan(more: string): void {
    if (this.broken !== null) return
    let text = this.#pending + more
    let at = this.#scanned
    while (at < text.length && this.broken === null) {
      const code = text.charCodeAt(at)
      if (this.#inString) {
        if (code === BACKSLASH) {
          // Its second half may still be on its way.
          if (at + 1 >= text.length) break
          at += 1
        } else if (code === QUOTE) this.#inString = false
      } else if (code === OPEN_BRACE) {
        if (this.#depth === 0) {
          text = text.slice(at)
          at = 0
        }
        this.#depth += 1
      } else if (this.#depth === 0) {
        if (!isBetween(code)) this.broken = 'The stream is not a JSON array of objects.'
      } else if (code === QUOTE) this.#inString = true
      else if (code === CLOSE_BRACE) {
        this.#depth -= 1
        if (this.#depth === 0) {
          const object = text.slice(0, at + 1)
          text = text.slice(at + 1)
          at = -1
          this.#onObject(object)
        }
      }
      at += 1
    }
    this.#pending = this.#depth === 0 ? '' : text
    this.#scanned = this.#depth === 0 ? 0 : at
    if (this.#pending.length > MAX_OBJECT_CHARACTERS) this.broken = 'An element of the stream is too large.'
  }
}

/** Brackets, commas and white space stand between the elements. */
function isBetween(code: number): boolean {
  return code === 0x5b || code === 0x5d || code === 0x2c || code === 0x20 || (code >= 0x09 && code <= 0x0d)
}
