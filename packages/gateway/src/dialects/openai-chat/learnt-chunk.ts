// Reading a chunk without parsing it: when its text is exactly that of a chunk which was parsed, but for the words (and
// the padding that OpenAI puts behind them), then so is what it means.
//
//   {"id":…,"choices":[{"index":0,"delta":{"content":"  words  "},"finish_reason":null}],"obfuscation":"  padding  "}
//   '------------------- before --------------------'        '------------- behind -----------------'           '-last-'
//
// /!\ Hot path. Comparing slices is several times as fast here as `startsWith` with a long text that is not constant.

import { arrayOf, objectOf, stringOf, type JsonObject } from '../../core/json.ts'
import { choiceIndexOf } from './stream-choice.ts'

/** Servers that change something else in every chunk (timestamps) are given up on. */
const MAX_LESSONS = 16

const KEYS = ['content', 'reasoning_content', 'reasoning'] as const

export class LearntChunk {
  /** Whose words they are. */
  choice = 0
  kind: 'content' | 'reasoning' = 'content'
  #before = ''
  #behind = ''
  /** Null = there is no padding. */
  #last: string | null = null
  #lessons = 0

  /** The words of a chunk of the form that was learnt; null = parse it. */
  read(data: string): string | null {
    const { length } = this.#before
    if (length === 0 || data.slice(0, length) !== this.#before) return null
    // Behind an escaped quotation mark nothing fits, and the chunk is parsed.
    const end = data.indexOf('"', length)
    if (end === -1 || !this.#fits(data, end)) return null
    this.#lessons = 0
    const words = data.slice(length, end)
    if (!words.includes('\\')) return words
    try {
      return JSON.parse(`"${words}"`) as string
    } catch {
      return null
    }
  }

  #fits(data: string, end: number): boolean {
    if (this.#last === null) return data.slice(end) === this.#behind
    const padding = end + this.#behind.length
    if (data.slice(end, padding) !== this.#behind) return false
    const paddingEnd = data.indexOf('"', padding)
    return paddingEnd !== -1 && data.slice(paddingEnd) === this.#last
  }

  /** @param chunk what `data` is, parsed; it has one choice and no usage */
  learn(data: string, chunk: JsonObject): void {
    if (this.#lessons >= MAX_LESSONS) return
    const choice = objectOf(arrayOf(chunk['choices'])?.[0])
    const delta = objectOf(choice?.['delta'])
    if (choice === undefined || delta === undefined || !isPlain(choice)) return
    const key = onlyWords(delta)
    const words = key === null ? '' : (stringOf(delta[key]) ?? '')
    if (key === null || words === '') return
    const start = valueStart(data, key)
    if (start === -1 || !data.startsWith(`${words}"`, start)) return
    this.#lessons += 1
    this.choice = choiceIndexOf(choice, 0)
    this.kind = key === 'content' ? 'content' : 'reasoning'
    this.#before = flat(data.slice(0, start))
    const padding = stringOf(chunk['obfuscation']) ?? ''
    const paddingStart = padding === '' ? -1 : valueStart(data, 'obfuscation')
    const hasPadding = paddingStart > start && data.startsWith(`${padding}"`, paddingStart)
    this.#behind = flat(data.slice(start + words.length, hasPadding ? paddingStart : undefined))
    this.#last = hasPadding ? flat(data.slice(paddingStart + padding.length)) : null
  }
}

/** A slice keeps all that it was cut from, and is slower to compare. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}

/** The only member with something in it; null where there are more, or others. */
function onlyWords(delta: JsonObject): (typeof KEYS)[number] | null {
  let found: (typeof KEYS)[number] | null = null
  for (const member in delta) {
    const value = delta[member]
    if (member === 'role' || value === null || value === '' || value === undefined) continue
    const key = KEYS.find((one) => one === member)
    if (key === undefined || found !== null) return null
    found = key
  }
  return found
}

function isPlain(choice: JsonObject): boolean {
  return !choice['finish_reason'] && !choice['logprobs'] && choice['stop_reason'] == null
}

/** Where the string begins, when the key stands there exactly once. */
function valueStart(data: string, key: string): number {
  const name = `"${key}":`
  const at = data.indexOf(name)
  if (at === -1 || data.includes(name, at + 1)) return -1
  const value = at + name.length
  if (data.charCodeAt(value) === QUOTE) return value + 1
  return data.charCodeAt(value) === SPACE && data.charCodeAt(value + 1) === QUOTE ? value + 2 : -1
}

const QUOTE = 0x22
const SPACE = 0x20
