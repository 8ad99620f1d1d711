// What the control plane's HTTP pages need from the rest of the primary. The composition root hands these in, so that
// the routes can be tested without a data plane, and the data plane without routes.
import type { Config } from '../config/config.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { ListedModel } from '../routing/route-book.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'

export type { CircuitHealth, CredentialHealth, HealthView, ProviderHealth } from '../routing/health-view.ts'
export type { MetricFamily } from '../telemetry/metric-family.ts'

export interface ControlState {
  readonly version: string
  readonly startedAtMs: number
  config(): Config
  /** Why the last reload was refused; absent when the running config is the file's. */
  configError(): string | undefined
  /** Broken invariants of money, for the operator; empty when all is well. */
  moneyViolations(): readonly string[]
  health(): HealthView
  /** Those that are listed, without aliases and wildcards. */
  models(): readonly ListedModel[]
  metrics(): Promise<readonly MetricFamily[]>
  /** False from SIGTERM on. */
  accepting(): boolean
  /** Workers that are listening. */
  workersReady(): number
  /** False while a worker cannot write usage records down: then it lets nothing in. */
  journalIsWell(): boolean
  now(): number
}
