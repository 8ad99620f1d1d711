// Calls that end in every bad way there is, and what the gateway says is still held of their key's limits afterwards.

import { Agent } from 'node:http'
import { deadlines, nowMs, openStream, seededRandom } from '@fairlead/testkit'
import { chat } from './gateway.ts'

/** For the configuration: upstreams that stall are given up soon, and none is ever taken out of service. */
export const IMPATIENT = `timeouts: { first_byte_ms: 150, idle_ms: 150, total_ms: 600 }
balancer: { max_attempts: 2, panic_threshold: 1, breaker: { consecutive_failures: 1000, failure_share: 1, min_requests: 10000 } }
`

interface BadEnds {
  /** With `/v1`. */
  readonly url: string
  readonly key: string
  readonly calls: number
  readonly atOnce: number
  readonly seed: number
}

/** They break off, answer with an error or not in time, or are well; a third of the clients leave. */
const ENDS = [
  'fault=5xx(500)',
  'fault=rst@0',
  'fault=rst@2',
  'fault=fin@1',
  'fault=stall@-1',
  'fault=stall@2',
  'fault=empty',
  'delayMs=30',
  'tokens=30 gapMs=5',
  'tokens=4',
  'tokens=4',
]

/** @returns how many calls ended how, as the clients saw it */
export async function callAndEndBadly({ url, key, calls, atOnce, seed }: BadEnds): Promise<Record<string, number>> {
  const random = seededRandom(seed)
  const agent = new Agent({ keepAlive: true })
  const ends: Record<string, number> = {}
  let next = 0
  const client = async (): Promise<void> => {
    while (next < calls) {
      next += 1
      const end = ENDS[Math.floor(random() * ENDS.length)] ?? ''
      const body = chat(`[[testkit: ${end}]] Hello!`, { stream: random() < 0.7 })
      const call = openStream(`${url}/chat/completions`, body, { key, agent, keep: false })
      const leaves = random() < 0.33 ? deadlines.at(nowMs() + random() * 200, () => call.abort()) : null
      const result = await call.result
      if (leaves !== null) leaves.cancelled = true
      const seen = result.end === 'not-a-stream' ? `status ${result.status}` : result.end
      ends[seen] = (ends[seen] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  agent.destroy()
  return ends
}

/** What counts against each limit of the key now, as it is told itself. @param origin without `/v1` */
export async function limitsUsed(origin: string, key: string): Promise<Record<string, number>> {
  const response = await fetch(`${origin}/api/limits`, { headers: { authorization: `Bearer ${key}` } })
  const { data } = (await response.json()) as { readonly data: readonly { limit: string; used: number }[] }
  return Object.fromEntries(data.map(({ limit, used }) => [limit, used]))
}
