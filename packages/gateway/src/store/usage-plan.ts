// Where the figures of a span of time come from: whole days that are summed, whole hours, and records for the rest.
//
//   span      |-----------------------------------------------|
//   records   |--|                                          |-|
//   hours        |-------|                    |-------------|
//   days                 |--------------------|
//
// What is deleted cannot be cut any more: before the first record that is kept an hour belongs whole to the span in
// which it begins, and before the first hour a day does.
import { DAY_MS, HOUR_MS } from './rollup-columns.ts'
import type { UsageState } from './usage-state.ts'

/** `from` included, `to` excluded, in the unit of the source: days, hours or milliseconds since 1970. */
export interface Piece {
  readonly from: number
  readonly to: number
  /** Which of the spans it is for. */
  readonly span: number
}

export interface UsagePlan {
  readonly days: readonly Piece[]
  readonly hours: readonly Piece[]
  readonly records: readonly Piece[]
}

const HOURS_A_DAY = 24

export function planUsage(
  spans: readonly { readonly startMs: number; readonly endMs: number }[],
  state: UsageState,
): UsagePlan {
  const days: Piece[] = []
  const hours: Piece[] = []
  const records: Piece[] = []
  const add = (list: Piece[], from: number, to: number, span: number): void => {
    if (from < to) list.push({ from, to, span })
  }
  for (const [span, { startMs, endMs }] of spans.entries()) {
    const fromMs = whole(startMs, state)
    const toMs = whole(endMs, state)
    const firstHour = Math.ceil(fromMs / HOUR_MS)
    const lastHour = Math.floor(toMs / HOUR_MS)
    if (firstHour > lastHour) {
      add(records, fromMs, toMs, span)
      continue
    }
    add(records, fromMs, firstHour * HOUR_MS, span)
    add(records, lastHour * HOUR_MS, toMs, span)
    const firstDay = Math.ceil(firstHour / HOURS_A_DAY)
    const lastDay = Math.min(Math.floor(lastHour / HOURS_A_DAY), state.daysUntil)
    if (firstDay >= lastDay) {
      add(hours, firstHour, lastHour, span)
      continue
    }
    add(hours, firstHour, firstDay * HOURS_A_DAY, span)
    add(days, firstDay, lastDay, span)
    add(hours, lastDay * HOURS_A_DAY, lastHour, span)
  }
  return { days, hours, records }
}

function whole(ms: number, state: UsageState): number {
  if (ms < state.hoursFrom * HOUR_MS) return Math.ceil(ms / DAY_MS) * DAY_MS
  return ms < state.recordsFromMs ? Math.ceil(ms / HOUR_MS) * HOUR_MS : ms
}
