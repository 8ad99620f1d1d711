// What a group lets its accounts keep of their responses.

export type StoreMode = 'off' | 'ttl' | 'keep'

/** Plain JSON: it travels with the principal. */
export interface ResponsesPolicy {
  /** `off`: nothing is kept, whatever a request says. `ttl`: for `ttlMs`. `keep`: until the client deletes it. */
  readonly store: StoreMode
  readonly ttlMs: number
  /** At rest, with a key that is derived from the gateway's secret. */
  readonly encrypt: boolean
  /**
   * Of one account, everything that is kept for it together. With `ttl` the oldest responses go to make room, with `keep`
   * nothing does, and what does not fit is not kept.
   */
  readonly quotaBytes: number
  readonly quotaResponses: number
}

/** As the configuration file and the API spell it. */
export interface ResponsesPolicyJson {
  readonly store: StoreMode
  readonly ttl_days: number
  readonly encrypt: boolean
  readonly quota_mb: number
  readonly quota_responses: number
}

export const STORE_MODES = ['off', 'ttl', 'keep'] as const satisfies readonly StoreMode[]

const DAY_MS = 86_400_000
const MB = 1_048_576
/** Shorter ones would be gone before the next turn. */
export const LEAST_TTL_DAYS = 0.0001
export const MOST_TTL_DAYS = 36_500

export const DEFAULT_TTL_DAYS = 30
export const DEFAULT_QUOTA_MB = 1_024
export const DEFAULT_QUOTA_RESPONSES = 100_000

export const DEFAULT_RESPONSES_POLICY: ResponsesPolicy = Object.freeze({
  store: 'ttl',
  ttlMs: DEFAULT_TTL_DAYS * DAY_MS,
  encrypt: false,
  quotaBytes: DEFAULT_QUOTA_MB * MB,
  quotaResponses: DEFAULT_QUOTA_RESPONSES,
})

/** What the group of the operator's own account is called, where there is one. */
const OWN_GROUP = 'default'

/** The operator is held to what the file's group `default` says, everybody else to what came with his key. */
export function policyFor(
  principal: { readonly operator: boolean; readonly responses: ResponsesPolicy },
  groups: readonly { readonly name: string; readonly responses: ResponsesPolicy }[],
): ResponsesPolicy {
  if (!principal.operator) return principal.responses
  return groups.find(({ name }) => name === OWN_GROUP)?.responses ?? DEFAULT_RESPONSES_POLICY
}

/** Only what is there. */
export function policyFromJson(json: {
  readonly [Name in keyof ResponsesPolicyJson]?: ResponsesPolicyJson[Name] | undefined
}): Partial<ResponsesPolicy> {
  const { store, ttl_days, encrypt, quota_mb, quota_responses } = json
  return {
    ...(store === undefined ? {} : { store }),
    ...(ttl_days === undefined ? {} : { ttlMs: Math.round(ttl_days * DAY_MS) }),
    ...(encrypt === undefined ? {} : { encrypt }),
    ...(quota_mb === undefined ? {} : { quotaBytes: Math.round(quota_mb * MB) }),
    ...(quota_responses === undefined ? {} : { quotaResponses: quota_responses }),
  }
}

export function policyToJson(policy: ResponsesPolicy): ResponsesPolicyJson {
  return {
    store: policy.store,
    ttl_days: policy.ttlMs / DAY_MS,
    encrypt: policy.encrypt,
    quota_mb: policy.quotaBytes / MB,
    quota_responses: policy.quotaResponses,
  }
}
