import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeRedeemCode, readRedeemCode, redeemCodeDigest, redeemCodePepper } from './redeem-code-format.ts'

describe('A redeem code', () => {
  it('is five groups of five characters that cannot be taken for one another', () => {
    const codes = Array.from({ length: 500 }, makeRedeemCode)
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}$/)
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('is read however people write it', () => {
    const code = makeRedeemCode()
    const plain = code.replaceAll('-', '')
    for (const written of [code, plain, code.toLowerCase(), ` ${code} `, code.replaceAll('-', ' '), `${plain}\n`])
      expect(readRedeemCode(written)).toBe(plain)
    expect(readRedeemCode(code.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(plain)
  })

  it('is known as mistyped when one character is another', () => {
    let known = 0
    for (let round = 0; round < 2000; round++) {
      const plain = makeRedeemCode().replaceAll('-', '')
      const at = round % 23
      const wrong = plain.slice(0, at) + (plain[at] === '7' ? '8' : '7') + plain.slice(at + 1)
      if (readRedeemCode(wrong) === null) known++
    }
    // One in 1024 has the same check.
    expect(known).toBeGreaterThan(1980)
  })

  it('is nothing else', () => {
    const nothing = fc.property(fc.string({ maxLength: 200 }), (text) => readRedeemCode(text) === null)
    fc.assert(nothing)
    expect(readRedeemCode('0'.repeat(1_000_000))).toBeNull()
  })

  it('is kept as a digest that only this installation can make', () => {
    const [ours, theirs] = [redeemCodePepper(Buffer.alloc(32, 1)), redeemCodePepper(Buffer.alloc(32, 2))]
    expect(redeemCodeDigest('A', ours)).toMatch(/^[0-9a-f]{64}$/)
    expect(redeemCodeDigest('A', ours)).not.toBe(redeemCodeDigest('A', theirs))
    expect(redeemCodeDigest('A', ours)).not.toBe(redeemCodeDigest('B', ours))
  })
})
