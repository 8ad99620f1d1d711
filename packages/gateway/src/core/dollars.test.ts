import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nanosFromDollars } from './dollars.ts'

describe('US$ to nano-dollars', () => {
  it('is exact where binary numbers are not', () => {
    expect(nanosFromDollars(0.15)).toBe(150_000_000)
    expect(nanosFromDollars(0.0028)).toBe(2_800_000)
    expect(nanosFromDollars(1.005)).toBe(1_005_000_000)
    expect(nanosFromDollars('0.07')).toBe(70_000_000)
    expect(nanosFromDollars(1e-9)).toBe(1)
    expect(nanosFromDollars('2.5e1')).toBe(25_000_000_000)
    expect(nanosFromDollars(600)).toBe(600_000_000_000)
    expect(nanosFromDollars('.5')).toBe(500_000_000)
    expect(nanosFromDollars(0)).toBe(0)
    expect(nanosFromDollars('1000000.000000000')).toBe(1e15)
  })

  it('refuses what is no price, or could not be kept', () => {
    const wrong = [
      '',
      '.',
      '-1',
      '1,5',
      'abc',
      '0x10',
      'NaN',
      'Infinity',
      '1e400',
      '1000000.01',
      '0.0000000001',
      '1e-10',
    ]
    expect(wrong.filter((text) => nanosFromDollars(text) !== undefined)).toEqual([])
    expect(nanosFromDollars(-0.1)).toBeUndefined()
    expect(nanosFromDollars(Number.NaN)).toBeUndefined()
  })

  it('gives back every decimal of up to nine places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 - 1 }), (nanos) => {
        const digits = String(nanos).padStart(10, '0')
        const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`
        expect(nanosFromDollars(text)).toBe(nanos)
        // Numbers of fifteen digits survive the detour over binary.
        expect(nanosFromDollars(Number(text))).toBe(nanos)
      }),
    )
  })
})
