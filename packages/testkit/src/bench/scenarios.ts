// What is measured, one entry a scenario: the load it puts on a server and the figures it takes home. A scenario knows
// nothing of other servers, of rounds or of noise; see `session.ts` for those.
import { closedLoop, openLoop } from './load.ts'
import type { LoadRequest } from './load.ts'
import type { MockUpstream } from './mock-upstream.ts'
import type { ProcessTree } from './process-accounting.ts'
import type { BenchServer } from './servers.ts'
import { percentile } from './stats.ts'
import { Tally } from './tally.ts'
import { chatBody, FRAME_EVENTS, PATHS, STAMP_PREFIXES } from './workload.ts'

export const SCENARIO_NAMES = [
  'json-1k',
  'json-2k',
  'json-32k',
  'json-256k',
  'sse',
  'rate-1000',
  'rate-4000',
  'ttft',
  'mixed',
] as const
export type ScenarioName = (typeof SCENARIO_NAMES)[number]

/** Whether requests come by a schedule, which a pause of the server does not slow down: each pause shows in the latencies. */
export function isOpenLoop(name: ScenarioName): boolean {
  switch (name) {
    case 'rate-1000':
    case 'rate-4000':
    case 'ttft':
    case 'mixed':
      return true
    case 'json-1k':
    case 'json-2k':
    case 'json-32k':
    case 'json-256k':
    case 'sse':
      return false
  }
}

/** A server, ready to be measured. Its capacities are found while it warms up; infinite for the mock itself. */
export type Contender = {
  server: BenchServer
  tree: ProcessTree | undefined
  /** Requests of 1 KiB per second that one core could do. */
  jsonCapacity: number
  /** Streams of the kind that `ttft` sends, per second, that one core could do. */
  streamCapacity: number
}

export type ScenarioContext = {
  contender: Contender
  mock: MockUpstream
  seconds: number
  random: () => number
  /** Streams per second in `ttft`: half of what the slowest server of the comparison can do. */
  halfLoadPerSecond: number
}

/** `perUnit` is what CPU time is divided by. Figures are microseconds unless their name says otherwise. */
export type Outcome = { tallies: Tally[]; elapsedUs: number; units: number; figures: Record<string, number> }

type Scenario = (context: ScenarioContext) => Promise<Outcome | undefined>

const SCENARIOS: Record<ScenarioName, Scenario> = {
  'json-1k': (context) => mostRequests(context, 1024, 64),
  'json-2k': (context) => mostRequests(context, 2048, 64),
  'json-32k': (context) => mostRequests(context, 32 * 1024, 16),
  'json-256k': (context) => mostRequests(context, 256 * 1024, 8),
  sse: pacedStreams,
  'rate-1000': (context) => fixedRate(context, 1000),
  'rate-4000': (context) => fixedRate(context, 4000),
  ttft: firstToken,
  mixed: smallBesideLarge,
}

/** Returns undefined when this server cannot carry this load: a rate beyond its maximum says nothing about latency. */
export function runScenario(name: ScenarioName, context: ScenarioContext): Promise<Outcome | undefined> {
  return SCENARIOS[name](context)
}

/** A request of `bytes` bytes to this server, complete with head, and what a good reply to it looks like. */
export function loadRequest(server: BenchServer, bytes: number, contentChunks = 0): LoadRequest {
  const { dialect } = server
  const body = chatBody(bytes, contentChunks > 0, dialect)
  const headers = { ...server.headers, 'content-type': 'application/json', 'content-length': String(body.length) }
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}\r\n`)
  const head = `POST ${PATHS[dialect]} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\naccept: */*\r\n${lines.join('')}\r\n`
  const events = contentChunks > 0 ? contentChunks + FRAME_EVENTS[dialect] : 0
  return { wire: Buffer.concat([Buffer.from(head), body]), expected: { events, stampPrefix: STAMP_PREFIXES[dialect] } }
}

/** How fast, and at what cost per request, when every connection sends again at once. */
async function mostRequests(context: ScenarioContext, bytes: number, connections: number): Promise<Outcome> {
  const { server } = context.contender
  const load = { connections, seconds: context.seconds }
  const { tally, elapsedUs } = await closedLoop(server.port, loadRequest(server, bytes), load)
  const figures = { perSecond: (tally.completed / elapsedUs) * 1e6 }
  return { tallies: [tally], elapsedUs, units: tally.completed, figures }
}

