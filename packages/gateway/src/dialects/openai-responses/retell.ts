// The `response` object of an upstream of the same dialect, on its way to the client: its bytes pass, with only the model's
// name, what was resolved on the way, and the members that a server leaves out put in. All 31 are there in the end (H87,
// H89; Open Responses wants every one of them).
//
// Text is latin1 here: one character a byte.

import { scanArray, scanObject } from '../../core/json-scan.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { latin1Of } from '../pass-events.ts'
import type { ReplyTruth } from '../pass-facts.ts'
import { NEVER_NULL_MEMBERS, NULLABLE_MEMBERS } from './response-members.ts'

const MEMBERS: readonly string[] = [...NULLABLE_MEMBERS, ...NEVER_NULL_MEMBERS]
const BIT_BY_NAME: ReadonlyMap<string, number> = new Map(MEMBERS.map((name, index) => [name, 1 << index]))
const ALL = 2 ** MEMBERS.length - 1
const MAY_BE_NULL: ReadonlySet<string> = new Set(NULLABLE_MEMBERS)

export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** What is the same for all snapshots of one answer. */
export class Retelling {
  readonly #truth: ReplyTruth
  /** Raw, one character a byte. */
  readonly #over = new Map<string, string>()
  readonly #templates: { in_progress?: JsonObject; completed?: JsonObject } = {}

  constructor(publicModelJson: string, truth: ReplyTruth) {
    this.#truth = truth
    for (const [name, value] of Object.entries(truth.echo ?? {})) if (value !== undefined) this.say(name, value)
    this.#over.set('model', publicModelJson)
  }

  /** Stands over what the upstream says from now on. */
  say(name: string, value: JsonValue): void {
    this.#over.set(name, rawOf(value))
  }

  says(name: string): boolean {
    return this.#over.has(name)
  }

  /** The members that the upstream left out. */
  template(status: 'in_progress' | 'completed'): JsonObject {
    return (this.#templates[status] ??= this.#truth.template(status))
  }

  /**
   * @param start of the object in `text`
   * @param see is shown every member
   * @returns what is to be changed, in order
   * @throws {JsonScanError}
   */
  retell(
    text: string,
    start: number,
    status: 'in_progress' | 'completed',
    see: (name: string, from: number, to: number) => void = () => undefined,
    whole = false,
  ): readonly Edit[] {
    const edits: Edit[] = []
    let seen = 0
    const overSeen = new Set<string>()
    scanObject(
      text,
      start,
      (name, from, to) => {
        seen |= BIT_BY_NAME.get(name) ?? 0
        const over = this.#over.get(name)
        if (over !== undefined) {
          overSeen.add(name)
          if (!isSame(text, from, to, over)) edits.push({ start: from, end: to, text: over })
        } else if (text.startsWith('null', from) && BIT_BY_NAME.has(name) && !MAY_BE_NULL.has(name)) {
          const value = this.template(status)[name]
          if (value !== undefined) edits.push({ start: from, end: to, text: rawOf(value) })
        }
        see(name, from, to)
      },
      whole,
    )
    const added = this.#added(seen, overSeen, status)
    if (added === '') return edits
    const inside = text.indexOf('{', start) + 1
    // An object without members is followed by its end.
    const empty = seen === 0 && edits.length === 0 && /^\s*\}/.test(text.slice(inside, inside + 64))
    return [{ start: inside, end: inside, text: empty ? added.slice(0, -1) : added }, ...edits]
  }

  #added(seen: number, overSeen: ReadonlySet<string>, status: 'in_progress' | 'completed'): string {
    let added = ''
    for (const [name, raw] of this.#over) if (!overSeen.has(name)) added += `"${name}":${raw},`
    if ((seen & ALL) === ALL) return added
    for (const [index, name] of MEMBERS.entries()) {
      if (((seen >>> index) & 1) === 1 || this.#over.has(name)) continue
      const value = this.template(status)[name]
      if (value !== undefined) added += `"${name}":${rawOf(value)},`
    }
    return added
  }
}

function rawOf(value: JsonValue): string {
  return latin1Of(JSON.stringify(value))
}

function isSame(text: string, from: number, to: number, raw: string): boolean {
  return to - from === raw.length && text.startsWith(raw, from)
}

/** @param edits in order, without overlap */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  let out = ''
  let at = 0
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return out + text.slice(at)
}

/** Puts the ids in place that items had when they were streamed. @param start of the array `output` */
export function withItemIds(text: string, start: number, ids: readonly (string | undefined)[]): readonly Edit[] {
  const edits: Edit[] = []
  let index = 0
  scanArray(text, start, (from) => {
    const id = ids[index]
    index += 1
    if (id === undefined || text.charCodeAt(from) !== 0x7b) return
    const raw = JSON.stringify(id)
    scanObject(
      text,
      from,
      (name, idFrom, idTo) => {
        if (name !== 'id') return false
        if (!isSame(text, idFrom, idTo, raw)) edits.push({ start: idFrom, end: idTo, text: raw })
        return true
      },
      false,
    )
  })
  return edits
}
