// What a Responses deployment remembers: stored responses, the items that it made, and which reasoning led to which item.
import type { Seals } from '../../seals.ts'
import type { Json } from '../json.ts'

const MAX_RESPONSES = 10_000

export class ResponseMemory {
  readonly seals: Seals
  readonly #responses = new Map<string, { readonly response: Json; readonly items: readonly Json[] }>()
  readonly #items = new Set<string>()
  readonly #reasons = new Map<string, string>()

  constructor(seals: Seals) {
    this.seals = seals
  }

  /** Remembers the items; the response too when it is stored. `items` is the conversation before its output. */
  keep(response: Json, output: readonly Json[], items: readonly Json[], stored: boolean): void {
    let reasoning: string | undefined
    for (const item of output) {
      const id = String(item['id'])
      if (stored) this.#items.add(id)
      // Only the item directly behind it hangs on a reasoning item.
      if (reasoning !== undefined) this.#reasons.set(id, reasoning)
      reasoning = item['type'] === 'reasoning' ? id : undefined
    }
    if (!stored) return
    this.#responses.set(String(response['id']), { response, items: [...items, ...output] })
    const oldest = this.#responses.keys().next().value
    if (this.#responses.size > MAX_RESPONSES && oldest !== undefined) this.#responses.delete(oldest)
  }

  conversation(id: string): readonly Json[] | undefined {
    return this.#responses.get(id)?.items
  }

  response(id: string): Json | undefined {
    return this.#responses.get(id)?.response
  }

  forget(id: string): boolean {
    return this.#responses.delete(id)
  }

  knowsItem(id: string): boolean {
    return this.#items.has(id)
  }

  /** The reasoning item that must stand before this one. */
  reasoningOf(id: string): string | undefined {
    return this.#reasons.get(id)
  }
}
