import type { Config } from '../config/config.ts'

/** Says whether this process may send the one probe; a promise while another process has to be asked. */
export type ProbeGate = (id: string) => boolean | Promise<boolean>

/** What all parts of one fleet share. A reload changes the settings in place, so that runtime state survives it. */
export interface FleetEnvironment {
  readonly random: () => number
  readonly probeGate: ProbeGate | undefined
  breaker: Config['balancer']['breaker']
  /** How long a probe may be on its way before another one may go. */
  probeLeaseMs: number
}

/** A probe has answered, or timed out, by then. */
export function probeLeaseMs(config: Config): number {
  return config.timeouts.connectMs + config.timeouts.firstByteMs + 1_000
}
