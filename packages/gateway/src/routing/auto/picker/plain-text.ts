// A prompt without what must not matter: greetings and thanks, and what its options are called.
import { stripPoliteness } from './politeness.ts'

/** `A. `, `(b) `, `3) `, `- ` at the start of a line. */
const LINE_LABEL = /^[ \t]*(?:[([]?(?:[A-Za-z]|\d{1,2})[.):\]]|[-*•])[ \t]+/gmu
/** `(A) `, `[2] ` inside a line. */
const INNER_LABEL = /[([](?:[A-Ja-j]|\d)[)\]][ \t]/gu

/** Labels of options and list items become bullets. */
export function plainText(text: string): string {
  return stripPoliteness(text).replace(LINE_LABEL, '• ').replace(INNER_LABEL, '• ').trim()
}
