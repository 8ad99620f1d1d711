import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { USAGE_STEPS } from './usage-queries.ts'
import { MOST_STEPS, stepsOf } from './usage-steps.ts'

const HOUR_MS = 3_600_000
const at = (text: string): number => Date.parse(text)

describe('the steps of a chart', () => {
  it('cover the range without a gap, in any zone, across any change of its clocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'UTC',
          'Asia/Kathmandu',
          'America/New_York',
          'Australia/Lord_Howe',
          'America/Santiago',
          'Pacific/Apia',
        ),
        fc.constantFrom(...USAGE_STEPS),
        fc.integer({ min: at('2011-01-01'), max: at('2027-01-01') }),
        fc.integer({ min: 1, max: 40 * 24 * HOUR_MS }),
        (timeZone, step, fromMs, lengthMs) => {
          const toMs = fromMs + lengthMs
          const steps = stepsOf({ fromMs, toMs }, step, timeZone)
          expect(steps[0]?.startMs).toBe(fromMs)
          expect(steps.at(-1)?.endMs).toBe(toMs)
          for (const [index, { startMs, endMs, label }] of steps.entries()) {
            expect(endMs).toBeGreaterThan(startMs)
            if (index === 0) continue
            expect(startMs).toBe(steps[index - 1]?.endMs)
            if (step === 'hour') expect(label).toMatch(/T\d\d:00$/)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('are days of 23 and 25 hours where the clocks are changed, and hours of half-hour zones', () => {
    const spring = stepsOf(
      { fromMs: at('2026-03-08T05:00Z'), toMs: at('2026-03-10T04:00Z') },
      'day',
      'America/New_York',
    )
    expect(spring.map(({ label, startMs, endMs }) => [label, (endMs - startMs) / HOUR_MS])).toEqual([
      ['2026-03-08', 23],
      ['2026-03-09', 24],
    ])
    const [first, second] = stepsOf(
      { fromMs: at('2026-03-08T05:10Z'), toMs: at('2026-03-08T06:00Z') },
      'hour',
      'Asia/Kolkata',
    )
    expect([first?.label, second?.label]).toEqual(['2026-03-08T10:00', '2026-03-08T11:00'])
    expect(first?.endMs).toBe(at('2026-03-08T05:30Z'))
    expect(
      stepsOf({ fromMs: at('2026-01-15T00:00Z'), toMs: at('2026-03-01T00:00Z') }, 'month', 'UTC').map(
        ({ label }) => label,
      ),
    ).toEqual(['2026-01', '2026-02'])
  })

  it('are refused when they are too many, or the zone is none', () => {
    expect(() => stepsOf({ fromMs: 0, toMs: (MOST_STEPS + 1) * HOUR_MS }, 'hour', 'UTC')).toThrow(RangeError)
    expect(() => stepsOf({ fromMs: 0, toMs: 1 }, 'day', 'Mars/Olympus')).toThrow(RangeError)
  })
})
