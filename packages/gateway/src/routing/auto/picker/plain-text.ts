// A prompt without what must not matter: greetings and thanks, what its options are called, and the middle of long ones.
import { stripPoliteness } from './politeness.ts'

/** `A. `, `(b) `, `3) `, `- ` at the start of a line. */
const LINE_LABEL = /^[ \t]*(?:[([]?(?:[A-Za-z]|\d{1,2})[.):\]]|[-*•])[ \t]+/gmu
/** `(A) `, `[2] ` inside a line. */
const INNER_LABEL = /[([](?:[A-Ja-j]|\d)[)\]][ \t]/gu

/** Of a long text the task stands at its beginning or its end; what lies between is read at no more than this. */
const HEAD_CHARACTERS = 800
const TAIL_CHARACTERS = 400

function sampled(text: string): string {
  return text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS
    ? text
    : `${text.slice(0, HEAD_CHARACTERS)}\n${text.slice(-TAIL_CHARACTERS)}`
}

/** Labels of options and list items become bullets. */
export function plainText(text: string): string {
  return sampled(stripPoliteness(text)).replace(LINE_LABEL, '• ').replace(INNER_LABEL, '• ').trim()
}
