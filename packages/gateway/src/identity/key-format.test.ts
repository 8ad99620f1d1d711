import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeKey, parseKey, randomBase62 } from './key-format.ts'

describe('API keys', () => {
  it('have the documented form', () => {
    expect(makeKey('sk-fl-')).toMatch(/^sk-fl-[0-9A-Za-z]{54}$/)
  })

  it('are recognised, and show only their public part', () => {
    const key = makeKey('sk-fl-')
    expect(parseKey(key, 'sk-fl-')).toEqual({ prefix: key.slice(0, 14), last4: key.slice(-4) })
  })

  it('are garbage to a gateway with another prefix, one that begins alike included', () => {
    expect(parseKey(makeKey('sk-fl-'), 'sk-other-')).toBeNull()
    expect(parseKey(makeKey('sk-fl-'), 'sk-f')).toBeNull()
  })

  it('are told from every text with one character changed', () => {
    const digit = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_ é')
    fc.assert(
      fc.property(fc.nat(53), digit, (position, changed) => {
        const key = makeKey('sk-fl-')
        const at = 6 + position
        fc.pre(key[at] !== changed)
        expect(parseKey(key.slice(0, at) + changed + key.slice(at + 1), 'sk-fl-')).toBeNull()
      }),
    )
  })

  it('are told from any other text', () => {
    const unrecognised = fc.property(fc.string({ maxLength: 200 }), (text) => parseKey(text, 'sk-fl-') === null)
    expect(fc.check(unrecognised)).toMatchObject({ failed: false })
  })

  it('use every digit about equally often', () => {
    const counts = new Map<string, number>()
    for (const digit of randomBase62(62_000)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
    expect(counts.size).toBe(62)
    // Six standard deviations around 1,000.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(190)
  })
})
