import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countTokens, splitTokens } from './tokens.ts'

test('the tokens of any text are, joined, the text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(splitTokens(text).join('')).toBe(text)
    }),
  )
})

test.each([
  ['Hello!', 2],
  ['The quick brown fox', 4],
  ['你好世界', 4],
  ['', 0],
])('%j counts %i', (text, tokens) => {
  expect(countTokens(text)).toBe(tokens)
})

test('a very long text is measured, not split', () => {
  expect(countTokens('a'.repeat(4_000_000))).toBe(1_000_000)
})
