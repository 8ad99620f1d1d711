import { once, EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ResponseSweep } from './response-sweep.ts'

const log = { debug: () => undefined }

function storeWith(left: number) {
  const heard = new EventEmitter()
  const calls: number[] = []
  return {
    heard,
    calls,
    left,
    async removeExpired(this: { left: number }, _nowMs: number, limit: number): Promise<number> {
      const removed = Math.min(limit, this.left)
      this.left -= removed
      calls.push(removed)
      if (removed === 0) heard.emit('done')
      return removed
    },
  }
}

describe('the sweep of what has expired', () => {
  it('takes it away a part at a time until nothing is left, and looks again later', async () => {
    const store = storeWith(120)
    await using sweep = new ResponseSweep({ store, now: () => 0, log, everyMs: 20 })
    const first = once(store.heard, 'done')
    sweep.start()
    await first
    expect(store.calls).toEqual([50, 50, 20, 0])
    expect(sweep.counts.removed).toBe(120)
    store.left = 3
    await once(store.heard, 'done')
    expect(sweep.counts.removed).toBe(123)
  })

  it('survives a database that is away', async () => {
    await using sweep = new ResponseSweep({
      store: { removeExpired: async () => await Promise.reject(new Error('away')) },
      now: () => 0,
      log,
    })
    await sweep.sweep()
    expect(sweep.counts.removed).toBe(0)
  })

  it('ends with what it is doing when the gateway does', async () => {
    const store = storeWith(1_000)
    const sweep = new ResponseSweep({ store, now: () => 0, log })
    const sweeping = sweep.sweep()
    await sweep[Symbol.asyncDispose]()
    await sweeping
    expect(store.left).toBeGreaterThan(0)
  })
})
