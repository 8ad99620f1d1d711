import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '../store/database.ts'
import { createKeyService, type KeyService } from './key-service.ts'
import { OPERATOR, type Principal } from './principal.ts'

let dir: string
let database: Database
let keys: KeyService
let nowMs: number

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-keys-'))
  database = await openDatabase(join(dir, 'fairlead.db'))
  nowMs = 1_700_000_000_000
  keys = createKeyService({ database, pepper: Buffer.alloc(32, 7), keyPrefix: 'sk-fl-', now: () => nowMs })
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})

async function principalWith(limits: { rpm?: number } = {}, expiresInSeconds?: number): Promise<Principal> {
  const { key } = await keys.create({
    name: 'maker',
    maker: OPERATOR,
    limits,
    ...(expiresInSeconds ? { expiresInSeconds } : {}),
  })
  const principal = await keys.identify(key)
  if (principal === null) throw new Error('just made')
  return principal
}

describe('KeyService', () => {
  it('finds a key that it made, with its rights', async () => {
    const { record, key } = await keys.create({
      name: ' CI ',
      maker: OPERATOR,
      limits: { rpm: 5 },
      expiresInSeconds: 60,
    })
    expect(record).toMatchObject({
      accountId: 'default',
      name: 'CI',
      prefix: key.slice(0, 14),
      last4: key.slice(-4),
      madeBy: 'master',
    })
    expect(record.keyId).toMatch(/^key_[0-9A-Za-z]{16}$/)
    expect(await keys.findByDigest(keys.digestOf(key))).toEqual({
      keyId: record.keyId,
      accountId: 'default',
      operator: false,
      scopes: ['keys:manage'],
      limits: { rpm: 5 },
      expiresAtMs: nowMs + 60_000,
    })
  })

  it('keeps nothing from which the key could be had', async () => {
    const { key } = await keys.create({ name: 'secret', maker: OPERATOR })
    await database.usage.flush()
    const stored =
      readFileSync(join(dir, 'fairlead.db'), 'latin1') + readFileSync(join(dir, 'fairlead.db-wal'), 'latin1')
    expect(stored).toContain(key.slice(0, 14))
    expect(stored).not.toContain(key.slice(14, -4))
  })

  it('knows no key after its last second', async () => {
    const { key } = await keys.create({ name: 'short', maker: OPERATOR, expiresInSeconds: 10 })
    nowMs += 9999
    expect(await keys.identify(key)).not.toBeNull()
    nowMs += 1
    expect(await keys.identify(key)).toBeNull()
  })

  it('forgets a revoked key at once and tells who listens', async () => {
    const { record, key } = await keys.create({ name: 'leaked', maker: OPERATOR })
    const told: string[] = []
    const stop = keys.onRevoked((keyId) => told.push(keyId))
    await keys.revoke(OPERATOR, record.keyId)
    expect(await keys.identify(key)).toBeNull()
    nowMs += 5000
    expect((await keys.revoke(OPERATOR, record.keyId)).revokedAtMs).toBe(nowMs - 5000)
    stop()
    await keys.revoke(OPERATOR, record.keyId)
    expect(told).toEqual([record.keyId, record.keyId])
  })

  it('shows and revokes only what belongs to the account, unless the operator asks', async () => {
    const mine = await principalWith()
    const { record: foreign } = await keys.create({ name: 'foreign', maker: OPERATOR, accountId: 'other' })
    expect((await keys.list(mine)).records.map(({ name }) => name)).toEqual(['maker'])
    expect((await keys.list(mine, { accountId: 'other' })).records.map(({ name }) => name)).toEqual(['maker'])
    expect((await keys.list(OPERATOR)).records.map(({ name }) => name)).toEqual(['foreign', 'maker'])
    expect((await keys.list(OPERATOR, { accountId: 'other' })).records.map(({ name }) => name)).toEqual(['foreign'])
    const refusals = await Promise.allSettled([keys.revoke(mine, foreign.keyId), keys.revoke(mine, 'key_unknown')])
    for (const refusal of refusals) expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } })
    await keys.revoke(OPERATOR, foreign.keyId)
  })

  it('lists in pages, newest first', async () => {
    for (const name of ['a', 'b', 'c']) await keys.create({ name, maker: OPERATOR })
    const first = await keys.list(OPERATOR, { limit: 2 })
    expect(first.records.map(({ name }) => name)).toEqual(['c', 'b'])
    expect(first.hasMore).toBe(true)
    const after = first.records.at(-1)!.keyId
    expect(await keys.list(OPERATOR, { limit: 2, after })).toMatchObject({ records: [{ name: 'a' }], hasMore: false })
  })

  it('gives a child no more than its maker has', async () => {
    const maker = await principalWith({ rpm: 10 }, 100)
    const { record } = await keys.create({ name: 'child', maker })
    expect(record).toMatchObject({
      limits: { rpm: 10 },
      expiresAtMs: nowMs + 100_000,
      madeBy: maker.keyId,
      accountId: 'default',
    })
    await keys.create({ name: 'smaller', maker, limits: { rpm: 3, tpm: 100 }, expiresInSeconds: 100 })
    const tooMuch = [
      { limits: { rpm: 11 }, param: 'limits.rpm' },
      { expiresInSeconds: 101, param: 'expires_in' },
      { accountId: 'other', param: 'account' },
    ]
    for (const { param, ...wish } of tooMuch) {
      await expect(keys.create({ name: 'x', maker, ...wish })).rejects.toMatchObject({
        code: 'permission_denied',
        param,
      })
    }
  })

  it('lets a key without the scope manage nothing, and hand on nothing', async () => {
    const { key } = await keys.create({ name: 'plain', maker: OPERATOR, scopes: [] })
    const plain = (await keys.identify(key))!
    await expect(keys.create({ name: 'x', maker: plain })).rejects.toMatchObject({ code: 'permission_denied' })
    await expect(keys.list(plain)).rejects.toMatchObject({ code: 'permission_denied' })
    await expect(keys.revoke(plain, plain.keyId)).rejects.toMatchObject({ code: 'permission_denied' })
  })

  it('refuses names that are empty or too long, naming the field', async () => {
    for (const name of ['', '   ', 'x'.repeat(201)]) {
      await expect(keys.create({ name, maker: OPERATOR })).rejects.toMatchObject({
        code: 'invalid_request',
        param: 'name',
      })
    }
  })

  it('notes the last use, which never goes back', async () => {
    const { record } = await keys.create({ name: 'used', maker: OPERATOR })
    await keys.touch([record.keyId, 'master', record.keyId], 2000)
    await keys.touch([record.keyId], 1000)
    expect((await keys.list(OPERATOR)).records[0]?.lastUsedAtMs).toBe(2000)
  })

  it('asks no database for garbage', async () => {
    const { key } = await keys.create({ name: 'real', maker: OPERATOR })
    await database[Symbol.asyncDispose]()
    expect(await keys.identify('sk-fl-nonsense')).toBeNull()
    expect(await keys.identify(`${key.slice(0, -1)}!`)).toBeNull()
    await expect(keys.identify(key)).rejects.toThrow(/not open|destroyed/)
    database = await openDatabase(join(dir, 'fairlead.db'))
  })
})
