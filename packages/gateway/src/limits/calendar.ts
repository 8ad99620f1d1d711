// Days, weeks and months as people in a time zone mean them.
// A day begins at its first instant there, which is not always 00:00 (some zones put their clocks forward at midnight),
// and lasts 23, 24 or 25 hours where the clocks are changed.

export type PeriodKind = 'day' | 'week' | 'month' | 'never'

/** Unix milliseconds, the end exclusive. */
export interface Period {
  readonly startMs: number
  readonly endMs: number
}

/** A budget that never resets. */
const ALWAYS: Period = Object.freeze({ startMs: 0, endMs: Infinity })

const DAY_MS = 86_400_000
/** No zone is further from UTC than 14 hours, or was when it moved across the date line. */
const FURTHEST_MS = 36 * 3_600_000

/** Year, month (1-12) and day, as one number that grows with the date: days since 1970. */
type LocalDay = number

const FORMATS = new Map<string, Intl.DateTimeFormat>()
/** The last period that was asked for, by zone and kind: nearly every question is about the present one. */
const PERIODS = new Map<string, Period>()
/** Zones come from a short list, but they come from tenants. */
const MOST_ZONES = 2000

/** Whether this runtime knows the IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    formatFor(name)
    return true
  } catch {
    return false
  }
}

/** The period in which `atMs` lies. A zone that is not known counts as UTC: a record must not make calls fail. */
export function periodAt(kind: PeriodKind, timeZone: string, atMs: number): Period {
  if (kind === 'never') return ALWAYS
  const key = `${kind} ${timeZone}`
  const last = PERIODS.get(key)
  if (last !== undefined && atMs >= last.startMs && atMs < last.endMs) return last
  if (PERIODS.size >= 3 * MOST_ZONES) PERIODS.clear()
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC'
  const today = localDay(zone, atMs)
  const first = firstDay(kind, today)
  const period = {
    startMs: startOfDay(zone, first),
    endMs: startOfDay(zone, dayAfter(kind, first)),
  }
  PERIODS.set(key, period)
  return period
}

function firstDay(kind: 'day' | 'week' | 'month', day: LocalDay): LocalDay {
  if (kind === 'day') return day
  const date = new Date(day * DAY_MS)
  // 1970 began on a Thursday; weeks begin on Monday.
  if (kind === 'week') return day - ((date.getUTCDay() + 6) % 7)
  return day - (date.getUTCDate() - 1)
}

/** The first day of the next period. */
function dayAfter(kind: 'day' | 'week' | 'month', first: LocalDay): LocalDay {
  if (kind === 'day') return first + 1
  if (kind === 'week') return first + 7
  const date = new Date(first * DAY_MS)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY_MS
}

/** The first instant at which the zone's date is this one or, where a day was skipped, a later one. */
function startOfDay(timeZone: string, day: LocalDay): number {
  // The zone's date never goes backwards, so halving finds it, whatever its clocks do in between.
  let low = day * DAY_MS - FURTHEST_MS
  let high = day * DAY_MS + FURTHEST_MS
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (localDay(timeZone, middle) < day) low = middle
    else high = middle
  }
  return high
}

function localDay(timeZone: string, atMs: number): LocalDay {
  let year = 0
  let month = 0
  let day = 0
  for (const { type, value } of formatFor(timeZone).formatToParts(atMs)) {
    if (type === 'year') year = Number(value)
    else if (type === 'month') month = Number(value)
    else if (type === 'day') day = Number(value)
  }
  return Date.UTC(year, month - 1, day) / DAY_MS
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    })
    if (FORMATS.size >= MOST_ZONES) FORMATS.clear()
    FORMATS.set(timeZone, format)
  }
  return format
}
