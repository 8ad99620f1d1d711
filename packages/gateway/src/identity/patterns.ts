// Names with `*` in them, as rules about models and paths are written: `gpt-*`, `/v1beta/*`, `*-mini`.
// No regular expressions: tenants write these, and no pattern may cost more than a look at each character.

/** How many names a compiled list remembers: clients choose the names, and could choose a new one for every request. */
const REMEMBERED = 1_000

/** Whether `text` is what the pattern says; `*` stands for any text, none included. Case counts. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  if (parts.length === 1) return text === first
  const last = parts.at(-1) ?? ''
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  // Each part in between at its first place: if any arrangement fits, this one does.
  const end = text.length - last.length
  let at = first.length
  for (let index = 1; index < parts.length - 1; index++) {
    const part = parts[index] ?? ''
    const found = text.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/**
 * Whether everything that `inner` matches is matched by `outer` too. Its star is an ordinary character to the outer one:
 * only a star can cover it. (Where several outer patterns would cover it only together, the answer is no.)
 */
export function coversPattern(outer: string, inner: string): boolean {
  return matchesPattern(outer, inner)
}

/** Lists of which each must have a pattern that matches: none = anything goes. */
export class PatternLists {
  readonly #lists: readonly (readonly string[])[]
  readonly #remembered = new Map<string, boolean>()

  constructor(lists: readonly (readonly string[])[]) {
    this.#lists = lists.filter((list) => !list.includes('*'))
  }

  /** /!\ Hot path: one look-up for a name that was asked before. */
  matches(text: string): boolean {
    const known = this.#remembered.get(text)
    if (known !== undefined) return known
    const answer = this.matchesOnce(text)
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear()
    this.#remembered.set(text, answer)
    return answer
  }

  /** Without remembering it. */
  matchesOnce(text: string): boolean {
    return this.#lists.every((list) => list.some((pattern) => matchesPattern(pattern, text)))
  }
}
