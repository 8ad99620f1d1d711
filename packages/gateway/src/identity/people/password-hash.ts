// A password as it is kept: argon2id of the runtime, with a salt of its own, and the gateway's secret beside it, so that
// the database alone is not enough to try guesses. What was used stands in the text, so that it can be raised later:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH
// Figures: OWASP's password storage cheat sheet (19 MiB, two passes, one lane).
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

export interface PasswordCost {
  readonly memoryKib: number
  readonly passes: number
}

export const PASSWORD_COST: PasswordCost = { memoryKib: 19_456, passes: 2 }

const HASH_BYTES = 32
const SALT_BYTES = 16
const FORM = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=1\$([\w+/]+)\$([\w+/]+)$/

/** In the thread pool, some 50 to 150 ms. */
export async function hashPassword(password: string, secret: Buffer, cost = PASSWORD_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await argon2id(password, salt, secret, cost)
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=1$${base64(salt)}$${base64(hash)}`
}

/** False for a text that is no hash of ours as well; that takes no time. */
export async function isPassword(password: string, stored: string, secret: Buffer): Promise<boolean> {
  const [, memory, passes, salt, hash] = FORM.exec(stored) ?? []
  if (memory === undefined || passes === undefined || salt === undefined || hash === undefined) return false
  const cost = { memoryKib: Number(memory), passes: Number(passes) }
  const made = await argon2id(password, Buffer.from(salt, 'base64'), secret, cost)
  const wanted = Buffer.from(hash, 'base64')
  return made.length === wanted.length && timingSafeEqual(made, wanted)
}

/** Whether it was made with less than what is used today. */
export function isOutdated(stored: string, cost = PASSWORD_COST): boolean {
  const [, memory, passes] = FORM.exec(stored) ?? []
  return Number(memory) < cost.memoryKib || Number(passes) < cost.passes
}

async function argon2id(password: string, nonce: Buffer, secret: Buffer, cost: PasswordCost): Promise<Buffer> {
  return await derive('argon2id', {
    // One spelling of what looks the same, whichever keyboard it was typed on.
    message: Buffer.from(password.normalize('NFC')),
    nonce,
    secret,
    parallelism: 1,
    tagLength: HASH_BYTES,
    memory: cost.memoryKib,
    passes: cost.passes,
  })
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
