// What the relay tells the balancer about an attempt, and what one process tells the others. A tenant can make an
// upstream answer 400 as often as it likes, so its own mistakes and its leaving have kinds of their own that count nowhere.

export type FailureCause = 'connect' | 'tls' | 'dns' | 'timeout' | 'reset' | 'server_error' | 'bad_reply'

export type Outcome =
  | { readonly kind: 'success'; /** From sending to the first byte of the answer. */ readonly firstByteMs: number }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly status?: number }
  | {
      readonly kind: 'rate-limited'
      /** What the provider asked for; null = it did not say. */ readonly retryAfterMs: number | null
    }
  /** The provider refused the key itself, or its quota is spent: never the tenant's fault. */
  | { readonly kind: 'credential-rejected'; readonly status: 401 | 402 | 429; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly accountId: string }
  /** The tenant's own 4xx. */
  | { readonly kind: 'client-fault' }
  /** The client left first. */
  | { readonly kind: 'abandoned' }

/**
 * News for the other processes: plain JSON. Times are durations from now, because monotonic clocks differ between
 * processes. `credential` and `circuit` are ids; `credentialName` is what people read (`openai#2`).
 */
export type FleetChange =
  | CircuitOpened
  | { readonly kind: 'circuit-closed'; readonly circuit: string; readonly provider: string }
  | CredentialDisabled
  | CredentialEnabled
  | Cooling
  | ProviderCheck

export interface CircuitOpened {
  readonly kind: 'circuit-opened'
  readonly circuit: string
  readonly provider: string
  readonly forMs: number
}

export interface CredentialDisabled {
  readonly kind: 'credential-disabled'
  readonly provider: string
  readonly credential: string
  readonly credentialName: string
  /** The upstream's model when only that is closed to the credential (403); null = all of it. */
  readonly model: string | null
  /** For people; never holds the secret. */
  readonly reason: string
  /** Until it is probed again. */
  readonly forMs: number
}

export interface CredentialEnabled {
  readonly kind: 'credential-enabled'
  readonly provider: string
  readonly credential: string
  readonly credentialName: string
  readonly model: string | null
}

/** A credential rests for one model, after a 429. */
export interface Cooling {
  readonly kind: 'cooling'
  readonly provider: string
  readonly credential: string
  readonly credentialName: string
  readonly model: string
  readonly forMs: number
}

/** Result of an active health check. */
export interface ProviderCheck {
  readonly kind: 'provider-check'
  readonly provider: string
  readonly healthy: boolean
  readonly responseTimeMs: number
  readonly atUnixMs: number
  /** For people; absent when healthy. */
  readonly reason?: string
}
