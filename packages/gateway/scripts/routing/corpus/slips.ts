// Slips of the keyboard in training prompts, so that no single spelling of a word is leant on.
const WORD = /\p{L}{4,}/gu
/** Of the words, at least one. */
const SLIP_SHARE = 1 / 12

/** Some words with two letters swapped, one left out, one twice, or one mistaken for another of the same word. */
export function withSlips(text: string, random: () => number): string {
  const words = text.match(WORD)?.length ?? 0
  const chance = Math.max(SLIP_SHARE, 1 / Math.max(words, 1))
  return text.replace(WORD, (word) => (random() < chance ? slipped(word, random) : word))
}

function slipped(word: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (word.length - 2))
  const [before, a = '', b = '', after] = [word.slice(0, at), word[at], word[at + 1], word.slice(at + 2)]
  const other = word[Math.floor(random() * word.length)] ?? ''
  const middle = [b + a, b, a + a + b, other + b][Math.floor(random() * 4)] ?? ''
  return before + middle + after
}
