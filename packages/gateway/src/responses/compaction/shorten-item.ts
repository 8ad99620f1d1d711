// An item that is kept, but not with all its bytes: pictures become words, endless texts lose their middle.

import { arrayOf, isJsonObject, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { mediaMention, type ItemView } from './item-view.ts'

export interface ShortenLimits {
  /** Of one text. */
  readonly textCharacters: number
  /** Of one picture or file in base64; addresses are kept. */
  readonly mediaCharacters: number
}

/** Raw JSON; the same text where nothing is too long. */
export function shortenItem({ raw, value, kind }: ItemView, limits: ShortenLimits): string {
  if (raw.length <= Math.min(limits.textCharacters, limits.mediaCharacters)) return raw
  switch (kind) {
    case 'user':
    case 'assistant':
    case 'system':
      return withMember(raw, value, 'content', limits)
    case 'output':
      return withMember(raw, value, 'output', limits)
    default:
      // Arguments of a call must stay JSON, and sealed reasoning is one piece.
      return raw
  }
}

function withMember(raw: string, value: JsonObject, name: string, limits: ShortenLimits): string {
  const member = value[name]
  const short = shortContent(member, limits)
  return short === member ? raw : JSON.stringify({ ...value, [name]: short })
}

function shortContent(content: JsonValue | undefined, limits: ShortenLimits): JsonValue | undefined {
  if (typeof content === 'string') return shortText(content, limits.textCharacters)
  const parts = arrayOf(content)
  if (parts === undefined) return content
  const short = parts.map((part) => (isJsonObject(part) ? shortPart(part, limits) : part))
  return short.every((part, index) => part === parts[index]) ? content : short
}

function shortPart(part: JsonObject, limits: ShortenLimits): JsonObject {
  const mention = mediaMention(part)
  if (mention !== null) {
    const long = JSON.stringify(part).length > limits.mediaCharacters
    return long
      ? { type: 'input_text', text: `${mention.slice(0, -1)}, left out when the conversation was compacted]` }
      : part
  }
  const text = stringOf(part['text'])
  if (text === undefined || text.length <= limits.textCharacters) return part
  return { ...part, text: shortText(text, limits.textCharacters) }
}

/** The beginning says more than the end. */
export function shortText(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text
  const head = Math.ceil(mostCharacters * 0.65)
  const tail = mostCharacters - head
  const cut = text.length - mostCharacters
  return `${text.slice(0, head)}\n[… ${cut} characters left out …]\n${tail === 0 ? '' : text.slice(-tail)}`
}
