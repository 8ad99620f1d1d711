// One call as one line of a worker's journal.
// Tab-separated: request id, twelve integers, then two parts that many lines have in common, `key` (3 fields) and `kind`
// (9 fields, and `once` for background work), who pays, the price, the rarer classes of usage with what was held, and the attempts. The reader takes each part as one piece
// of text and looks its row id up, so it splits only what is new.
//
//   requestId startedAtMs durationMs firstByteMs input cacheRead cacheWrite5m cacheWrite1h output reasoning costNanos providerCostNanos paidNanos |
//   keyId accountId group | endpoint model provider upstreamModel status errorCode stream attempts estimated | sliceId | price | extras | trail DEL
//
// A receipt of the picker's stands before the line of its call: `\=`, id, unix ms, key, account, JSON, DEL. Older releases count it as a line
// that makes no sense, and leave it out.
//
// Money that a worker gives back to a wallet stands in a line of its own, between those of the calls: `\<`, slice id, nano-US$, DEL.
//
// The same with `\>` before it is a beginning: a reply whose status line is about to go out, while its end is not known.
// It counts only when its worker dies before the end is written.
//
// DEL says that the line is whole: what a full disk left of a line never counts as one. Older releases wrote less, in
// files whose names say so (`journal-reader.ts`), and an upgrade may find some: format 1 has neither DEL nor group nor
// trail, format 2 ten integers and nothing about money beside the cost.
// Tab, line feed, carriage return, DEL and backslash inside a text are written as \t \n \r \d \\; everything else as it is.
import { formatTrail } from './journal-trail.ts'
import { formatExtras } from '../usage/usage-extras.ts'
import type { UsageRecord } from '../usage/usage-record.ts'
import type { JournalReceipt } from '../usage/receipts.ts'
import type { JournalRow, SliceReturn } from '../usage/usage-store.ts'

/** Closes a segment: its worker will not write there again. */
export const END_OF_SEGMENT = '.'

/** A text that came from outside is cut here, in characters. */
const LONGEST_TEXT = 300

/** Before the line of a beginning; no text of ours starts with it, because a backslash is escaped. */
export const BEGINNING = '\\>'
const GIVEN_BACK = '\\<'
const RECEIPT = '\\='
/** A last field of the kind part, in lines of background work only. */
const ONCE = 'once\t'

/** /!\ Hot path: runs once per call in the worker, so it only joins strings. Ends with a line feed. */
export function formatJournalLine(record: UsageRecord): string {
  const usage = record.usage
  return (
    `${escaped(record.requestId)}\t${whole(record.startedAtMs)}\t${whole(record.durationMs)}\t${whole(record.firstByteMs)}\t` +
    `${whole(usage.input)}\t${whole(usage.cacheRead)}\t${whole(usage.cacheWrite5m)}\t${whole(usage.cacheWrite1h)}\t${whole(usage.output)}\t${whole(usage.reasoning)}\t${whole(record.costNanos)}\t${whole(record.providerCostNanos)}\t${whole(record.paidNanos)}\t` +
    `${escaped(record.keyId)}\t${escaped(record.accountId)}\t${escaped(record.group)}\t` +
    `${escaped(record.endpoint)}\t${escaped(record.model)}\t${escaped(record.provider)}\t${escaped(record.upstreamModel)}\t` +
    `${whole(record.status)}\t${escaped(record.errorCode)}\t${record.stream ? 1 : 0}\t${whole(record.attempts)}\t${record.estimated ? 1 : 0}\t${record.once === true ? ONCE : ''}` +
    `${escaped(record.sliceId)}\t${escapedWhole(record.priceText)}\t${escaped(formatExtras(usage, record.heldNanos, record.userAgent))}\t` +
    (record.trail.length === 0 ? '\x7f\n' : `${formatTrail(record.trail)}\x7f\n`)
  )
}

/** Ends with a line feed. */
export function formatReturnLine({ sliceId, nanos }: SliceReturn): string {
  return `${GIVEN_BACK}${escaped(sliceId)}\t${whole(nanos)}\x7f\n`
}

