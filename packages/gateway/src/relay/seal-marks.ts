// By what a deployment is known again in a body that nobody has decoded: the ids of the calls whose results it brings, and
// the seals that it carries. Both only as text; what looks like one and is none is known to nobody.

import type { DialectName } from '../core/conversation.ts'

type Kind = 'call' | 'seal'

interface Mark {
  readonly name: string
  readonly kind: Kind
}

const call = (name: string): Mark => ({ name, kind: 'call' })
const seal = (name: string): Mark => ({ name, kind: 'seal' })

const MARKS: Readonly<Record<DialectName, readonly Mark[]>> = {
  'openai-chat': [call('"tool_call_id"')],
  'openai-responses': [seal('"encrypted_content"')],
  'anthropic-messages': [seal('"signature"'), seal('"data"')],
  gemini: [call('"functionResponse"'), seal('"thoughtSignature"')],
  'bedrock-converse': [],
}

/** Marks that are looked at, from the newest on. */
const MAX_MARKS = 32
const CALL_ID = /"(?:tool_call_id|id)"\s*:\s*"([^"\\]+)"/
/** Characters from the beginning of a result to the end of its id. */
const MAX_ID_DISTANCE = 400
/** Seals begin alike, and end each in its own way. */
const TAIL = 64

/** Whether there may be any: one search, for what comes by in pieces. */
export function mayHoldSeals(chunk: Buffer | string, dialect: DialectName): boolean {
  return MARKS[dialect].some(({ name, kind }) => kind === 'seal' && chunk.includes(name))
}

/**
 * The newest first.
 * @param text one character a byte will do
 * @param only leave the others out
 */
export function* marksIn(text: string, dialect: DialectName, only?: Kind): Generator<string> {
  const wanted = MARKS[dialect].filter(({ kind }) => only === undefined || kind === only)
  const places = wanted.map(({ name }) => text.lastIndexOf(name))
  for (let left = MAX_MARKS; left > 0; left -= 1) {
    const at = Math.max(-1, ...places)
    const index = places.indexOf(at)
    const mark = wanted[index]
    if (at === -1 || mark === undefined) return
    const value = mark.kind === 'call' ? callId(text, at) : sealTail(text, at + mark.name.length)
    if (value !== null) yield value
    places[index] = at === 0 ? -1 : text.lastIndexOf(mark.name, at - 1)
  }
}

function callId(text: string, at: number): string | null {
  return CALL_ID.exec(text.slice(at, at + MAX_ID_DISTANCE))?.[1] ?? null
}

/** @param at behind the member's name */
function sealTail(text: string, at: number): string | null {
  const start = /^\s*:\s*"/.exec(text.slice(at, at + 8))?.[0].length
  if (start === undefined) return null
  const end = text.indexOf('"', at + start)
  return end - at - start < TAIL / 2 ? null : text.slice(Math.max(at + start, end - TAIL), end)
}
