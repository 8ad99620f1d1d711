import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from './rollup-columns.ts'
import { planUsage } from './usage-plan.ts'

const NOTHING_GONE = { daysUntil: 0, hoursFrom: 0, recordsFromMs: 0 }

it('takes every moment of the range from one source, whatever is summed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 * DAY_MS }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 10 * DAY_MS }),
      fc.nat(12),
      (lengths, fromMs, daysUntil) => {
        let endMs = fromMs
        const spans = lengths.map((length) => ({ startMs: endMs, endMs: (endMs += length) }))
        const { days, hours, records } = planUsage(spans, { ...NOTHING_GONE, daysUntil })
        const pieces = [
          ...days.map(({ from, to, span }) => ({ from: from * DAY_MS, to: to * DAY_MS, span })),
          ...hours.map(({ from, to, span }) => ({ from: from * HOUR_MS, to: to * HOUR_MS, span })),
          ...records,
        ].sort((a, b) => a.from - b.from)
        for (const [index, piece] of pieces.entries()) {
          expect(piece.from).toBe(pieces[index - 1]?.to ?? fromMs)
          expect(piece.from).toBeGreaterThanOrEqual(spans[piece.span]?.startMs ?? Infinity)
          expect(piece.to).toBeLessThanOrEqual(spans[piece.span]?.endMs ?? -Infinity)
        }
        expect(pieces.at(-1)?.to).toBe(endMs)
        for (const { to } of days) expect(to).toBeLessThanOrEqual(daysUntil)
      },
    ),
  )
})

it('counts an hour whole where its records are gone, and a day where its hours are, each in one span', () => {
  const spans = [
    { startMs: 0, endMs: 1.5 * DAY_MS },
    { startMs: 1.5 * DAY_MS, endMs: 3.52 * DAY_MS },
    { startMs: 3.52 * DAY_MS, endMs: 4.01 * DAY_MS },
  ]
  const state = { daysUntil: 3, hoursFrom: 2 * 24, recordsFromMs: 4 * DAY_MS }
  expect(planUsage(spans, state)).toEqual({
    days: [
      { from: 0, to: 2, span: 0 },
      { from: 2, to: 3, span: 1 },
    ],
    hours: [
      { from: 72, to: 85, span: 1 },
      { from: 85, to: 96, span: 2 },
    ],
    records: [{ from: 4 * DAY_MS, to: 4.01 * DAY_MS, span: 2 }],
  })
})
