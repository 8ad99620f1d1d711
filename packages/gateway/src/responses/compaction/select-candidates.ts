// Which pieces are kept, where there is room for some: each time the one that adds the most that is not there yet, for
// the characters that it takes. A word counts in full once, and hardly ever again.

import type { Candidate, CandidateList } from './candidates.ts'
import { Pause } from './pause.ts'

/** What a piece costs beside its own characters. */
const AROUND_CHARACTERS = 12
/** Worth by character. What is below says hardly anything that is not there yet: it is left out, even where there is room. */
const LEAST_SCORE = 0.01

/** @param covered texts that will be there anyway: their words are worth less */
export async function selectCandidates(
  list: CandidateList,
  budgetCharacters: number,
  covered: ReadonlySet<number>,
): Promise<ReadonlySet<Candidate>> {
  const pause = new Pause()
  /** By word id: how many times it is said already. */
  const said = new Map<number, number>()
  for (const word of covered) said.set(word, 1)
  const opened = new Set<number>()
  const chosen = new Set<Candidate>()
  let room = budgetCharacters
  /** The name of its entry is said once. */
  const costOf = ({ text, entry }: Candidate): number =>
    text.length + AROUND_CHARACTERS + (opened.has(entry) ? 0 : (list.entries[entry]?.by.length ?? 0))
  const scoreOf = (candidate: Candidate): number => worthOf(candidate, list, said) / costOf(candidate)
  const keep = (candidate: Candidate): void => {
    room -= costOf(candidate)
    chosen.add(candidate)
    opened.add(candidate.entry)
    for (const word of candidate.words) said.set(word, (said.get(word) ?? 0) + 1)
  }
  for (const candidate of list.candidates) {
    if (candidate.certain && costOf(candidate) <= room) keep(candidate)
  }
  const heap = new Heap()
  for (const candidate of list.candidates) {
    if (chosen.has(candidate)) continue
    heap.push({ candidate, score: scoreOf(candidate) })
    const waiting = pause.due()
    if (waiting !== null) await waiting
  }
  // A score falls, as more is said: one that is still the highest after it was counted again is the highest. (It rises
  // a little when its entry is opened by another piece; that is let go.)
  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const { candidate } = best
    if (room <= AROUND_CHARACTERS) break
    if (costOf(candidate) > room) continue
    const score = scoreOf(candidate)
    if (score < LEAST_SCORE) continue
    if (score < best.score && score < (heap.topScore ?? 0)) heap.push({ candidate, score })
    else keep(candidate)
    const waiting = pause.due()
    if (waiting !== null) await waiting
  }
  return chosen
}

function worthOf(candidate: Candidate, list: CandidateList, said: ReadonlyMap<number, number>): number {
  const { spread, candidates } = list
  const { words, values, weight } = candidate
  const usual = Math.log(candidates.length + 2)
  let worth = 0
  for (const [index, word] of words.entries()) {
    // A word that stands everywhere tells nothing.
    const rarity = Math.max(0.1, 1 - Math.log(spread[word] ?? 1) / usual)
    worth += (values[index] ?? 0) * rarity * (1 + (said.get(word) ?? 0)) ** -2
  }
  return worth * weight
}

interface Scored {
  readonly candidate: Candidate
  readonly score: number
}

/** The highest first. */
class Heap {
  readonly #slots: Scored[] = []

  get topScore(): number | undefined {
    return this.#slots[0]?.score
  }

  push(scored: Scored): void {
    const slots = this.#slots
    let at = slots.push(scored) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = slots[parent]
      if (above === undefined || above.score >= scored.score) break
      slots[at] = above
      at = parent
    }
    slots[at] = scored
  }

  pop(): Scored | undefined {
    const slots = this.#slots
    const top = slots[0]
    const last = slots.pop()
    if (top === undefined || last === undefined || slots.length === 0) return top
    let at = 0
    for (;;) {
      const left = slots[2 * at + 1]
      const right = slots[2 * at + 2]
      const child = right !== undefined && left !== undefined && right.score > left.score ? 2 * at + 2 : 2 * at + 1
      const higher = slots[child]
      if (higher === undefined || higher.score <= last.score) break
      slots[at] = higher
      at = child
    }
    slots[at] = last
    return top
  }
}
