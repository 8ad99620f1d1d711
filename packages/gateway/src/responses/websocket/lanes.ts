// Who goes next: first in, first out within a lane, lanes side by side, and only so many at once on one connection.
// Source: OpenAI, "WebSocket mode", section on parallel conversations.

interface Lane<Item> {
  readonly name: string | null
  readonly waiting: Item[]
  busy: boolean
}

export interface LaneLimits {
  /** Turns under way, all lanes together. */
  readonly maxRunning: number
  /** Turns that wait, all lanes together. */
  readonly maxWaiting: number
  /** Lanes with a name that one connection may use in its life. */
  readonly maxNamed: number
}

const LANE_LIMITS: LaneLimits = Object.freeze({ maxRunning: 16, maxWaiting: 64, maxNamed: 32 })

export class Lanes<Item> {
  running = 0
  waiting = 0
  readonly #limits: LaneLimits
  readonly #start: (item: Item, lane: string | null) => void
  readonly #lanes = new Map<string | null, Lane<Item>>()
  #named = 0

  constructor(start: (item: Item, lane: string | null) => void, limits: LaneLimits = LANE_LIMITS) {
    this.#start = start
    this.#limits = limits
  }

  /** `start` may be called before this returns. */
  add(name: string | null, item: Item): 'taken' | 'too-many-lanes' | 'full' {
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      if (name !== null && this.#named >= this.#limits.maxNamed) return 'too-many-lanes'
      if (this.waiting >= this.#limits.maxWaiting) return 'full'
      if (name !== null) this.#named += 1
      lane = { name, waiting: [], busy: false }
      this.#lanes.set(name, lane)
    }
    if (this.waiting >= this.#limits.maxWaiting) return 'full'
    lane.waiting.push(item)
    this.waiting += 1
    this.#advance(lane)
    return 'taken'
  }

  /** Before all that waits in this lane, in which a turn is under way: it is a part of that one, so no limit holds. */
  addFirst(name: string | null, item: Item): void {
    const lane = this.#lanes.get(name)
    if (lane === undefined) return
    lane.waiting.unshift(item)
    this.waiting += 1
    this.#advance(lane)
  }

  /** The turn that was started in this lane is over. */
  ended(name: string | null): void {
    const lane = this.#lanes.get(name)
    if (lane === undefined || !lane.busy) return
    lane.busy = false
    this.running -= 1
    // Behind all others that wait: a lane that never pauses takes no place for itself.
    this.#lanes.delete(name)
    this.#lanes.set(name, lane)
    for (const other of this.#lanes.values()) {
      if (this.running >= this.#limits.maxRunning || this.waiting === 0) break
      this.#advance(other)
    }
  }

  /** Takes all that wait, in order. */
  takeWaiting(): { readonly item: Item; readonly lane: string | null }[] {
    const taken = [...this.#lanes.values()].flatMap(({ name, waiting }) =>
      waiting.splice(0).map((item) => ({ item, lane: name })),
    )
    this.waiting = 0
    return taken
  }

  #advance(lane: Lane<Item>): void {
    if (lane.busy || this.running >= this.#limits.maxRunning) return
    const item = lane.waiting.shift()
    if (item === undefined) return
    lane.busy = true
    this.waiting -= 1
    this.running += 1
    this.#start(item, lane.name)
  }
}
