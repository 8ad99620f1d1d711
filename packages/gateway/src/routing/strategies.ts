// How one candidate is chosen among those that may be used now. All of them read the first `count` entries of `pool`,
// which is the caller's scratch array: nothing is allocated here, and `pool` may be reordered.
// /!\ Hot path: all of it.
import type { Strategy } from '../config/config.ts'
import type { Candidate } from './candidate.ts'
import { rendezvousScore } from './rendezvous.ts'

/** `count` is at least 1. */
export function chooseBy(
  strategy: Strategy,
  pool: Candidate[],
  count: number,
  keyHash: number | null,
  nowMs: number,
  random: () => number,
): Candidate | undefined {
  if (count === 1) return pool[0]
  // A conversation stays among the cheapest when it is price that counts; otherwise it goes where its hash says.
  const usable = strategy === 'cost' ? keepCheapest(pool, count) : count
  if (keyHash !== null) return sticky(pool, usable, keyHash)
  if (strategy === 'latency') return fasterOfTwo(pool, usable, nowMs, random)
  return smoothWeightedRoundRobin(pool, strategy === 'least-busy' ? keepLeastBusy(pool, usable) : usable)
}

/** The candidate that this conversation always meets, as long as it is there. */
function sticky(pool: readonly Candidate[], count: number, keyHash: number): Candidate | undefined {
  let best: Candidate | undefined
  let bestScore = -1
  for (let index = 0; index < count; index++) {
    const candidate = pool[index]
    if (candidate === undefined) continue
    const score = rendezvousScore(keyHash, candidate.idHash, candidate.weight)
    if (score <= bestScore) continue
    best = candidate
    bestScore = score
  }
  return best
}

/** nginx's algorithm: exact shares over every cycle, without bursts. A weight of 0 serves only when nothing else can. */
function smoothWeightedRoundRobin(pool: readonly Candidate[], count: number): Candidate | undefined {
  let total = 0
  let best: Candidate | undefined
  for (let index = 0; index < count; index++) {
    const candidate = pool[index]
    if (candidate === undefined) continue
    candidate.currentWeight += candidate.weight
    total += candidate.weight
    if (best === undefined || candidate.currentWeight > best.currentWeight) best = candidate
  }
  if (best !== undefined) best.currentWeight -= total
  return best
}

/** Moves those with the least in flight for their weight to the front, and says how many there are. */
function keepLeastBusy(pool: Candidate[], count: number): number {
  return keepLowest(pool, count, load)
}

function load(candidate: Candidate): number {
  return candidate.weight === 0 ? Infinity : candidate.inFlight / candidate.weight
}

function keepCheapest(pool: Candidate[], count: number): number {
  return keepLowest(pool, count, costRank)
}

function costRank(candidate: Candidate): number {
  return candidate.costRank
}

function keepLowest(pool: Candidate[], count: number, rank: (candidate: Candidate) => number): number {
  let kept = 0
  let lowest = Infinity
  for (let index = 0; index < count; index++) {
    const candidate = pool[index]
    if (candidate === undefined) continue
    const value = rank(candidate)
    if (value > lowest) continue
    if (value < lowest) kept = 0
    lowest = value
    pool[kept++] = candidate
  }
  return kept
}

/** The power of two choices: two at random by weight, the faster one wins. */
function fasterOfTwo(
  pool: readonly Candidate[],
  count: number,
  nowMs: number,
  random: () => number,
): Candidate | undefined {
  const first = drawByWeight(pool, count, undefined, random)
  const second = drawByWeight(pool, count, first, random)
  if (first === undefined || second === undefined) return first
  const firstMs = expectedMs(first, nowMs)
  const secondMs = expectedMs(second, nowMs)
  // One that nobody knows and nobody is trying yet is tried; while its first attempt is on its way, the less busy wins.
  if (firstMs < 0 || secondMs < 0 || firstMs === secondMs) return first.inFlight <= second.inFlight ? first : second
  return firstMs < secondMs ? first : second
}

/** Milliseconds; 0 = unknown and worth a try; -1 = unknown, and the try is on its way. */
function expectedMs(candidate: Candidate, nowMs: number): number {
  if (candidate.state.latency.known) return candidate.state.latency.read(nowMs)
  return candidate.inFlight === 0 ? 0 : -1
}

function drawByWeight(
  pool: readonly Candidate[],
  count: number,
  except: Candidate | undefined,
  random: () => number,
): Candidate | undefined {
  let total = 0
  for (let index = 0; index < count; index++) if (pool[index] !== except) total += pool[index]?.weight ?? 0
  let left = random() * total
  let last: Candidate | undefined
  for (let index = 0; index < count; index++) {
    const candidate = pool[index]
    if (candidate === undefined || candidate === except || (candidate.weight === 0 && total > 0)) continue
    last = candidate
    left -= candidate.weight
    if (left < 0) return candidate
  }
  return last
}
