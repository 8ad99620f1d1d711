// The ledger against what any limiter is measured by: every call kept in a list, and counted one by one.

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyScope } from './__fixtures__/scopes.ts'
import type { Admitted } from './authority.ts'
import type { LimitedScope, Limits } from './limits.ts'
import { LocalAuthority } from './local-authority.ts'
import { MemoryLedger } from './memory-ledger.ts'

const WINDOW_MS = 60_000
const DAY_MS = 86_400_000

interface Entry {
  readonly scopes: readonly LimitedScope[]
  readonly nowMs: number
  readonly wallMs: number
  requests: number
  tokens: number
  costNanos: number
  open: boolean
}

class Naive {
  readonly entries: Entry[] = []

  fits(scope: LimitedScope, tokens: number, costNanos: number, nowMs: number, wallMs: number): boolean {
    const mine = this.entries.filter(({ scopes }) => scopes.includes(scope))
    const inMinute = mine.filter((entry) => entry.nowMs + WINDOW_MS > nowMs)
    const today = mine.filter((entry) => Math.floor(entry.wallMs / DAY_MS) === Math.floor(wallMs / DAY_MS))
    const sum = (entries: Entry[], of: 'requests' | 'tokens' | 'costNanos'): number =>
      entries.reduce((total, entry) => total + entry[of], 0)
    const { rpm = Infinity, tpm = Infinity, concurrency = Infinity, requestsPerDay = Infinity } = scope.limits
    return (
      sum(inMinute, 'requests') + 1 <= rpm &&
      sum(inMinute, 'tokens') + Math.max(1, tokens) <= tpm &&
      mine.filter(({ open }) => open).length + 1 <= concurrency &&
      sum(today, 'requests') + 1 <= requestsPerDay &&
      (scope.budget === undefined || sum(today, 'costNanos') + Math.max(1, costNanos) <= scope.budget.amountNanos)
    )
  }
}

const LIMITS = fc.record<Limits>(
  {
    rpm: fc.integer({ min: 0, max: 9 }),
    tpm: fc.integer({ min: 0, max: 900 }),
    concurrency: fc.integer({ min: 0, max: 5 }),
    requestsPerDay: fc.integer({ min: 1, max: 30 }),
  },
  { requiredKeys: [] },
)
const SCOPE = fc.tuple(LIMITS, fc.option(fc.integer({ min: 0, max: 3000 }), { freq: 3, nil: undefined }))

const STEP = fc.record({
  // Tokens are counted by tenths of a second: at whole ones there is nothing to round.
  passMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 300 }).map((tenths) => tenths * 100),
    fc.constantFrom(59_900, 60_000, DAY_MS / 3),
  ),
  caller: fc.nat(2),
  tokens: fc.integer({ min: 0, max: 200 }),
  costNanos: fc.integer({ min: 0, max: 500 }),
  settle: fc.nat(3),
  usedShare: fc.constantFrom(0, 0.3, 1, 1.7),
  refund: fc.boolean(),
})

const STILL = { passMs: 0, caller: 0, tokens: 0, costNanos: 0, settle: 0, usedShare: 0, refund: false }
/** A call that costs more than was reserved, hours after it began: its scope was used then, not a day ago. */
const CHARGED_LATE: [[Limits, number | undefined][], (typeof STILL)[]] = [
  [
    [{}, 113],
    [{}, undefined],
    [{}, undefined],
    [{}, undefined],
  ],
  [
    { ...STILL, passMs: DAY_MS / 3, costNanos: 65 },
    { ...STILL, passMs: DAY_MS / 3, costNanos: 69, settle: 1, usedShare: 1.7 },
    { ...STILL, passMs: DAY_MS / 3, caller: 1 },
    { ...STILL, passMs: DAY_MS / 3, caller: 1 },
    ...Array.from({ length: 20 }, () => ({ ...STILL, passMs: 100, caller: 1 })),
    { ...STILL, costNanos: 69 },
  ],
]

test('lets a call through exactly when a list of all calls would, for all of its scopes or for none', () => {
  let through = 0
  let refused = 0
  fc.assert(
    fc.property(
      fc.array(SCOPE, { minLength: 4, maxLength: 4 }),
      fc.array(STEP, { minLength: 10, maxLength: 80 }),
      (kinds, steps) => {
        const time = { nowMs: 5000, wallMs: Date.parse('2026-11-20T12:00:00Z') }
        const ledger = new MemoryLedger({ clock: () => time.nowMs, wallClock: () => time.wallMs })
        const authority = new LocalAuthority(ledger)
        const [a, b, c, shared] = kinds.map(([limits, amountNanos], index) =>
          keyScope(limits, `scope ${index}`, amountNanos === undefined ? undefined : { amountNanos, reset: 'day' }),
        ) as [LimitedScope, LimitedScope, LimitedScope, LimitedScope]
        // One key alone, one with its account, and a child of that key.
        const callers = [[a], [b, shared], [c, b, shared]]
        const naive = new Naive()
        const open: { readonly admission: Admitted; readonly entry: Entry }[] = []
        for (const { passMs, caller, tokens, costNanos, settle, usedShare, refund } of steps) {
          time.nowMs += passMs
          time.wallMs += passMs
          const { nowMs, wallMs } = time
          for (const { admission, entry } of open.splice(0, settle)) {
            const used = {
              tokens: Math.floor(entry.tokens * usedShare),
              costNanos: Math.floor(entry.costNanos * usedShare),
            }
            authority.settle(admission, used, refund)
            entry.open = false
            // Less than reserved goes back to when it was reserved, more counts from now on.
            const beyond = {
              tokens: Math.max(0, used.tokens - entry.tokens),
              costNanos: Math.max(0, used.costNanos - entry.costNanos),
            }
            naive.entries.push({ ...entry, nowMs, wallMs, requests: 0, ...beyond })
            entry.tokens = Math.min(entry.tokens, used.tokens)
            entry.costNanos = Math.min(entry.costNanos, used.costNanos)
            if (refund) entry.requests = 0
          }
          const scopes = callers[caller]!
          const admission = authority.admit(scopes, { tokens, costNanos })
          if (admission instanceof Promise) throw new Error('What is in memory is known at once.')
          const fits = scopes.every((scope) => naive.fits(scope, tokens, costNanos, nowMs, wallMs))
          expect(admission.ok).toBe(fits)
          if (!admission.ok) {
            refused++
            continue
          }
          through++
          const entry = { scopes, nowMs, wallMs, requests: 1, tokens, costNanos, open: true }
          naive.entries.push(entry)
          open.push({ admission, entry })
        }
      },
    ),
    { numRuns: 300, examples: [CHARGED_LATE] },
  )
  expect(through).toBeGreaterThan(300)
  expect(refused).toBeGreaterThan(300)
})
