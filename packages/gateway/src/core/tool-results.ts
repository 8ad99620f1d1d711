// Every call answered, every answer to a call. Clients that compact or crop a history leave calls without results and
// results without calls, and strict providers refuse both with a 400 (H31, H32). What is missing is said to be missing;
// what lost its call becomes text, because its words may still matter.

import type { AssistantTurn, Part, ToolCallPart, ToolResultPart, Turn, UserTurn } from './conversation.ts'

const NO_RESULT = 'No result was recorded for this call.'

/**
 * The same turns, where the results of an assistant turn stand first in the user turn behind it, in the order of the
 * calls, each exactly once. Calls and results without ids are matched by name and order (Gemini).
 */
export function repairToolResults(turns: readonly Turn[]): readonly Turn[] {
  if (!turns.some(hasToolParts)) return turns
  const out: Turn[] = []
  for (let index = 0; index < turns.length; index += 1) {
    const turn = turns[index]
    if (turn === undefined) continue
    if (turn.role === 'user') {
      // Results that no assistant turn stands before.
      out.push(isToolTurn(turn) ? { ...turn, parts: turn.parts.map(orphanToText) } : turn)
      continue
    }
    out.push(turn)
    if (turn.role !== 'assistant') continue
    const calls: ToolCallPart[] = turn.parts.filter((part) => part.type === 'tool-call')
    // Calls in several assistant turns in a row are answered together behind the last of them.
    if (calls.length === 0) continue
    let last = index
    while (turns[last + 1]?.role === 'assistant') last += 1
    for (const more of turns.slice(index + 1, last + 1)) {
      out.push(more)
      calls.push(...more.parts.filter((part) => part.type === 'tool-call'))
    }
    // All that the client says before the model speaks again.
    let end = last + 1
    while (end < turns.length && turns[end]?.role !== 'assistant') end += 1
    out.push(...withResults(calls, turns.slice(last + 1, end)))
    index = end - 1
  }
  return out
}

function withResults(calls: readonly ToolCallPart[], following: readonly Turn[]): readonly Turn[] {
  const results: ToolResultPart[] = []
  for (const turn of following) {
    if (turn.role === 'user') for (const part of turn.parts) if (part.type === 'tool-result') results.push(part)
  }
  const ordered: Part[] = []
  for (const [index, call] of calls.entries()) {
    const again = calls.some(({ id }, at) => at > index && id === call.id)
    ordered.push(takeResult(results, call, again) ?? missingResult(call))
  }
  const orphans = new Set<Part>(results)
  const rest = following.map((turn): Turn => {
    if (turn.role !== 'user' || !isToolTurn(turn)) return turn
    const parts = turn.parts
      .filter((part) => part.type !== 'tool-result' || orphans.has(part))
      .map((part) => orphanToText(part))
    return { ...turn, parts }
  })
  const first = rest[0]
  if (first?.role === 'user')
    return [{ ...first, parts: [...ordered, ...first.parts] }, ...rest.slice(1)].filter(notEmpty)
  return [{ role: 'user', parts: ordered } satisfies UserTurn, ...rest].filter(notEmpty)
}

/**
 * Removes and returns the result of a call. The last one counts where a client sent several, unless several calls share
 * the id, as some servers give them: then they are answered in order.
 * @param again a later call has the same id
 */
function takeResult(results: ToolResultPart[], call: ToolCallPart, again: boolean): ToolResultPart | null {
  if (call.id === '') {
    const at = results.findIndex((result) => result.callId === '' && (result.name ?? call.name) === call.name)
    return at === -1 ? null : (results.splice(at, 1)[0] ?? null)
  }
  if (again) {
    const at = results.findIndex((result) => result.callId === call.id)
    return at === -1 ? null : (results.splice(at, 1)[0] ?? null)
  }
  let found: ToolResultPart | null = null
  for (let at = results.length - 1; at >= 0; at -= 1) {
    const result = results[at]
    if (result?.callId !== call.id) continue
    found ??= result
    results.splice(at, 1)
  }
  return found
}

function missingResult(call: ToolCallPart): ToolResultPart {
  return {
    type: 'tool-result',
    at: call.at,
    callId: call.id,
    name: call.name,
    kind: call.kind,
    isError: true,
    parts: [{ type: 'text', at: call.at, text: NO_RESULT }],
  }
}

function orphanToText(part: Part): Part {
  if (part.type !== 'tool-result') return part
  const words = part.parts.map((inner) => (inner.type === 'text' ? inner.text : '')).filter((text) => text !== '')
  const name = part.name === undefined ? '' : ` of ${part.name}`
  return { type: 'text', at: part.at, text: `[Result${name} of an earlier call] ${words.join('\n')}`.trimEnd() }
}

function hasToolParts(turn: Turn): boolean {
  return turn.parts.some((part) => part.type === 'tool-call' || part.type === 'tool-result')
}

function isToolTurn(turn: UserTurn | AssistantTurn): boolean {
  return turn.parts.some((part) => part.type === 'tool-result')
}

function notEmpty(turn: Turn): boolean {
  return turn.parts.length > 0
}
