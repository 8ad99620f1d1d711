import { seededRandom } from '../../random.ts'

/** A vector of length 1 that depends only on its seed. */
export function unitVector(seed: number, dimensions: number): number[] {
  const random = seededRandom(seed)
  const raw = Array.from({ length: dimensions }, () => random() * 2 - 1)
  const length = Math.hypot(...raw)
  return raw.map((value) => Math.fround(value / length))
}
