// Signed reasoning for clients that have nowhere to keep it.
//
// A provider that thinks between tool calls wants its signed thoughts back with the calls' results. Chat clients send
// back the calls alone; so what belonged to a call is remembered here under the call's id, for its own account, and put
// back when the id returns (H40, H49). It is a cache: bounded, and forgotten at a restart; a provider's encoder copes
// without.

import { LRUCache } from 'lru-cache'
import type { Answer, AnswerEvent, AnswerPart } from '../core/answer.ts'
import type { Conversation, DialectName, Part, ReasoningPart, Seal, Turn } from '../core/conversation.ts'
import { marksIn } from './seal-marks.ts'

const MAX_CHARACTERS = 32 * 1024 * 1024
const MAX_AGE_MS = 6 * 60 * 60 * 1_000

/** As it travels between processes: plain JSON. */
export interface SealEntry {
  readonly key: string
  readonly value: Remembered
}

interface Remembered {
  /** What was thought before the call, in order. */
  readonly reasoning: readonly Thought[]
  /** The call's own seal (Gemini). */
  readonly seal?: Seal
}

interface Thought {
  readonly text: string
  readonly summary: readonly string[]
  readonly redacted: boolean
  readonly seal: Seal
}

export class SealMemory {
  readonly #calls = new LRUCache<string, Remembered>({
    maxSize: MAX_CHARACTERS,
    ttl: MAX_AGE_MS,
    sizeCalculation: ({ reasoning, seal }, key) =>
      key.length +
      (seal?.data.length ?? 0) +
      reasoning.reduce((sum, thought) => sum + thought.text.length + thought.seal.data.length + 100, 100),
  })

  readonly #tell: (entry: SealEntry) => void

  /** @param tell the next request may meet another process of this machine: everybody remembers everything */
  constructor(tell: (entry: SealEntry) => void = () => undefined) {
    this.#tell = tell
  }

  /** From another process. */
  learn({ key, value }: SealEntry): void {
    this.#calls.set(key, value)
  }

  /** @param origin the deployment that answered */
  remember(accountId: string, { choices }: Pick<Answer, 'choices'>, origin: string): void {
    for (const { parts } of choices) {
      let reasoning: Thought[] = []
      for (const part of parts) {
        if (part.type === 'reasoning') {
          const thought = thoughtOf(part, origin)
          if (thought !== null) reasoning.push(thought)
        } else if (part.type === 'tool-call' && part.id !== '') {
          const seal = part.seal === undefined ? {} : { seal: { origin, ...part.seal } }
          if (reasoning.length > 0 || part.seal !== undefined) {
            const entry = { key: keyOf(accountId, part.id), value: { reasoning, ...seal } }
            this.learn(entry)
            this.#tell(entry)
          }
          // Of parallel calls only the first brings the thoughts back.
          reasoning = []
        }
      }
    }
  }

  /** The same conversation with what belongs to its calls put back, where the client did not bring it. */
  restore(accountId: string, conversation: Conversation): Conversation {
    if (this.#calls.size === 0) return conversation
    let changed = false
    const turns = conversation.turns.map((turn): Turn => {
      if (turn.role !== 'assistant') return turn
      const parts = this.#restoreParts(accountId, turn.parts)
      if (parts === turn.parts) return turn
      changed = true
      return { ...turn, parts }
    })
    return changed ? { ...conversation, turns } : conversation
  }

  /**
   * What goes by unread, because both sides speak one dialect: who made the seals in it is remembered by the seals.
   * @param text one character a byte
   */
  passed(accountId: string, text: string, dialect: DialectName, origin: string): void {
    for (const mark of marksIn(text, dialect, 'seal')) {
      const key = keyOf(accountId, mark)
      if (this.#calls.has(key)) continue
      const entry = { key, value: { reasoning: [], seal: { dialect, data: '', origin } } }
      this.learn(entry)
      this.#tell(entry)
    }
  }

  /**
   * The deployment that has signed what a request brings, or waits for its results; null = none is known.
   * @param text the body of a request
   */
  originOf(accountId: string, text: string, dialect: DialectName): string | null {
    if (this.#calls.size === 0) return null
    // Of parallel calls only the first is known; so the newest known mark is looked for.
    for (const mark of marksIn(text, dialect)) {
      const known = this.#calls.get(keyOf(accountId, mark))
      const seal = known?.reasoning[0]?.seal ?? known?.seal
      if (seal?.origin !== undefined) return seal.origin
    }
    return null
  }

  #restoreParts(accountId: string, parts: readonly Part[]): readonly Part[] {
    const sealed = parts.some((part) => part.seal !== undefined)
    if (sealed || !parts.some((part) => part.type === 'tool-call')) return parts
    const thoughts: ReasoningPart[] = []
    let changed = false
    const rest = parts
      .filter((part) => part.type !== 'reasoning')
      .map((part): Part => {
        const known = part.type === 'tool-call' ? this.#calls.get(keyOf(accountId, part.id)) : undefined
        if (known === undefined) return part
        changed = true
        for (const thought of known.reasoning) thoughts.push({ type: 'reasoning', at: part.at, ...thought })
        return known.seal === undefined ? part : { ...part, seal: known.seal }
      })
    return changed ? [...thoughts, ...rest] : parts
  }
}

/** Follows a stream for what `SealMemory` keeps of an answer: thoughts, calls, seals. Words are not looked at. */
export class SealTracker {
  readonly #done: (answer: Pick<Answer, 'choices'>) => void
  readonly #parts = new Map<
    number,
    {
      type: 'reasoning' | 'tool-call'
      id: string
      redacted: boolean
      text: string
      /** Paragraphs before `text`, where that is a summary; null = what the model thought. */
      summary: string[] | null
      seal?: Seal
    }
  >()
  #sealed = false

  /** @param done called at the end, if there was a seal */
  constructor(done: (answer: Pick<Answer, 'choices'>) => void) {
    this.#done = done
  }

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'part-start': {
        const { opened } = event
        if (opened.type === 'reasoning') {
          const { redacted, form } = opened
          const summary = form === 'summary' ? [] : null
          this.#parts.set(event.part, { type: 'reasoning', id: '', redacted, text: '', summary })
        } else if (opened.type === 'tool-call') {
          this.#parts.set(event.part, { type: 'tool-call', id: opened.id, redacted: false, text: '', summary: null })
        }
        break
      }
      case 'part-delta': {
        const part = this.#parts.get(event.part)
        if (part?.type === 'reasoning') part.text += event.text
        break
      }
      case 'section': {
        const part = this.#parts.get(event.part)
        if (part === undefined) break
        part.summary?.push(part.text)
        part.text = ''
        break
      }
      case 'seal': {
        const part = this.#parts.get(event.part)
        if (part === undefined) break
        part.seal = event.seal
        this.#sealed = true
        break
      }
      case 'finish':
        if (this.#sealed) this.#finish()
        break
      default:
    }
  }

  #finish(): void {
    const parts = [...this.#parts.values()].map(({ type, id, redacted, text, summary, seal }): AnswerPart => {
      const sealed = seal === undefined ? {} : { seal }
      if (type === 'reasoning') {
        if (summary === null) return { type, text, summary: [], redacted, ...sealed }
        return { type, text: '', summary: text === '' ? summary : [...summary, text], redacted, ...sealed }
      }
      return { type, id, name: '', kind: 'function', input: '', ...sealed }
    })
    this.#done({ choices: [{ parts, finish: { reason: 'stop' } }] })
  }
}

function thoughtOf(part: Extract<AnswerPart, { type: 'reasoning' }>, origin: string): Thought | null {
  if (part.seal === undefined) return null
  return { text: part.text, summary: part.summary, redacted: part.redacted, seal: { origin, ...part.seal } }
}

function keyOf(accountId: string, callId: string): string {
  return `${accountId}\0${callId}`
}
