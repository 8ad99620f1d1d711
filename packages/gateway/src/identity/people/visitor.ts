// Somebody at the door: what their browser sent along, before it is known who they are.
import type { Origin } from '../origin.ts'

export interface Visitor {
  readonly origin: Origin
  /** Texts of their cookies; null = none. */
  readonly session: string | null
  readonly device: string | null
  readonly ticket: string | null
}

/** Where our pages are, as a browser says: what passkeys are bound to. */
export interface Site {
  /** `https://gateway.example` */
  readonly origin: string
  /** Its host: passkeys are of this name. */
  readonly rpId: string
}

/** Whom tries are counted for. */
export function sourceOf({ origin, device }: Visitor): { readonly address: string; readonly device: string | null } {
  return { address: origin.address, device }
}
