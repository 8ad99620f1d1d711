// One compaction, from a list of items to what stands for it. The last turns and whatever waits are kept as they are; of
// the rest notes are taken, and a model may write a summary. What is short enough is kept whole, and nobody is asked.

import type { CompactionEnvelope } from './compaction-envelope.ts'
import { chooseTail } from './choose-tail.ts'
import { ItemOpener } from './expand-items.ts'
import { NoteTaker } from './extract-notes.ts'
import { fingerprint } from './fingerprint.ts'
import { viewItem, weightOfAll, type ItemView } from './item-view.ts'
import { Pause } from './pause.ts'
import type { CompactionPayload, Notes } from './payload.ts'
import { shortenItem, type ShortenLimits } from './shorten-item.ts'
import { renderTranscript } from './transcript.ts'

export interface CompactOptions {
  readonly envelope: CompactionEnvelope
  readonly accountId: string
  /** Raw JSON, oldest first. */
  readonly items: readonly string[]
  /** Of the request; '' = none. */
  readonly instructions: string
  /** What the result may weigh, in characters, its last turns included; what must be kept may exceed it. */
  readonly mostCharacters: number
  /** For the model that is asked. */
  readonly mostTranscriptCharacters: number
  /** The turn goes on with what is kept: nothing of what the model has not seen yet may be cut. */
  readonly within: boolean
  /** Writes a summary; null = there is none. Not asked where nothing has to be left out. */
  readonly summarize: ((transcript: (mostCharacters: number) => string) => Promise<string | null>) | null
}

/** Of what it covers: at most this share is kept, within the bounds below. */
const NOTES_SHARE = 0.14
const TAIL_SHARE = 0.08
/** Below these nothing is saved by leaving something out. */
const LEAST_NOTES = 8_000
const LEAST_TAIL = 4_000
const MOST_NOTES = 200_000
const MOST_TAIL = 48_000
const MOST_COVERED = 20_000

/** Of one text that is kept, at most and at least. */
const MOST_TEXT = 32_000
const LEAST_TEXT = 2_000
const MOST_MEDIA = 64_000
const UNTOUCHED: ShortenLimits = { textCharacters: Infinity, mediaCharacters: Infinity }

export async function compactItems(options: CompactOptions): Promise<CompactionPayload> {
  const { flat, earlier, covers } = await readItems(options)
  const talk = flat.filter(isTalk)
  const firstTalk = flat.findIndex(isTalk)
  // A compaction of an upstream's own, which nobody here can read, is needed only where what it covers is not there.
  const head = flat.filter((view, index) => !isTalk(view) && (view.kind !== 'compaction' || index < firstTalk))
  const weight = weightOfAll(talk) + earlier.reduce((sum, notes) => sum + notes.weight, 0)
  const { mostCharacters } = options
  const tailRoom = share(weight, TAIL_SHARE, LEAST_TAIL, Math.min(MOST_TAIL, mostCharacters * 0.35))
  const kept = new Set(chooseTail(talk, tailRoom))
  const textCharacters = Math.max(LEAST_TEXT, Math.min(MOST_TEXT, Math.floor(mostCharacters * 0.35)))
  const limits = { textCharacters, mediaCharacters: MOST_MEDIA }
  const tail = talk
    .filter((_, index) => kept.has(index))
    .map((view) => ({ view, raw: shortenItem(view, options.within ? UNTOUCHED : limits) }))
  const cut = new Set(tail.filter(({ view, raw }) => raw !== view.raw).map(({ view }) => view))
  // Of what is kept without its middle, notes are taken like of everything else.
  const noted = talk.filter((view, index) => !kept.has(index) || cut.has(view))
  const whole = tail.filter(({ view }) => !cut.has(view)).map(({ view }) => view)
  const notes = await takeNotes(options, noted, whole, earlier, weight)
  const instructions = options.instructions === '' ? (earlier.at(-1)?.instructions ?? '') : options.instructions
  return {
    version: 1,
    head: [...new Set(head.map((view) => shortenItem(view, limits)))],
    notes: { ...notes, instructions },
    tail: tail.map(({ raw }) => raw),
    covers: [...new Set(covers)].slice(-MOST_COVERED),
  }
}

function isTalk({ kind }: ItemView): boolean {
  return kind !== 'system' && kind !== 'tools' && kind !== 'compaction'
}

function share(weight: number, part: number, least: number, most: number): number {
  return Math.max(Math.min(weight * part, most), Math.min(weight, least, most))
}

/** Compactions before this one are taken apart again: their notes join these, their last turns are turns. */
async function readItems({ envelope, accountId, items }: CompactOptions): Promise<{
  readonly flat: readonly ItemView[]
  readonly earlier: readonly Notes[]
  readonly covers: readonly string[]
}> {
  const pause = new Pause()
  const opener = new ItemOpener(envelope, accountId)
  let flat: ItemView[] = []
  const earlier: Notes[] = []
  const covers: string[] = []
  for (const raw of items) {
    const { view, payload } = opener.open(viewItem(raw))
    if (view.kind === 'trigger') continue
    covers.push(fingerprint(view))
    if (payload === null) flat.push(view)
    else {
      const before = new Set(payload.covers)
      flat = flat.filter((other) => !before.has(fingerprint(other)))
      const inside = [...payload.head, ...payload.tail].map(viewItem)
      earlier.push(payload.notes)
      flat.push(...inside)
      covers.push(...payload.covers, ...inside.map(fingerprint))
    }
    const waiting = pause.due()
    if (waiting !== null) await waiting
  }
  return { flat, earlier, covers }
}

async function takeNotes(
  options: CompactOptions,
  noted: readonly ItemView[],
  whole: readonly ItemView[],
  earlier: readonly Notes[],
  weight: number,
): Promise<Notes> {
  const { mostCharacters, summarize, instructions, mostTranscriptCharacters } = options
  const budget = share(weight, NOTES_SHARE, LEAST_NOTES, Math.min(MOST_NOTES, mostCharacters * 0.6))
  const beside = whole.map(({ text }) => text)
  const taker = await NoteTaker.read(noted, earlier)
  const none = { instructions: '', summary: '' }
  if (taker.fits(budget) || summarize === null) return { ...(await taker.take(budget, beside)), ...none }
  const views = [...noted, ...whole]
  const summary = await summarize((most) =>
    renderTranscript(views, earlier, instructions, Math.min(most, mostTranscriptCharacters)),
  )
  if (summary === null || summary === '') return { ...(await taker.take(budget, beside)), ...none }
  // What the summary says need not be said again.
  return { ...(await taker.take(budget, [...beside, summary])), ...none, summary }
}
