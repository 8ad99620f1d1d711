import fc from 'fast-check'
import { expect, it } from 'vitest'
import { usageRecord } from '../../store/__fixtures__/usage-rows.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import {
  BEGINNING,
  followBeginnings,
  formatJournalLine,
  formatReceiptLine,
  formatReturnLine,
  isChargedOnce,
  parseJournalLines,
  splitPart,
} from './journal-line.ts'
import { formatTrail, parseTrail } from './journal-trail.ts'
import { formatExtras, heldIn, parseExtras, userAgentIn } from '../usage/usage-extras.ts'
import type { JournalReceipt } from '../usage/receipts.ts'
import type { JournalRow, SliceReturn } from '../usage/usage-store.ts'

const someNote = { provider: 'a', outcome: 'ok', durationMs: 1, credential: 'a#2', startMs: 3, upstreamModel: 'm' }

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
  expect(parseJournalLines(`${BEGINNING}${line}${line}`, rows)).toBe(0)
  expect(rows).toHaveLength(1)
})

it('tells money that is given back from calls, whatever their ids are', () => {
  const rows: JournalRow[] = []
  const returns: SliceReturn[] = []
  const given = [
    { sliceId: 'sl_1', nanos: 5 },
    { sliceId: 'odd\t\\id\x7f', nanos: Number.MAX_SAFE_INTEGER },
  ]
  const call = formatJournalLine(usageRecord({ requestId: '\\<sl_1', sliceId: 'sl_1', paidNanos: 3 }))
  const text = `${given.map(formatReturnLine).join('')}${call}\\<sl_2\t1\n\\<sl_3\t-1\x7f\n`
  expect(parseJournalLines(text, rows, { returns })).toBe(2)
  expect(returns).toEqual(given)
  expect(rows).toMatchObject([{ requestId: '\\<sl_1', sliceId: 'sl_1', paidNanos: 3, providerCostNanos: 700 }])
})

it('tells receipts from calls, whatever is in them, and leaves out those that were torn', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.json(), (accountId, body) => {
      const receipt = { receiptId: 'rcpt_1', createdAtMs: 5, keyId: 'key_a', accountId: accountId.slice(0, 100), body }
      const line = formatReceiptLine(receipt)
      const rows: JournalRow[] = []
      const receipts: JournalReceipt[] = []
      const call = formatJournalLine(usageRecord({ requestId: '\\=rcpt_2' }))
      const torn = `${line.slice(0, -3)}\n`
      expect(parseJournalLines(`${line}${BEGINNING}${call}${line}${call}${torn}`, rows, { receipts })).toBe(1)
      expect(receipts).toEqual([receipt, receipt])
      expect(rows.map(({ requestId }) => requestId)).toEqual(['\\=rcpt_2'])
      const open = new Map<string, JournalRow>()
      followBeginnings(`${line}${BEGINNING}${call}${line}`, open)
      expect([...open.keys()]).toEqual(['\\=rcpt_2'])
    }),
  )
})

it('tells background work from other calls, in the part that says what kind of call it was', () => {
  const rows: JournalRow[] = []
  const lines = [usageRecord({ once: true, trail: [someNote] }), usageRecord()]
  parseJournalLines(lines.map(formatJournalLine).join(''), rows)
  expect(rows.map(isChargedOnce)).toEqual([true, false])
  const [kind, other] = rows.map(({ kindText }) => splitPart(kindText))
  expect(kind).toEqual([...(other ?? []), 'once'])
})

it('reads the rarer classes of usage as they were written, and leaves out what makes no sense', () => {
  const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
  const extras = fc.record({
    audioInput: count,
    audioOutput: count,
    imageInput: count,
    imageOutput: count,
    images: count,
    webSearches: count,
    serviceTier: fc.string({ unit: 'binary' }),
  })
  fc.assert(
    fc.property(extras, (one) => {
      expect(parseExtras(formatExtras(one))).toEqual(one)
    }),
  )
  expect(formatExtras(NO_USAGE)).toBe('')
  const held = formatExtras({ ...NO_USAGE, images: 2, serviceTier: 'h9,h8' }, 91_000)
  expect([held, heldIn(held), parseExtras(held).serviceTier]).toEqual(['p2,h91000,sh9,h8', 91_000, 'h9,h8'])
  expect([formatExtras(NO_USAGE, 7), heldIn('h7'), heldIn('sh9'), heldIn('')]).toEqual(['h7', 7, 0, 0])
  fc.assert(
    fc.property(extras, fc.nat(), fc.string({ maxLength: 40 }), (one, heldNanos, agent) => {
      const text = formatExtras(one, heldNanos, agent)
      expect([parseExtras(text), heldIn(text), userAgentIn(text)]).toEqual([one, heldNanos, agent])
    }),
  )
  expect(userAgentIn(formatExtras(NO_USAGE, 0, `${'x'.repeat(159)}, y`))).toBe('x'.repeat(159))
  expect([userAgentIn('h7'), userAgentIn('su,ux'), userAgentIn('')]).toEqual(['', '', ''])
  expect(parseExtras('A5,zz,x9,a-1,p,w2')).toEqual({ ...parseExtras(''), audioInput: 5, webSearches: 2 })
})

it('reads a trail as it was written, and leaves out what makes no sense', () => {
  const text = fc.string({ unit: 'binary' })
  const note = fc
    .record({
      provider: text,
      outcome: fc.string({ minLength: 1 }),
      durationMs: fc.nat(),
      credential: text,
      startMs: fc.nat(),
      upstreamModel: text,
    })
    .map((one) => ({ ...one, credential: one.credential || one.provider }))
  fc.assert(
    fc.property(fc.array(note, { maxLength: 16 }), (trail) => {
      expect(parseTrail(formatTrail(trail))).toEqual(trail)
    }),
  )
  expect(parseTrail('a ok 1,nonsense,b failed x')).toEqual([
    // As an older release wrote it.
    { provider: 'a', outcome: 'ok', durationMs: 1, credential: '', startMs: -1, upstreamModel: '' },
  ])
})
