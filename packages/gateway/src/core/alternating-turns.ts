// The strict form that Anthropic (before 2026-10-21), Gemini and Bedrock want: the system's words apart, then user and
// assistant in turn, the user first, nobody silent (H30, H31, H60, H61, H62).

import type { AssistantTurn, Part, TextPart, Turn, UserTurn } from './conversation.ts'
import { repairToolResults } from './tool-results.ts'

export interface AlternatingTurns {
  /** Text of the leading system turns, in order, empty ones left out. */
  readonly system: readonly TextPart[]
  /** Starts with the user; roles alternate; no turn without parts; no empty text. */
  readonly turns: readonly (UserTurn | AssistantTurn)[]
}

const NO_CONTENT = '(no content)'

export function alternatingTurns(all: readonly Turn[]): AlternatingTurns {
  const leading: Part[] = []
  let start = 0
  for (const turn of all) {
    if (turn.role !== 'system') break
    start += 1
    leading.push(...turn.parts)
  }
  const system = withoutEmptyText(leading).filter((part) => part.type === 'text')
  const merged: { role: 'user' | 'assistant'; parts: Part[]; source: UserTurn | AssistantTurn }[] = []
  for (const turn of repairToolResults(all.slice(start))) {
    const spoken = turn.role === 'system' ? reminder(turn.parts) : turn
    const last = merged.at(-1)
    if (last?.role === spoken.role) last.parts.push(...spoken.parts)
    else merged.push({ role: spoken.role, parts: [...spoken.parts], source: spoken })
  }
  if (merged[0]?.role !== 'user') merged.unshift({ role: 'user', parts: [], source: { role: 'user', parts: [] } })
  const turns = merged.map(({ source, parts }): UserTurn | AssistantTurn => {
    // Behind the merging, so that a cache mark on blank text finds the part before it.
    const spoken = withoutEmptyText(parts)
    const ordered = source.role === 'user' ? resultsFirst(spoken) : spoken
    return { ...source, parts: ordered.length === 0 ? [{ type: 'text', at: '', text: NO_CONTENT }] : ordered }
  })
  return { system, turns }
}

/** The system speaks in the middle: in the user's place, and marked. */
function reminder(parts: readonly Part[]): UserTurn {
  const marked = parts.map((part): Part => {
    if (part.type !== 'text' || part.text.trim() === '') return part
    return { ...part, text: `<system-reminder>\n${part.text}\n</system-reminder>` }
  })
  return { role: 'user', parts: marked }
}

/** Empty and blank text is refused by strict providers; its cache mark moves to the part before it. */
export function withoutEmptyText(parts: readonly Part[]): readonly Part[] {
  if (!parts.some(isEmptyText)) return parts
  const kept: Part[] = []
  for (const part of parts) {
    if (!isEmptyText(part)) {
      kept.push(part)
      continue
    }
    const before = kept.at(-1)
    if (part.cache !== undefined && before !== undefined) kept[kept.length - 1] = { ...before, cache: part.cache }
  }
  return kept
}

/** A seal on an empty text is still wanted back (Gemini). */
function isEmptyText(part: Part): boolean {
  return part.type === 'text' && part.text.trim() === '' && part.seal === undefined
}

function resultsFirst(parts: readonly Part[]): readonly Part[] {
  const results = parts.filter((part) => part.type === 'tool-result')
  if (results.length === 0) return parts
  return [...results, ...parts.filter((part) => part.type !== 'tool-result')]
}
