// Tool calls out of the pieces of a stream, in whatever way a server cuts them (H22-H26): whole calls in one delta,
// arguments as an object, the id once, on every delta or never, names in pieces, indices that begin at one, are all
// zero, or are missing.
//
// A call is announced when its name is certain: with the first piece of its arguments, or when something else begins.

import type { JsonObject } from '../../core/json.ts'
import { numberOf, objectOf, stringOf } from '../../core/json.ts'
import { thoughtSignatureOf } from './decode-messages.ts'
import { sourceText } from './wire.ts'

export interface CallUnderWay {
  readonly key: number
  id: string
  name: string
  kind: 'function' | 'custom'
  /** -1 = not announced. */
  part: number
  /** All that came of the arguments. */
  input: string
  closed: boolean
}

export interface CallSink {
  /** @returns the number of the part */
  open(call: CallUnderWay): number
  delta(part: number, text: string): void
  seal(part: number, signature: string): void
  close(part: number): void
}

export class ToolCallsUnderWay {
  readonly #sink: CallSink
  readonly #calls: CallUnderWay[] = []

  constructor(sink: CallSink) {
    this.#sink = sink
  }

  /** A call was announced, or is about to be. */
  get any(): boolean {
    return this.#calls.some((call) => call.name !== '')
  }

  push(delta: JsonObject): void {
    const inner = objectOf(delta['function']) ?? objectOf(delta['custom']) ?? {}
    const id = stringOf(delta['id']) ?? ''
    const name = stringOf(inner['name']) ?? ''
    const isCustom = delta['type'] === 'custom' || (delta['function'] === undefined && delta['custom'] !== undefined)
    const text = sourceText(isCustom ? inner['input'] : inner['arguments'])
    let call = this.#find(numberOf(delta['index']), id, name)
    if (call === undefined) {
      if (id === '' && name === '' && text === '') return
      call = this.#begin(numberOf(delta['index']), isCustom)
    }
    if (call.closed) return
    // The first id counts, unless the call is not announced and has none.
    if (call.id === '' && call.part === -1) call.id = id
    if (call.part === -1 && name !== '') addName(call, name)
    const signature = thoughtSignatureOf(delta)
    if (text !== '' || signature !== null) this.#announce(call)
    call.input += text
    if (call.part === -1) return
    if (text !== '') this.#sink.delta(call.part, text)
    if (signature !== null) this.#sink.seal(call.part, signature)
  }

  /** Nothing more will come. */
  close(): void {
    for (const call of this.#calls) {
      if (call.closed) continue
      this.#announce(call)
      call.closed = true
      if (call.part !== -1) this.#sink.close(call.part)
    }
  }

  #announce(call: CallUnderWay): void {
    if (call.part !== -1 || call.name === '') return
    call.part = this.#sink.open(call)
    // Arguments that came before the name.
    if (call.input !== '') this.#sink.delta(call.part, call.input)
  }

  #find(index: number | undefined, id: string, name: string): CallUnderWay | undefined {
    if (index === undefined) {
      // Mistral leaves it out: an id that was not seen begins a call.
      const known = id === '' ? undefined : this.#calls.findLast((call) => call.id === id)
      return known ?? (id === '' && name === '' ? this.#calls.at(-1) : undefined)
    }
    const call = this.#calls.findLast((one) => one.key === index)
    if (call === undefined) return undefined
    // The same index for every call: a new id and a name behind arguments that are complete.
    const isAnother = id !== '' && call.id !== '' && id !== call.id && name !== '' && isComplete(call.input)
    return isAnother ? undefined : call
  }

  #begin(index: number | undefined, isCustom: boolean): CallUnderWay {
    // Calls come one behind the other nearly always: those that are complete need not stay open (H23).
    for (const call of this.#calls) {
      if (call.closed || call.part === -1 || call.kind === 'custom' || !isComplete(call.input)) continue
      call.closed = true
      this.#sink.close(call.part)
    }
    // One that waits for its arguments keeps its place.
    for (const call of this.#calls) if (!call.closed) this.#announce(call)
    const key = index ?? this.#calls.length
    const call: CallUnderWay = {
      key,
      id: '',
      name: '',
      kind: isCustom ? 'custom' : 'function',
      part: -1,
      input: '',
      closed: false,
    }
    this.#calls.push(call)
    return call
  }
}

/** A name that is repeated is not two pieces of one. */
function addName(call: CallUnderWay, name: string): void {
  if (name.startsWith(call.name)) call.name = name
  else if (!call.name.endsWith(name)) call.name += name
}

function isComplete(input: string): boolean {
  if (!input.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(input)
    return true
  } catch {
    return false
  }
}
