// The nearest valid name to one that was mistyped, for "Did you mean …?".

/** The candidate within reach of a typing error (a third of the word, at least two edits), or undefined. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance)
    // Two edits turn any word of three letters into any other: at least half of it must be right.
    if (distance < bestDistance && distance * 2 <= Math.max(word.length, candidate.length)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `Did you mean "x"?`, or the whole list when it is short, or nothing. */
export function nearestHint(word: string, candidates: readonly string[]): string | undefined {
  const found = nearest(word, candidates)
  if (found !== undefined) return `Did you mean "${found}"?`
  if (candidates.length === 0 || candidates.length > 12) return undefined
  return `Known here: ${candidates.join(', ')}.`
}

/** Insertions, deletions, substitutions and swaps of neighbours; gives up with `limit` once it cannot be less. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let smallest = i
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(value)
      smallest = Math.min(smallest, value)
    }
    if (smallest >= limit) return limit
    beforeLast = last
    last = row
  }
  return last[b.length] ?? limit
}
