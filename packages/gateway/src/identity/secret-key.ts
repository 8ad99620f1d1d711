// The installation's own secret, from which everything that protects stored data is derived. It lies beside the
// database and not in it: who gets hold of a database backup alone can do nothing with the digests of the keys.
import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../core/error-code.ts'

const BYTES = 32
const SHORTEST_TEXT = 32
export const SECRET_KEY_FILE = 'secret.key'
const HEXADECIMAL = /^[0-9a-f]{64}$/

/**
 * FAIRLEAD_SECRET_KEY when it is set; else `secret.key` in the state directory, made (0600) at the first start.
 * Throws with how to mend it when the text is too short, the file is broken, or others may read it.
 */
export function loadSecretKey(dataDir: string, env: Readonly<Record<string, string | undefined>>): Buffer {
  const given = env['FAIRLEAD_SECRET_KEY']
  if (given !== undefined && given !== '') {
    if (given.length < SHORTEST_TEXT) {
      throw new Error(
        `FAIRLEAD_SECRET_KEY has ${given.length} characters, and needs ${SHORTEST_TEXT} or more. Make one with: openssl rand -hex 32`,
      )
    }
    // What a secret.key file holds is the same secret here: an installation that moves keeps its API keys.
    return HEXADECIMAL.test(given.trim()) ? Buffer.from(given.trim(), 'hex') : Buffer.from(given, 'utf8')
  }
  const file = join(dataDir, SECRET_KEY_FILE)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  return readSecretKey(file) ?? makeSecretKey(file)
}

/** HMAC key for the digests of API keys. A purpose a key: what is derived for one says nothing about the other. */
export function derivePepper(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'fairlead', 'api-key-digest', BYTES))
}

/** A key of its own for each purpose around people. @param pepper what `derivePepper` made */
export function derivePeopleKey(
  pepper: Buffer,
  purpose: 'ticket' | 'totp' | 'password' | 'throttle' | 'recovery',
): Buffer {
  return Buffer.from(hkdfSync('sha256', pepper, 'fairlead-people', purpose, BYTES))
}

/** Undefined when there is no such file. */
function readSecretKey(file: string): Buffer | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  // Windows has no such bits; the state directory's own rights protect the file there.
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0')
    throw new Error(
      `${file} can be read by other users of this machine (mode ${mode}). Mend it with: chmod 600 ${file}  ` +
        'If somebody may have read it, stop the gateway, delete the file and make new API keys.',
    )
  }
  const text = readFileSync(file, 'utf8').trim()
  if (!HEXADECIMAL.test(text)) {
    throw new Error(
      `${file} does not hold a secret key (64 hexadecimal digits). Restore it from your backup; without it the API keys ` +
        'in the database are of no use, and after deleting it new ones have to be made.',
    )
  }
  return Buffer.from(text, 'hex')
}

function makeSecretKey(file: string): Buffer {
  const secret = randomBytes(BYTES)
  try {
    writeFileSync(file, `${secret.toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    return secret
  } catch (error) {
    // Another process that starts at the same moment was first.
    const made = errorCode(error) === 'EEXIST' ? readSecretKey(file) : undefined
    if (made === undefined) throw error
    return made
  }
}
