// What became of a provider, for the operator: its checks in slots of five minutes, and what happened to it, to its
// credentials and to its circuits. Kept for a while and no longer; where nothing was recorded there is nothing, and
// nobody makes it up.
import type { FleetChange } from '../routing/outcome.ts'

export const SLOT_MS = 300_000
export const KEEP_HISTORY_MS = 7 * 24 * 3_600_000

export interface CheckSlot {
  readonly provider: string
  /** Where it begins, unix ms: a multiple of `SLOT_MS`. */
  readonly startMs: number
  readonly checks: number
  readonly failed: number
  /** Of the checks that went well, together. */
  readonly responseMs: number
}

export const PROVIDER_EVENT_KINDS = [
  'down',
  'up',
  'circuit-opened',
  'circuit-closed',
  'credential-disabled',
  'credential-enabled',
  'cooling',
  'drained',
  'undrained',
] as const
export type ProviderEventKind = (typeof PROVIDER_EVENT_KINDS)[number]

export interface ProviderEvent {
  readonly eventId: string
  readonly provider: string
  /** '' = the whole provider. */
  readonly fingerprint: string
  /** The upstream's name of the model; '' = all. */
  readonly model: string
  readonly kind: ProviderEventKind
  /** For people; '' = there is none. Never a secret. */
  readonly reason: string
  /** How long it was to last; null = until further notice. */
  readonly forMs: number | null
  readonly atMs: number
}

export interface ProviderHistoryStore {
  /** Adds up what several instances have seen of the same slot. */
  add(slots: readonly CheckSlot[], events: readonly ProviderEvent[]): Promise<void>
  /** Oldest first. */
  slots(provider: string | null, fromMs: number, toMs: number): Promise<readonly CheckSlot[]>
  /** Newest first. */
  events(provider: string | null, sinceMs: number, limit: number): Promise<readonly ProviderEvent[]>
  prune(beforeMs: number): Promise<void>
}

/** What there is to note of a change; null where it is a check, which slots count. */
export function eventOf(change: FleetChange): Omit<ProviderEvent, 'eventId' | 'atMs'> | null {
  const { provider } = change
  switch (change.kind) {
    case 'provider-check':
      return null
    case 'circuit-opened':
      return { provider, ...circuitParts(change.circuit), kind: 'circuit-opened', reason: '', forMs: change.forMs }
    case 'circuit-closed':
      return { provider, ...circuitParts(change.circuit), kind: 'circuit-closed', reason: '', forMs: null }
    case 'cooling':
      return { ...about(change), kind: 'cooling', reason: '', forMs: change.forMs }
    case 'credential-disabled':
      return { ...about(change), kind: 'credential-disabled', reason: change.reason, forMs: change.forMs }
    case 'credential-enabled':
      return { ...about(change), kind: 'credential-enabled', reason: '', forMs: null }
  }
}

type About = Pick<ProviderEvent, 'provider' | 'fingerprint' | 'model'>

function about(change: {
  readonly provider: string
  readonly credential: string
  readonly model: string | null
}): About {
  return { provider: change.provider, fingerprint: fingerprintIn(change.credential), model: change.model ?? '' }
}

/** A circuit is `provider`, or `provider:fingerprint|model`. */
function circuitParts(circuit: string): Pick<ProviderEvent, 'fingerprint' | 'model'> {
  const bar = circuit.indexOf('|')
  if (bar === -1) return { fingerprint: '', model: '' }
  return { fingerprint: fingerprintIn(circuit.slice(0, bar)), model: circuit.slice(bar + 1) }
}

/** A credential is `provider:fingerprint`. */
function fingerprintIn(credential: string): string {
  return credential.slice(credential.lastIndexOf(':') + 1)
}
