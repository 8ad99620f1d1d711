// US$ amounts as integers. A price is read from its decimal digits: 0.15 as a binary number is not
// 0.15, and a bill is no place to find that out.

/** The dearest price that stays an exact integer in nano-dollars. */
const MAX_DOLLARS = 1_000_000

/** US$ (0.15, "0.0028", 1e-3) -> integer nano-US$, or undefined when it is no price: negative, finer than 1e-9, too large. */
export function nanosFromDollars(dollars: number | string): number | undefined {
  // The shortest decimal that reads back as this number is what the file said, up to 15 digits.
  const match = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(String(dollars).trim())
  if (!match) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const shift = 9 - fraction.length + Number(exponent)
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '')
  if (/^0*$/.test(digits)) return 0
  if (shift > 30 || shift < -60) return undefined
  const cut = shift < 0 ? digits.slice(shift) : ''
  if (/[1-9]/.test(cut)) return undefined
  const kept = shift < 0 ? digits.slice(0, shift) || '0' : digits + '0'.repeat(shift)
  const nanos = Number(kept)
  return nanos <= MAX_DOLLARS * 1e9 ? nanos : undefined
}

/** `12500000000` -> `12.5`: a plain decimal, as short as it is exact; `nanosFromDollars` reads it back. */
export function dollarsFromNanos(nanos: number): string {
  const digits = String(nanos).padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, -9) : `${digits.slice(0, -9)}.${fraction}`
}
