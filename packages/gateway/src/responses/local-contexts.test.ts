import { expect, it } from 'vitest'
import { LocalContexts } from './local-contexts.ts'

const made = null

it('remembers the newest turns, within its bounds', () => {
  const local = new LocalContexts({ maxBytes: 100, maxResponses: 2 })
  local.remember('a', { items: ['1'.repeat(10)], made })
  local.remember('b', { items: ['2'.repeat(10)], made })
  local.remember('c', { items: ['3'.repeat(10)], made })
  expect([local.get('a'), local.get('b')?.items, local.size]).toEqual([null, ['2'.repeat(10)], 2])
  local.remember('d', { items: ['4'.repeat(80)], made })
  expect([local.get('b'), local.get('c')?.items[0], local.get('d')?.items[0]?.length]).toEqual([
    null,
    '3'.repeat(10),
    80,
  ])
  expect(local.bytes).toBeLessThanOrEqual(100)
})

it('forgets what is too large for it, and whatever had that id before', () => {
  const local = new LocalContexts({ maxBytes: 50, maxResponses: 9 })
  local.remember('a', { items: ['small'], made })
  local.remember('a', { items: ['x'.repeat(60)], made })
  expect([local.get('a'), local.size, local.bytes]).toEqual([null, 0, 0])
  local.remember('b', { items: ['y'], made })
  local.clear()
  expect([local.get('b'), local.size, local.bytes]).toEqual([null, 0, 0])
})
