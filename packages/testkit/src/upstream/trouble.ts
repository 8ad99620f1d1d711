/** What goes wrong at a provider, whatever words it has for it. */
export type TroubleKind = (typeof TROUBLE_KINDS)[number]
export const TROUBLE_KINDS = [
  'invalid-request',
  'context-length',
  'content-filter',
  'unauthorized',
  'no-credit',
  'forbidden',
  'model-not-found',
  'too-large',
  'rate-limited',
  'server-error',
  'overloaded',
  'timeout',
] as const

export interface Trouble {
  readonly kind: TroubleKind
  /** Instead of the provider's usual one. */
  readonly status?: number
  /** Instead of the provider's usual words. */
  readonly message?: string
  readonly model?: string | undefined
  /** For `rate-limited`: how long to wait, said in the body where the provider does so. */
  readonly waitMs?: number
}
