// Who may send the one probe, for all workers of a machine: the primary's side of `probeGate`.

import { accessId } from './credential-state.ts'
import type { FleetChange } from './outcome.ts'

/** Probes of things that are gone are swept when this many are held. */
const SWEEP_AT = 1_000

export class ProbeLeases {
  readonly #heldUntilMs = new Map<string, number>()
  readonly #leaseMs: number

  /** `leaseMs`: a probe whose outcome was never heard of (its worker died) is lost after that. */
  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs
  }

  grant(id: string, nowMs: number): boolean {
    if (nowMs < (this.#heldUntilMs.get(id) ?? -Infinity)) return false
    if (this.#heldUntilMs.size >= SWEEP_AT) this.#sweep(nowMs)
    this.#heldUntilMs.set(id, nowMs + this.#leaseMs)
    return true
  }

  /** A change about what was probed is the probe's outcome. */
  heard(change: FleetChange): void {
    if (change.kind === 'circuit-opened' || change.kind === 'circuit-closed') this.release(change.circuit)
    if (change.kind === 'credential-enabled' || change.kind === 'credential-disabled') {
      this.release(change.model === null ? change.credential : accessId(change.credential, change.model))
    }
  }

  release(id: string): void {
    this.#heldUntilMs.delete(id)
  }

  #sweep(nowMs: number): void {
    for (const [id, untilMs] of this.#heldUntilMs) if (nowMs >= untilMs) this.#heldUntilMs.delete(id)
  }
}
