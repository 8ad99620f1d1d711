import { expect, it } from 'vitest'
import { editDistance, nearest, nearestHint } from './nearest.ts'

it('finds the name that was meant', () => {
  expect(nearest('base_urll', ['base_url', 'api_keys'])).toBe('base_url')
  expect(nearest('bsae_url', ['base_url', 'api_keys'])).toBe('base_url')
  expect(nearest('Port', ['host', 'port'])).toBe('port')
  expect(nearest('api_key', ['api_keys', 'api_kex'])).toBe('api_keys')
})

it('does not guess when nothing is near', () => {
  expect(nearest('xyz', ['host', 'port'])).toBeUndefined()
  expect(nearestHint('xyz', ['host', 'port'])).toBe('Known here: host, port.')
  expect(
    nearestHint(
      'xyz',
      Array.from({ length: 13 }, (_, index) => `name${index}`),
    ),
  ).toBeUndefined()
})

it('counts a swap of neighbours as one edit, and stops at the limit', () => {
  expect(editDistance('ab', 'ba', 9)).toBe(1)
  expect(editDistance('kitten', 'sitting', 9)).toBe(3)
  expect(editDistance('kitten', 'sitting', 2)).toBe(2)
})
