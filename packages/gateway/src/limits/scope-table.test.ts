import { expect, test } from 'vitest'
import { ScopeTable } from './scope-table.ts'

const KEEP_MS = 120_000

function table() {
  return new ScopeTable(() => ({ idle: (): boolean => true }), KEEP_MS)
}

test('a scope keeps its value while it is used', () => {
  const scopes = table()
  const value = scopes.get('a', 0)
  for (let nowMs = 0; nowMs < 1_000_000; nowMs += 60_000) expect(scopes.get('a', nowMs)).toBe(value)
})

test('a hundred thousand scopes, each used once, do not pile up', () => {
  const scopes = table()
  let largest = 0
  for (let index = 0; index < 100_000; index++) {
    scopes.get(`scope ${index}`, index * 60)
    largest = Math.max(largest, scopes.size)
  }
  // 2,000 new ones come in each two minutes.
  expect(largest).toBeLessThan(6000)
})

test('one busy scope is enough to sweep the others away in time', () => {
  const scopes = table()
  for (let index = 0; index < 10_000; index++) scopes.get(`scope ${index}`, 0)
  for (let nowMs = KEEP_MS; nowMs < KEEP_MS + 10_000; nowMs += 100) scopes.get('busy', nowMs)
  expect(scopes.size).toBe(1)
})

test('a scope that still holds something is not forgotten', () => {
  const scopes = new ScopeTable((scope) => ({ idle: () => scope !== 'held' }), KEEP_MS)
  const held = scopes.get('held', 0)
  for (let nowMs = 0; nowMs < 10 * KEEP_MS; nowMs += 100) scopes.get('busy', nowMs)
  expect(scopes.size).toBe(2)
  expect(scopes.get('held', 10 * KEEP_MS)).toBe(held)
})
