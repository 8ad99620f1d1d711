// Reasoning on messages of this dialect: `reasoning_content` (DeepSeek, vLLM, xAI, Qwen, Moonshot) or `reasoning`
// (OpenRouter, Groq, Cerebras) in words, and `reasoning_details` (OpenRouter "Reasoning Tokens") with what is signed or
// encrypted. OpenAI itself shows none.
//
// Two kinds of seals travel here:
//
//   own      what a server of this dialect gave, its `reasoning_details` as JSON text; `[]` where there were only words.
//            It comes back as it was, to the deployment that made it (DeepSeek's thinking models with tools insist).
//   foreign  another provider's, inside our envelope, as `signature` or `data` of an entry; the entries of one part
//            share an `index`.

import type { ReasoningPart, Seal } from '../../core/conversation.ts'
import {
  arrayOf,
  isJsonObject,
  numberOf,
  parseJson,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import type { SealEnvelope } from '../../core/seal-envelope.ts'
import { CHAT } from './wire.ts'

/** The words, from whichever field has them; '' = none. @param message a message or a delta */
export function reasoningTextOf(message: JsonObject): string {
  return stringOf(message['reasoning_content']) || stringOf(message['reasoning']) || ''
}

export function detailsOf(message: JsonObject): readonly JsonObject[] {
  const details = arrayOf(message['reasoning_details'])
  return details === undefined ? [] : details.filter(isJsonObject)
}

/** What can be read of the entries. */
export function textOfDetails(details: readonly JsonObject[]): string {
  let text = ''
  for (const entry of details) text += stringOf(entry['text']) ?? stringOf(entry['summary']) ?? ''
  return text
}

export function ownSeal(details: readonly JsonObject[]): Seal {
  return { dialect: CHAT, data: details.length === 0 ? '[]' : JSON.stringify(details) }
}

/** The entries that an own seal holds. */
export function detailsOfSeal(seal: Seal): readonly JsonObject[] {
  try {
    const value = parseJson(seal.data)
    return Array.isArray(value) ? value.filter(isJsonObject) : []
  } catch {
    return []
  }
}

// --- from clients ---

/** Of an assistant message in a history. Words without any seal count only where the client's own dialect wants them. */
export function decodeReasoningParts(message: JsonObject, at: string, envelope: SealEnvelope): ReasoningPart[] {
  const details = detailsOf(message)
  const text = reasoningTextOf(message)
  if (details.length === 0) {
    if (text === '') return []
    return [{ type: 'reasoning', at: `${at}.reasoning_content`, text, summary: [], redacted: false }]
  }
  const place = `${at}.reasoning_details`
  const parts: ReasoningPart[] = []
  let own: JsonObject[] = []
  const closeOwn = (): void => {
    if (own.length === 0) return
    const words = parts.length === 0 && text !== '' ? text : textOfDetails(own)
    parts.push({ type: 'reasoning', at: place, text: words, summary: [], redacted: false, seal: ownSeal(own) })
    own = []
  }
  for (const group of groupByIndex(details)) {
    const sealed = openGroup(group, envelope)
    if (sealed === 'own') own.push(...group)
    else closeOwn()
    if (sealed !== 'own' && sealed !== null) parts.push({ ...foreignPart(group, sealed), at: place })
  }
  closeOwn()
  return parts
}

function groupByIndex(details: readonly JsonObject[]): JsonObject[][] {
  const groups: JsonObject[][] = []
  let last: JsonValue | undefined
  for (const entry of details) {
    const index = numberOf(entry['index'])
    const group = groups.at(-1)
    if (group !== undefined && index !== undefined && index === last) group.push(entry)
    else groups.push([entry])
    last = index
  }
  return groups
}

/** Null = an envelope that cannot be trusted: the part is left out. */
function openGroup(group: readonly JsonObject[], envelope: SealEnvelope): Seal | 'own' | null {
  for (const entry of group) {
    const secret = stringOf(entry['signature']) ?? stringOf(entry['data'])
    if (secret === undefined || secret === '') continue
    const seal = envelope.open(secret, CHAT)
    if (seal === null) return null
    if (seal.dialect !== CHAT || seal.data !== secret) return seal
  }
  return 'own'
}

function foreignPart(group: readonly JsonObject[], seal: Seal): Omit<ReasoningPart, 'at'> {
  let text = ''
  const summary: string[] = []
  let redacted = false
  for (const entry of group) {
    text += stringOf(entry['text']) ?? ''
    const paragraph = stringOf(entry['summary'])
    if (paragraph !== undefined) summary.push(paragraph)
    // Of the providers that seal reasoning, one never gives its words and does not call that redacted.
    if (entry['type'] === 'reasoning.encrypted') redacted = seal.dialect !== 'openai-responses'
  }
  return { type: 'reasoning', text, summary, redacted, seal }
}

// --- to clients ---

/** @param index which of the sealed parts of this answer */
export function encodeDetails(
  part: Pick<ReasoningPart, 'text' | 'summary' | 'redacted'>,
  seal: Seal,
  index: number,
  envelope: SealEnvelope,
): readonly JsonObject[] {
  if (seal.dialect === CHAT) return detailsOfSeal(seal)
  const secret = envelope.close(seal)
  const rest = { format: 'unknown', index }
  if (!part.redacted && seal.dialect !== 'openai-responses' && part.summary.length === 0)
    return [{ type: 'reasoning.text', text: part.text, signature: secret, ...rest }]
  const readable = part.summary.map((summary) => ({ type: 'reasoning.summary', summary, ...rest }))
  const text = part.text === '' ? [] : [{ type: 'reasoning.text', text: part.text, ...rest }]
  return [...text, ...readable, { type: 'reasoning.encrypted', data: secret, ...rest }]
}

// --- from streams ---

/** Entries that come in pieces, put together: text grows, everything else is as it came last. */
export class DetailsUnderWay {
  readonly #entries: Record<string, JsonValue>[] = []

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  push(details: readonly JsonObject[]): void {
    for (const entry of details) {
      let last = this.#entries.at(-1)
      if (last === undefined || !isContinued(last, entry)) {
        last = {}
        this.#entries.push(last)
      }
      for (const [key, value] of Object.entries(entry)) {
        const before = last[key]
        const grows = key === 'text' || key === 'summary' || key === 'data'
        if (grows && typeof value === 'string' && typeof before === 'string') last[key] = before + value
        else if (value !== null && value !== undefined && key !== '__proto__') last[key] = value
      }
    }
  }

  seal(): Seal {
    return ownSeal(this.#entries)
  }
}

function isContinued(last: JsonObject, entry: JsonObject): boolean {
  return last['type'] === entry['type'] && numberOf(last['index']) === numberOf(entry['index'])
}
