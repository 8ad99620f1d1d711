// Streams that are open and requests that keep coming while all workers are replaced, several times.

import { openStream, spawnFakeUpstream } from '@fairlead/testkit'
import { chat, providersYaml } from './gateway.ts'
import { startLoad, type LoadResult } from './load.ts'
import { spawnGateway } from './processes.ts'

export interface RestartReport {
  /** How the streams ended, and how many did so. */
  readonly streams: Readonly<Record<string, number>>
  readonly load: LoadResult
  /** Of clients that connect anew for each call. */
  readonly visitors: LoadResult
  /** None of the first workers is among the last. */
  readonly replaced: boolean
}

/** Pieces of a stream: many small ones, so that most streams live through every restart. */
const PIECES = 30

export async function restartUnderLoad(size: {
  readonly streams: number
  readonly restarts: number
  readonly clients: number
  readonly workers: number
}): Promise<RestartReport> {
  await using upstream = await spawnFakeUpstream()
  await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), workers: size.workers })
  const { key } = await gateway.control.makeKey()
  const first = gateway.workerPids()
  const gapMs = Math.round((size.restarts * 3_000) / PIECES)
  const body = chat(`[[testkit: tokens=${PIECES} gapMs=${gapMs}]]`, { stream: true })
  const streams = Array.from({ length: size.streams }, () =>
    openStream(`${gateway.url}/chat/completions`, body, { key }),
  )
  await Promise.all(streams.map(({ responded }) => responded))
  const load = startLoad(gateway.url, key, size.clients)
  const visitors = startLoad(gateway.url, key, size.clients, { newConnections: true })
  for (let round = 1; round <= size.restarts; round += 1) {
    const seen = gateway.lineCount
    gateway.signal('SIGUSR2')
    await gateway.untilOutput(/the new workers serve/, 60_000, seen)
  }
  const results = await Promise.all(streams.map(({ result }) => result))
  const last = gateway.workerPids()
  const counts: Record<string, number> = {}
  for (const { end, text } of results) {
    const outcome = end === 'done' && Buffer.byteLength(text) !== PIECES * 4 ? 'short' : end
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  const replaced = !last.slice(-size.workers).some((pid) => first.includes(pid))
  return { streams: counts, load: await load.stop(), visitors: await visitors.stop(), replaced }
}
