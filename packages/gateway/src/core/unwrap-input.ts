// The text inside `{"input": "…"}`, while its JSON is still arriving in pieces.

const OPENING = /^\s*\{\s*"input"\s*:\s*"/
export class UnwrapInput {
  #state: 'opening' | 'inside' | 'closed' | 'raw' = 'opening'
  #pending = ''

  /** @returns the part of the text that became certain */
  push(piece: string): string {
    if (this.#state === 'closed') return ''
    if (this.#state === 'raw') return piece
    this.#pending += piece
    if (this.#state === 'opening') {
      const match = OPENING.exec(this.#pending)
      if (match === null) return ''
      this.#pending = this.#pending.slice(match[0].length)
      this.#state = 'inside'
    }
    return this.#take()
  }

  /** The call is over. What is not of the expected form is passed on as it is. */
  end(): string {
    const rest = this.#state === 'opening' ? this.#pending : ''
    this.#pending = ''
    this.#state = 'closed'
    return rest
  }

  #take(): string {
    const close = closingQuote(this.#pending)
    let ready: string
    if (close === -1) {
      const safe = completeLength(this.#pending)
      ready = this.#pending.slice(0, safe)
      this.#pending = this.#pending.slice(safe)
    } else {
      ready = this.#pending.slice(0, close)
      this.#pending = ''
      this.#state = 'closed'
    }
    return unescape(ready)
  }
}

function closingQuote(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '\\') at += 1
    else if (character === '"') return at
  }
  return -1
}

const FIRST_HALF = /^\\u[dD][89abAB][0-9a-fA-F]{2}/
const SECOND_HALF_START = /^(?:\\(?:u[0-9a-fA-F]{0,3})?)?$/

/** How much of the text ends neither inside an escape nor between the halves of a surrogate pair. */
function completeLength(text: string): number {
  let at = text.indexOf('\\')
  while (at !== -1) {
    const end = at + (text[at + 1] === 'u' ? 6 : 2)
    if (end > text.length) return at
    if (FIRST_HALF.test(text.slice(at, end)) && SECOND_HALF_START.test(text.slice(end))) return at
    at = text.indexOf('\\', end)
  }
  return text.length
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text.replace(/[\n\r\t]/g, ' ')}"`) as string
  } catch {
    return text
  }
}
