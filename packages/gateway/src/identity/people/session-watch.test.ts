import { expect, it } from 'vitest'
import { SessionWatch } from './session-watch.ts'

it('tells each stream once, and only those whose session is gone', async () => {
  let alive = new Set(['a', 'b'])
  using watch = new SessionWatch({ alive: async () => alive })
  const told: string[] = []
  watch.onEnd('a', () => void told.push('a, first'))
  watch.onEnd('a', () => void told.push('a, second'))
  const stop = watch.onEnd('b', () => void told.push('b'))
  await watch.look()
  expect([told, watch.size]).toEqual([[], 3])
  alive = new Set(['b'])
  await watch.look()
  await watch.look()
  expect([told, watch.size]).toEqual([['a, first', 'a, second'], 1])
  stop()
  alive = new Set()
  await watch.look()
  expect([told.length, watch.size]).toEqual([2, 0])
})

it('looks when a person changed, and by itself for those that end by age; a database that is away ends nobody', async () => {
  let answer: () => Promise<ReadonlySet<string>> = async () => await Promise.reject(new Error('away'))
  using watch = new SessionWatch({ alive: async () => await answer(), lookEveryMs: 5 })
  const ended = Promise.withResolvers<void>()
  watch.onEnd('a', ended.resolve)
  await watch.look()
  watch.heard({ kind: 'person', personId: 'per_a' })
  expect(watch.size).toBe(1)
  answer = async () => new Set()
  await ended.promise
  expect(watch.size).toBe(0)
})
