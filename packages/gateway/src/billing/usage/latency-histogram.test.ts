import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LATENCY_BOUNDS_MS, LATENCY_BUCKETS, latencyBucket, percentile } from './latency-histogram.ts'

it('puts a duration into the bucket whose bound it does not exceed', () => {
  expect([0, 50, 51, 1000, 1001, 120_000, 120_001, 9e12].map(latencyBucket)).toEqual([0, 0, 1, 5, 6, 14, 15, 15])
})

it('tells a percentile that lies in the same bucket as the true one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 1),
      (durations, share) => {
        const counts: number[] = Array(LATENCY_BUCKETS).fill(0)
        for (const ms of durations) counts[latencyBucket(ms)]! += 1
        const sorted = durations.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(share * sorted.length) - 1]!
        const bucket = latencyBucket(exact)
        const told = percentile(counts, share)!
        expect(told).toBeGreaterThanOrEqual(bucket === 0 ? 0 : LATENCY_BOUNDS_MS[bucket - 1]!)
        expect(told).toBeLessThanOrEqual(LATENCY_BOUNDS_MS[bucket] ?? 240_000)
      },
    ),
  )
})

it('has no percentile of nothing', () => {
  expect(percentile(Array(LATENCY_BUCKETS).fill(0), 0.5)).toBeNull()
})
