// What a compaction item holds.

import {
  arrayOf,
  isJsonObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'

export interface CompactionPayload {
  readonly version: 1
  /** Instructions and declarations of tools, raw JSON of each item: verbatim, in front. */
  readonly head: readonly string[]
  readonly notes: Notes
  /** The last turns and whatever waits for an answer, raw JSON of each item: verbatim, behind the notes. */
  readonly tail: readonly string[]
  /** Fingerprints of the items that this stands for. */
  readonly covers: readonly string[]
  /** The upstream's own compaction of the same. */
  readonly native?: NativeCompaction
}

export interface NativeCompaction {
  readonly origin: string
  readonly credential: string
  readonly id: string
  readonly encryptedContent: string
}

/** What is known of the items that were not kept as they are. */
export interface Notes {
  /** The `instructions` of the request that was compacted; '' = none. */
  readonly instructions: string
  /** What a model wrote about it; '' = nothing. */
  readonly summary: string
  readonly decisions: readonly Entry[]
  readonly tasks: readonly Entry[]
  /** What was said and done, oldest first. */
  readonly record: readonly Entry[]
  readonly files: readonly string[]
  readonly media: readonly string[]
  /** Items that all this stands for, and what they weighed, in characters. */
  readonly condensed: number
  readonly weight: number
}

export interface Entry {
  /** `user`, `assistant`, or what was called with which arguments. */
  readonly by: string
  readonly kind: EntryKind
  readonly text: string
}

export type EntryKind = 'user' | 'assistant' | 'call' | 'other'

export const NO_NOTES: Notes = Object.freeze({
  instructions: '',
  summary: '',
  decisions: [],
  tasks: [],
  record: [],
  files: [],
  media: [],
  condensed: 0,
  weight: 0,
})

/** Null: not of a version that is known here. */
export function readPayload(value: JsonObject | null): CompactionPayload | null {
  if (value?.['version'] !== 1) return null
  const notes = objectOf(value['notes'])
  if (notes === undefined) return null
  const native = objectOf(value['native'])
  return {
    version: 1,
    head: texts(value['head']),
    tail: texts(value['tail']),
    covers: texts(value['covers']),
    notes: {
      instructions: stringOf(notes['instructions']) ?? '',
      summary: stringOf(notes['summary']) ?? '',
      decisions: entries(notes['decisions']),
      tasks: entries(notes['tasks']),
      record: entries(notes['record']),
      files: texts(notes['files']),
      media: texts(notes['media']),
      condensed: numberOf(notes['condensed']) ?? 0,
      weight: numberOf(notes['weight']) ?? 0,
    },
    ...(native === undefined
      ? {}
      : {
          native: {
            origin: stringOf(native['origin']) ?? '',
            credential: stringOf(native['credential']) ?? '',
            id: stringOf(native['id']) ?? '',
            encryptedContent: stringOf(native['encryptedContent']) ?? '',
          },
        }),
  }
}

function texts(value: JsonValue | undefined): readonly string[] {
  return (arrayOf(value) ?? []).filter((text) => typeof text === 'string')
}

const KINDS: ReadonlySet<string> = new Set<EntryKind>(['user', 'assistant', 'call', 'other'])

function entries(value: JsonValue | undefined): readonly Entry[] {
  return (arrayOf(value) ?? []).filter(isJsonObject).map((entry) => {
    const kind = stringOf(entry['kind']) ?? ''
    return { by: stringOf(entry['by']) ?? '', kind: isKind(kind) ? kind : 'other', text: stringOf(entry['text']) ?? '' }
  })
}

function isKind(kind: string): kind is EntryKind {
  return KINDS.has(kind)
}