/** Ends with a line feed. Stands before the line of the call that it is about. */
export function formatReceiptLine({ receiptId, createdAtMs, keyId, accountId, body }: JournalReceipt): string {
  return `${RECEIPT}${escaped(receiptId)}\t${whole(createdAtMs)}\t${escaped(keyId)}\t${escaped(accountId)}\t${escapedWhole(body)}\x7f\n`
}

/** 1 is release 0.1's. */
export type JournalFormat = 1 | 2 | 3

export interface ParseOptions {
  readonly format?: JournalFormat
  /** Where money that was given back is added. */
  readonly returns?: SliceReturn[]
  readonly receipts?: JournalReceipt[]
}

/**
 * Adds the whole lines of `text` to `rows`. A line that makes no sense (a torn write, a disk error) is counted and left
 * out: one bad line must not hold up all that come after it.
 * @returns how many made no sense
 */
export function parseJournalLines(
  text: string,
  rows: JournalRow[],
  { format = 3, returns, receipts }: ParseOptions = {},
): number {
  let malformed = 0
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    if (end === -1) break
    if (isBeginning(text, at)) {
      at = end + 1
      continue
    }
    if (isReturn(text, at)) {
      const given = parseReturn(text, at, end)
      if (given === undefined) malformed++
      else returns?.push(given)
      at = end + 1
      continue
    }
    if (isReceipt(text, at)) {
      const receipt = parseReceiptLine(text, at, end)
      if (receipt === undefined) malformed++
      else receipts?.push(receipt)
      at = end + 1
      continue
    }
    const row = parseLine(text, at, end, format)
    if (row !== undefined) rows.push(row)
    // An empty line is what the writer puts after a write that failed half-way, and before its end mark.
    else if (end > at && text.slice(at, end) !== END_OF_SEGMENT) malformed++
    at = end + 1
  }
  return malformed
}

/**
 * Follows which beginnings have found their end, over all segments of one worker in their order. `open` is by request id.
 */
export function followBeginnings(text: string, open: Map<string, JournalRow>, format: JournalFormat = 3): void {
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    if (end === -1) break
    const begins = isBeginning(text, at)
    if (begins || (open.size > 0 && !isReceipt(text, at))) {
      const row = parseLine(text, begins ? at + BEGINNING.length : at, end, format)
      if (row !== undefined && begins) open.set(row.requestId, row)
      else if (row !== undefined) open.delete(row.requestId)
    }
    at = end + 1
  }
}

/** Of the lines with this request id at most one is charged. */
export function isChargedOnce({ kindText }: Pick<JournalRow, 'kindText'>): boolean {
  return kindText.endsWith('\tonce')
}

/** The fields of a `keyText` or `kindText`, unescaped. */
export function splitPart(text: string): string[] {
  return text.split('\t').map(unescaped)
}

function isBeginning(text: string, at: number): boolean {
  return text.charCodeAt(at) === 92 && text.charCodeAt(at + 1) === 62
}

function isReturn(text: string, at: number): boolean {
  return text.charCodeAt(at) === 92 && text.charCodeAt(at + 1) === 60
}

function isReceipt(text: string, at: number): boolean {
  return text.charCodeAt(at) === 92 && text.charCodeAt(at + 1) === 61
}

function parseReceiptLine(text: string, start: number, end: number): JournalReceipt | undefined {
  if (text.charCodeAt(end - 1) !== DEL) return undefined
  const [receiptId, createdAt, keyId, accountId, body] = text
    .slice(start + RECEIPT.length, end - 1)
    .split('\t')
    .map(unescaped)
  const createdAtMs = Number(createdAt)
  if (receiptId === undefined || keyId === undefined || accountId === undefined || body === undefined) return undefined
  return Number.isSafeInteger(createdAtMs) ? { receiptId, createdAtMs, keyId, accountId, body } : undefined
}

