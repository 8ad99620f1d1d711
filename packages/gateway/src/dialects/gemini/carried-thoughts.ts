// Another provider's thoughts, on the call behind them.
//
// Gemini signs calls, so the signature of a call is what clients keep: Gemini CLI takes thoughts out of its history, the AI
// SDK sends their words back without the signature. Claude and OpenAI want signed thoughts back whole in a loop of tools,
// and DeepSeek its unsigned ones. So thoughts travel twice: as parts, for clients that send back what they got, and inside
// the signature of the call (H40, H49).

import type { Part, ReasoningPart, Seal } from '../../core/conversation.ts'
import { arrayOf, parseJson, stringOf } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'

/** What an envelope's item id says when thoughts are in it. */
const MARK = 'thoughts'

/** `[text, redacted, data, itemId]`; no data: it had no seal. */
type Carried = readonly [text: string, redacted: 0 | 1, data: string, itemId: string]

export class ThoughtCarrier {
  #thoughts: Carried[] = []
  #dialect: Seal['dialect'] | null = null

  add(text: string, seal: Seal | undefined, redacted: boolean): void {
    if (seal?.dialect === 'gemini' || (text === '' && seal === undefined)) return
    this.#thoughts.push([text, redacted ? 1 : 0, seal?.data ?? '', seal?.itemId ?? ''])
    if (seal !== undefined) this.#dialect = seal.dialect
  }

  /** The seal for the next call, where it has none of its own; of parallel calls the first gets it. */
  take(own: Seal | undefined): Seal | undefined {
    if (this.#thoughts.length === 0) return own
    const carried: Seal = {
      dialect: this.#dialect ?? 'openai-chat',
      itemId: MARK,
      data: JSON.stringify(this.#thoughts),
    }
    this.#thoughts = []
    this.#dialect = null
    return own ?? carried
  }
}

/** Null = the seal is the call's own. */
export function thoughtsIn(seal: Seal | null, at: string): readonly ReasoningPart[] | null {
  if (seal === null || seal.itemId !== MARK) return null
  return (arrayOf(parseJson(seal.data)) ?? []).map((thought) => thoughtOf(arrayOf(thought) ?? [], seal, at))
}

function thoughtOf(thought: readonly JsonValue[], home: Seal, at: string): ReasoningPart {
  const [text = '', data = '', itemId = ''] = [thought[0], thought[2], thought[3]].map(stringOf)
  const { dialect, origin } = home
  const isSummary = dialect === 'openai-responses' && data !== ''
  return {
    type: 'reasoning',
    at,
    text: isSummary ? '' : text,
    summary: isSummary && text !== '' ? [text] : [],
    redacted: thought[1] === 1,
    ...(data === '' ? {} : { seal: { dialect, data, ...(itemId && { itemId }), ...(origin && { origin }) } }),
  }
}

/** Puts thoughts where they were: in front of what was said before the call. A client that kept them itself has the last word. */
export function insertThoughts(parts: Part[], thoughts: readonly ReasoningPart[]): void {
  const start = parts.findLastIndex((part) => part.type === 'tool-call') + 1
  const said = parts.slice(start)
  if (said.some((part) => part.type === 'reasoning' && part.seal !== undefined)) return
  parts.splice(start, said.length, ...thoughts, ...said.filter((part) => part.type !== 'reasoning'))
}
