// Everything that could be kept of a conversation, piece by piece, with what it would be worth.

import type { ItemView } from './item-view.ts'
import type { EntryKind, Notes } from './payload.ts'
import { Pause } from './pause.ts'
import { cueOf, salientWords, type Cue } from './salient-words.ts'
import { linesOf, Novelty, sentencesOf } from './segments.ts'

export interface Candidate {
  /** Of the entry that it would be part of; in order of time. */
  readonly entry: number
  readonly text: string
  readonly cue: Cue
  /** Ids of its salient words, and what they are worth at most. */
  readonly words: readonly number[]
  readonly values: readonly number[]
  readonly weight: number
  /** Kept whatever it costs, as far as there is room at all. */
  readonly certain: boolean
}

export interface CandidateList {
  readonly candidates: readonly Candidate[]
  readonly entries: readonly { readonly by: string; readonly kind: EntryKind }[]
  /** By word id: in how many pieces it stands. */
  readonly spread: readonly number[]
  /** By its text. */
  wordId(word: string): number | undefined
}

/** What a person said is dearer than what a program printed. */
const WEIGHTS: Readonly<Record<EntryKind, number>> = { user: 3, assistant: 1.5, call: 1, other: 1 }
/** What a compaction before this one has kept was worth it once already. */
const KEPT_BEFORE = 1.5
const OF_CUE: Readonly<Record<Exclude<Cue, null>, number>> = { decision: 2.5, task: 3.5, trouble: 2.5 }
/** Pieces of the first and of the latest messages of the user that are kept for certain. */
const CERTAIN_PIECES = 6
const MOST_ARGUMENT_CHARACTERS = 200

export class CandidateReader implements CandidateList {
  readonly candidates: Candidate[] = []
  readonly entries: { readonly by: string; readonly kind: EntryKind }[] = []
  readonly spread: number[] = []
  readonly #wordIds = new Map<string, number>()
  readonly #pause = new Pause()

  /** What an earlier compaction knows. */
  async readNotes(notes: Notes): Promise<void> {
    for (const entry of [...notes.record, ...notes.decisions, ...notes.tasks]) {
      this.#open(entry.by, entry.kind)
      await this.#read(entry.text, WEIGHTS[entry.kind] * KEPT_BEFORE, 0)
    }
    if (notes.summary !== '') {
      this.#open('earlier summary', 'other')
      await this.#read(notes.summary, WEIGHTS.assistant * KEPT_BEFORE, 0)
    }
  }

  /** @param isGoal its user said what all this is about */
  async readItems(views: readonly ItemView[]): Promise<void> {
    const callers = new Map<string, ItemView>()
    const lastUser = views.findLastIndex(({ kind }) => kind === 'user')
    const firstUser = views.findIndex(({ kind }) => kind === 'user')
    for (const [index, view] of views.entries()) {
      const { kind } = view
      switch (kind) {
        case 'user':
        case 'assistant': {
          this.#open(kind, kind)
          const certain = kind === 'user' && (index === firstUser || index === lastUser) ? CERTAIN_PIECES : 0
          await this.#read(view.text, WEIGHTS[kind], certain)
          break
        }
        case 'reasoning':
        case 'other':
          this.#open(kind === 'reasoning' ? 'assistant, thinking' : view.type, 'other')
          await this.#read(view.text, WEIGHTS.other, 0)
          break
        case 'call':
          callers.set(view.callId, view)
          break
        case 'output': {
          const call = callers.get(view.callId)
          callers.delete(view.callId)
          await this.#readCall(call, view)
          break
        }
        default:
      }
      for (const mention of view.media) this.#take(mention, WEIGHTS.user, false)
    }
    for (const call of callers.values()) await this.#readCall(call, undefined)
  }

  wordId(word: string): number | undefined {
    return this.#wordIds.get(word)
  }

  async #readCall(call: ItemView | undefined, output: ItemView | undefined): Promise<void> {
    const name = call?.name ?? output?.name ?? 'a tool'
    this.#open(`${name}(${shortArguments(call?.text ?? '')})`, 'call')
    // The call alone, without a word of its output.
    this.#take('', WEIGHTS.call, false, call?.text.slice(0, MOST_ARGUMENT_CHARACTERS))
    // The arguments stand in the entry's own name; what of them does not fit there is worth what an output is.
    const rest = call === undefined || call.text.length <= MOST_ARGUMENT_CHARACTERS ? '' : call.text
    if (rest !== '') await this.#read(rest, WEIGHTS.call, 0)
    if (output === undefined) this.#take('(no answer yet)', WEIGHTS.call, true)
    else await this.#read(output.text, WEIGHTS.call, 0)
  }

  #open(by: string, kind: EntryKind): void {
    this.entries.push({ by, kind })
  }

  async #read(text: string, weight: number, certain: number): Promise<void> {
    const kind = this.entries.at(-1)?.kind
    const spoken = kind === 'user' || kind === 'assistant'
    const segments = spoken ? sentencesOf(text) : linesOf(text)
    // Of what programs print, a line unlike the others around it is worth reading. People may say things twice.
    const novelty = spoken ? null : new Novelty()
    for (const segment of novelty === null ? [] : segments) {
      novelty?.add(segment)
      const pause = this.#pause.due()
      if (pause !== null) await pause
    }
    let left = certain
    for (const segment of segments) {
      this.#take(segment, weight * (novelty?.of(segment) ?? 1), left > 0)
      left -= 1
      const pause = this.#pause.due()
      if (pause !== null) await pause
    }
  }

  /** @param tells what the piece says, where that is not its text */
  #take(text: string, weight: number, certain: boolean, tells = text): void {
    const salient = salientWords(tells)
    const words = salient.map(({ word }) => this.#idOf(word))
    const cue = cueOf(text)
    this.candidates.push({
      entry: this.entries.length - 1,
      text,
      cue,
      words,
      values: salient.map(({ value }) => value),
      weight: weight * (cue === null ? 1 : OF_CUE[cue]),
      certain,
    })
  }

  #idOf(word: string): number {
    const known = this.#wordIds.get(word)
    const id = known ?? this.#wordIds.size
    if (known === undefined) this.#wordIds.set(word, id)
    this.spread[id] = (this.spread[id] ?? 0) + 1
    return id
  }
}

function shortArguments(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= MOST_ARGUMENT_CHARACTERS ? line : `${line.slice(0, MOST_ARGUMENT_CHARACTERS)}…`
}
