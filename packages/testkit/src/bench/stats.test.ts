import { expect, test } from 'vitest'
import { percentile, seededRandom, shuffled, slope, spread } from './stats.ts'

test('percentiles are nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(values, 50)).toBe(50)
  expect(percentile(values, 99)).toBe(99)
  expect(percentile(values, 100)).toBe(100)
  expect(percentile([], 50)).toBeNaN()
})

test('a spread leaves out blocks that gave no number', () => {
  expect(spread([3, Number.NaN, 1, 2])).toEqual({ median: 2, low: 1, high: 3, count: 3 })
  expect(spread([4, 1, 2, 3]).median).toBe(2.5)
  expect(spread([]).median).toBeNaN()
})

test('a spread of many is told by its quartiles, so that one bad block does not stand for all', () => {
  expect(spread([8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ median: 4.5, low: 2, high: 6, count: 8 })
})

test('a slope ignores the offset', () => {
  expect(slope([1, 2, 3].map((x) => ({ x, y: 7 + 40 * x })))).toBeCloseTo(40)
})

test('the same seed gives the same order, and every item once', () => {
  const order = (seed: number): string[] => shuffled(['a', 'b', 'c', 'd', 'e'], seededRandom(seed))
  expect(order(7)).toEqual(order(7))
  expect(order(7).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
})
