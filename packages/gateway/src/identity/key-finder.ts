// Who a key is, asked of the database: by itself, by its digest, or by its id. What is kept of a key is an HMAC of it under a pepper that is not
// in the database.
import { createHmac } from 'node:crypto'
import { findGroup } from './groups.ts'
import { parseKey, prefixOf } from './key-format.ts'
import { denied } from './key-rules.ts'
import type { KeyServiceOptions } from './key-service.ts'
import { OPERATOR, type Principal } from './principal.ts'
import { groupNameOf, principalOf } from './resolve-key.ts'
import { hasItsSession } from './session-keys.ts'

export class KeyFinder {
  readonly #options: KeyServiceOptions

  constructor(options: KeyServiceOptions) {
    this.#options = options
  }

  digestOf(key: string): string {
    return createHmac('sha256', this.#options.pepper).update(key).digest('hex')
  }

  async identify(key: string): Promise<Principal | null> {
    if (parseKey(key, prefixOf(this.#options)) === null) return null
    const principal = await this.resolve(this.digestOf(key))
    if (principal !== null && principal.refusal !== null) throw denied(null, principal.refusal)
    return principal
  }

  async resolve(digest: string): Promise<Principal | null> {
    const { keys, groups } = this.#options.database
    const found = await keys.findByDigest(digest)
    if (found === undefined || found.key.revokedAtMs !== null) return null
    const { key, account } = found
    if (!(await hasItsSession(this.#options.database, key, this.#options.now()))) return null
    const makers = await keys.makersOf(key)
    const name = groupNameOf([key, ...makers], account)
    const { group, missing } = await findGroup(name, this.#options.groups?.() ?? [], groups)
    return principalOf({ digest, key, makers, account, group, groupMissing: missing }, this.#options.now())
  }

  async principalOf(keyId: string): Promise<Principal | null> {
    if (keyId === OPERATOR.keyId) return OPERATOR
    const key = await this.#options.database.keys.findById(keyId)
    return key === undefined ? null : await this.resolve(key.digest)
  }
}
