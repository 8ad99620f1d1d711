// Citations. Google gives them per answer (`groundingMetadata`: sources, and which stretch of text rests on which),
// other dialects per stretch of text. Google counts its offsets in bytes of UTF-8, from the start of the part.

import type { Annotation } from '../../core/answer.ts'
import { arrayOf, numberOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'

/** Members of a candidate that are kept whole for clients of this dialect. */
export const CANDIDATE_METADATA = ['groundingMetadata', 'citationMetadata', 'urlContextMetadata'] as const

/** @param text of the part that is cited from, as far as it has come */
export function readCitations(candidate: JsonObject, text: string): Annotation[] {
  const grounding = objectOf(candidate['groundingMetadata'])
  const citations = arrayOf(objectOf(candidate['citationMetadata'])?.['citations']) ?? []
  if (grounding === undefined && citations.length === 0) return []
  const bytes = Buffer.from(text)
  const annotations = grounding === undefined ? [] : fromGrounding(grounding, bytes)
  for (const entry of citations) {
    const citation = objectOf(entry)
    if (citation !== undefined) annotations.push(annotation(citation, citation, citation, bytes))
  }
  return annotations
}

function fromGrounding(grounding: JsonObject, bytes: Buffer): Annotation[] {
  const chunks = (arrayOf(grounding['groundingChunks']) ?? []).map((chunk) => objectOf(chunk) ?? {})
  const annotations: Annotation[] = []
  const supported = new Set<number>()
  for (const entry of arrayOf(grounding['groundingSupports']) ?? []) {
    const support = objectOf(entry) ?? {}
    const segment = objectOf(support['segment'])
    for (const index of arrayOf(support['groundingChunkIndices']) ?? []) {
      const chunk = chunks[numberOf(index) ?? -1]
      if (chunk === undefined) continue
      supported.add(numberOf(index) ?? -1)
      annotations.push(annotation(sourceOf(chunk), { groundingChunk: chunk }, segment, bytes))
    }
  }
  for (const [index, chunk] of chunks.entries()) {
    if (!supported.has(index))
      annotations.push(annotation(sourceOf(chunk), { groundingChunk: chunk }, undefined, bytes))
  }
  return annotations
}

/** Where a chunk comes from: the web, a store of documents, a map. */
function sourceOf(chunk: JsonObject): JsonObject {
  for (const kind of ['web', 'retrievedContext', 'maps', 'image']) {
    const source = objectOf(chunk[kind])
    if (source !== undefined) return source
  }
  return {}
}

function annotation(source: JsonObject, value: JsonObject, range: JsonObject | undefined, bytes: Buffer): Annotation {
  const url = stringOf(source['uri'])
  const title = stringOf(source['title'])
  const end = numberOf(range?.['endIndex'])
  return {
    dialect: 'gemini',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(end === undefined
      ? {}
      : { start: utf16Length(bytes, numberOf(range?.['startIndex']) ?? 0), end: utf16Length(bytes, end) }),
    value,
  }
}

function utf16Length(bytes: Buffer, byteOffset: number): number {
  return bytes.toString('utf8', 0, Math.max(0, Math.min(byteOffset, bytes.length))).length
}

/** Citations of any dialect as Google's grounding; null when there is nothing to point at. */
export class GroundingWriter {
  readonly #chunks: JsonObject[] = []
  readonly #supports: JsonObject[] = []
  readonly #indexByUrl = new Map<string, number>()

  /** @param text of the part that the offsets count in */
  add({ url, title, start, end }: Annotation, text: string): void {
    if (url === undefined) return
    let index = this.#indexByUrl.get(url)
    if (index === undefined) {
      index = this.#chunks.length
      this.#indexByUrl.set(url, index)
      this.#chunks.push({ web: { uri: url, ...(title === undefined ? {} : { title }) } })
    }
    if (start === undefined || end === undefined) return
    const segment: { [name: string]: JsonValue } = {
      startIndex: Buffer.byteLength(text.slice(0, start)),
      endIndex: Buffer.byteLength(text.slice(0, end)),
      text: text.slice(start, end),
    }
    this.#supports.push({ segment, groundingChunkIndices: [index] })
  }

  metadata(): JsonObject | null {
    if (this.#chunks.length === 0) return null
    return {
      groundingChunks: this.#chunks,
      ...(this.#supports.length === 0 ? {} : { groundingSupports: this.#supports }),
    }
  }
}