function parseReturn(text: string, start: number, end: number): SliceReturn | undefined {
  const [, sliceId, nanos] = /^\\<([^\t]+)\t(\d{1,16})\x7f$/.exec(text.slice(start, end)) ?? []
  if (sliceId === undefined || !Number.isSafeInteger(Number(nanos))) return undefined
  return { sliceId: unescaped(sliceId), nanos: Number(nanos) }
}

const TAB = 9
const DEL = 127
/** Between the request id and the key part. */
const FIGURES: Readonly<Record<JournalFormat, number>> = { 1: 10, 2: 10, 3: 12 }

/** Of the line that is being read; nobody else may look. */
const figures: number[] = []

/** /!\ Hot path: some 2 µs a line. */
function parseLine(text: string, start: number, end: number, format: JournalFormat): JournalRow | undefined {
  if (format !== 1 && text.charCodeAt(end - 1) !== DEL) return undefined
  const idEnd = text.indexOf('\t', start)
  if (idEnd === -1 || idEnd >= end) return undefined
  let at = idEnd + 1
  const count = FIGURES[format]
  for (let field = 0; field < count; field++) {
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
    figures[field] = negative ? -value : value
    at++
  }
  let keyEnd = text.indexOf('\t', at)
  for (let tab = format === 1 ? 1 : 2; tab > 0 && keyEnd !== -1; tab--) keyEnd = text.indexOf('\t', keyEnd + 1)
  // From the end, so that what a newer writer may add to the kind part stays there.
  const trailAt = format === 1 ? end : text.lastIndexOf('\t', end - 1)
  const extrasAt = format === 3 ? text.lastIndexOf('\t', trailAt - 1) : trailAt
  const priceAt = format === 3 ? text.lastIndexOf('\t', extrasAt - 1) : trailAt
  const kindEnd = format === 3 ? text.lastIndexOf('\t', priceAt - 1) : trailAt
  if (keyEnd === -1 || keyEnd >= kindEnd) return undefined
  const hasMoney = format === 3
  return {
    requestId: unescaped(text.slice(start, idEnd)),
    startedAtMs: figures[0] ?? 0,
    durationMs: figures[1] ?? 0,
    firstByteMs: figures[2] ?? 0,
    inputTokens: figures[3] ?? 0,
    cacheReadTokens: figures[4] ?? 0,
    cacheWrite5mTokens: figures[5] ?? 0,
    cacheWrite1hTokens: figures[6] ?? 0,
    outputTokens: figures[7] ?? 0,
    reasoningTokens: figures[8] ?? 0,
    costNanos: figures[9] ?? 0,
    providerCostNanos: hasMoney ? (figures[10] ?? 0) : 0,
    paidNanos: hasMoney ? (figures[11] ?? 0) : 0,
    keyText: text.slice(at, keyEnd),
    kindText: text.slice(keyEnd + 1, kindEnd),
    sliceId: hasMoney ? unescapedPart(text, kindEnd + 1, priceAt) : '',
    priceText: hasMoney ? unescapedPart(text, priceAt + 1, extrasAt) : '',
    extrasText: hasMoney ? unescapedPart(text, extrasAt + 1, trailAt) : '',
    trailText: format === 1 || trailAt + 2 === end ? '' : text.slice(trailAt + 1, end - 1),
  }
}

/** Integers only, and never `NaN`, `1e21` or a fraction in the file. */
function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value
  return Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), -1), Number.MAX_SAFE_INTEGER) : 0
}

const UNSAFE = /[\t\n\r\\\x7f]/
const UNSAFE_ALL = /[\t\n\r\\\x7f]/g
const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\x7f': '\\d', '\\': '\\\\' }
const UNESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', d: '\x7f', '\\': '\\' }

function escaped(text: string): string {
  return escapedWhole(text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text)
}

/** For what we wrote ourselves: half of a price is none. */
function escapedWhole(text: string): string {
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, (found) => ESCAPES[found] ?? found) : text
}

function unescapedPart(text: string, start: number, end: number): string {
  return start === end ? '' : unescaped(text.slice(start, end))
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, letter: string) => UNESCAPES[letter] ?? letter) : text
}
