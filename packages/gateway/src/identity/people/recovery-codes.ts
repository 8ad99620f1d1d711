// Codes on paper, for whoever has lost the rest: ten, each good once. 80 bits each, so an HMAC is enough to keep them.
import { createHmac, randomBytes } from 'node:crypto'

const CODES = 10
/** Crockford's: no letter that looks like a digit. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 16

/** `7F3K-Q0M9-ZTV6-Q2W8` */
export function makeRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODES }, () => {
    const text = [...randomBytes(LENGTH)].map((byte) => DIGITS[byte % 32] ?? '').join('')
    return text.match(/.{4}/g)?.join('-') ?? text
  })
}

/** Case, dashes and blanks do not matter, nor do letters that were taken for digits. */
export function recoveryCodeDigest(code: string, personId: string, key: Buffer): string {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return createHmac('sha256', key).update(`${personId}\0${plain}`).digest('hex')
}
