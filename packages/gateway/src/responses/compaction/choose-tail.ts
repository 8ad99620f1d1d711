// What is kept byte for byte: the last turns, as far as there is room; what the model has not seen yet; and calls that
// still wait for their output, with the reasoning in front of them, for their output will come and must find them.

import { weightOf, type ItemView } from './item-view.ts'

/** Calls of long ago that nobody has answered are not waited for any more. */
const MOST_UNANSWERED = 32
/** Things that a model does at once. */
const MOST_AT_ONCE = 64

/** Indexes, ascending. @param roomCharacters for what need not be kept */
export function chooseTail(views: readonly ItemView[], roomCharacters: number): readonly number[] {
  const tail = new Tail(views)
  for (const index of unseen(views)) tail.add(index)
  for (const index of unanswered(views)) tail.add(index)
  const lastUser = views.findLastIndex(({ kind }) => kind === 'user')
  if (lastUser !== -1) tail.add(lastUser)
  for (let index = views.length - 1; index >= 0; index -= 1) {
    if (tail.has(index) || !isSpoken(views[index])) continue
    if (!tail.addWithin(index, roomCharacters)) break
  }
  return tail.indexes()
}

/** Calls that wait for their output, and what belongs to them. Indexes, ascending. */
export function chooseWaiting(views: readonly ItemView[]): readonly number[] {
  const tail = new Tail(views)
  for (const index of unanswered(views)) tail.add(index)
  return tail.indexes()
}

function isSpoken(view: ItemView | undefined): boolean {
  return view !== undefined && !NEVER.has(view.kind)
}

const NEVER: ReadonlySet<ItemView['kind']> = new Set(['system', 'tools', 'compaction', 'trigger'])
const BY_THE_MODEL: ReadonlySet<ItemView['kind']> = new Set(['assistant', 'call', 'reasoning', 'other'])

/** What came after the model's last word. */
function unseen(views: readonly ItemView[]): readonly number[] {
  const last = views.findLastIndex(({ kind }) => BY_THE_MODEL.has(kind))
  const indexes: number[] = []
  for (let index = last + 1; index < views.length; index += 1) if (isSpoken(views[index])) indexes.push(index)
  return indexes
}

function unanswered(views: readonly ItemView[]): readonly number[] {
  const answered = new Set(views.filter(({ kind }) => kind === 'output').map(({ callId }) => callId))
  const waiting: number[] = []
  for (const [index, { kind, callId }] of views.entries()) {
    if (kind === 'call' && !answered.has(callId)) waiting.push(index)
  }
  return waiting.slice(-MOST_UNANSWERED)
}

class Tail {
  readonly #views: readonly ItemView[]
  readonly #kept = new Set<number>()
  readonly #callAt = new Map<string, number>()
  readonly #outputAt = new Map<string, number>()
  #weight = 0

  constructor(views: readonly ItemView[]) {
    this.#views = views
    for (const [index, { kind, callId }] of views.entries()) {
      if (kind === 'call') this.#callAt.set(callId, index)
      else if (kind === 'output') this.#outputAt.set(callId, index)
    }
  }

  has(index: number): boolean {
    return this.#kept.has(index)
  }

  indexes(): readonly number[] {
    return [...this.#kept].toSorted((a, b) => a - b)
  }

  add(index: number): void {
    for (const one of this.#together(index)) this.#keep(one)
  }

  /** False: there is no room for it and all that belongs to it. */
  addWithin(index: number, roomCharacters: number): boolean {
    const all = [...this.#together(index)].filter((one) => !this.#kept.has(one))
    const weight = all.reduce((sum, one) => sum + this.#weightAt(one), 0)
    if (this.#weight + weight > roomCharacters) return false
    for (const one of all) this.#keep(one)
    return true
  }

  #keep(index: number): void {
    if (this.#kept.has(index)) return
    this.#kept.add(index)
    this.#weight += this.#weightAt(index)
  }

  #weightAt(index: number): number {
    const view = this.#views[index]
    return view === undefined ? 0 : weightOf(view)
  }

  /**
   * What makes no sense alone: an output without its call, a call without the reasoning and the calls beside it, which
   * some providers want back together, and their outputs.
   */
  #together(index: number): ReadonlySet<number> {
    const all = new Set<number>()
    const open = [index]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const view = this.#views[next]
      if (view === undefined || all.has(next)) continue
      all.add(next)
      if (view.kind === 'output') {
        const call = this.#callAt.get(view.callId)
        if (call !== undefined) open.push(call)
      } else if (view.kind === 'call') {
        const output = this.#outputAt.get(view.callId)
        if (output !== undefined && output > next) open.push(output)
      }
      if (BY_THE_MODEL.has(view.kind)) open.push(...this.#group(next))
    }
    return all
  }

  /** From the reasoning in front of it to the end of what the model did at once. */
  #group(index: number): readonly number[] {
    const made = (at: number): boolean => BY_THE_MODEL.has(this.#views[at]?.kind ?? 'user')
    let start = index
    const first = Math.max(0, index - MOST_AT_ONCE)
    while (start > first && made(start - 1) && this.#views[start]?.kind !== 'reasoning') start -= 1
    if (this.#views[start]?.kind !== 'reasoning') return [index]
    let end = index
    const last = index + MOST_AT_ONCE
    while (end < last && made(end + 1) && this.#views[end + 1]?.kind !== 'reasoning') end += 1
    return Array.from({ length: end - start + 1 }, (_, offset) => start + offset)
  }
}
