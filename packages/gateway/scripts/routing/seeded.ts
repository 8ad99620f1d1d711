// Chance that is the same on every machine: training and bench must give the same bytes twice.

/** Numbers in [0, 1), from a 32-bit seed (mulberry32's recipe). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** 0..count-1 in a random order. */
export function permutation(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const held = order[index] ?? 0
    order[index] = order[other] ?? 0
    order[other] = held
  }
  return order
}

/** A fold 0..folds-1 for each of `count` rows, as even as can be. */
export function assignFolds(count: number, folds: number, seed: number): Int32Array {
  const out = new Int32Array(count)
  for (const [position, index] of permutation(count, seededRandom(seed)).entries()) out[index] = position % folds
  return out
}

/** Standard normal (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
