// One block: one scenario against one server, with what it cost the server and how quiet the machine was meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from './clock.ts'
import { sampleCore } from './process-accounting.ts'
import { isOpenLoop, runScenario } from './scenarios.ts'
import type { Contender, ScenarioContext, ScenarioName } from './scenarios.ts'
import { LOAD_CORE, SERVER_CORE } from './server-process.ts'
import type { ServerName } from './servers.ts'
import { describeFailures } from './tally.ts'

export type Block = {
  round: number
  scenario: ScenarioName
  server: ServerName
  /** Microseconds, unless the name says otherwise; `cpu` and `deferred` are CPU time per request or per chunk. */
  figures: Record<string, number>
  failed: number
  failures: string
  /** Share of the server's core that went to anybody else, or was stolen by the hypervisor. */
  foreignShare: number
  /** What the hypervisor stole of the server's core and of the load's, as a share of one core. */
  stolenShare: number
}

/** Above this share of other people's work on the server's core, a block is noisy. */
export const NOISY_SHARE = 0.05

/**
 * The same for what the hypervisor stole, in blocks that measure latency. A core that is away for one hundredth of the
 * time makes more than one request of a hundred late, and a p99 says nothing of the server any more. That goes for the
 * core of load and mock as well: every request passes it twice. The kernel counts stolen time in ticks of 10 ms: one
 * tick passes, two in 2 s do not.
 */
export const NOISY_STOLEN_SHARE = 0.005

export function isNoisy(block: Block): boolean {
  return noise(block) > 1
}

export function quieter(one: Block, other: Block): Block {
  return noise(other) < noise(one) ? other : one
}

/** Above 1, too much. */
function noise({ scenario, foreignShare, stolenShare }: Block): number {
  return Math.max(foreignShare / NOISY_SHARE, isOpenLoop(scenario) ? stolenShare / NOISY_STOLEN_SHARE : 0)
}

/** Runs one block; undefined when the server cannot carry the load at all. */
export async function runBlock(
  round: number,
  scenario: ScenarioName,
  context: ScenarioContext,
): Promise<Block | undefined> {
  const { contender } = context
  // Of the young generation only: after a whole collection V8 compiles the generator's code once more, in the middle of the block.
  globalThis.gc?.({ type: 'minor' })
  await untilQuiet(contender)
  const cpuBefore = contender.tree?.cpu()
  const coreBefore = sampleCore(SERVER_CORE)
  const loadCoreBefore = sampleCore(LOAD_CORE)
  const askedBefore = context.mock.totals.requests
  const fromUs = nowUs()
  const own = process.cpuUsage()

  const outcome = await runScenario(scenario, context)
  if (outcome === undefined) return undefined

  const endUs = nowUs()
  const ownUsed = process.cpuUsage(own)
  const busyNs = (contender.tree?.cpu().foregroundNs ?? 0) - (cpuBefore?.foregroundNs ?? 0)
  const loadCore = sampleCore(LOAD_CORE)
  // What a request leaves to do afterwards belongs to its price, so the end of that is awaited.
  await untilQuiet(contender)
  const core = sampleCore(SERVER_CORE)
  const cpu = contender.tree?.cpu()
  const figures: Record<string, number> = {
    ...outcome.figures,
    serverBusyShare: busyNs / 1000 / (endUs - fromUs),
    generatorShare: (ownUsed.user + ownUsed.system) / (endUs - fromUs),
    generatorForeignShare:
      Math.max(0, (loadCore.busyNs - loadCoreBefore.busyNs) / 1000 - ownUsed.user - ownUsed.system) / (endUs - fromUs),
  }
  let spentNs = 0
  if (cpu !== undefined && cpuBefore !== undefined) {
    const foregroundNs = cpu.foregroundNs - cpuBefore.foregroundNs
    const deferredNs = cpu.deferredNs - cpuBefore.deferredNs
    spentNs = foregroundNs + deferredNs
    figures['cpu'] = spentNs / 1000 / outcome.units
    figures['deferred'] = deferredNs / 1000 / outcome.units
  }
  const failures = new Map<string, number>()
  for (const tally of outcome.tallies) {
    for (const [reason, count] of tally.failures) failures.set(reason, (failures.get(reason) ?? 0) + count)
  }
  const completed = outcome.tallies.reduce((sum, tally) => sum + tally.completed, 0)
  const invented = completed - (context.mock.totals.requests - askedBefore)
  if (invented > 0) failures.set('answered without asking the upstream', invented)
  const wholeNs = (nowUs() - fromUs) * 1000
  const stolenNs = core.stolenNs - coreBefore.stolenNs
  const stolenFromLoadNs = loadCore.stolenNs - loadCoreBefore.stolenNs
  const foreignNs = core.busyNs - coreBefore.busyNs - spentNs + stolenNs
  return {
    round,
    scenario,
    server: contender.server.name,
    figures,
    failed: [...failures.values()].reduce((sum, count) => sum + count, 0),
    failures: describeFailures(failures),
    foreignShare: Math.max(0, foreignNs / wholeNs),
    stolenShare: (stolenNs + stolenFromLoadNs) / wholeNs,
  }
}

const LOOK_MS = 50
const QUIET_NS = 1_000_000
const MOST_MS = 3_000
/** Fairlead's primary works in batches: one look at the wrong moment would find it resting between two of them. */
const QUIET_LOOKS = 4

async function untilQuiet(contender: Contender): Promise<void> {
  if (contender.tree === undefined) return
  const looks = contender.server.masterKey === undefined ? 1 : QUIET_LOOKS
  let quiet = 0
  let before = contender.tree.cpu()
  for (let waitedMs = 0; waitedMs < MOST_MS && quiet < looks; waitedMs += LOOK_MS) {
    await sleep(LOOK_MS)
    const now = contender.tree.cpu()
    const usedNs = now.foregroundNs + now.deferredNs - before.foregroundNs - before.deferredNs
    quiet = usedNs < QUIET_NS ? quiet + 1 : 0
    before = now
  }
}
