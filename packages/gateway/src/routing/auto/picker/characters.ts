// What a character is to the reader of a prompt: two look-ups, no string, no regular expression.

export const LETTER = 1
export const DIGIT = 2
/** Ideographs, kana and Hangul syllables stand for words by themselves. */
export const IDEOGRAPH = 3
/** Tells code, formulas and questions from prose. */
export const MARK = 4
/** Nothing inside a word. */
export const APOSTROPHE = 5

/** What `plainText` writes for the label of an option, whatever the label was. */
export const BULLET = 0x2022

/** Latin, Greek, Cyrillic, Armenian: scripts with capitals have their own entries. */
const TABLE_SIZE = 0x590
const KIND_SHIFT = 16

const KINDS = Uint8Array.from({ length: TABLE_SIZE }, (_, code) => {
  const character = String.fromCharCode(code)
  if (code >= 128 || /[a-z_]/iu.test(character)) return LETTER
  if (/\d/u.test(character)) return DIGIT
  if (character === "'") return APOSTROPHE
  return '{}()[];=<>+*/\\$^|&%#@`"?'.includes(character) ? MARK : 0
})

/** Kind and lower case in one look-up. */
const CHARACTERS = Uint32Array.from({ length: TABLE_SIZE }, (_, code) => {
  const lower = String.fromCharCode(code).toLowerCase().charCodeAt(0)
  return ((KINDS[code] ?? 0) << KIND_SHIFT) | lower
})

/** `kindOf` gives its kind, `lowerCaseOf` its code in lower case. */
export function characterOf(code: number): number {
  return code < TABLE_SIZE ? (CHARACTERS[code] ?? 0) : (kindOfRare(code) << KIND_SHIFT) | code
}

/** 0 = parts words and says nothing. */
export function kindOf(character: number): number {
  return character >>> KIND_SHIFT
}

export function lowerCaseOf(character: number): number {
  return character & 0xffff
}

function kindOfRare(code: number): number {
  if ((code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af))
    return IDEOGRAPH
  if (code === BULLET) return MARK
  if (code === 0x2019) return APOSTROPHE
  if ((code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff0f))
    return 0
  return LETTER
}

/** Longer texts than `cutText` leaves, and polite wrapping, are cut before they come here. */
const MOST_CHARACTERS = 8_192
const scratch = Buffer.alloc(2 * MOST_CHARACTERS)
const codes = new Uint16Array(scratch.buffer, scratch.byteOffset, MOST_CHARACTERS)

/** The text's UTF-16 codes, at most 8,192: quicker to read than a string. Valid until the next call. */
export function codesOf(text: string): Uint16Array {
  return codes.subarray(0, scratch.write(text, 'utf16le') / 2)
}
