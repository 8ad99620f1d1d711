// Where data planes come with their questions and their news, from their own process or from the primary's.
import type { SliceServer } from '../billing/slices/slice-server.ts'
import type { KeyService } from '../identity/key-service.ts'
import type { Principal } from '../identity/principal.ts'
import type { LeaseServer } from '../limits/lease-server.ts'
import type { TurnMemory } from '../relay/turn-memory.ts'
import type { JobDesk } from '../responses/jobs/job-desk.ts'
import type { StoredLibrary } from '../responses/stored/library.ts'
import type { ShadowAsk, ShadowReply } from '../routing/auto/learning/shadow.ts'
import type { FleetChange } from '../routing/outcome.ts'
import type { LearningPlane } from './learning-plane.ts'
import type { Answer, Question, WorkerReport } from './messages.ts'
import type { SharedState } from './shared-state.ts'
import type { UpstreamDesk } from './upstream-desk.ts'
import type { UpstreamPlane } from './upstream-plane.ts'
import type { WorkerReports } from './worker-reports.ts'
import type { Workers } from './workers.ts'

export interface WorkerDoorOptions {
  readonly keys: KeyService
  readonly leases: LeaseServer
  readonly slices: SliceServer
  readonly responses: StoredLibrary
  readonly jobs: JobDesk
  readonly upstreams: UpstreamPlane
  readonly desk: UpstreamDesk
  readonly learning: LearningPlane
  readonly shared: SharedState
  readonly reports: WorkerReports
  readonly workers: () => Workers | null
}

export class WorkerDoor {
  readonly leases: LeaseServer
  /** Money for the workers. */
  readonly slices: SliceServer
  /** Stored responses. */
  readonly responses: StoredLibrary
  /** Background work. */
  readonly jobs: JobDesk
  readonly #options: WorkerDoorOptions

  constructor(options: WorkerDoorOptions) {
    this.leases = options.leases
    this.slices = options.slices
    this.responses = options.responses
    this.jobs = options.jobs
    this.#options = options
  }

  /** What a worker that starts now must know of the providers. */
  get changes(): readonly FleetChange[] {
    return this.#options.upstreams.changes
  }

  answer(worker: number, question: Question): Answer | Promise<Answer> {
    switch (question.kind) {
      case 'find-key':
        return this.findKey(question.digest)
      case 'probe':
        return this.requestProbe(question.circuit)
      case 'limit-ask':
        return this.leases.answer(worker, question)
      case 'draw':
        return this.slices.draw(worker, question)
      case 'responses':
        return this.responses.answer(question.ask)
      case 'job':
        return this.jobs.answer(question.ask)
      case 'shadow':
        return this.shadow(question.ask)
    }
  }

  /** What shadow evaluations may spend, and what came of them. */
  shadow(ask: ShadowAsk): Promise<ShadowReply> {
    return this.#options.learning.shadow(ask)
  }

  findKey(digest: string): Promise<Principal | null> {
    return this.#options.keys.resolve(digest)
  }

  requestProbe(circuit: string): boolean {
    return this.#options.upstreams.grantProbe(circuit)
  }

  /** For the workers of other instances. */
  sealRemembered(entry: TurnMemory): void {
    this.#options.shared.sealRemembered(entry)
  }

  fleetChanged(change: FleetChange, from: number): void {
    const { upstreams, desk, workers } = this.#options
    upstreams.heard(change)
    desk.heard(change)
    workers()?.fleetChanged(change, from)
  }

  workerGone(worker: number, report: WorkerReport | undefined): void {
    this.leases.workerGone(worker)
    this.slices.workerGone(worker)
    void this.jobs.workerGone(worker)
    if (report !== undefined) this.#options.reports.workerGone(report)
  }
}
