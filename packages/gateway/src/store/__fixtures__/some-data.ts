import type { KeyRecord } from '../../identity/key-store.ts'
import type { Database } from '../database.ts'

export function someKey(keyId: string, name = 'some key'): KeyRecord {
  return {
    keyId,
    accountId: 'default',
    name,
    prefix: 'sk-fl-x',
    last4: 'abcd',
    digest: `digest of ${keyId}`,
    scopes: [],
    limits: { rpm: 10 },
    budget: null,
    models: ['gpt-*'],
    endpoints: null,
    addresses: null,
    dataPolicy: null,
    group: null,
    madeBy: 'master',
    createdAtMs: 1_700_000_000_000,
    expiresAtMs: null,
    lastUsedAtMs: null,
    revokedAtMs: null,
    previousDigest: null,
    previousExpiresAtMs: null,
  }
}

export async function insertKeys(database: Database, count: number, first = 0): Promise<void> {
  await database.transaction(async ({ keys }) => {
    for (let index = first; index < first + count; index++) await keys.insert(someKey(`key_${index}`, `naïve 🚢 ${index}`))
  })
}
