// Ids of calls in one request. Anthropic wants each to occur once, of legal characters; histories from elsewhere have
// none (Gemini), or the same one in every turn (`call_0` of some open-source servers).

import type { ToolCallPart, ToolResultPart } from '../../core/conversation.ts'
import { legalCallId, numberedCallId } from '../../core/tool-call-ids.ts'

export class CallIds {
  readonly #used = new Set<string>()
  #unanswered: { readonly source: string; readonly id: string }[] = []

  /** Another assistant turn begins: earlier calls have had their answers. */
  beginTurn(): void {
    this.#unanswered = []
  }

  ofCall(call: ToolCallPart, turnIndex: number, partIndex: number): string {
    const wanted = call.id === '' ? numberedCallId(turnIndex, partIndex) : legalCallId(call.id)
    let id = wanted
    for (let copy = 2; this.#used.has(id); copy += 1) id = `${wanted}_${copy}`
    this.#used.add(id)
    this.#unanswered.push({ source: call.id, id })
    return id
  }

  ofResult(result: ToolResultPart): string {
    const at = this.#unanswered.findIndex(({ source }) => source === result.callId)
    const answered = at === -1 ? undefined : this.#unanswered.splice(at, 1)[0]
    return answered?.id ?? legalCallId(result.callId)
  }
}
