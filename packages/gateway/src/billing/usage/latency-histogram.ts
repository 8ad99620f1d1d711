// Durations as counts in fixed buckets: sums of histograms are histograms, so a percentile can be charted over any
// number of keys and hours. The bounds grow by half to double, from what a cache answers to what an agent waits for.

/** Upper bounds in ms, the bound included; the last bucket has none. */
export const LATENCY_BOUNDS_MS = [
  50, 100, 200, 350, 600, 1000, 1600, 2500, 4000, 6500, 10_000, 17_000, 30_000, 60_000, 120_000,
] as const

export const LATENCY_BUCKETS = LATENCY_BOUNDS_MS.length + 1

/** /!\ Hot path of ingestion. */
export function latencyBucket(ms: number): number {
  let bucket = 0
  for (; bucket < LATENCY_BOUNDS_MS.length; bucket++) {
    const bound = LATENCY_BOUNDS_MS[bucket]
    if (bound !== undefined && ms <= bound) break
  }
  return bucket
}

/**
 * The time within which `share` of the calls were done, in whole ms; within a bucket they are taken to lie evenly.
 * Null when there were none.
 */
export function percentile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const wanted = share * total
  let before = 0
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= wanted) {
      const from = bucket === 0 ? 0 : (LATENCY_BOUNDS_MS[bucket - 1] ?? 0)
      const to = LATENCY_BOUNDS_MS[bucket] ?? from * 2
      return Math.round(from + ((to - from) * (wanted - before)) / count)
    }
    before += count
  }
  return null
}
