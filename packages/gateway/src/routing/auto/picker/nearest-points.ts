// The nearest of many unit vectors, by brute force over one flat array: exact, and quick enough for thousands.

export interface Neighbours {
  /** Indices of points, in no order. */
  readonly indices: Int32Array
  readonly closeness: Float32Array
}

/** The `count` points closest to `vector`; fewer when there are fewer. `points` is `size` x dimensions. */
export function nearestPoints(points: Float32Array, size: number, vector: Float32Array, count: number): Neighbours {
  const all = closenessTo(points, size, vector)
  const kept = Math.min(count, size)
  const limit = kept === size ? -Infinity : nthLargest(all.slice(), kept)
  const indices = new Int32Array(kept)
  const closeness = new Float32Array(kept)
  let found = 0
  for (let index = 0; index < size && found < kept; index++) {
    const value = all[index] ?? 0
    if (value < limit) continue
    indices[found] = index
    closeness[found++] = value
  }
  return { indices, closeness }
}

/** /!\ Hot path: four dimensions at a time. */
function closenessTo(points: Float32Array, size: number, vector: Float32Array): Float32Array {
  const dimensions = vector.length
  const out = new Float32Array(size)
  for (let index = 0; index < size; index++) {
    let at = index * dimensions
    let a = 0
    let b = 0
    let c = 0
    let e = 0
    for (let d = 0; d < dimensions; d += 4, at += 4) {
      a += (vector[d] ?? 0) * (points[at] ?? 0)
      b += (vector[d + 1] ?? 0) * (points[at + 1] ?? 0)
      c += (vector[d + 2] ?? 0) * (points[at + 2] ?? 0)
      e += (vector[d + 3] ?? 0) * (points[at + 3] ?? 0)
    }
    out[index] = a + b + c + e
  }
  return out
}

/** Hoare's selection; reorders `values`. */
function nthLargest(values: Float32Array, n: number): number {
  let low = 0
  let high = values.length - 1
  const target = n - 1
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0
    let i = low
    let j = high
    while (i <= j) {
      while ((values[i] ?? 0) > pivot) i++
      while ((values[j] ?? 0) < pivot) j--
      if (i <= j) {
        const held = values[i] ?? 0
        values[i] = values[j] ?? 0
        values[j] = held
        i++
        j--
      }
    }
    if (target <= j) high = j
    else if (target >= i) low = i
    else break
  }
  return values[target] ?? 0
}
