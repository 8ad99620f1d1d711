// Who is calling, as the data plane sees it: everything it must know about a key without asking a database.

export type Scope = 'keys:manage'

export interface KeyLimits {
  readonly rpm?: number
  readonly tpm?: number
  readonly concurrency?: number
}

export interface Principal {
  /** `key_...` for an API key, `master` for the operator's key. */
  readonly keyId: string
  readonly accountId: string
  readonly operator: boolean
  readonly scopes: readonly Scope[]
  readonly limits: KeyLimits
  /** Unix milliseconds; absent = never. */
  readonly expiresAtMs?: number
}

/** The operator's account: every right, no limit. */
export const OPERATOR: Principal = Object.freeze({
  keyId: 'master',
  accountId: 'operator',
  operator: true,
  scopes: Object.freeze(['keys:manage'] as const),
  limits: Object.freeze({}),
})
