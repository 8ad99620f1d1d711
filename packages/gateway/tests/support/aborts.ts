// Many clients that leave at random moments; the clocks of client and upstream are one, so the delay is exact.

import { Agent } from 'node:http'
import { deadlines, nowMs, openStream, seededRandom } from '@fairlead/testkit'
import { expect } from 'vitest'
import { startBench } from './bench.ts'
import { chat } from './gateway.ts'

interface AbortOptions {
  readonly clients: number
  readonly atOnce: number
  readonly seed: number
}

export interface AbortResult {
  /** Clients whose call was still running when they left, and those who had their whole answer. */
  readonly gone: number
  readonly done: number
  /** From the client's leaving to the upstream's seeing it. */
  readonly p99Ms: number
  readonly maxMs: number
  /** What the usage rows say. */
  readonly rows: { readonly all: number; readonly gone: number }
  /** What the upstream says. */
  readonly asked: { readonly all: number; readonly gone: number }
}

/** Throws when a socket, a request or a byte is left over at the end. */
export async function leaveInMasses({ clients, atOnce, seed }: AbortOptions): Promise<AbortResult> {
  const random = seededRandom(seed)
  await using bench = await startBench({ upstream: { script: { tokens: 40, gapMs: 10 } } })
  const agent = new Agent({ keepAlive: true })
  const leftAtMs = new Map<string, number>()
  let next = 0
  const client = async (): Promise<void> => {
    while (next < clients) {
      const name = `client-${next}`
      next += 1
      const stream = random() < 0.7
      const call = openStream(
        `${bench.gateway.url}/chat/completions`,
        chat(`[[testkit: delayMs=${stream ? 50 : 400}]] ${name}.`, { stream }),
        { key: bench.gateway.key, agent },
      )
      const timer = deadlines.at(nowMs() + random() * 420, () => {
        leftAtMs.set(name, nowMs())
        call.abort()
      })
      await call.result
      timer.cancelled = true
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  agent.destroy()
  await bench.untilQuiet()

  const delaysMs: number[] = []
  for (const entry of bench.upstream.ledger.entries) {
    const name = /client-\d+/.exec(entry.body.toString())?.[0] ?? ''
    const left = leftAtMs.get(name)
    if (entry.end === 'client-gone' && left !== undefined) delaysMs.push((entry.clientGoneAtMs ?? Infinity) - left)
  }
  delaysMs.sort((a, b) => a - b)
  const rows = await bench.gateway.app.control.recentUsage(clients)
  const gone = rows.filter(({ status }) => status === 499).length
  return {
    gone: leftAtMs.size,
    done: clients - leftAtMs.size,
    p99Ms: delaysMs[Math.floor(delaysMs.length * 0.99)] ?? 0,
    maxMs: delaysMs.at(-1) ?? 0,
    rows: { all: rows.length, gone },
    asked: { all: bench.upstream.ledger.totals.requests, gone: bench.upstream.ledger.totals.clientGone },
  }
}

/** A client may leave while its last bytes are on the way: then it calls itself gone, and nobody else does. */
export function expectAgreement({ gone, done, rows, asked }: AbortResult): void {
  expect(rows.all).toBe(asked.all)
  expect(rows.gone).toBeLessThanOrEqual(gone)
  expect(rows.gone).toBeGreaterThanOrEqual(asked.gone)
  expect(rows.all - rows.gone).toBeGreaterThanOrEqual(done)
}
