// The simulator's own tokens: pieces of up to eight letters with the space before them, which comes close to what real
// tokenizers count for English, and needs no vocabulary.

const PIECE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]| ?\p{L}{1,8}| ?\p{N}{1,3}|\s+| ?[^\s\p{L}\p{N}]{1,4}/gu

/** Beyond this many characters a prompt is measured by its length: a count must not hold up other people's streams. */
const EXACT_UP_TO_CHARACTERS = 32_768

/** The tokens of a text, in order; joined, they are the text again. */
export function splitTokens(text: string): string[] {
  return text.match(PIECE) ?? []
}

export function countTokens(text: string): number {
  return text.length > EXACT_UP_TO_CHARACTERS ? Math.ceil(text.length / 4) : splitTokens(text).length
}
