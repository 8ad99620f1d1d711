import fc from 'fast-check'
import { expect, it } from 'vitest'
import { usageRecord } from '../store/__fixtures__/usage-rows.ts'
import { BEGINNING, formatJournalLine, parseJournalLines } from './journal-line.ts'
import { formatTrail, parseTrail } from './journal-trail.ts'
import type { JournalRow } from './usage-store.ts'

it('never takes a record for a beginning, whatever its id is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (requestId) => {
      expect(formatJournalLine(usageRecord({ requestId })).startsWith(BEGINNING)).toBe(false)
    }),
  )
})

it('passes over beginnings without a complaint', () => {
  const rows: JournalRow[] = []
  const line = formatJournalLine(usageRecord({ requestId: 'req_1' }))
  expect(parseJournalLines(`${BEGINNING}${line}${line}`, rows).malformed).toBe(0)
  expect(rows).toHaveLength(1)
})

it('reads a trail as it was written, and leaves out what makes no sense', () => {
  const note = fc.record({
    provider: fc.string({ unit: 'binary' }),
    outcome: fc.string({ minLength: 1 }),
    durationMs: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(note, { maxLength: 16 }), (trail) => {
      expect(parseTrail(formatTrail(trail))).toEqual(trail)
    }),
  )
  expect(parseTrail('a ok 1,nonsense,b failed x')).toEqual([{ provider: 'a', outcome: 'ok', durationMs: 1 }])
})
