// Tokens in a text, for the few calls whose upstream does not say what they used. OpenAI's newest vocabulary stands in for
// everybody's: what comes of it is an estimate, and marked as one.
//
// Counting runs in a thread of its own, never on the loop that carries streams; the thread starts with the first call
// that needs it, for its vocabulary takes 100 MB, and ends after a minute without work. Whoever is in a hurry, or asks
// while the thread has too much to do, gets null and has to guess.
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** A longer text is counted from its beginning. */
const MOST_CHARACTERS = 400_000
const MOST_WAITING = 32
const TIMEOUT_MS = 3_000
const IDLE_MS = 60_000

/**
 * As text, so that it needs no file beside a built package. A text goes in pieces: a long run without a space takes its
 * square in time. Names of special tokens are words like others here.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const { countTokens } = require(workerData)
const PIECE = 1000
const asText = { disallowedSpecial: new Set() }
parentPort.on('message', ({ id, text }) => {
  let tokens = 0
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + PIECE)
    const space = text.lastIndexOf(' ', end)
    if (end < text.length && space > at) end = space
    tokens += countTokens(text.slice(at, end), asText)
    at = end
  }
  parentPort.postMessage({ id, tokens })
})
`

interface Answered {
  readonly id: number
  readonly tokens: number
}

export class TokenCounter {
  #thread: Worker | null = null
  #idle: NodeJS.Timeout | undefined
  #lastId = 0
  readonly #waiting = new Map<number, (tokens: number | null) => void>()

  /** Null = it cannot be said in time. Never rejects. */
  async count(text: string): Promise<number | null> {
    if (text === '') return 0
    if (this.#waiting.size >= MOST_WAITING) return null
    const id = ++this.#lastId
    const known = text.slice(0, MOST_CHARACTERS)
    const counted = new Promise<number | null>((resolve) => this.#waiting.set(id, resolve))
    const timeout = setTimeout(() => this.#answer(id, null), TIMEOUT_MS)
    timeout.unref()
    clearTimeout(this.#idle)
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#started().postMessage({ id, text: known })
    } catch {
      // No thread to be had: a reply waits for this, and must come to its end.
      this.#answer(id, null)
    }
    const tokens = await counted
    clearTimeout(timeout)
    return tokens === null ? null : Math.ceil((tokens * text.length) / known.length)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle)
    this.#gone()
  }

  #started(): Worker {
    if (this.#thread !== null) return this.#thread
    const vocabulary = createRequire(import.meta.url).resolve('gpt-tokenizer/cjs/encoding/o200k_base')
    const thread = new Worker(THREAD, { eval: true, workerData: vocabulary })
    thread.on('message', ({ id, tokens }: Answered) => this.#answer(id, tokens))
    // Out of memory, or not there: nobody waits for ever.
    thread.on('error', () => this.#gone())
    // Behind the listeners, which hold the process again.
    thread.unref()
    this.#thread = thread
    return thread
  }

  #answer(id: number, tokens: number | null): void {
    const resolve = this.#waiting.get(id)
    this.#waiting.delete(id)
    resolve?.(tokens)
    if (this.#waiting.size > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#gone(), IDLE_MS)
    this.#idle.unref()
  }

  #gone(): void {
    void this.#thread?.terminate()
    this.#thread = null
    for (const [id, resolve] of this.#waiting) {
      this.#waiting.delete(id)
      resolve(null)
    }
  }
}
