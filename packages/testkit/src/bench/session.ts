// A whole comparison: start everyone, warm everyone up, then block after block in random order, every second round in
// the reverse of the one before (A B C, C B A), so that a drift of the machine falls on everyone alike.
import { measureIdleStreams } from './idle-streams.ts'
import type { IdleResult } from './idle-streams.ts'
import { isNoisy, quieter, runBlock } from './block.ts'
import type { Block } from './block.ts'
import { closedLoop } from './load.ts'
import { startMockUpstream } from './mock-upstream.ts'
import type { MockUpstream } from './mock-upstream.ts'
import type { BenchOptions } from './options.ts'
import { plainRequest } from './plain-request.ts'
import { ProcessTree } from './process-accounting.ts'
import { loadRequest, SHORT_STREAM } from './scenarios.ts'
import type { Contender } from './scenarios.ts'
import { ServerMissing, startServer } from './servers.ts'
import type { BenchServer, ServerName } from './servers.ts'
import { percentile, seededRandom, shuffled } from './stats.ts'

export type SessionResult = {
  servers: ServerName[]
  blocks: Block[]
  /** Blocks that were run once more because they were noisy. */
  repeated: number
  idle: IdleResult[]
  /** Why a server or a figure is missing. */
  notes: string[]
  halfLoadPerSecond: number
  /** Longest block of the event loop as Fairlead's own gauge has it, seconds. */
  reportedLagSeconds: Partial<Record<ServerName, number>>
}

export async function runSession(options: BenchOptions, progress: (line: string) => void): Promise<SessionResult> {
  const random = seededRandom(options.seed)
  const result: SessionResult = {
    servers: [],
    blocks: [],
    repeated: 0,
    idle: [],
    notes: [],
    halfLoadPerSecond: 0,
    reportedLagSeconds: {},
  }
  const mock = await startMockUpstream()
  const contenders: Contender[] = []
  try {
    for (const name of options.scenarios.length > 0 ? options.servers : []) {
      progress(`starting and warming up ${name}`)
      const server = await startOrNote(name, mock, result.notes)
      if (server === undefined) continue
      const tree = server.pid === undefined ? undefined : new ProcessTree(server.pid)
      const contender = {
        server,
        tree,
        jsonCapacity: Number.POSITIVE_INFINITY,
        streamCapacity: Number.POSITIVE_INFINITY,
      }
      contenders.push(contender)
      result.servers.push(name)
      await warmUp(contender, mock, options.seconds)
    }
    // Portkey is so much slower that everyone else would be measured at walking pace; it gets its own half load.
    const paced = contenders.filter((contender) => contender.server.name !== 'portkey' && contender.tree !== undefined)
    result.halfLoadPerSecond = Math.round(Math.min(2_500, ...paced.map((contender) => contender.streamCapacity / 2)))
    await runRounds(options, contenders, { mock, random, progress, result })
    for (const { server } of contenders) await noteLag(server, result)
  } finally {
    await Promise.all(contenders.map((contender) => contender.server.stop()))
  }
  try {
    await measureMemory(options, mock, progress, result)
  } finally {
    await mock.close()
  }
  return result
}

type Round = { mock: MockUpstream; random: () => number; progress: (line: string) => void; result: SessionResult }

/** How often a noisy block is run again, and how much longer a run may get by that, unless the caller is patient. */
const REPEATS = 3
const REPEATS_SHARE = 0.3

async function runRounds(options: BenchOptions, contenders: Contender[], round: Round): Promise<void> {
  const { mock, random, result } = round
  const orders = new Map<string, Contender[]>()
  const total = options.blocks * options.scenarios.length * contenders.length
  // A machine that is never quiet must not make the run endless.
  const repeats = options.repeats ?? REPEATS
  let repeatsLeft = options.repeats === undefined ? Math.ceil(total * REPEATS_SHARE) : Number.POSITIVE_INFINITY
  let done = 0
  for (let index = 0; index < options.blocks; index++) {
    for (const scenario of shuffled(options.scenarios, random)) {
      const before = orders.get(scenario)
      const order = index % 2 === 1 && before !== undefined ? before.toReversed() : shuffled(contenders, random)
      orders.set(scenario, order)
      for (const contender of order) {
        const context = {
          contender,
          mock,
          seconds: options.seconds,
          random,
          halfLoadPerSecond: result.halfLoadPerSecond,
        }
        let block = await runBlock(index, scenario, context)
        for (let again = 0; block !== undefined && isNoisy(block) && again < repeats && repeatsLeft > 0; again++) {
          repeatsLeft--
          result.repeated++
          const other = await runBlock(index, scenario, context)
          if (other !== undefined) block = quieter(block, other)
        }
        done++
        if (block !== undefined) result.blocks.push(block)
        round.progress(
          `block ${done} of ${total}: ${scenario} ${contender.server.name}${block === undefined ? ' (beyond its maximum)' : describe(block)}`,
        )
      }
    }
  }
}

