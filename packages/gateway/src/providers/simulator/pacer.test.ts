import { expect, test } from 'vitest'
import { Pacer } from './pacer.ts'

const never = new AbortController().signal

test('wakes each waiter at its own deadline, never before', async () => {
  using pacer = new Pacer()
  const startMs = pacer.now()
  const woken: number[] = []
  const wait = async (afterMs: number) => {
    await pacer.until(startMs + afterMs, never)
    expect(pacer.now() - startMs).toBeGreaterThanOrEqual(afterMs)
    woken.push(afterMs)
  }
  await Promise.all([wait(40), wait(10), wait(25)])
  expect(woken).toEqual([10, 25, 40])
  expect(pacer.waiting).toBe(0)
})

test('does not wait for a deadline that has passed', async () => {
  using pacer = new Pacer()
  const settled = pacer.until(pacer.now() - 1, never)
  expect(pacer.waiting).toBe(0)
  await settled
})

test('wakes a waiter whose deadline passes while it lies down', async () => {
  class Interrupted extends Pacer {
    #calls = 0
    override now(): number {
      this.#calls += 1
      return super.now() + (this.#calls === 1 ? 0 : 100)
    }
  }
  using pacer = new Interrupted()
  await pacer.until(performance.now() + 50, never)
  expect(pacer.waiting).toBe(0)
})

test('forgets a waiter at once when its signal is aborted', async () => {
  using pacer = new Pacer()
  const left = new AbortController()
  const waiting = pacer.until(pacer.now() + 60_000, left.signal)
  expect(pacer.waiting).toBe(1)
  left.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  expect(pacer.waiting).toBe(0)
  await expect(pacer.until(0, left.signal)).rejects.toThrow('gone')
})

test('keeps one timer for any number of waiters, and none when nobody waits', async () => {
  using pacer = new Pacer()
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  // Compared within one turn of the event loop, in which no timer but ours can come or go.
  const before = timers()
  const waits = Array.from({ length: 1000 }, () => pacer.until(pacer.now() + 20, never))
  expect(timers()).toBe(before + 1)
  await Promise.all(waits)

  const afterwards = timers()
  const left = new AbortController()
  const waiting = pacer.until(pacer.now() + 60_000, left.signal)
  expect(timers()).toBe(afterwards + 1)
  left.abort(new Error('gone'))
  expect(timers()).toBe(afterwards)
  await expect(waiting).rejects.toThrow('gone')
})
