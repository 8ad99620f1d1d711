// Whether a conversation keeps its model. Switching costs the cache that the old model's provider holds, and the thread;
// staying with a model that is not up to it costs more. So: never in the middle of a tool loop, always on trouble, and
// else only for what is clearly better, with the cost of a cold cache spread over the turns that are likely to come.
import type { RankedModel } from '../picker/picker.ts'
import type { RequestView } from '../view/request-view.ts'
import { textMark, type Conversation } from './conversation.ts'

export type ChoiceReason =
  /** The best of a new conversation, or of a request without one. */
  | 'best'
  /** It answers this conversation already. */
  | 'kept'
  /** A tool's result is on its way back to who called it. */
  | 'tool-loop'
  /** The model before was not up to it. */
  | 'escalated'
  /** Another one is better for what is asked now, the lost cache counted. */
  | 'switched'
  /** It really goes to the baseline, to measure what the picker saves. */
  | 'control'
  /** By chance, among those above the floor, to learn how good they are. */
  | 'explored'

export interface Choice {
  readonly model: RankedModel
  readonly reason: ChoiceReason
}

/** In utility: half a point of quality. What is nearer than this is a tie. */
const SWITCH_MARGIN = 0.005
/** After trouble no weaker model takes over for so many turns. */
const HOLD_TURNS = 3
/** So many calls that could not be made, and the model is not up to it. */
const MANY_FAILED_CALLS = 2

export interface Situation {
  /** Best first, not empty. */
  readonly ranked: readonly RankedModel[]
  /** The least quality that is wanted. */
  readonly floor: number
  readonly conversation: Conversation | null
  readonly view: RequestView
  /** The client names its conversations, so that the same question again is the same question. */
  readonly isNamed: boolean
  /** As `knobsMark` writes them. */
  readonly knobs: string
}

export function stayOrLeave(best: RankedModel, situation: Situation): Choice {
  const { ranked, conversation, view, knobs } = situation
  const pinned = conversation === null ? undefined : ranked.find(({ id }) => id === conversation.model)
  if (pinned === undefined || conversation === null) return { model: best, reason: 'best' }
  if (view.afterToolResult) return { model: pinned, reason: 'tool-loop' }
  if (isInTrouble(situation)) {
    const stronger = ranked.filter(({ quality }) => quality > pinned.quality)
    const [next] = stronger.toSorted((left, right) => right.utility - left.utility)
    return next === undefined ? { model: pinned, reason: 'kept' } : { model: next, reason: 'escalated' }
  }
  // Other knobs are another wish: what was kept under the old ones is no reason.
  if (conversation.knobs !== knobs) return { model: best, reason: best.id === pinned.id ? 'kept' : 'switched' }
  const held = view.turnCount < conversation.holdUntilTurn
  const eligible = held ? ranked.filter(({ quality }) => quality >= pinned.quality) : [best]
  const tooWeak = pinned.quality < situation.floor - SWITCH_MARGIN
  const other = eligible.reduce((top, model) => (model.utility > top.utility ? model : top), tooWeak ? best : pinned)
  if (other.id === pinned.id || (!tooWeak && pinned.utility >= other.utility - SWITCH_MARGIN))
    return { model: pinned, reason: 'kept' }
  return { model: other, reason: 'switched' }
}

/** Calls that could not be made, answers that were cut or empty, the same question again. */
function isInTrouble({ conversation, view, isNamed }: Pick<Situation, 'conversation' | 'view' | 'isNamed'>): boolean {
  if (conversation === null || view.afterToolResult) return false
  if (conversation.troubles >= MANY_FAILED_CALLS) return true
  // The first question of a conversation without a name is anybody's, asked anew.
  const isAgain = view.turnCount === conversation.turnCount && textMark(view.lastUser) === conversation.lastUser
  return isAgain && (isNamed || view.turnCount > 1)
}

/** Signs so far, with what this request shows. A new user turn begins anew. */
export function troublesNow(conversation: Conversation | null, view: RequestView): number {
  const before = conversation === null || !view.afterToolResult ? 0 : conversation.troubles
  return before + (view.toolFailed ? 1 : 0)
}

export function holdAfter(reason: ChoiceReason, conversation: Conversation | null, view: RequestView): number {
  return reason === 'escalated' ? view.turnCount + HOLD_TURNS : (conversation?.holdUntilTurn ?? 0)
}

/** An answer that ends like this is as bad as two calls that could not be made. */
export const BAD_END_TROUBLES = MANY_FAILED_CALLS
