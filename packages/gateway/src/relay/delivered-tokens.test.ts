import { expect, test } from 'vitest'
import { DeliveredTokens } from './delivered-tokens.ts'

const FRAME = 'data: {"choices":[{"delta":{"content":""}}]}\n\n'.length

test('counts a token an event where each event carries one', () => {
  const delivered = new DeliveredTokens()
  for (let event = 1; event <= 1_000; event += 1) delivered.add(FRAME + 4, event)
  expect(delivered.count).toBe(1_000)
})

test('counts what an event is larger by than the smallest one', () => {
  const delivered = new DeliveredTokens()
  delivered.add(FRAME + 4, 1)
  delivered.add(FRAME + 4 + 300, 2)
  expect(delivered.count).toBe(102)
})

test('counts several events of one read each', () => {
  const delivered = new DeliveredTokens()
  delivered.add(10 * (FRAME + 4), 10)
  expect(delivered.count).toBe(10)
})

test('counts nothing for bytes without output, such as pings', () => {
  const delivered = new DeliveredTokens()
  delivered.add(5_000, 0)
  expect(delivered.count).toBe(0)
})

test('is never less than the events', () => {
  const delivered = new DeliveredTokens()
  let events = 0
  for (const bytes of [900, 80, 2_000, 60, 61]) delivered.add(bytes, (events += 1))
  expect(delivered.count).toBeGreaterThanOrEqual(events)
})
