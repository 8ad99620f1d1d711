// Both planes in one process: for tests, and for programs that embed the gateway.

import type { Logger } from 'pino'
import { LocalAuthority } from '../limits/local-authority.ts'
import type { ControlPlane } from './control-plane.ts'
import type { Workers } from './workers.ts'
import { DataPlane } from './data-plane.ts'
import type { Lookup } from '../relay/dns-lookup.ts'
import type { PickerPort } from '../routing/auto/picker-port.ts'
import type { WorkerReport } from './messages.ts'

const ONLY_WORKER = 1

export interface LocalDataPlaneOptions {
  readonly control: ControlPlane
  readonly log: Logger
  readonly diagnostics: boolean
  readonly lookup?: Lookup
  readonly picker?: () => PickerPort
}

export function startLocalDataPlane({ control, log, diagnostics, lookup, picker }: LocalDataPlaneOptions): {
  readonly plane: DataPlane
  readonly workers: Workers
} {
  const plane = new DataPlane({
    config: control.config,
    journalDir: control.journalDir,
    pepper: control.pepper,
    log,
    diagnostics,
    ...(lookup === undefined ? {} : { lookup }),
    ...(picker === undefined ? {} : { picker }),
    primary: {
      findKey: (digest) => control.door.findKey(digest),
      limits: () => new LocalAuthority(control.limits),
      draw: async (ask) => await control.door.slices.draw(ONLY_WORKER, ask),
      requestProbe: (circuit) => control.door.requestProbe(circuit),
      fleetChanged: (change) => control.door.fleetChanged(change, ONLY_WORKER),
      sealRemembered: (entry) => control.door.sealRemembered(entry),
      responses: async (ask) => await control.door.responses.answer(ask),
      job: async (ask) => await control.door.jobs.answer(ask),
      shadow: async (ask) => await control.door.shadow(ask),
      jobRoom: (free, held) => control.door.jobs.room(ONLY_WORKER, free, held),
      controlSocket: () => control.socketPath,
    },
  })
  control.door.slices.workerCame(ONLY_WORKER, {
    recall: ({ id, accountId, known }) =>
      control.door.slices.recalled({ kind: 'recalled', id, ...plane.wallets.recall(accountId, known) }),
    renew: ({ life, untilMs }) => plane.wallets.renew(life, untilMs),
  })
  const workers: Workers = {
    reports: (): readonly WorkerReport[] => [plane.report()],
    collect: async () => await Promise.resolve([plane.report()]),
    ready: () => (plane.server.listening ? 1 : 0),
    configChanged: (config) => plane.setConfig(config),
    fleetChanged: (change, from) => {
      if (from !== ONLY_WORKER) plane.applyChange(change)
    },
    changed: (change) => plane.forget(change),
    sealLearned: (entry) => plane.learnSeal(entry),
    jobOrdered: (order) => plane.orderJob(order),
  }
  return { plane, workers }
}
