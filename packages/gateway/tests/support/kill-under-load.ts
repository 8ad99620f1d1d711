// Kills workers or primaries under load, one after the other, and compares what clients were given with what the database
// says: whoever has a status line has a usage row, and nobody has two.

import { spawnFakeUpstream } from '@fairlead/testkit'
import { freePort } from '@fairlead/testkit/free-port.ts'
import { providersYaml } from './gateway.ts'
import { startLoad, type Load, type LoadResult } from './load.ts'
import { eventually, isAlive, spawnGateway, type GatewayProcess } from './processes.ts'

export interface KillReport {
  /** Whole replies. */
  readonly answered: number
  /** Replies that had a status line, and were cut. */
  readonly cut: number
  /** How calls failed, and how many did so. */
  readonly failures: Readonly<Record<string, number>>
  /** Ids of replies that began without a usage row. */
  readonly missing: readonly string[]
  /** Ids with more than one. */
  readonly doubled: readonly string[]
  /** Rows that say that the process died. */
  readonly interrupted: number
  /** Workers at the end. */
  readonly alive: number
}

export interface KillSize {
  readonly rounds: number
  readonly workers: number
  readonly clients: number
}

/** Half a second a stream: there are always some under way. */
const UPSTREAM = ['--tokens', '10', '--gap-ms', '50']
const BETWEEN_KILLS = 20

/** The oldest worker of one gateway, again and again, sometimes the last one that serves. */
export async function killWorkersUnderLoad(size: KillSize): Promise<KillReport> {
  await using upstream = await spawnFakeUpstream(UPSTREAM)
  await using gateway = await spawnGateway({
    yaml: providersYaml([upstream.url]),
    workers: size.workers,
    port: await freePort(),
  })
  const { key } = await gateway.control.makeKey()
  const load = startLoad(gateway.url, key, size.clients, { streams: true })
  for (let round = 1; round <= size.rounds; round += 1) {
    await moreAnswers(load)
    const [oldest] = gateway.workerPids()
    if (oldest === undefined) throw new Error('there is no worker')
    process.kill(oldest, 'SIGKILL')
  }
  await eventually(async () => (await gateway.workersReady()) === size.workers, 'as many workers as before serve')
  const result = await load.stop()
  const alive = gateway.workerPids().length
  await gateway.stop()
  return reportOf(gateway, [result], alive)
}

/** The primary, which takes its workers along; the next one goes on with the same state directory. */
export async function killPrimariesUnderLoad(size: KillSize): Promise<KillReport> {
  await using upstream = await spawnFakeUpstream(UPSTREAM)
  const options = { yaml: providersYaml([upstream.url]), workers: size.workers }
  await using first = await spawnGateway(options)
  const { key } = await first.control.makeKey()
  const results: LoadResult[] = []
  let gateway = first
  for (let round = 1; round <= size.rounds; round += 1) {
    const load = startLoad(gateway.url, key, size.clients, { streams: true })
    await moreAnswers(load)
    const workers = gateway.workerPids()
    process.kill(gateway.primaryPid, 'SIGKILL')
    await gateway.ended
    await eventually(() => !workers.some(isAlive), 'the workers are gone')
    results.push(await load.stop())
    gateway = await spawnGateway({ ...options, folder: first.folder })
  }
  await eventually(async () => (await gateway.workersReady()) === size.workers, 'the workers serve')
  const alive = gateway.workerPids().length
  await gateway.stop()
  return reportOf(gateway, results, alive)
}

async function moreAnswers(load: Load): Promise<void> {
  const served = load.answered
  await eventually(() => load.answered >= served + BETWEEN_KILLS, 'the load goes on')
}

function reportOf(gateway: GatewayProcess, results: readonly LoadResult[], alive: number): KillReport {
  const usage = gateway.usageRows()
  const rows = new Map<string, number>()
  for (const { requestId } of usage) rows.set(requestId, (rows.get(requestId) ?? 0) + 1)
  const failures = Object.groupBy(
    results.flatMap((result) => result.failures),
    (why) => why,
  )
  return {
    answered: results.reduce((sum, result) => sum + result.answered, 0),
    cut: results.reduce((sum, result) => sum + result.begunIds.length - result.answered, 0),
    failures: Object.fromEntries(Object.entries(failures).map(([why, all]) => [why, all?.length ?? 0])),
    missing: results.flatMap((result) => result.begunIds).filter((id) => !rows.has(id)),
    doubled: [...rows].filter(([, count]) => count > 1).map(([id]) => id),
    interrupted: usage.filter(({ errorCode }) => errorCode === 'interrupted').length,
    alive,
  }
}
