// A question as a point, in 8 bits a figure: a third of a kilobyte, and near enough for finding its neighbours.

const STEPS = 127

/** @param vector of unit length */
export function encodePoint(vector: Float32Array): string {
  const bytes = Int8Array.from(vector, (figure) => Math.round(Math.min(1, Math.max(-1, figure)) * STEPS))
  return Buffer.from(bytes.buffer).toString('base64')
}

/** Empty for ''. */
export function decodePoint(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  return Float32Array.from(bytes, (byte) => ((byte << 24) >> 24) / STEPS)
}
