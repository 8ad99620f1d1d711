// One candidate of a response, over all chunks of a stream, as the parts of one choice.
//
// A response has no markers of its own for where a part begins and ends. Text goes on in the next chunk until something
// else comes; a signature closes what it stands on; everything else comes whole.
//
// /!\ Hot path: once per chunk of a translated stream.

import type { AnswerEvent, EmitEvent, OpenedPart } from '../../core/answer.ts'
import { arrayOf, objectOf, stringOf } from '../../core/json.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { legalCallId } from '../../core/tool-call-ids.ts'
import { CANDIDATE_METADATA, readCitations } from './citations.ts'
import { NO_CONTENT_DETAIL, readFinish } from './finish-reason.ts'
import { readLogprobs } from './logprobs.ts'
import { mediaFromWire } from './media-parts.ts'
import { PartialArgs } from './partial-args.ts'

interface OpenText {
  readonly part: number
  readonly thought: boolean
  sealed: boolean
  text: string
}

/** What one candidate says, chunk by chunk. */
export class ChoiceReader {
  readonly #choice: number
  readonly #responseId: string
  #parts = 0
  #calls = 0
  #open: OpenText | null = null
  /** A call whose arguments are still coming (Vertex AI). */
  #call: { readonly part: number; readonly args: PartialArgs } | null = null
  #sawEmptyText = false
  #finishReason: string | null = null
  #finishMessage: string | undefined
  readonly #metadata = new Map<string, JsonObject>()
  readonly #cited = new Set<string>()

  constructor(choice: number, responseId: string) {
    this.#choice = choice
    this.#responseId = responseId
  }

  get finished(): boolean {
    return this.#finishReason !== null
  }

  push(candidate: JsonObject, emit: EmitEvent): void {
    const parts = arrayOf(objectOf(candidate['content'])?.['parts'])
    let logprobs = candidate['logprobsResult'] == null ? undefined : readLogprobs(candidate['logprobsResult'])
    if (parts !== undefined) {
      for (const entry of parts) {
        const part = objectOf(entry)
        if (part === undefined) continue
        const forText = part['thought'] !== true && typeof part['text'] === 'string'
        this.#part(part, forText ? logprobs : undefined, emit)
        if (forText) logprobs = undefined
      }
    }
    for (const name of CANDIDATE_METADATA) {
      const value = objectOf(candidate[name])
      if (value !== undefined) this.#keepMetadata(name, value, emit)
    }
    const reason = stringOf(candidate['finishReason'])
    if (reason === undefined) return
    this.#finishReason = reason
    this.#finishMessage = stringOf(candidate['finishMessage'])
  }

