import { expect, it } from 'vitest'
import { base32, stepOfCode, totpCode, totpStep, totpUrl } from './totp.ts'

const SECRET = Buffer.from('12345678901234567890')

it('makes the codes of RFC 6238, appendix B', () => {
  const vectors: readonly (readonly [number, string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ]
  // The page's have eight digits; six are their end.
  for (const [seconds, code] of vectors) expect(totpCode(SECRET, totpStep(seconds * 1000))).toBe(code.slice(2))
})

it('takes the code of this step and of its neighbours, spaced as people type it, and no other', () => {
  const nowMs = 1_700_000_000_000
  const step = totpStep(nowMs)
  for (const near of [-1, 0, 1]) expect(stepOfCode(SECRET, totpCode(SECRET, step + near), nowMs)).toBe(step + near)
  for (const far of [-2, 2]) expect(stepOfCode(SECRET, totpCode(SECRET, step + far), nowMs)).toBeNull()
  const code = totpCode(SECRET, step)
  expect(stepOfCode(SECRET, `${code.slice(0, 3)} ${code.slice(3)}`, nowMs)).toBe(step)
  for (const wrong of ['', '000', '0000000', 'abcdef', '１２３４５６'])
    expect(stepOfCode(SECRET, wrong, nowMs)).toBeNull()
})

it('writes secrets as apps read them (RFC 4648, section 10)', () => {
  const vectors = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI']
  for (const [length, text] of vectors.entries()) expect(base32(Buffer.from('foobar'.slice(0, length)))).toBe(text)
  expect(totpUrl(SECRET, 'A & B', 'ada@example.com')).toBe(
    'otpauth://totp/A%20%26%20B:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%26%20B&algorithm=SHA1&digits=6&period=30',
  )
})
