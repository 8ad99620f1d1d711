// What happens to a request and its answer between the client's dialect and the upstream's, for one attempt. Two ways:
// the bytes go through, with what must change spliced in (`pass-through.ts`); or they are decoded, and encoded anew
// (`translation.ts`).

import type { DialectName } from '../core/conversation.ts'
import { isJsonObject, parseJson, type JsonObject } from '../core/json.ts'
import type { StreamReader } from '../dialects/pass-events.ts'
import type { UpstreamResponse } from '../dialects/pass-facts.ts'
import type { TokenUsage } from '../core/token-usage.ts'

export interface Conversion {
  /** What the upstream speaks. */
  readonly dialect: DialectName
  /** For the upstream. */
  readonly body: Buffer
  /** The upstream was sent what nobody else could read: it holds the conversation itself. */
  readonly native?: boolean
  /** What the upstream calls its answer (Responses). */
  readonly upstream?: UpstreamResponse | null
  /** What could not be sent, for `X-Fairlead-Dropped`; '' = nothing. */
  readonly dropped: string
  /** Whether a reply that is too large to hold can be passed on while it comes. */
  readonly passesLargeReplies: boolean
  /** Looks at what leaves for the client, piece by piece; null = nobody does. */
  readonly watch: ((piece: Buffer | string) => void) | null
  streamReader(): StreamReader
  /** @param body whole */
  readJson(body: Buffer): JsonReading
}

export type JsonReading =
  | {
      readonly kind: 'answer'
      /** A Buffer, or text of one character a byte. */
      readonly body: Buffer | string
      readonly usage: TokenUsage | null
    }
  /** An error that came with status 200. @property text UTF-8 */
  | { readonly kind: 'error'; readonly text: string }
  /** Nothing that could be an answer. */
  | { readonly kind: 'unusable'; readonly detail: string }

/** An upstream's JSON reply as far as all dialects agree. */
export function readObject(
  body: Buffer,
): { readonly kind: 'object'; readonly value: JsonObject } | Exclude<JsonReading, { readonly kind: 'answer' }> {
  const text = body.toString('utf8')
  let value
  try {
    value = parseJson(text)
  } catch {
    return { kind: 'unusable', detail: body.length === 0 ? 'an empty body' : 'a body that is not JSON' }
  }
  if (!isJsonObject(value)) return { kind: 'unusable', detail: 'a body that is not a JSON object' }
  return isError(value) ? { kind: 'error', text } : { kind: 'object', value }
}

/** `error` at the top, in any dialect; Anthropic's bodies say `"type": "error"` as well. */
function isError(value: JsonObject): boolean {
  const { error } = value
  return error !== undefined && error !== null && !('output' in value && value['status'] !== 'failed')
}
