// Ids for calls and results that have none. The API matches them by name and order; other dialects need an id, the same
// one every time this history is sent, so that prompt caches stay warm (H37).

import { numberedCallId } from '../../core/tool-call-ids.ts'

interface Waiting {
  readonly id: string
  readonly name: string
  readonly given: boolean
}

export class CallIds {
  /** Calls without a result so far, oldest first. */
  readonly #waiting: Waiting[] = []

  forCall(given: string, name: string, turnIndex: number, partIndex: number): string {
    const id = given === '' ? numberedCallId(turnIndex, partIndex) : given
    this.#waiting.push({ id, name, given: given !== '' })
    return id
  }

  /** @param name '' = not said. '' is returned for a result that answers no call. */
  forResult(given: string, name: string): string {
    const exact = given === '' ? -1 : this.#waiting.findIndex((call) => call.id === given)
    if (exact !== -1) return this.#take(exact, given)
    // A client may give an id to a result of a call that had none, and none to a result of a call that had one.
    const matching = this.#waiting.findIndex(
      (call) => (name === '' || call.name === name) && (given === '' || !call.given),
    )
    return matching === -1 ? given : this.#take(matching, given)
  }

  #take(index: number, fallback: string): string {
    return this.#waiting.splice(index, 1)[0]?.id ?? fallback
  }
}
