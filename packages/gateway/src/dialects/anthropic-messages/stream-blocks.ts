// The blocks of a stream as parts. Most become parts as they begin; what only this dialect understands is held until its
// block is complete, because it is passed on whole. Stops that are left out, deltas without a beginning and arguments
// that come with the beginning of a call are followed too.

import type { EmitEvent, OpenedPart } from '../../core/answer.ts'
import { arrayOf, objectOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../../core/json.ts'
import { annotationOf } from './response.ts'
import { DIALECT, type Draft } from './wire.ts'

interface OpenBlock {
  readonly kind: 'text' | 'thinking' | 'redacted' | 'tool' | 'foreign'
  /** Number of the part; -1 while a foreign block is held back. */
  readonly part: number
  readonly start: JsonObject
  /** The pieces of a signature, or of a foreign block's input. */
  gathered: string
  /** Whether a piece of a call's arguments came. */
  fed: boolean
  /** Members that deltas gave to a foreign block. */
  readonly members: Draft
}

export class StreamBlocks {
  /** Whether the answer calls tools. */
  hasCalls = false
  readonly #emit: EmitEvent
  readonly #blocks = new Map<number, OpenBlock>()
  #nextPart = 0

  constructor(emit: EmitEvent) {
    this.#emit = emit
  }

  /** Whether any block has begun. */
  get any(): boolean {
    return this.#nextPart > 0 || this.#blocks.size > 0
  }

  begin(index: number, block: JsonObject): void {
    this.stop(index)
    switch (block['type']) {
      case 'text': {
        const part = this.#open(index, 'text', block, { type: 'text' })
        this.#text(part, stringOf(block['text']) ?? '')
        for (const citation of arrayOf(block['citations']) ?? []) this.#cite(part, objectOf(citation))
        return
      }
      case 'thinking': {
        const part = this.#open(index, 'thinking', block, { type: 'reasoning', form: 'full', redacted: false })
        this.#text(part, stringOf(block['thinking']) ?? '')
        return
      }
      case 'redacted_thinking':
        this.#open(index, 'redacted', block, { type: 'reasoning', form: 'full', redacted: true })
        return
      case 'tool_use': {
        this.hasCalls = true
        const [id, name] = [stringOf(block['id']) ?? '', stringOf(block['name']) ?? '']
        this.#open(index, 'tool', block, { type: 'tool-call', id, name, kind: 'function' })
        return
      }
      default:
        this.#blocks.set(index, { kind: 'foreign', part: -1, start: block, gathered: '', fed: false, members: {} })
    }
  }

  #open(index: number, kind: OpenBlock['kind'], start: JsonObject, opened: OpenedPart): number {
    const part = this.#nextPart
    this.#nextPart += 1
    const sealed = kind === 'thinking' ? start['signature'] : kind === 'redacted' ? start['data'] : undefined
    this.#blocks.set(index, { kind, part, start, gathered: stringOf(sealed) ?? '', fed: false, members: {} })
    this.#emit({ type: 'part-start', choice: 0, part, opened })
    return part
  }

  /** /!\ Hot path. */
  add(index: number, delta: JsonObject | undefined): void {
    if (delta === undefined) return
    const block = this.#blocks.get(index) ?? this.#openLate(index, delta)
    if (block === null) return
    if (block.kind === 'foreign') feedForeign(block, delta)
    else if (block.kind !== 'redacted') this.#feed(block, delta)
  }

  #feed(block: OpenBlock, delta: JsonObject): void {
    switch (delta['type']) {
      case 'text_delta':
        if (block.kind === 'text') this.#text(block.part, stringOf(delta['text']) ?? '')
        break
      case 'thinking_delta':
        if (block.kind === 'thinking') this.#text(block.part, stringOf(delta['thinking']) ?? '')
        break
      case 'input_json_delta': {
        const piece = stringOf(delta['partial_json']) ?? ''
        if (block.kind !== 'tool' || piece === '') break
        block.fed = true
        this.#text(block.part, piece)
        break
      }
      case 'signature_delta':
        if (block.kind === 'thinking') block.gathered += stringOf(delta['signature']) ?? ''
        break
      case 'citations_delta':
        if (block.kind === 'text') this.#cite(block.part, objectOf(delta['citation']))
        break
      default:
        break
    }
  }

  /** A delta without a beginning: the words are worth more than the order. */
  #openLate(index: number, delta: JsonObject): OpenBlock | null {
    if (delta['type'] === 'text_delta') this.begin(index, { type: 'text' })
    else if (delta['type'] === 'thinking_delta') this.begin(index, { type: 'thinking' })
    return this.#blocks.get(index) ?? null
  }

  #text(part: number, text: string): void {
    if (text !== '') this.#emit({ type: 'part-delta', choice: 0, part, text })
  }

  #cite(part: number, citation: JsonObject | undefined): void {
    if (citation !== undefined) this.#emit({ type: 'annotation', choice: 0, part, annotation: annotationOf(citation) })
  }

  stop(index: number): void {
    const block = this.#blocks.get(index)
    if (block === undefined) return
    this.#blocks.delete(index)
    if (block.kind === 'foreign') {
      this.#foreign(block)
      return
    }
    const { part, gathered } = block
    if (block.kind === 'tool' && !block.fed) this.#wholeInput(block)
    if (gathered !== '') this.#emit({ type: 'seal', choice: 0, part, seal: { dialect: DIALECT, data: gathered } })
    this.#emit({ type: 'part-end', choice: 0, part })
  }

  /** Arguments that came with the beginning of the block. */
  #wholeInput({ start, part }: OpenBlock): void {
    const input = objectOf(start['input'])
    if (input !== undefined && Object.keys(input).length > 0) this.#text(part, JSON.stringify(input))
  }

  #foreign(block: OpenBlock): void {
    const part = this.#nextPart
    this.#nextPart += 1
    const kind = stringOf(block.start['type']) ?? ''
    const value: Draft = { ...block.start, ...block.members }
    if (block.gathered !== '') value['input'] = parseOrRaw(block.gathered)
    this.#emit({ type: 'part-start', choice: 0, part, opened: { type: 'foreign', dialect: DIALECT, kind, value } })
    this.#emit({ type: 'part-end', choice: 0, part })
  }

  stopAll(): void {
    for (const index of this.#blocks.keys()) this.stop(index)
  }
}

function feedForeign(block: OpenBlock, delta: JsonObject): void {
  if (delta['type'] === 'input_json_delta') {
    block.gathered += stringOf(delta['partial_json']) ?? ''
    return
  }
  // `compaction_delta` and its like give the members of the finished block; text in pieces adds up.
  for (const [key, value] of Object.entries(delta)) {
    if (key === 'type' || value === null || value === undefined) continue
    const before = block.members[key]
    block.members[key] = typeof before === 'string' && typeof value === 'string' ? before + value : value
  }
}

function parseOrRaw(text: string): JsonValue {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
