// What a receipt keeps so that something can be learned from its call: marks and points, never a word of the question.
import type { BadEnd, ReceiptLearning } from '../../../core/receipt.ts'
import type { AutoChoice } from '../choice.ts'
import { textMark } from '../sessions/conversation.ts'
import type { EmbeddedPoint } from './embedded-point.ts'
import { encodePoint } from './point-text.ts'

/** Beside the choice, for its receipt. */
export interface ChoiceLearning {
  readonly version: string
  readonly propensity: number
  readonly named: boolean
  /** Null = points are not kept. */
  readonly vector: Float32Array | null
}

export function receiptLearning(
  { learning, conversationKey, view }: Pick<AutoChoice, 'learning' | 'conversationKey' | 'view'>,
  end: BadEnd | null,
  embedded: EmbeddedPoint | null,
): ReceiptLearning | null {
  if (learning === null) return null
  const { version, propensity, named, vector } = learning
  return {
    version,
    propensity: Math.round(propensity * 1e6) / 1e6,
    conversation: conversationKey,
    question: textMark(view.lastUser),
    turn: view.turnCount,
    named,
    toolFailed: view.toolFailed,
    ...(end === null ? {} : { end }),
    vector: vector === null ? '' : encodePoint(vector),
    ...(embedded === null || vector === null
      ? {}
      : { embedded: { model: embedded.model, vector: encodePoint(embedded.vector) } }),
  }
}
