// Turns in the order that Anthropic takes: user and assistant in turn, results first. Newer models also take a system
// turn in mid-conversation, but only behind a user turn and before the assistant's or at the end; anywhere else it
// becomes a reminder in the user's place.
// Source: "Mid-conversation system messages" of Anthropic's documentation, and recorded requests.

import { alternatingTurns, type AlternatingTurns } from '../../core/alternating-turns.ts'
import type { AssistantTurn, SystemTurn, TextPart, Turn, UserTurn } from '../../core/conversation.ts'
import type { ModelTraits } from '../../core/model-traits.ts'
import { repairToolResults } from '../../core/tool-results.ts'
import { DIALECT } from './wire.ts'

export interface ArrangedTurns {
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
  /** The model does not continue an answer that was begun: a turn of ours asks it to. */
  readonly continued: boolean
}

export function arrangeTurns(all: readonly Turn[], traits: ModelTraits): ArrangedTurns {
  const { system, turns } = traits.midSystem ? keepSystemTurns(all) : alternatingTurns(all)
  const last = turns.at(-1)
  // A turn that Anthropic itself paused is sent back as it is.
  const paused = last?.parts.some((part) => part.type === 'foreign' && part.dialect === DIALECT)
  if (last?.role !== 'assistant' || paused) return { system, turns, continued: false }
  if (traits.prefill) return { system, turns: [...turns.slice(0, -1), withoutTrailingSpace(last)], continued: false }
  const ask: UserTurn = { role: 'user', parts: [{ type: 'text', at: 'messages', text: 'Continue.' }] }
  return { system, turns: [...turns, ask], continued: true }
}

function keepSystemTurns(all: readonly Turn[]): { system: readonly TextPart[]; turns: readonly Turn[] } {
  const repaired = repairToolResults(all)
  const turns: Turn[] = []
  let system: readonly TextPart[] = []
  let segment: Turn[] = []
  const closeSegment = (): void => {
    if (segment.length === 0) return
    const begins = turns.length === 0
    const arranged = alternatingTurns(segment)
    if (begins) system = arranged.system
    turns.push(...(begins ? arranged.turns : withoutInvented(arranged, segment)))
    segment = []
  }
  for (const [index, turn] of repaired.entries()) {
    if (turn.role === 'system' && maySpeak(repaired, index)) {
      closeSegment()
      if (turn.parts.some((part) => part.type !== 'text' || part.text.trim() !== '')) turns.push(turn)
    } else {
      segment.push(turn)
    }
  }
  closeSegment()
  return { system, turns }
}

/** Behind a system turn the assistant speaks first: the user turn that was put before it goes again. */
function withoutInvented(arranged: AlternatingTurns, segment: readonly Turn[]): readonly (UserTurn | AssistantTurn)[] {
  return segment[0]?.role === 'assistant' ? arranged.turns.slice(1) : arranged.turns
}

function maySpeak(turns: readonly Turn[], index: number): boolean {
  const before = turns.slice(0, index).findLast(isSpeaker)
  const behind = turns.slice(index + 1).find(isSpeaker)
  return before?.role === 'user' && behind?.role !== 'user'
}

function isSpeaker(turn: Turn): turn is Exclude<Turn, SystemTurn> {
  return turn.role !== 'system'
}

/** "final assistant content cannot end with trailing whitespace". */
function withoutTrailingSpace(turn: AssistantTurn): AssistantTurn {
  const last = turn.parts.at(-1)
  if (last?.type !== 'text') return turn
  return { ...turn, parts: [...turn.parts.slice(0, -1), { ...last, text: last.text.trimEnd() }] }
}
