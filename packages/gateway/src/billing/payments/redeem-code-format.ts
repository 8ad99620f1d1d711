// What a redeem code looks like: `7F3KQ-0M9ZT-…`, five groups of five. 23 characters are random (115 bits), two check the
// rest, so that a mistyped one is told so without a look at the database. The alphabet is Crockford's base 32, which has
// no letters that are taken for others; what people type in their place is read as what they meant.
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_LENGTH = 23
const CHECK_LENGTH = 2
const LENGTH = RANDOM_LENGTH + CHECK_LENGTH
const GROUP_LENGTH = 5
/** Longer than any way to write a code. */
const LONGEST_TEXT = 100

/** A new code, as people are shown it. */
export function makeRedeemCode(): string {
  let body = ''
  // 256 is a multiple of 32: every digit is as likely as any other.
  for (const byte of randomBytes(RANDOM_LENGTH)) body += DIGITS[byte % 32] ?? ''
  const code = body + checkOf(body)
  return code.match(new RegExp(`.{${GROUP_LENGTH}}`, 'g'))?.join('-') ?? code
}

/** The 25 characters without dashes; null for what is no code, however it is written. */
export function readRedeemCode(text: string): string | null {
  if (text.length > LONGEST_TEXT) return null
  const code = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (code.length !== LENGTH || [...code].some((digit) => !DIGITS.includes(digit))) return null
  return checkOf(code.slice(0, RANDOM_LENGTH)) === code.slice(RANDOM_LENGTH) ? code : null
}

/** HMAC key for codes at rest: a database alone gives nobody money. */
export function redeemCodePepper(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'fairlead', 'redeem-code', 32))
}

/** @param code as `readRedeemCode` gives it @returns hexadecimal */
export function redeemCodeDigest(code: string, pepper: Buffer): string {
  return createHmac('sha256', pepper).update(code).digest('hex')
}

function checkOf(body: string): string {
  const [first = 0, second = 0] = createHash('sha256').update(body).digest()
  return (DIGITS[first % 32] ?? '') + (DIGITS[second % 32] ?? '')
}
