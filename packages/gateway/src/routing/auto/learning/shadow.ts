// Shadow evaluation, in the words that its parts share: a sampled call is put once more to the model that answered it and
// to another of its pool, and a judge that does not know which is which says whose answer is better. Off unless
// configured, and never dearer than its cap: what a call can cost at most is held before it is made.
import type { AutoChoice } from '../choice.ts'

/** Of the model that answered, against the other. */
export type ShadowVerdict = 'won' | 'tied' | 'lost'

export interface ShadowResult {
  readonly receiptId: string
  readonly accountId: string
  /** Public id. */
  readonly other: string
  readonly verdict: ShadowVerdict
  /** What the other answer would have cost the caller, and how long it was. */
  readonly otherNanos: number
  readonly otherTokens: number
}

/** The call that is evaluated. */
export interface ReceiptName {
  readonly receiptId: string
  readonly accountId: string
}

/** From a worker to whoever owns the figures. */
export type ShadowAsk =
  /** @see ShadowReply `day` is null when the day's cap leaves no room for it */
  | { readonly kind: 'hold'; readonly payer: string; readonly nanos: number; readonly capNanos: number }
  /** What a call that was held for has cost. */
  | {
      readonly kind: 'settle'
      readonly payer: string
      readonly day: number
      readonly heldNanos: number
      readonly spentNanos: number
      readonly receipt: ReceiptName
    }
  | { readonly kind: 'result'; readonly result: ShadowResult }
  /** What the choice of a call has cost beside it, without a cap. */
  | { readonly kind: 'overhead'; readonly receipt: ReceiptName; readonly nanos: number }

export interface ShadowReply {
  readonly day: number | null
}

/** How good an answer is taken to be that has won, tied or lost. */
export const SHADOW_QUALITY: Readonly<Record<ShadowVerdict, number>> = { won: 0.95, tied: 0.8, lost: 0.4 }
export const OTHER_WAY: Readonly<Record<ShadowVerdict, ShadowVerdict>> = { won: 'lost', tied: 'tied', lost: 'won' }

/** Who might have answered instead, each as likely; null where there is nobody, or where a judge cannot compare. */
export function otherModel(choice: AutoChoice, served: string, draw: number): string | null {
  const { view, candidates, isConfidential } = choice
  if (isConfidential) return null
  if (view.tools || view.vision || view.audio || view.files || view.hasSchema || view.answers > 1) return null
  const others = candidates.filter(({ id, reason }) => reason === null && id !== served)
  return others[Math.floor(draw * others.length)]?.id ?? null
}
