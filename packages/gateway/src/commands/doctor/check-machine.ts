// The machine under us: which Node runs, and what time it thinks it is.
import { existsSync } from 'node:fs'
import { databasePlace, openDatabase } from '../../store/database.ts'
import type { Examination, Finding } from './finding.ts'

const OLDEST_NODE = 24
/** Before this code was written no clock can be right: 2025-11-01. */
const EARLIEST_MS = 1_761_955_200_000
const CLOCK_STEP_MS = 60_000

export function checkNode(): readonly Finding[] {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= OLDEST_NODE)
    return [{ level: 'good', topic: 'Node.js', text: `${process.version} (${process.execPath})` }]
  const text = `${process.version} is older than ${OLDEST_NODE}.`
  return [{ level: 'bad', topic: 'Node.js', text, fix: 'run "npm install" again: the runtime comes with it.' }]
}

export async function checkClock({ settings, nowMs }: Examination): Promise<readonly Finding[]> {
  const shown = new Date(nowMs).toISOString()
  const fix = 'set the clock (timedatectl set-ntp true): keys expire and limits count by it.'
  if (nowMs < EARLIEST_MS) return [{ level: 'bad', topic: 'clock', text: `It says ${shown}, which is past.`, fix }]
  const place = databasePlace(settings)
  if ('url' in place || existsSync(place.file)) {
    await using database = await openDatabase(place, { migrate: false })
    // Of a database that is away, another check tells.
    const aheadMs = nowMs - (await database.ping().catch(() => nowMs))
    if (Math.abs(aheadMs) > CLOCK_STEP_MS) {
      const text = `It says ${shown}; the clock of ${database.name} is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'behind' : 'ahead'}.`
      return [{ level: 'warn', topic: 'clock', text, fix }]
    }
    const [last] = await database.usage.recent({ limit: 1 }).catch(() => [])
    if (last !== undefined && last.startedAtMs > nowMs + CLOCK_STEP_MS) {
      const text = `It says ${shown}, and the last call was at ${new Date(last.startedAtMs).toISOString()}: it was set back.`
      return [{ level: 'warn', topic: 'clock', text, fix }]
    }
  }
  return [{ level: 'good', topic: 'clock', text: shown }]
}
