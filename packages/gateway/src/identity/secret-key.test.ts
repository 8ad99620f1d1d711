import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { derivePepper, loadSecretKey, SECRET_KEY_FILE } from './secret-key.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-secret-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('loadSecretKey', () => {
  it('makes a private file at the first start and reads it at the next', () => {
    const made = loadSecretKey(join(dir, 'data'), {})
    expect(statSync(join(dir, 'data', SECRET_KEY_FILE)).mode & 0o777).toBe(0o600)
    expect(loadSecretKey(join(dir, 'data'), {})).toEqual(made)
    expect(made).toHaveLength(32)
  })

  it('refuses a file that others may read, and says how to mend it', () => {
    loadSecretKey(dir, {})
    const file = join(dir, SECRET_KEY_FILE)
    chmodSync(file, 0o644)
    expect(() => loadSecretKey(dir, {})).toThrow(`chmod 600 ${file}`)
  })

  it('refuses a broken file rather than replacing it', () => {
    writeFileSync(join(dir, SECRET_KEY_FILE), 'half', { mode: 0o600 })
    expect(() => loadSecretKey(dir, {})).toThrow('Restore it from your backup')
    expect(readFileSync(join(dir, SECRET_KEY_FILE), 'utf8')).toBe('half')
  })

  it('takes FAIRLEAD_SECRET_KEY before any file, and no short one', () => {
    const text = 'a'.repeat(32)
    expect(loadSecretKey(dir, { FAIRLEAD_SECRET_KEY: text }).toString()).toBe(text)
    expect(statSync(join(dir, SECRET_KEY_FILE), { throwIfNoEntry: false })).toBeUndefined()
    expect(() => loadSecretKey(dir, { FAIRLEAD_SECRET_KEY: 'short' })).toThrow('needs 32 or more')
  })

  it('gives the same secret for a file, and for what it holds in FAIRLEAD_SECRET_KEY', () => {
    const made = loadSecretKey(dir, {})
    const text = readFileSync(join(dir, SECRET_KEY_FILE), 'utf8')
    expect(loadSecretKey(dir, { FAIRLEAD_SECRET_KEY: text })).toEqual(made)
    expect(loadSecretKey(dir, { FAIRLEAD_SECRET_KEY: text.trim() })).toEqual(made)
  })
})

describe('derivePepper', () => {
  it('gives the same pepper for the same secret, and not the secret', () => {
    const secret = loadSecretKey(dir, {})
    expect(derivePepper(secret)).toEqual(derivePepper(secret))
    expect(derivePepper(secret)).not.toEqual(secret)
    expect(derivePepper(secret)).not.toEqual(derivePepper(Buffer.alloc(32)))
  })
})
