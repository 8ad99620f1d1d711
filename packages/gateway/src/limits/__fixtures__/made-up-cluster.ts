// A primary and its workers on a made-up clock: every message takes a random while, workers fall over, and whatever
// the workers let through is held against the limit.

import { DeadlineWheel } from '../../core/deadlines.ts'
import { LeaseServer } from '../lease-server.ts'
import { LeasedAuthority } from '../leased-authority.ts'
import type { LedgerAsk, LedgerReply, LedgerReturn, WindowStanding } from '../limit-ledger.ts'
import type { LimitedScope, Limits } from '../limits.ts'
import { MemoryLedger } from '../memory-ledger.ts'
import { keyScope } from './scopes.ts'

export const WINDOW_MS = 60_000
const TICK_MS = 50
const NOON_MS = Date.parse('2026-11-20T12:00:00Z')

/** A number from 0 to 1, the same ones for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

class World {
  nowMs = 10_000
  #events: { atMs: number; run: () => void }[] = []

  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), run }
    const after = this.#events.findLastIndex((other) => other.atMs <= event.atMs)
    this.#events.splice(after + 1, 0, event)
  }

  async runUntil(endMs: number): Promise<void> {
    for (let next = this.#events[0]; next !== undefined && next.atMs <= endMs; next = this.#events[0]) {
      this.#events.shift()
      this.nowMs = next.atMs
      next.run()
      // Let every promise that this event has settled run its course before time goes on.
      await new Promise(setImmediate)
    }
    this.nowMs = endMs
  }
}

interface Counts {
  asks: number
  tells: number
}

/** A worker with its channel: messages keep their order each way, and none survives its death. */
export class Worker {
  readonly authority: LeasedAuthority
  readonly counts: Counts = { asks: 0, tells: 0 }
  readonly wheel: DeadlineWheel
  dead = false
  broken = false
  readonly #world: World
  readonly #delayMs: () => number
  #lastThereMs = 0
  #lastBackMs = 0

  constructor(world: World, server: LeaseServer, id: number, delayMs: () => number) {
    this.#world = world
    this.#delayMs = delayMs
    const offsetMs = 1234.5 * id
    // Its own timer is off: the world turns the wheel.
    this.wheel = new DeadlineWheel({ tickMs: TICK_MS, clock: () => world.nowMs - offsetMs })
    this.wheel.close()
    const ask = (message: LedgerAsk): Promise<LedgerReply> => {
      this.counts.asks++
      if (this.broken) return Promise.reject(new Error('channel closed'))
      return new Promise((resolve) => {
        this.#there(() => {
          const reply = copy(known(server.answer(id, copy(message))))
          this.#back(() => resolve(reply))
        })
      })
    }
    const tell = (message: LedgerReturn): void => {
      this.counts.tells++
      const sent = copy(message)
      for (const { units } of sent.scopes)
        if (units.some(({ requests, tokens }) => requests < 0 || tokens < 0)) throw new Error('More spent than leased.')
      this.#there(() => server.accept(id, sent))
    }
    this.authority = new LeasedAuthority({ ask, tell }, this.wheel)
    this.#turn()
  }

  #turn(): void {
    if (this.dead) return
    this.wheel.turn()
    this.#world.at(this.#world.nowMs + TICK_MS, () => this.#turn())
  }

  #there(run: () => void): void {
    this.#lastThereMs = Math.max(this.#lastThereMs, this.#world.nowMs + this.#delayMs())
    this.#world.at(this.#lastThereMs, () => this.dead || run())
  }

  #back(run: () => void): void {
    this.#lastBackMs = Math.max(this.#lastBackMs, this.#world.nowMs + this.#delayMs())
    this.#world.at(this.#lastBackMs, () => this.dead || run())
  }
}

function known(reply: LedgerReply | Promise<LedgerReply>): LedgerReply {
  if (reply instanceof Promise) throw new Error('What is in memory is known at once.')
  return reply
}

function copy<T>(message: T): T {
  return JSON.parse(JSON.stringify(message)) as T
}

export function startCluster(workers: number, delayMs: () => number = () => 0.2) {
  const world = new World()
  const ledger = new MemoryLedger({ clock: () => world.nowMs, wallClock: () => NOON_MS + world.nowMs })
  const server = new LeaseServer(ledger)
  const team: Worker[] = []
  const hire = (): Worker => {
    const worker = new Worker(world, server, team.length, delayMs)
    team.push(worker)
    return worker
  }
  while (team.length < workers) hire()
  /** What counts against a limit now. */
  const usedOf = (scope: LimitedScope, limit: WindowStanding['limit']): number | undefined => {
    const standings = ledger.peek([scope])
    if (standings instanceof Promise) throw new Error('What is in memory is known at once.')
    return standings[0]?.windows.find((window) => window.limit === limit)?.used
  }
  const used = (limits: Limits, limit: WindowStanding['limit']) => usedOf(keyScope(limits), limit)
  return { world, used, usedOf, server, hire, team }
}

export interface Passed {
  readonly atMs: number
  readonly amount: number
}

/** The most that lies in any window of a minute. */
export function mostInAWindow(passed: readonly Passed[]): number {
  const sorted = passed.toSorted((a, b) => a.atMs - b.atMs)
  let first = 0
  let sum = 0
  let most = 0
  for (const { atMs, amount } of sorted) {
    sum += amount
    for (let old = sorted[first]; old !== undefined && old.atMs + WINDOW_MS <= atMs; old = sorted[++first]) {
      sum -= old.amount
    }
    most = Math.max(most, sum)
  }
  return most
}

