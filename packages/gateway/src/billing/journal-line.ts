// One call as one line of a worker's journal.
// Tab-separated: request id, ten integers, then two parts that many lines have in common, `key` (2 fields) and `kind`
// (9 fields). The reader takes each part as one piece of text and looks its row id up, so it splits only what is new.
//
//   requestId startedAtMs durationMs firstByteMs input cacheRead cacheWrite5m cacheWrite1h output reasoning costNanos | keyId accountId |
//   endpoint model provider upstreamModel status errorCode stream attempts estimated
//
// Tab, line feed, carriage return and backslash inside a text are written as \t \n \r \\; everything else as it is.
import type { JournalRow } from './usage-store.ts'
import type { UsageRecord } from './usage-record.ts'

/** Closes a segment: its worker will not write there again. */
export const END_OF_SEGMENT = '.'

/** A text that came from outside is cut here, in characters. */
const LONGEST_TEXT = 300

/** /!\ Hot path: runs once per call in the worker, so it only joins strings. Ends with a line feed. */
export function formatJournalLine(record: UsageRecord): string {
  const usage = record.usage
  return (
    `${escaped(record.requestId)}\t${whole(record.startedAtMs)}\t${whole(record.durationMs)}\t${whole(record.firstByteMs)}\t` +
    `${whole(usage.input)}\t${whole(usage.cacheRead)}\t${whole(usage.cacheWrite5m)}\t${whole(usage.cacheWrite1h)}\t${whole(usage.output)}\t${whole(usage.reasoning)}\t${whole(record.costNanos)}\t` +
    `${escaped(record.keyId)}\t${escaped(record.accountId)}\t` +
    `${escaped(record.endpoint)}\t${escaped(record.model)}\t${escaped(record.provider)}\t${escaped(record.upstreamModel)}\t` +
    `${whole(record.status)}\t${escaped(record.errorCode)}\t${record.stream ? 1 : 0}\t${whole(record.attempts)}\t${record.estimated ? 1 : 0}\n`
  )
}

/**
 * Reads the whole lines of `text` into `rows`. A line that makes no sense (a torn write, a disk error) is counted and
 * left out: one bad line must not hold up all that come after it.
 */
export function parseJournalLines(text: string): { rows: JournalRow[]; malformed: number } {
  const rows: JournalRow[] = []
  let malformed = 0
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    if (end === -1) break
    const row = parseLine(text, at, end)
    if (row !== undefined) rows.push(row)
    // An empty line is what the writer puts after a write that failed half-way, and before its end mark.
    else if (end > at && text.slice(at, end) !== END_OF_SEGMENT) malformed++
    at = end + 1
  }
  return { rows, malformed }
}

/** The fields of a `keyText` or `kindText`, unescaped. */
export function splitPart(text: string): string[] {
  return text.split('\t').map(unescaped)
}

const TAB = 9

function parseLine(text: string, start: number, end: number): JournalRow | undefined {
  const idEnd = text.indexOf('\t', start)
  if (idEnd === -1 || idEnd >= end) return undefined
  let at = idEnd + 1
  const figures: number[] = []
  for (let field = 0; field < 10; field++) {
    const negative = text.charCodeAt(at) === 45
    if (negative) at++
    let value = 0
    const first = at
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code === TAB) break
      if (code < 48 || code > 57) return undefined
      value = value * 10 + (code - 48)
    }
    if (at === first || at >= end || value > Number.MAX_SAFE_INTEGER) return undefined
    figures.push(negative ? -value : value)
    at++
  }
  const keyMiddle = text.indexOf('\t', at)
  const keyEnd = keyMiddle === -1 ? -1 : text.indexOf('\t', keyMiddle + 1)
  if (keyEnd === -1 || keyEnd >= end) return undefined
  const [startedAtMs, durationMs, firstByteMs, inputTokens, ...rest] = figures
  const [cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens, reasoningTokens, costNanos] = rest
  return {
    requestId: unescaped(text.slice(start, idEnd)),
    startedAtMs: startedAtMs ?? 0,
    durationMs: durationMs ?? 0,
    firstByteMs: firstByteMs ?? -1,
    inputTokens: inputTokens ?? 0,
    cacheReadTokens: cacheReadTokens ?? 0,
    cacheWrite5mTokens: cacheWrite5mTokens ?? 0,
    cacheWrite1hTokens: cacheWrite1hTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    reasoningTokens: reasoningTokens ?? 0,
    costNanos: costNanos ?? 0,
    keyText: text.slice(at, keyEnd),
    kindText: text.slice(keyEnd + 1, end),
  }
}

/** Integers only, and never `NaN`, `1e21` or a fraction in the file. */
function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value
  return Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), -1), Number.MAX_SAFE_INTEGER) : 0
}

const UNSAFE = /[\t\n\r\\]/
const UNSAFE_ALL = /[\t\n\r\\]/g
const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }
const UNESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' }

function escaped(text: string): string {
  const short = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text
  return UNSAFE.test(short) ? short.replace(UNSAFE_ALL, (found) => ESCAPES[found] ?? found) : short
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, letter: string) => UNESCAPES[letter] ?? letter) : text
}
