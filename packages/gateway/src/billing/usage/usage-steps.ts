// The steps of a chart: hours, days or months as people in a time zone mean them.
import { isTimeZone, periodAt } from '../../limits/calendar.ts'
import type { UsageRange, UsageStep } from './usage-queries.ts'

export interface StepSpan {
  readonly startMs: number
  readonly endMs: number
  /** `2026-11-21T14:00`, `2026-11-21`, `2026-11`. */
  readonly label: string
}

export const MOST_STEPS = 1000
const HOUR_MS = 3_600_000
const LABEL_LENGTHS: Readonly<Record<UsageStep, number>> = { hour: 16, day: 10, month: 7 }

/**
 * All steps that the range touches, the first and the last cut to it.
 * @throws {RangeError} when they are more than `MOST_STEPS`, or the zone is not known
 */
export function stepsOf({ fromMs, toMs }: UsageRange, step: UsageStep, timeZone: string): readonly StepSpan[] {
  if (!isTimeZone(timeZone)) throw new RangeError(`"${timeZone}" is not a time zone.`)
  const steps: StepSpan[] = []
  for (let startMs = fromMs; startMs < toMs; startMs = steps.at(-1)?.endMs ?? toMs) {
    if (steps.length >= MOST_STEPS) throw new RangeError(`More than ${MOST_STEPS} steps: ask for a shorter range.`)
    const span = step === 'hour' ? hourAt(timeZone, startMs) : periodAt(step, timeZone, startMs)
    const local = new Date(span.startMs + offsetAt(timeZone, span.startMs)).toISOString()
    steps.push({ startMs, endMs: Math.min(span.endMs, toMs), label: local.slice(0, LABEL_LENGTHS[step]) })
  }
  return steps
}

/** From one full hour on the zone's clocks to the next; longer where they are put forward or back by half an hour. */
function hourAt(timeZone: string, atMs: number): { startMs: number; endMs: number } {
  const offsetMs = offsetAt(timeZone, atMs)
  const startMs = Math.floor((atMs + offsetMs) / HOUR_MS) * HOUR_MS - offsetMs
  const nextMs = startMs + HOUR_MS
  const laterOffsetMs = offsetAt(timeZone, nextMs)
  return { startMs, endMs: Math.ceil((nextMs + laterOffsetMs) / HOUR_MS) * HOUR_MS - laterOffsetMs }
}

const CLOCKS = new Map<string, Intl.DateTimeFormat>()

/** What the zone's clocks show beyond UTC, ms. */
function offsetAt(timeZone: string, atMs: number): number {
  let clock = CLOCKS.get(timeZone)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    if (CLOCKS.size > 500) CLOCKS.clear()
    CLOCKS.set(timeZone, clock)
  }
  const parts: Record<string, number> = {}
  for (const { type, value } of clock.formatToParts(atMs)) parts[type] = Number(value)
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000
}
