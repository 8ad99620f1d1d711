// A question as a point that a model of embeddings has made of it, beside the one that the picker makes by itself. Points
// of two models, or of two sizes, say nothing about each other.
import { LEAST_DIMENSIONS, MOST_DIMENSIONS } from '../../../config/auto-config.ts'

export interface EmbeddedPoint {
  /** Public id of the model of embeddings. */
  readonly model: string
  /** Of unit length. */
  readonly vector: Float32Array
}

/** Null for what is no vector of a size that can be used. */
export function unitVector(figures: readonly unknown[]): Float32Array | null {
  if (figures.length < LEAST_DIMENSIONS || figures.length > MOST_DIMENSIONS) return null
  let sum = 0
  for (const figure of figures) {
    if (typeof figure !== 'number' || !Number.isFinite(figure)) return null
    sum += figure * figure
  }
  const length = Math.sqrt(sum)
  return length > 0 && Number.isFinite(length)
    ? Float32Array.from(figures as readonly number[], (figure) => figure / length)
    : null
}
