// Does Fairlead keep anything of a stream that is over? After a forced collection, live memory at 50,000 and at 100,000
// completed streams must agree within 1 MiB, and sockets, timers and listeners must be equal.
import { setTimeout as sleep } from 'node:timers/promises'
import { closedLoop } from './load.ts'
import { startMockUpstream } from './mock-upstream.ts'
import { plainRequest } from './plain-request.ts'
import { loadRequest } from './scenarios.ts'
import { startServer } from './servers.ts'
import type { BenchServer, ServerName } from './servers.ts'
import { describeFailures } from './tally.ts'

const STREAMS_PER_STAGE = 50_000
const CONTENT_CHUNKS = 10
const LIMIT_BYTES = 2 ** 20
/** Keep-alive sockets and batched records come to rest before we look. */
const SETTLE_MS = 8_000

type Live = { bytes: number; resources: Map<string, number> }

/** Prints what it finds; true when nothing grew. */
export async function checkMemory(name: ServerName, print: (line: string) => void): Promise<boolean> {
  const mock = await startMockUpstream()
  mock.setPlan({ contentChunks: CONTENT_CHUNKS, gapUs: 0 })
  try {
    const server = await startServer(name, mock.port, { FAIRLEAD_DIAGNOSTICS: '1' })
    try {
      const first = await stage(server, STREAMS_PER_STAGE, print)
      const second = await stage(server, 2 * STREAMS_PER_STAGE, print)
      return compare(first, second, print)
    } finally {
      await server.stop()
    }
  } finally {
    await mock.close()
  }
}

async function stage(server: BenchServer, total: number, print: (line: string) => void): Promise<Live> {
  const load = { connections: 64, seconds: 600, maxRequests: STREAMS_PER_STAGE }
  const { tally, elapsedUs } = await closedLoop(server.port, loadRequest(server, 1024, CONTENT_CHUNKS), load)
  if (tally.failed > 0) throw new Error(`${tally.failed} streams failed: ${describeFailures(tally.failures)}`)
  await sleep(SETTLE_MS)
  const reply = await plainRequest(server.port, '/debug/memory', { authorization: `Bearer ${server.masterKey}` })
  if (reply.status !== 200) throw new Error(`GET /debug/memory answered ${reply.status}`)
  const live = readLive(JSON.parse(reply.body))
  const resources = [...live.resources].map(([name, count]) => `${name} ${count}`).join(', ')
  print(`after ${total} streams (${(elapsedUs / 1e6).toFixed(1)} s): ${kibibytes(live.bytes)} live; ${resources}`)
  return live
}

function compare(first: Live, second: Live, print: (line: string) => void): boolean {
  const grown = second.bytes - first.bytes
  const changed = [...new Set([...first.resources.keys(), ...second.resources.keys()])].filter(
    (name) => first.resources.get(name) !== second.resources.get(name),
  )
  print(
    `live memory differs by ${kibibytes(grown)} (at most 1024 KiB): ${Math.abs(grown) < LIMIT_BYTES ? 'ok' : 'FAILED'}`,
  )
  print(changed.length === 0 ? 'sockets, timers, listeners: equal' : `FAILED, not equal: ${changed.join(', ')}`)
  return Math.abs(grown) < LIMIT_BYTES && changed.length === 0
}

/** Sums heap and external memory over the workers; array buffers are part of `external` already. */
function readLive(reply: unknown): Live {
  const live: Live = { bytes: 0, resources: new Map() }
  for (const worker of listOf(record(reply)['workers']).map(record)) {
    live.bytes += Number(worker['heapUsed']) + Number(worker['external'])
    const counts = { ...record(worker['activeResources']), listeners: worker['listeners'] }
    for (const [name, count] of Object.entries(counts)) {
      live.resources.set(name, (live.resources.get(name) ?? 0) + Number(count))
    }
  }
  if (Number.isNaN(live.bytes) || live.bytes === 0) throw new Error('GET /debug/memory named no worker')
  return live
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`
}
