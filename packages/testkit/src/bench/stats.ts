// The few statistics that the report is made of. All pure.

/** The p-th percentile (0..100) of unsorted values, nearest rank; NaN for none. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = Float64Array.from(values).toSorted()
  const rank = Math.ceil((p / 100) * sorted.length) - 1
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? Number.NaN
}

/** A median, and how far the values spread: their quartiles, or the smallest and the largest of fewer than eight. */
export type Spread = { median: number; low: number; high: number; count: number }

const ENOUGH_FOR_QUARTILES = 8

/** Median and spread over blocks; values that are not numbers (a block without an answer) are left out. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
  const isMany = sorted.length >= ENOUGH_FOR_QUARTILES
  return {
    median,
    low: isMany ? percentile(sorted, 25) : (sorted[0] ?? Number.NaN),
    high: isMany ? percentile(sorted, 75) : (sorted.at(-1) ?? Number.NaN),
    count: sorted.length,
  }
}

/** Least-squares slope of y over x. */
export function slope(points: ReadonlyArray<{ x: number; y: number }>): number {
  const meanX = points.reduce((sum, point) => sum + point.x, 0) / points.length
  const meanY = points.reduce((sum, point) => sum + point.y, 0) / points.length
  let covariance = 0
  let variance = 0
  for (const point of points) {
    covariance += (point.x - meanX) * (point.y - meanY)
    variance += (point.x - meanX) ** 2
  }
  return covariance / variance
}

/** Mulberry32: a small seeded generator in [0, 1), so that a run's order and arrivals can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A shuffled copy. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }))
  return keyed.sort((a, b) => a.key - b.key).map((entry) => entry.item)
}
