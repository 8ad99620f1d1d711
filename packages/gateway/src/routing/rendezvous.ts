// Weighted rendezvous hashing: every process ranks the candidates for a conversation in the same order, without a table
// and without a word between them. When a candidate goes away only its own conversations move.

/** FNV-1a over UTF-16 units, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/**
 * /!\ Hot path. The candidate with the highest score serves the conversation.
 * Score = weight / -ln(u), u uniform in (0, 1) from both hashes: the share of each candidate is its share of the weight.
 */
export function rendezvousScore(keyHash: number, idHash: number, weight: number): number {
  const uniform = (mix(keyHash, idHash) + 0.5) / 0x1_0000_0000
  return weight / -Math.log(uniform)
}

/** Murmur3's 32-bit finaliser, once over each half, so that neighbours in one hash are strangers in the result. */
function mix(left: number, right: number): number {
  return finalise(finalise(left) ^ Math.imul(right, 0x9e3779b1))
}

function finalise(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
