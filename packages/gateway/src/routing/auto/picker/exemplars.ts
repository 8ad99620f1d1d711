// What happened on requests like this one: a bounded set of points with outcomes, and a vote of the near ones.
// The vote counts only as far as something near is known: `confidence` is the novelty gate, 0 on foreign ground.
// Vectors and outcomes only, no text; the whole state is plain data.
import { nearestPoints } from './nearest-points.ts'

export interface Exemplar {
  /** Unit length. */
  readonly vector: Float32Array
  /** Quality 0..1 by model id, for the models that were seen to answer. */
  readonly outcomes: Readonly<Record<string, number>>
  /** How much it counts; 1 for one observation. */
  readonly weight: number
}

export interface VoteSettings {
  /** How fast influence fades with distance; 8 is wide, 16 narrow. */
  readonly sharpness: number
  /** Neighbours that vote. */
  readonly neighbours: number
  /** Votes that the prior counts for: the gate. The larger, the more evidence close by is needed to move anything. */
  readonly priorVotes: number
}

export const DEFAULT_VOTE: VoteSettings = { sharpness: 8, neighbours: 200, priorVotes: 1 }

/**
 * On foreign ground only what is very near may vote; as labels of one's own arrive the vote widens to the usual one.
 * 16 without any, 9 with thirty: a narrow gate would leave most new questions out of their reach.
 */
export function gateFor(ownLabels: number): VoteSettings {
  const { sharpness } = DEFAULT_VOTE
  return { ...DEFAULT_VOTE, sharpness: sharpness + sharpness / (1 + ownLabels / 5) }
}

export interface Vote {
  /** Difference from what was expected, already shrunk by the gate; add it to the expectation. */
  readonly shift: number
  /** 0 = nothing near is known of this model .. 1. */
  readonly confidence: number
}

export interface ExemplarState {
  readonly version: 1
  readonly dimensions: number
  /** base64 of the vectors at 8 bits a figure (x 127). */
  readonly vectors: string
  readonly outcomes: readonly (readonly [weight: number, outcomes: Readonly<Record<string, number>>])[]
}

export class ExemplarSet {
  readonly dimensions: number
  readonly #capacity: number
  readonly #points: Float32Array
  readonly #records: { weight: number; outcomes: Readonly<Record<string, number>> }[] = []
  #next = 0

  /** 1,000 points of 192 figures take 0.8 MB and about 0.2 ms a vote; when full, the oldest make room. */
  constructor(dimensions: number, capacity = 1_000) {
    this.dimensions = dimensions
    this.#capacity = capacity
    this.#points = new Float32Array(dimensions * capacity)
  }

  get size(): number {
    return this.#records.length
  }

  add({ vector, outcomes, weight }: Exemplar): void {
    const slot = this.size < this.#capacity ? this.size : this.#next
    if (slot === this.#next) this.#next = (slot + 1) % this.#capacity
    this.#points.set(vector, slot * this.dimensions)
    this.#records[slot] = { weight, outcomes }
  }

  /** All of them count as one's own, unless `settings` say otherwise. `expected`: what is thought of each model here without the exemplars; a model that no near one saw keeps shift 0. */
  vote(
    vector: Float32Array,
    expected: ReadonlyMap<string, number>,
    settings: VoteSettings = gateFor(this.size),
  ): Map<string, Vote> {
    const { indices, closeness } = nearestPoints(this.#points, this.size, vector, settings.neighbours)
    const sums = new Map([...expected.keys()].map((id) => [id, { shift: 0, mass: 0 }]))
    for (const [position, index] of indices.entries()) {
      const record = this.#records[index]
      if (record === undefined) continue
      const weight = record.weight * Math.exp(settings.sharpness * ((closeness[position] ?? 0) - 1))
      for (const [id, sum] of sums) {
        const outcome = record.outcomes[id]
        if (outcome === undefined) continue
        sum.shift += weight * (outcome - (expected.get(id) ?? 0))
        sum.mass += weight
      }
    }
    return new Map([...sums].map(([id, { shift, mass }]) => [id, votedOf(shift, mass, settings.priorVotes)]))
  }

  save(): ExemplarState {
    const { dimensions } = this
    // Oldest first, so that a restored set forgets in the same order.
    const order = [...this.#records.keys()].map((index) =>
      this.size < this.#capacity ? index : (this.#next + index) % this.size,
    )
    const bytes = new Int8Array(dimensions * this.size)
    for (const [position, index] of order.entries()) {
      for (let d = 0; d < dimensions; d++)
        bytes[position * dimensions + d] = Math.round((this.#points[index * dimensions + d] ?? 0) * 127)
    }
    const outcomes = order.flatMap((index) => {
      const record = this.#records[index]
      return record === undefined ? [] : [[record.weight, record.outcomes] as const]
    })
    return { version: 1, dimensions, vectors: Buffer.from(bytes.buffer).toString('base64'), outcomes }
  }

  /** A state made with another projection (other dimensions) is worthless and gives an empty set. */
  static restore(state: ExemplarState, dimensions: number, capacity?: number): ExemplarSet {
    const set = new ExemplarSet(dimensions, capacity)
    if (state.dimensions !== dimensions) return set
    const bytes = new Int8Array(Uint8Array.from(Buffer.from(state.vectors, 'base64')).buffer)
    for (const [index, [weight, outcomes]] of state.outcomes.entries()) {
      const figures = bytes.subarray(index * dimensions, (index + 1) * dimensions)
      set.add({ vector: Float32Array.from(figures, (figure) => figure / 127), outcomes, weight })
    }
    return set
  }
}

function votedOf(shift: number, mass: number, priorVotes: number): Vote {
  const all = mass + priorVotes
  return all === 0 ? { shift: 0, confidence: 0 } : { shift: shift / all, confidence: mass / all }
}
