// Notes of a conversation without any model: what may not be lost of it, in the words in which it was said.

import { CandidateReader, type Candidate } from './candidates.ts'
import { type ItemView, weightOfAll } from './item-view.ts'
import { Pause } from './pause.ts'
import type { Entry, Notes } from './payload.ts'
import { filesIn, salientWords } from './salient-words.ts'
import { selectCandidates } from './select-candidates.ts'

/** Of the budget: names of files that stand nowhere else. */
const FILES_SHARE = 0.08
const MOST_MEDIA = 60

export type ExtractedNotes = Omit<Notes, 'instructions' | 'summary'>

export class NoteTaker {
  readonly #reader = new CandidateReader()
  readonly #views: readonly ItemView[]
  readonly #earlier: readonly Notes[]
  /** Names of files, and how much they were talked about. */
  readonly #files = new Map<string, number>()
  /** Of all that the notes will stand for. */
  readonly #weight: number
  #characters = 0

  private constructor(views: readonly ItemView[], earlier: readonly Notes[]) {
    this.#views = views
    this.#earlier = earlier
    this.#weight = weightOfAll(views) + earlier.reduce((sum, { weight }) => sum + weight, 0)
  }

  /**
   * @param views what is not kept as it is, oldest first
   * @param earlier of compactions before this one, oldest first
   */
  static async read(views: readonly ItemView[], earlier: readonly Notes[]): Promise<NoteTaker> {
    const taker = new NoteTaker(views, earlier)
    for (const notes of earlier) await taker.#reader.readNotes(notes)
    await taker.#reader.readItems(views)
    await taker.#readFiles()
    taker.#characters = taker.#reader.candidates.reduce((sum, { text }) => sum + text.length + 1, 0)
    return taker
  }

  /** Nothing at all would be left out. */
  fits(budgetCharacters: number): boolean {
    return this.#characters <= budgetCharacters
  }

  /** @param beside texts that will stand there anyway, word for word: the last turns, a model's summary */
  async take(budgetCharacters: number, beside: readonly string[]): Promise<ExtractedNotes> {
    const reader = this.#reader
    const covered = new Set<number>()
    for (const text of beside) {
      for (const { word } of salientWords(text)) {
        const id = reader.wordId(word)
        if (id !== undefined) covered.add(id)
      }
    }
    const chosen = this.fits(budgetCharacters)
      ? new Set(reader.candidates)
      : await selectCandidates(reader, budgetCharacters * (1 - FILES_SHARE), covered)
    const written = writeEntries(reader, chosen)
    const views = this.#views
    const earlier = this.#earlier
    const media = [...earlier.flatMap((notes) => notes.media), ...views.flatMap((view) => view.media)]
    return {
      ...written,
      files: this.#otherFiles(written, budgetCharacters * FILES_SHARE),
      media: [...new Set(media)].slice(-MOST_MEDIA),
      condensed: views.length + earlier.reduce((sum, notes) => sum + notes.condensed, 0),
      weight: this.#weight,
    }
  }

  async #readFiles(): Promise<void> {
    const pause = new Pause()
    const count = (file: string, by: number): unknown => this.#files.set(file, (this.#files.get(file) ?? 0) + by)
    for (const { kind, text } of this.#views) {
      if (kind === 'reasoning') continue
      for (const file of new Set(filesIn(text))) count(file, kind === 'output' ? 1 : 3)
      const waiting = pause.due()
      if (waiting !== null) await waiting
    }
    for (const file of this.#earlier.flatMap((notes) => notes.files)) count(file, 1)
  }

  /** Those that nothing else names, the most talked about first. */
  #otherFiles({ decisions, tasks, record }: Written, budgetCharacters: number): readonly string[] {
    const named = new Set([...decisions, ...tasks, ...record].flatMap(({ by, text }) => filesIn(`${by}\n${text}`)))
    let room = budgetCharacters
    const kept: string[] = []
    for (const [file] of [...this.#files].toSorted(([, a], [, b]) => b - a)) {
      if (named.has(file)) continue
      room -= file.length + 2
      if (room < 0) break
      kept.push(file)
    }
    return kept
  }
}

type Written = Pick<Notes, 'decisions' | 'tasks' | 'record'>

/** Decisions and tasks apart; everything else as a record, in order. */
function writeEntries({ entries, candidates }: CandidateReader, chosen: ReadonlySet<Candidate>): Written {
  const decisions: Entry[] = []
  const tasks: Entry[] = []
  const record: Entry[] = []
  for (const [number, group] of Map.groupBy(candidates, ({ entry }) => entry)) {
    const entry = entries[number]
    if (entry === undefined || !group.some((candidate) => chosen.has(candidate))) continue
    const pieces: (string | null)[] = []
    for (const candidate of group) {
      const { text, cue } = candidate
      if (!chosen.has(candidate)) {
        if (text !== '' && pieces.at(-1) !== null) pieces.push(null)
      } else if (entry.kind !== 'call' && cue === 'decision') decisions.push({ ...entry, text })
      else if (entry.kind !== 'call' && cue === 'task') tasks.push({ ...entry, text })
      else if (text !== '') pieces.push(text)
    }
    const said = pieces.some((piece) => piece !== null)
    if (said || entry.kind === 'call') record.push({ ...entry, text: pieces.map((piece) => piece ?? '…').join('\n') })
  }
  return { decisions, tasks, record }
}

export function isEmpty(notes: Notes): boolean {
  const { decisions, tasks, record, files, media } = notes
  return notes.summary === '' && decisions.length + tasks.length + record.length + files.length + media.length === 0
}
