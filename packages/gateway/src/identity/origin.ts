// Where a request for a change came from, for the audit log.

export interface Origin {
  /** IP address of the client; '' = unknown, or this machine's command line. */
  readonly address: string
  /** '' = none. */
  readonly requestId: string
  /** What the client calls itself; '' = nothing, or this machine's command line. */
  readonly userAgent: string
}

export const NO_ORIGIN: Origin = Object.freeze({ address: '', requestId: '', userAgent: '' })
