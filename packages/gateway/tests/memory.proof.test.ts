// What lives in a worker does not grow with the streams that it has served: the same figure after 50,000 and after
// 100,000 of them, measured by the worker itself after a forced collection, with the real primary beside it.

import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStream, spawnFakeUpstream } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { spawnWithDiagnostics, workerMemory, type WorkerMemory } from './support/diagnostics.ts'
import { chat, MASTER_KEY, providersYaml } from './support/gateway.ts'
import { eventually, type GatewayProcess } from './support/processes.ts'

const MEBIBYTE = 1024 * 1024
/** Streams before the first and between the two measurements; fewer show whether the test itself is well. */
const STREAMS = Number(process.env['FAIRLEAD_PROOF_STREAMS'] ?? 50_000)
const AT_ONCE = 32

/** Every stream has to be whole. */
async function serve(gateway: GatewayProcess, streams: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const body = chat('Hello!', { stream: true })
  let left = streams
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const { end } = await openStream(`${gateway.url}/chat/completions`, body, { key: MASTER_KEY, agent, keep: false })
        .result
      if (end !== 'done') throw new Error(`a stream ended with ${end}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  agent.destroy()
}

/**
 * When the clients' connections are gone, and nothing that waits for its time-out is left (idle connections to an upstream that
 * gives no hint stay for 55 s): three looks that agree.
 */
async function settled(gateway: GatewayProcess): Promise<WorkerMemory> {
  const looks: WorkerMemory[] = []
  for (const endMs = performance.now() + 120_000; performance.now() < endMs; await sleep(2_000)) {
    looks.push(await workerMemory(gateway))
    const [first, , last] = looks.slice(-3)
    if (first === undefined || last === undefined) continue
    if (sockets(last) <= 2 && Math.abs(live(last) - live(first)) < MEBIBYTE / 16) return last
  }
  throw new Error(`The worker does not come to rest: ${JSON.stringify(looks)}`)
}

const sockets = ({ activeResources }: WorkerMemory): number => activeResources['TCPSocketWrap'] ?? 0
const live = ({ heapUsed, external }: WorkerMemory): number => heapUsed + external

it(`holds as much after ${2 * STREAMS} streams as after ${STREAMS}`, async () => {
  await using upstream = await spawnFakeUpstream(['--tokens', '4'])
  await using gateway = await spawnWithDiagnostics({ yaml: providersYaml([upstream.url]) })
  // V8 lets go of what was needed at the start only (5 MB of code and metadata) after some work and some collections.
  await serve(gateway, 0.4 * STREAMS)
  await settled(gateway)
  await serve(gateway, 0.6 * STREAMS)
  const half = await settled(gateway)
  await serve(gateway, STREAMS)
  const whole = await settled(gateway)
  console.log(JSON.stringify({ half, whole, differenceBytes: live(whole) - live(half) }))
  expect(Math.abs(live(whole) - live(half))).toBeLessThan(MEBIBYTE)
  expect(sockets(whole)).toBe(sockets(half))
  expect(whole.activeResources['Timeout']).toBe(half.activeResources['Timeout'])
  expect(whole.listeners).toBe(half.listeners)
  expect((await upstream.ledger(1)).totals).toMatchObject({ requests: 2 * STREAMS, complete: 2 * STREAMS })
  await eventually(() => gateway.usageRows().length === 2 * STREAMS, 'every stream is in the books', 30_000)
})