  /** @param whole see `ChunkReader.end` */
  end(emit: EmitEvent, whole: boolean): void {
    // A candidate that only said "empty text" said something: an empty answer is not a malformed one.
    if (this.#parts === 0 && this.#sawEmptyText && this.#finishReason !== null) this.#openText(false, emit)
    this.close(emit)
    const reason = this.#finishReason ?? (whole ? '' : null)
    if (reason === null) return
    const finish = readFinish(reason, this.#finishMessage, this.#calls > 0)
    const empty = finish.reason === 'stop' && this.#parts === 0
    for (const [kind, value] of this.#metadata)
      this.#whole({ type: 'foreign', dialect: 'gemini', kind, value }, {}, emit)
    emit({
      type: 'finish',
      choice: this.#choice,
      finish: empty ? { reason: 'malformed', detail: NO_CONTENT_DETAIL } : finish,
    })
  }

  /** Ends whatever is open. */
  close(emit: EmitEvent): void {
    if (this.#open !== null) emit({ type: 'part-end', choice: this.#choice, part: this.#open.part })
    this.#open = null
    if (this.#call === null) return
    const { part, args } = this.#call
    this.#call = null
    emit({ type: 'part-delta', choice: this.#choice, part, text: args.toJson() })
    emit({ type: 'part-end', choice: this.#choice, part })
  }

  #part(part: JsonObject, logprobs: readonly JsonValue[] | undefined, emit: EmitEvent): void {
    const { text } = part
    if (typeof text === 'string') {
      this.#text(text, part, logprobs, emit)
      return
    }
    const call = objectOf(part['functionCall'])
    if (call !== undefined) {
      this.#functionCall(call, part, emit)
      return
    }
    const media = mediaFromWire(part)
    if (media !== null) {
      this.#whole({ type: 'media', source: media.source }, part, emit)
      return
    }
    const kind = Object.keys(part).find((key) => key !== 'thoughtSignature' && key !== 'thought')
    // The signature of a foreign part stays inside its value.
    if (kind !== undefined) this.#whole({ type: 'foreign', dialect: 'gemini', kind, value: part }, {}, emit)
    else if (typeof part['thoughtSignature'] === 'string') this.#text('', part, undefined, emit)
  }

  #text(text: string, part: JsonObject, logprobs: readonly JsonValue[] | undefined, emit: EmitEvent): void {
    const thought = part['thought'] === true
    const signature = signatureOf(part)
    if (text === '' && signature === null && logprobs === undefined) {
      this.#sawEmptyText ||= !thought
      return
    }
    let open = this.#open
    if (open === null || open.thought !== thought || open.sealed) open = this.#openText(thought, emit)
    if (text !== '' || logprobs !== undefined) {
      open.text += text
      const delta: AnswerEvent = { type: 'part-delta', choice: this.#choice, part: open.part, text }
      emit(logprobs === undefined ? delta : { ...delta, logprobs })
    }
    if (signature === null) return
    this.#seal(open.part, signature, emit)
    open.sealed = true
  }

  #openText(thought: boolean, emit: EmitEvent): OpenText {
    const opened: OpenedPart = thought ? { type: 'reasoning', form: 'full', redacted: false } : { type: 'text' }
    const open: OpenText = { part: this.#begin(opened, emit), thought, sealed: false, text: '' }
    this.#open = open
    return open
  }

  #functionCall(call: JsonObject, part: JsonObject, emit: EmitEvent): void {
    const name = stringOf(call['name']) ?? ''
    const more = call['willContinue'] === true
    if (name === '') {
      if (this.#call === null) return
      this.#call.args.add(call['partialArgs'])
      const signature = signatureOf(part)
      if (signature !== null) this.#seal(this.#call.part, signature, emit)
      if (!more) this.close(emit)
      return
    }
    const given = stringOf(call['id']) ?? ''
    const id = given === '' ? this.#numberedId() : given
    const number = this.#begin({ type: 'tool-call', id, name, kind: 'function' }, emit)
    this.#calls += 1
    const signature = signatureOf(part)
    if (more || call['partialArgs'] != null) {
      const args = new PartialArgs()
      args.add(call['partialArgs'])
      this.#call = { part: number, args }
      if (signature !== null) this.#seal(number, signature, emit)
      if (!more) this.close(emit)
      return
    }
    const text = call['args'] == null ? '{}' : JSON.stringify(call['args'])
    emit({ type: 'part-delta', choice: this.#choice, part: number, text })
    if (signature !== null) this.#seal(number, signature, emit)
    emit({ type: 'part-end', choice: this.#choice, part: number })
  }

  /** Calls have no ids here, but other dialects need them (H37): the response's own id, and which call it is. */
  #numberedId(): string {
    if (this.#responseId === '') return ''
    const number = this.#choice === 0 ? `${this.#calls}` : `${this.#choice}-${this.#calls}`
    return legalCallId(`call_${this.#responseId}_${number}`)
  }

  #keepMetadata(name: string, value: JsonObject, emit: EmitEvent): void {
    this.#metadata.set(name, value)
    const open = this.#open
    if (open === null || open.thought) return
    for (const annotation of readCitations({ [name]: value }, open.text)) {
      // Each chunk repeats what the ones before it said.
      const key = JSON.stringify(annotation)
      if (this.#cited.has(key)) continue
      this.#cited.add(key)
      emit({ type: 'annotation', choice: this.#choice, part: open.part, annotation })
    }
  }

  #whole(opened: OpenedPart, part: JsonObject, emit: EmitEvent): void {
    const number = this.#begin(opened, emit)
    const signature = signatureOf(part)
    if (signature !== null) this.#seal(number, signature, emit)
    emit({ type: 'part-end', choice: this.#choice, part: number })
  }

  #begin(opened: OpenedPart, emit: EmitEvent): number {
    this.close(emit)
    const part = this.#parts
    this.#parts += 1
    emit({ type: 'part-start', choice: this.#choice, part, opened })
    return part
  }

  #seal(part: number, data: string, emit: EmitEvent): void {
    emit({ type: 'seal', choice: this.#choice, part, seal: { dialect: 'gemini', data } })
  }
}

function signatureOf(part: JsonObject): string | null {
  const signature = part['thoughtSignature']
  return typeof signature === 'string' && signature !== '' ? signature : null
}
