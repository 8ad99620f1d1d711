import { expect, it } from 'vitest'
import { FirstBytes } from './first-bytes.ts'

it('knows what nineteen of twenty answers take, once it has seen enough, and goes by the newest', () => {
  const times = new FirstBytes()
  for (let ms = 1; ms < 20; ms += 1) times.add(ms)
  expect(times.p95).toBeNull()
  times.add(20)
  expect(times.p95).toBe(19)
  for (let count = 0; count < 64; count += 1) times.add(500)
  expect(times.p95).toBe(500)
})