/** Many streams at a reading pace, so that every chunk travels alone; the cost of a request vanishes in 200 chunks. */
async function pacedStreams(context: ScenarioContext): Promise<Outcome> {
  const { server } = context.contender
  const contentChunks = Math.round(100 * context.seconds)
  const gapUs = 5_000
  const connections = 48
  context.mock.setPlan({ contentChunks, gapUs })
  const { tally, elapsedUs } = await closedLoop(server.port, loadRequest(server, 1024, contentChunks), {
    connections,
    seconds: context.seconds,
    staggerUs: gapUs / connections,
  })
  const figures = {
    delayP50: percentile(tally.chunkDelaysUs, 50),
    delayP99: percentile(tally.chunkDelaysUs, 99),
    eventsPerRead: tally.events / tally.reads,
  }
  return { tallies: [tally], elapsedUs, units: tally.events, figures }
}

async function fixedRate(context: ScenarioContext, perSecond: number): Promise<Outcome | undefined> {
  const { server, jsonCapacity } = context.contender
  if (perSecond > jsonCapacity * 0.7) return undefined
  const { tallies, steady, elapsedUs } = await settledLoad(context, perSecond, loadRequest(server, 1024))
  return { tallies, elapsedUs, units: sum(tallies, 'completed'), figures: latencies(steady) }
}

/** Streams of ten chunks: long enough to overlap, short enough that starting streams is what there is to do. */
export const SHORT_STREAM = { contentChunks: 10, gapUs: 2_000 }

async function firstToken(context: ScenarioContext): Promise<Outcome | undefined> {
  const { server, streamCapacity } = context.contender
  const perSecond = Math.min(context.halfLoadPerSecond, streamCapacity / 2)
  context.mock.setPlan(SHORT_STREAM)
  const request = loadRequest(server, 1024, SHORT_STREAM.contentChunks)
  const { tallies, steady, opening, elapsedUs } = await settledLoad(context, perSecond, request)
  const figures = {
    p50: percentile(steady.firstTokensUs, 50),
    p99: percentile(steady.firstTokensUs, 99),
    openingP50: percentile(opening.firstTokensUs, 50),
  }
  return { tallies, elapsedUs, units: sum(tallies, 'events'), figures }
}

/** The settling time of a block, as a share of its length; it comes on top. */
const SETTLE_SHARE = 0.25

/**
 * An open loop that settles first: the generator starts without connections, and opening as many as the load needs is
 * a burst that belongs to the start of a block and not to its rate. `opening` has the requests of that burst, which
 * were the first on their connections; what else comes while it settles counts as work done, not as latency.
 */
async function settledLoad(
  context: ScenarioContext,
  perSecond: number,
  request: LoadRequest,
): Promise<{ tallies: Tally[]; steady: Tally; opening: Tally; elapsedUs: number }> {
  const [steady, opening, rest] = [new Tally(), new Tally(), new Tally()]
  const { elapsedUs } = await openLoop(
    context.contender.server.port,
    { ...context, perSecond, settleSeconds: context.seconds * SETTLE_SHARE },
    (arrival) => ({ request, tally: arrival.settling ? (arrival.opening ? opening : rest) : steady }),
  )
  return { tallies: [steady, opening, rest], steady, opening, elapsedUs }
}

function sum(tallies: readonly Tally[], what: 'completed' | 'events'): number {
  return tallies.reduce((total, tally) => total + tally[what], 0)
}

/**
 * Chat beside coding agents: small requests at 400 a second, and a large one with every twentieth. Whatever blocks the
 * server's event loop shows as the worst latency of a small request.
 */
async function smallBesideLarge(context: ScenarioContext): Promise<Outcome | undefined> {
  const { server } = context.contender
  const small = { request: loadRequest(server, 1024), tally: new Tally() }
  const large = { request: loadRequest(server, 256 * 1024), tally: new Tally() }
  const { elapsedUs } = await openLoop(server.port, { ...context, perSecond: 400 }, ({ index }) =>
    index % 20 === 19 ? large : small,
  )
  const units = small.tally.completed + large.tally.completed
  return { tallies: [small.tally, large.tally], elapsedUs, units, figures: latencies(small.tally) }
}

function latencies(tally: Tally): Record<string, number> {
  return {
    p50: percentile(tally.latenciesUs, 50),
    p99: percentile(tally.latenciesUs, 99),
    max: percentile(tally.latenciesUs, 100),
  }
}
