// One turn of a conversation as it stands in a body: who says it, where its texts are, whether it is a tool's result.
import { scanArray, scanObject } from '../../../core/json-scan.ts'
import type { TextSpan } from './text-spans.ts'

export interface Element {
  readonly kind: 'user' | 'assistant' | 'instructions' | 'tool-result' | 'other'
  readonly texts: readonly TextSpan[]
  /** A tool's result that says that the call was wrong. */
  readonly failed: boolean
}

const QUOTE = 0x22
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
/** Coding agents put notes to the model beside what the person said. */
const NOTE = '"<system-reminder>'
/** What the common agents answer a call with that could not be made. */
const FAILED =
  /^"(?:\\n|\s)*(?:<tool_use_error>|error\b|\{\\?"error\\?"|InputValidationError|invalid (?:tool|arguments|input)|unknown tool|failed to parse)/i
const FAILED_BYTES = 120

interface Reading {
  role: string
  type: string
  texts: TextSpan[]
  /** Of it, or of a part of it. */
  result: boolean
  failed: boolean
}

/** @param start of an object */
export function readElement(text: string, start: number): Element {
  const reading: Reading = { role: '', type: '', texts: [], result: false, failed: false }
  if (text.charCodeAt(start) !== OPEN_BRACE) return { kind: 'other', texts: [], failed: false }
  scanObject(
    text,
    start,
    (key, from, to) => {
      if (key === 'role') reading.role = text.slice(from + 1, to - 1)
      else if (key === 'type') reading.type = text.slice(from + 1, to - 1)
      else if (key === 'content' || key === 'parts' || key === 'text' || key === 'output')
        readContent(text, from, to, reading)
      else if (key === 'is_error' && text.startsWith('true', from)) reading.failed = true
    },
    false,
  )
  const kind = kindOf(reading)
  const failed = kind === 'tool-result' && (reading.failed || reading.texts.some((span) => saysFailed(text, span)))
  return { kind, texts: reading.texts, failed }
}

function readContent(text: string, start: number, end: number, reading: Reading): void {
  const code = text.charCodeAt(start)
  if (code === QUOTE) reading.texts.push({ start, end })
  else if (code === OPEN_BRACKET)
    scanArray(text, start, (from) => {
      if (text.charCodeAt(from) === OPEN_BRACE) readPart(text, from, reading)
    })
}

function readPart(text: string, start: number, reading: Reading): void {
  scanObject(
    text,
    start,
    (key, from, to) => {
      if (key === 'text' && text.charCodeAt(from) === QUOTE) {
        if (!text.startsWith(NOTE, from)) reading.texts.push({ start: from, end: to })
      } else if (key === 'type' && /^"(?:tool_result|function_response)"/.test(text.slice(from, from + 24))) {
        reading.result = true
      } else if (key === 'functionResponse' || key === 'function_response') {
        reading.result = true
      } else if (key === 'is_error' && text.startsWith('true', from)) {
        reading.failed = true
      } else if (key === 'content' && text.charCodeAt(from) === QUOTE && saysFailed(text, { start: from, end: to })) {
        reading.failed = true
      }
    },
    false,
  )
}

function kindOf({ role, type, result, texts }: Reading): Element['kind'] {
  if (result || role === 'tool' || role === 'function' || type.endsWith('_output')) return 'tool-result'
  if (role === 'system' || role === 'developer') return 'instructions'
  if (role === 'assistant' || role === 'model') return 'assistant'
  // Gemini's first turn may leave its role out.
  if (role === 'user' || (role === '' && (type === '' || type === 'message') && texts.length > 0)) return 'user'
  return 'other'
}

function saysFailed(text: string, { start, end }: TextSpan): boolean {
  return FAILED.test(text.slice(start, Math.min(end, start + FAILED_BYTES)))
}
