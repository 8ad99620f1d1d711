import { describe, expect, it } from 'vitest'
import type { LimitedScope } from './limits.ts'
import { shareOf, shareOfAsk, ShareOfHistory } from './share-of-limits.ts'

const SCOPE: LimitedScope = {
  scope: 'key:a',
  of: 'key',
  name: 'a',
  timeZone: 'UTC',
  limits: { rpm: 10, tpm: 1000, concurrency: 2, requestsPerDay: 0 },
  budget: { amountNanos: 100, reset: 'day' },
}
const CALL = { kind: 'limit-ask' as const, holder: '', leases: [] }

describe('a share of limits', () => {
  it('is a part of each, one at least, and nothing of nothing', () => {
    expect(shareOf(SCOPE, 3)).toMatchObject({
      limits: { rpm: 3, tpm: 333, concurrency: 1, requestsPerDay: 0 },
      budget: { amountNanos: 33, reset: 'day' },
    })
  })

  it('is all of it for one that is alone', () => {
    const ask = { ...CALL, call: { scopes: [SCOPE], tokens: 1, costNanos: 0 } }
    expect(shareOfAsk(ask, 1, () => 0)).toBe(ask)
  })

  it('lets a call that is larger than the share, and not than the limit, through an empty minute', () => {
    const ask = { ...CALL, call: { scopes: [SCOPE], tokens: 800, costNanos: 0 } }
    expect(shareOfAsk(ask, 3, () => 0).call?.scopes[0]?.limits.tpm).toBe(800)
    expect(shareOfAsk(ask, 3, () => 1).call?.scopes[0]?.limits.tpm).toBe(333)
    const larger = { ...CALL, call: { scopes: [SCOPE], tokens: 1001, costNanos: 0 } }
    expect(shareOfAsk(larger, 3, () => 0).call?.scopes[0]?.limits.tpm).toBe(333)
  })

  it('of what is left: what all have spent counts for each in part', async () => {
    const history = new ShareOfHistory(
      { since: async () => await Promise.resolve({ requests: 7, costNanos: 10 }) },
      () => 3,
    )
    expect(await history.since('key:a', 0)).toEqual({ requests: 3, costNanos: 4 })
  })
})
