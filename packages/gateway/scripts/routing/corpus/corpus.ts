// The training corpus of our own: templates with blanks, filled by a seeded draw. The fixture that measures the
// classifier (`picker/__fixtures__`) was written apart from it and is never trained on.
import { TASK_TYPES, type TaskType } from '../../../src/routing/auto/picker/task-types.ts'
import { seededRandom } from '../seeded.ts'
import { CODE } from './code.ts'
import { CUES } from './cues.ts'
import { EVERYDAY_WORDS } from './everyday-words.ts'
import { EVERYDAY_WORK } from './everyday-work.ts'
import { KNOWLEDGE } from './knowledge.ts'
import { LANGUAGE } from './language.ts'
import { ratedLines } from './rated-lines.ts'
import { REQUESTS } from './requests.ts'
import { SLOTS } from './slots.ts'

export interface CorpusPrompt {
  readonly text: string
  readonly type: TaskType
  /** How it was written: held-out tests leave out a whole kind, since what people send is of another kind too. */
  readonly kind: 'template' | 'request' | 'cue'
}

/** Blanks that hold somebody's text: what it is about must not tell the task, so foreign passages are drawn as well. */
const QUOTED: Readonly<Record<string, 'passages' | 'sentences'>> = {
  passage: 'passages',
  sentence: 'sentences',
  rough: 'sentences',
  review: 'sentences',
  ticket: 'sentences',
  record: 'sentences',
}
/** Share of quoted blanks that get a foreign text. */
const FOREIGN_SHARE = 0.7

/** Types of request that come with a text to work on. */
const QUOTING = new Set<TaskType>(['extraction', 'classification', 'summary', 'rewrite', 'translation', 'rag-qa'])

export interface ForeignTexts {
  readonly passages: readonly string[]
  readonly sentences: readonly string[]
}

/** Every template filled `copies` times. */
export function corpusPrompts(copies: number, foreign: ForeignTexts, seed = 11): CorpusPrompt[] {
  const random = seededRandom(seed)
  const all: Partial<Record<TaskType, readonly string[]>> = { ...CODE, ...KNOWLEDGE, ...LANGUAGE }
  const prompts: CorpusPrompt[] = []
  for (const type of TASK_TYPES) {
    for (const text of all[type] ?? []) {
      const filled = new Set<string>()
      for (let copy = 0; copy < copies; copy++) filled.add(fill(text, foreign, random))
      for (const one of filled) prompts.push({ text: one, type, kind: 'template' })
    }
    for (const text of requestsOf(type)) {
      prompts.push({ text, type, kind: 'request' })
      // The same request in front of somebody's text, and behind it.
      const passage = foreign.passages[Math.floor(random() * foreign.passages.length)] ?? ''
      if (QUOTING.has(type))
        prompts.push(
          { text: `${text}\n\n${passage}`, type, kind: 'request' },
          { text: `${passage}\n\n${text}`, type, kind: 'request' },
        )
    }
    for (const text of CUES[type].split('|').map((cue) => cue.replace(/\s+/gu, ' ').trim()))
      prompts.push({ text, type, kind: 'cue' })
  }
  return prompts
}

function requestsOf(type: TaskType): string[] {
  const lists = [REQUESTS[type], EVERYDAY_WORK[type] ?? EVERYDAY_WORDS[type] ?? '']
  return lists.flatMap(ratedLines).map(({ text }) => text)
}

function fill(template: string, foreign: ForeignTexts, random: () => number): string {
  return template.replace(/\{\{|\}\}|\{([a-z]+)\}/gu, (whole, slot: string | undefined) => {
    if (slot === undefined) return whole.slice(1)
    const quoted = QUOTED[slot]
    const values = quoted !== undefined && random() < FOREIGN_SHARE ? foreign[quoted] : SLOTS[slot]
    return values?.[Math.floor(random() * values.length)] ?? whole
  })
}

/** Passages of 150 to 700 characters and single sentences, cut from texts about anything. */
export function foreignTexts(texts: readonly string[]): ForeignTexts {
  const prose = texts.filter((text) => text.length > 200 && !/[\\{}_$]|\n\s*\n/u.test(text.slice(0, 700)))
  const passages = prose
    .map((text) => upToSentenceEnd(text.split(/\n\(?[A-J][.):]/u)[0] ?? ''))
    .filter((text) => text.length > 150)
  const sentences = passages
    .flatMap((text) => text.split(/(?<=[.!?])\s+/u))
    .filter((text) => text.length > 30 && text.length < 200)
  return { passages, sentences }
}

function upToSentenceEnd(text: string): string {
  const cut = text.slice(0, 700)
  const end = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('? '))
  return end > 150 ? cut.slice(0, end + 1) : cut
}
