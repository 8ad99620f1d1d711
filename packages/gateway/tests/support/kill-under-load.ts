// Kills one worker after the other under load, sometimes the last one that serves, and compares what clients were given with what the database says.

import { spawnFakeUpstream } from '@fairlead/testkit'
import { providersYaml } from './gateway.ts'
import { startLoad } from './load.ts'
import { freePort } from '@fairlead/testkit/free-port.ts'
import { eventually, spawnGateway } from './processes.ts'

export interface KillReport {
  readonly answered: number
  /** How calls failed, and how many did so. */
  readonly failures: Readonly<Record<string, number>>
  /** Ids of answered requests without a usage row. */
  readonly missing: readonly string[]
  /** Ids with more than one. */
  readonly doubled: readonly string[]
  /** Workers at the end. */
  readonly alive: number
}

export async function killUnderLoad(size: {
  readonly rounds: number
  readonly workers: number
  readonly clients: number
}): Promise<KillReport> {
  await using upstream = await spawnFakeUpstream()
  await using gateway = await spawnGateway({
    yaml: providersYaml([upstream.url]),
    workers: size.workers,
    port: await freePort(),
  })
  const { key } = await gateway.control.makeKey()
  const load = startLoad(gateway.url, key, size.clients)
  for (let round = 1; round <= size.rounds; round += 1) {
    const served = load.answered
    await eventually(() => load.answered >= served + 20, 'the load goes on')
    const [oldest] = gateway.workerPids()
    if (oldest === undefined) throw new Error('there is no worker')
    process.kill(oldest, 'SIGKILL')
  }
  await eventually(async () => (await gateway.workersReady()) === size.workers, 'as many workers as before serve')
  const result = await load.stop()
  const alive = gateway.workerPids().length
  await gateway.stop()
  const rows = new Map<string, number>()
  for (const { requestId } of gateway.usageRows()) rows.set(requestId, (rows.get(requestId) ?? 0) + 1)
  return {
    answered: result.answered,
    failures: Object.fromEntries(
      Object.entries(Object.groupBy(result.failures, (why) => why)).map(([why, all]) => [why, all?.length ?? 0]),
    ),
    missing: result.requestIds.filter((id) => !rows.has(id)),
    doubled: [...rows].filter(([, count]) => count > 1).map(([id]) => id),
    alive,
  }
}
