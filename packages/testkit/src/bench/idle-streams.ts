// What a stream costs in memory while almost nothing happens on it: 500, 1,000, ... streams are held open at one chunk a
// second, and the slope of the server's resident memory over their number is the price of one.
import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from './clock.ts'
import { closedLoop } from './load.ts'
import { LoadConnection } from './load-connection.ts'
import type { MockUpstream } from './mock-upstream.ts'
import { ProcessTree } from './process-accounting.ts'
import { loadRequest } from './scenarios.ts'
import { startServer } from './servers.ts'
import type { ServerName } from './servers.ts'
import { slope } from './stats.ts'
import { Tally } from './tally.ts'

export type IdleResult = {
  server: ServerName
  bytesPerStream: number
  streams: number
  upstreamsOpenAfterOneSecond: number
}

const STEPS = 4
const SETTLE_MS = 1_500

/** Starts a fresh instance, warms it until its young generation is paid for, then opens `streams` streams in steps. */
export async function measureIdleStreams(name: ServerName, mock: MockUpstream, streams: number): Promise<IdleResult> {
  const server = await startServer(name, mock.port)
  const open: LoadConnection[] = []
  try {
    // Plain calls, because they leave little behind: a heap that shrinks while streams open would hide their price.
    await closedLoop(server.port, loadRequest(server, 1024), { connections: 64, seconds: 30, maxRequests: 20_000 })
    const tree = new ProcessTree(server.pid ?? 0)
    await untilSteady(tree)
    mock.setPlan({ contentChunks: 600, gapUs: 1_000_000 })
    const request = loadRequest(server, 1024, 600)
    const tally = new Tally()
    const points: Array<{ x: number; y: number }> = []
    for (let step = 1; step <= STEPS; step++) {
      while (open.length < (streams * step) / STEPS) {
        const connection = new LoadConnection(
          server.port,
          () => {},
          () => {},
        )
        connection.send(request.wire, request.expected, nowUs(), tally)
        open.push(connection)
        // One after the other: a burst would measure the accept queue.
        if (open.length % 10 === 0) await sleep(4)
      }
      await sleep(SETTLE_MS)
      points.push({ x: open.length, y: tree.memory().residentBytes })
    }
    if (tally.failed > 0) throw new Error(`${tally.failed} of ${open.length} idle streams broke off`)
    const before = mock.totals.abortedStreams
    for (const connection of open.splice(0)) connection.close()
    await sleep(1_000)
    const left = streams - (mock.totals.abortedStreams - before)
    return { server: name, bytesPerStream: slope(points), streams, upstreamsOpenAfterOneSecond: left }
  } finally {
    for (const connection of open) connection.close()
    await server.stop()
  }
}

const STEADY_BYTES = 2 ** 19
const STEADY_LOOK_MS = 2_000
const STEADY_LOOKS = 10

/** V8 gives back what the warm-up left behind only some seconds later; that must not count for the streams. */
async function untilSteady(tree: ProcessTree): Promise<void> {
  let before = tree.memory().residentBytes
  for (let look = 0; look < STEADY_LOOKS; look++) {
    await sleep(STEADY_LOOK_MS)
    const now = tree.memory().residentBytes
    if (Math.abs(now - before) < STEADY_BYTES) return
    before = now
  }
}
