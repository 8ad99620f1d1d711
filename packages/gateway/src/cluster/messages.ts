// What the two planes say to each other: plain JSON, over the cluster's IPC. Every message a worker sends arrives in
// the order in which it was sent; a question carries a number, its answer the same one.

import type { DrawAsk, DrawReply, Recalled, RecallOrder, SlicesValid } from '../billing/slices/slice-messages.ts'
import type { Config } from '../config/config.ts'
import type { Change } from '../identity/change.ts'
import type { Principal } from '../identity/principal.ts'
import type { LedgerAsk, LedgerReply, LedgerReturn } from '../limits/limit-ledger.ts'
import type { TurnMemory } from '../relay/turn-memory.ts'
import type { JobLease, JobOrder } from '../responses/keeper.ts'
import type { JobAsk, JobReply } from '../responses/jobs/job-port.ts'
import type { ResponsesAsk, ResponsesReply } from '../responses/stored/responses-messages.ts'
import type { ShadowAsk, ShadowReply } from '../routing/auto/learning/shadow.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { FleetChange } from '../routing/outcome.ts'
import type { MetricFamily } from '../telemetry/metric-family.ts'

export type Question =
  | { readonly kind: 'find-key'; readonly digest: string }
  | { readonly kind: 'probe'; readonly circuit: string }
  | LedgerAsk
  | DrawAsk
  | { readonly kind: 'responses'; readonly ask: ResponsesAsk }
  | { readonly kind: 'job'; readonly ask: JobAsk }
  | { readonly kind: 'shadow'; readonly ask: ShadowAsk }

export type Answer = Principal | LedgerReply | DrawReply | ResponsesReply | JobReply | ShadowReply

export interface WorkerReport {
  /** False while the disk does not take usage lines. */
  readonly journalIsWell: boolean
  readonly metrics: readonly MetricFamily[]
  readonly health: HealthView
}

export type FromWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'ready'; readonly host: string; readonly port: number }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'fleet-change'; readonly change: FleetChange }
  | { readonly kind: 'report'; readonly id: number; readonly report: WorkerReport }
  | { readonly kind: 'seal'; readonly entry: TurnMemory }
  /** How much background work it takes, and what it has. */
  | { readonly kind: 'room'; readonly free: number; readonly held: readonly JobLease[] }
  | LedgerReturn
  | Recalled

export type ToWorker =
  | { readonly kind: 'start'; readonly start: WorkerStart }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  /** The primary cannot tell: its database or its Redis does not answer. */
  | { readonly kind: 'no-answer'; readonly id: number }
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'fleet-change'; readonly change: FleetChange }
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'seal'; readonly entry: TurnMemory }
  | { readonly kind: 'job'; readonly order: JobOrder }
  /** Send a report; 0 = the regular one. */
  | { readonly kind: 'collect'; readonly id: number }
  | { readonly kind: 'drain'; readonly timeoutMs: number }
  | RecallOrder
  | SlicesValid

/** All that a worker needs to begin. */
export interface WorkerStart {
  readonly config: Config
  readonly journalDir: string
  /** Base64; keys are looked up by their HMAC under it. */
  readonly pepper: string
  readonly controlSocket: string
  readonly diagnostics: boolean
  /** What is known about the providers already. */
  readonly changes: readonly FleetChange[]
}
