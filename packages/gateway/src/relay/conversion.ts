// What happens to a request and its answer between the client's dialect and the upstream's, for one attempt. Two ways:
// the bytes go through, with what must change spliced in (`pass-through.ts`); or they are decoded, and encoded anew
// (`translation.ts`).

import type { DialectName } from '../core/conversation.ts'
import type { StreamReader } from '../dialects/pass-events.ts'
import type { TokenUsage } from '../core/token-usage.ts'

export interface Conversion {
  /** What the upstream speaks. */
  readonly dialect: DialectName
  /** For the upstream. */
  readonly body: Buffer
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
