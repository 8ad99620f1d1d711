import type { Fault, UsageLie } from './fault.ts'
import { parseFault } from './fault-text.ts'

/** What a fake model shall do with a request. */
export interface Script {
  /** Before the first byte of the reply, milliseconds. */
  readonly delayMs: number
  /** Pieces of text in the answer, one event each in a stream. */
  readonly tokens: number
  /** Between two pieces, milliseconds: piece k leaves at start + k * gapMs. */
  readonly gapMs: number
  /** Bytes of text in a piece. With 4, the default, a piece is a token (see answer.ts). */
  readonly bytes: number
  /** Tool calls to answer with, when the request brings tools. Undefined: decided from the request. */
  readonly tools?: number
  /** Say the user's words again instead of the standard text, think aloud when asked, call only what `call NAME` names. */
  readonly echo?: boolean
  /** Bytes of the third piece, for lines without end. */
  readonly bigPieceBytes?: number
  readonly usage?: UsageLie | 'twice'
}

export const DEFAULT_SCRIPT: Script = { delayMs: 0, tokens: 16, gapMs: 0, bytes: 4 }

/** What a request asks of the testkit for itself. */
export interface Directive {
  readonly script: Partial<Script>
  readonly fault?: Fault
}

const NONE: Directive = { script: {} }
const OPENING = Buffer.from('[[testkit:')
const CLOSING = Buffer.from(']]')
const NUMBERS = ['delayMs', 'tokens', 'gapMs', 'bytes', 'tools'] as const

/**
 * Finds a request's directive: the header `x-testkit: tokens=50, gapMs=10`, or the last `[[testkit: tokens=50 gapMs=10
 * fault=stall@5]]` anywhere in its body (a gateway passes the body on, and not unknown headers). Throws an Error that
 * names an unknown word, so that a test's slip does not pass for a result.
 */
export function findDirective(header: string | undefined, body: Buffer): Directive {
  if (header !== undefined) return parseDirective(header)
  const start = body.lastIndexOf(OPENING)
  if (start < 0) return NONE
  const end = body.indexOf(CLOSING, start)
  return end < 0 ? NONE : parseDirective(body.toString('utf8', start + OPENING.length, end))
}

export function parseDirective(text: string): Directive {
  const script: { -readonly [Key in keyof Script]?: Script[Key] } = {}
  let fault: Fault | undefined
  // A comma also stands inside a fault's brackets, so split only before the next `name=`.
  for (const part of text.trim().split(/[\s,;]+(?=[a-zA-Z]+=)/)) {
    const equals = part.indexOf('=')
    const name = part.slice(0, equals)
    const value = part.slice(equals + 1).replace(/[\s,;]+$/, '')
    const key = NUMBERS.find((key) => key === name)
    if (key !== undefined && Number.isFinite(Number(value))) script[key] = Number(value)
    else if (name === 'echo') script.echo = value === 'true' || value === '1'
    else if (name === 'fault') fault = parseFault(value)
    else
      throw new Error(`Unknown testkit directive ${JSON.stringify(part)}. Known: ${NUMBERS.join(', ')}, echo, fault.`)
  }
  return fault === undefined ? { script } : { script, fault }
}
