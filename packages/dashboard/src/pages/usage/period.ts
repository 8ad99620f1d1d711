// Periods as the page offers them: until now, in steps that begin where the reader's days and hours do.
export const PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const
export type Period = (typeof PERIODS)[number]

interface PeriodQuery {
  readonly from: string
  /** Absent = until now. */
  readonly to?: string
  readonly step: 'hour' | 'day' | 'month'
}

const DAYS = { week: 7, month: 30, quarter: 90 } as const
const HOUR_SECONDS = 3_600
const DAY_SECONDS = 86_400

/** @param today as the reader's calendar has it: `2026-11-21` */
export function periodQuery(period: Period, nowSeconds: number, today: string): PeriodQuery {
  if (period === 'day') return { from: String(hoursBack(nowSeconds, 23)), step: 'hour' }
  if (period === 'year') return { from: monthsBack(today, 11), step: 'month' }
  return { from: daysBack(today, DAYS[period] - 1), step: 'day' }
}

/** As long as the period, up to the same time of day: what is not over is compared with what was not over either. */
export function periodBefore(period: Period, nowSeconds: number, today: string): Required<PeriodQuery> {
  if (period === 'day') {
    const to = String(nowSeconds - DAY_SECONDS)
    return { from: String(hoursBack(nowSeconds - DAY_SECONDS, 23)), to, step: 'hour' }
  }
  if (period === 'year')
    return { from: monthsBack(today, 23), to: String(nowSeconds - 365 * DAY_SECONDS), step: 'month' }
  const days = DAYS[period]
  return { from: daysBack(today, 2 * days - 1), to: String(nowSeconds - days * DAY_SECONDS), step: 'day' }
}

function hoursBack(atSeconds: number, hours: number): number {
  return Math.floor(atSeconds / HOUR_SECONDS) * HOUR_SECONDS - hours * HOUR_SECONDS
}

function daysBack(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) - days * DAY_SECONDS * 1000).toISOString().slice(0, 10)
}

/** The first of a month. */
function monthsBack(date: string, months: number): string {
  const [year = 1970, month = 1] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 10)
}
