// Something that is out of service for a while and comes back through one probe: a circuit after failures, a credential
// after a 401, a model that answered 403. While it is half-open exactly one request tries it; with several processes the
// gate (the primary) says whose request that is.
import type { FleetEnvironment } from './environment.ts'

export type SuspensionState = 'closed' | 'open' | 'half-open'

/** A probe's right that no request has used for this long goes back. */
const GRANT_MS = 10_000
/** How soon to ask again when another process holds the probe, or when a probe ended without a verdict. */
const ASK_AGAIN_MS = 1_000

export class Suspension {
  readonly id: string
  /** End of the rest, monotonic ms. Meaningful unless closed. */
  untilMs = 0
  /** When it last opened, monotonic ms. */
  sinceMs = 0
  #state: SuspensionState = 'closed'
  #grant: 'none' | 'asked' | 'granted' = 'none'
  #askedAtMs = 0
  /** Until when the probe on its way is believed in. */
  #probeUntilMs = 0
  readonly #environment: FleetEnvironment

  constructor(id: string, environment: FleetEnvironment) {
    this.id = id
    this.#environment = environment
  }

  get state(): SuspensionState {
    return this.#state
  }

  /** /!\ Hot path. Whether a request may be sent now, as far as this one thing goes; changes nothing. */
  available(nowMs: number): boolean {
    if (this.#state === 'closed') return true
    if (this.#state === 'half-open') return nowMs >= this.#probeUntilMs
    if (nowMs < this.untilMs) return false
    return this.#grant !== 'asked' || nowMs >= this.#askedAtMs + GRANT_MS
  }

  /** Earliest time at which `available` can turn true, monotonic ms. */
  readyAtMs(nowMs: number): number {
    if (this.#state === 'closed') return nowMs
    if (this.#state === 'half-open') return Math.max(nowMs, this.#probeUntilMs)
    if (this.#grant === 'asked') return Math.max(this.untilMs, nowMs + 1)
    return Math.max(nowMs, this.untilMs)
  }

  /** Takes the right to send one request. False = somebody else has the probe, or it has been asked for and is not here yet. */
  enter(nowMs: number): boolean {
    if (this.#state === 'closed') return true
    if (!this.available(nowMs)) return false
    if (this.#grant === 'granted' && nowMs < this.#askedAtMs + GRANT_MS) return this.#startProbe(nowMs)
    const gate = this.#environment.probeGate
    const answer = gate === undefined ? true : gate(this.id)
    if (answer === true) return this.#startProbe(nowMs)
    if (answer === false) return this.#refuse(nowMs)
    this.#awaitGrant(answer, nowMs)
    return false
  }

  /** Takes it out of service, or keeps it out until the later of both ends. */
  open(nowMs: number, forMs: number): void {
    if (this.#state === 'closed') this.sinceMs = nowMs
    this.#state = 'open'
    this.#grant = 'none'
    this.untilMs = nowMs + forMs
  }

  close(): void {
    this.#state = 'closed'
    this.#grant = 'none'
    this.untilMs = 0
  }

  /** The probe ended without saying anything about health (the client left, or sent nonsense): another one may go soon. */
  release(nowMs: number): void {
    this.#probeAgain(nowMs, ASK_AGAIN_MS)
  }

  /** The probe was not sent at all: the next request may be it. */
  handBack(nowMs: number): void {
    this.#probeAgain(nowMs, 0)
  }

  /** The right to probe is still here: the gate need not be asked again. */
  #probeAgain(nowMs: number, waitMs: number): void {
    if (this.#state !== 'half-open') return
    this.#state = 'open'
    this.#grant = 'granted'
    this.#askedAtMs = nowMs
    this.untilMs = nowMs + waitMs
  }

  #startProbe(nowMs: number): true {
    this.#state = 'half-open'
    this.#grant = 'none'
    this.#probeUntilMs = nowMs + this.#environment.probeLeaseMs
    return true
  }

  #refuse(nowMs: number): false {
    this.#state = 'open'
    this.#grant = 'none'
    this.untilMs = nowMs + ASK_AGAIN_MS
    return false
  }

  #awaitGrant(answer: Promise<boolean>, nowMs: number): void {
    this.#state = 'open'
    this.#grant = 'asked'
    this.#askedAtMs = nowMs
    const settle = (granted: boolean): void => {
      // Closed or opened anew in the meantime: the answer is about something that is over.
      if (this.#state !== 'open' || this.#grant !== 'asked' || this.#askedAtMs !== nowMs) return
      this.#grant = granted ? 'granted' : 'none'
      if (!granted) this.untilMs = nowMs + ASK_AGAIN_MS
    }
    // A gate that cannot be reached grants nothing; it is asked again after a second.
    answer.then(settle, () => settle(false))
  }
}
