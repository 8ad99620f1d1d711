import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTimeZone, periodAt, type PeriodKind } from './calendar.ts'

const HOUR_MS = 3_600_000

function textOf(kind: PeriodKind, timeZone: string, at: string): string {
  const { startMs, endMs } = periodAt(kind, timeZone, Date.parse(at))
  return `${new Date(startMs).toISOString()} ${new Date(endMs).toISOString()}`
}

test('days, weeks from Monday and months are those of the time zone', () => {
  const at = '2026-11-20T23:30:00Z'
  expect(textOf('day', 'UTC', at)).toBe('2026-11-20T00:00:00.000Z 2026-11-21T00:00:00.000Z')
  expect(textOf('day', 'Asia/Ho_Chi_Minh', at)).toBe('2026-11-20T17:00:00.000Z 2026-11-21T17:00:00.000Z')
  expect(textOf('day', 'America/Los_Angeles', at)).toBe('2026-11-20T08:00:00.000Z 2026-11-21T08:00:00.000Z')
  expect(textOf('week', 'UTC', at)).toBe('2026-11-16T00:00:00.000Z 2026-11-23T00:00:00.000Z')
  expect(textOf('week', 'UTC', '2026-11-16T00:00:00Z')).toBe('2026-11-16T00:00:00.000Z 2026-11-23T00:00:00.000Z')
  expect(textOf('month', 'UTC', '2024-02-29T12:00:00Z')).toBe('2024-02-01T00:00:00.000Z 2024-03-01T00:00:00.000Z')
  expect(textOf('month', 'Pacific/Kiritimati', '2026-12-31T11:00:00Z')).toBe(
    '2026-12-31T10:00:00.000Z 2027-01-31T10:00:00.000Z',
  )
})

test('a day has 23 or 25 hours where the clocks are changed, and begins at 01:00 where midnight does not exist', () => {
  const hours = (timeZone: string, at: string): number => {
    const { startMs, endMs } = periodAt('day', timeZone, Date.parse(at))
    return (endMs - startMs) / HOUR_MS
  }
  expect(hours('Europe/Berlin', '2026-03-29T12:00:00Z')).toBe(23)
  expect(hours('Europe/Berlin', '2026-10-25T12:00:00Z')).toBe(25)
  expect(hours('Australia/Lord_Howe', '2026-04-05T12:00:00+11:00')).toBe(24.5)
  // São Paulo put its clocks forward at midnight, and back at midnight, until 2019.
  expect(textOf('day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z')).toBe(
    '2018-11-04T03:00:00.000Z 2018-11-05T02:00:00.000Z',
  )
  expect(hours('America/Sao_Paulo', '2018-02-17T12:00:00Z')).toBe(25)
  // Samoa had no 30 December 2011.
  expect(hours('Pacific/Apia', '2011-12-29T20:00:00Z')).toBe(24)
})

test('periods cover all of time without a gap or an overlap', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Apia', 'America/St_Johns']
  fc.assert(
    fc.property(
      fc.constantFrom<PeriodKind>('day', 'week', 'month'),
      fc.constantFrom(...zones),
      fc.integer({ min: 1_200_000_000_000, max: 2_000_000_000_000 }),
      (kind, timeZone, atMs) => {
        const period = periodAt(kind, timeZone, atMs)
        expect(period.startMs).toBeLessThanOrEqual(atMs)
        expect(period.endMs).toBeGreaterThan(atMs)
        expect(periodAt(kind, timeZone, period.endMs).startMs).toBe(period.endMs)
        expect(periodAt(kind, timeZone, period.startMs - 1).endMs).toBe(period.startMs)
      },
    ),
    { numRuns: 60 },
  )
})

test('a zone that nobody knows counts as UTC', () => {
  expect(isTimeZone('Mars/Olympus')).toBe(false)
  expect(isTimeZone('Europe/Berlin')).toBe(true)
  expect(periodAt('day', 'Mars/Olympus', 0)).toEqual({ startMs: 0, endMs: 24 * HOUR_MS })
  expect(periodAt('never', 'UTC', 5)).toEqual({ startMs: 0, endMs: Infinity })
})
