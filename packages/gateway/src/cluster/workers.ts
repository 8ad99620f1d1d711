// What the control plane needs of the data planes, wherever they run.

import type { Config } from '../config/config.ts'
import type { Change } from '../identity/change.ts'
import type { TurnMemory } from '../relay/turn-memory.ts'
import type { JobOrder } from '../responses/keeper.ts'
import type { FleetChange } from '../routing/outcome.ts'
import type { WorkerReport } from './messages.ts'

export interface Workers {
  /** The last thing that each of them told about itself. */
  reports(): readonly WorkerReport[]
  /** Asks each of them now. */
  collect(): Promise<readonly WorkerReport[]>
  ready(): number
  configChanged(config: Config): void
  fleetChanged(change: FleetChange, from: number): void
  changed(change: Change): void
  sealLearned(entry: TurnMemory): void
  /** @param to absent = to all of them */
  jobOrdered(order: JobOrder, to?: number): void
}