function describe(block: Block): string {
  const { cpu, perSecond, p50, p99 } = block.figures
  const parts = [
    cpu === undefined ? '' : `${cpu.toFixed(1)} us CPU`,
    perSecond === undefined ? '' : `${Math.round(perSecond)}/s`,
    p50 === undefined || p99 === undefined ? '' : `p50 ${Math.round(p50)} us, p99 ${Math.round(p99)} us`,
    isNoisy(block) ? `noisy: ${percent(block.foreignShare)} foreign, ${percent(block.stolenShare)} stolen` : '',
    block.failed > 0 ? `${block.failed} FAILED (${block.failures})` : '',
  ]
  return `: ${parts.filter(Boolean).join(', ')}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** Loads a server until its code is compiled, and finds out what one core of it can do. */
async function warmUp(contender: Contender, mock: MockUpstream, seconds: number): Promise<void> {
  const { server, tree } = contender
  const small = loadRequest(server, 1024)
  await closedLoop(server.port, small, { connections: 64, seconds: 3 * Math.max(0.6, seconds), maxRequests: 60_000 })
  await closedLoop(server.port, loadRequest(server, 256 * 1024), {
    connections: 8,
    seconds: Math.max(0.5, seconds / 4),
  })
  mock.setPlan(SHORT_STREAM)
  const streamed = loadRequest(server, 1024, SHORT_STREAM.contentChunks)
  // What is done once per stream is compiled for good after some ten thousand of them.
  await closedLoop(server.port, streamed, {
    connections: 32,
    seconds: 8 * Math.max(0.2, seconds),
    maxRequests: 20_000,
  })
  if (tree === undefined) return
  contender.jsonCapacity = await capacity(tree, () => closedLoop(server.port, small, { connections: 32, seconds: 0.4 }))
  contender.streamCapacity = await capacity(tree, () =>
    closedLoop(server.port, streamed, { connections: 32, seconds: 0.4 }),
  )
}

/** One look of 0.4 s is off by a third now and then, and half load with it. */
const CAPACITY_LOOKS = 5

async function capacity(tree: ProcessTree, load: () => ReturnType<typeof closedLoop>): Promise<number> {
  // What it does after the reply is done by the same core.
  const spentNs = (): number => {
    const { foregroundNs, deferredNs } = tree.cpu()
    return foregroundNs + deferredNs
  }
  const found: number[] = []
  for (let look = 0; look < CAPACITY_LOOKS; look++) {
    const before = spentNs()
    const { tally } = await load()
    found.push((tally.completed * 1e9) / (spentNs() - before))
  }
  return percentile(found, 50)
}

async function startOrNote(name: ServerName, mock: MockUpstream, notes: string[]): Promise<BenchServer | undefined> {
  try {
    return await startServer(name, mock.port)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    notes.push(`${name}: ${error instanceof ServerMissing ? '' : 'did not start: '}${reason}`)
    return undefined
  }
}

async function noteLag(server: BenchServer, result: SessionResult): Promise<void> {
  if (server.masterKey === undefined) return
  const metrics = await plainRequest(server.port, '/metrics', { authorization: `Bearer ${server.masterKey}` }).catch(
    () => undefined,
  )
  const lags = [...(metrics?.body ?? '').matchAll(/^fairlead_event_loop_lag_max_seconds(?:\{.*\})? (\S+)$/gm)]
  if (lags.length > 0) result.reportedLagSeconds[server.name] = Math.max(...lags.map((match) => Number(match[1])))
}

async function measureMemory(
  options: BenchOptions,
  mock: MockUpstream,
  progress: (line: string) => void,
  result: SessionResult,
): Promise<void> {
  if (options.idleStreams === 0) return
  for (const name of options.servers.filter((server) => server !== 'direct' && server !== 'portkey')) {
    progress(`memory of ${options.idleStreams} idle streams through ${name}`)
    try {
      result.idle.push(await measureIdleStreams(name, mock, options.idleStreams))
      if (!result.servers.includes(name)) result.servers.push(name)
    } catch (error) {
      const note = `${name}, idle streams: ${error instanceof Error ? error.message : String(error)}`
      if (!(error instanceof ServerMissing)) result.notes.push(note)
    }
  }
}
