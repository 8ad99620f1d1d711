import { randomBytes } from 'node:crypto'

const processPart = randomBytes(9).toString('hex')
let counter = 0

/** `req_` and 26 hexadecimal digits: eighteen that are random for each process, eight that count. */
export function newRequestId(): string {
  counter = (counter + 1) >>> 0
  return `req_${processPart}${counter.toString(16).padStart(8, '0')}`
}

/** Under which something is kept that may be asked for later: 128 bits that nobody can guess from others. Lower-case hexadecimal. */
export function unguessableId(): string {
  return randomBytes(16).toString('hex')
}
