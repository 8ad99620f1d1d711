import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../store/database.ts'
import type { Examination, Finding } from './finding.ts'

const topic = 'database'
const LEAST_FREE_BYTES = 500 * 1024 * 1024

export async function checkDatabase({ settings }: Examination): Promise<readonly Finding[]> {
  const file = join(settings.dataDir, 'fairlead.db')
  if (!existsSync(file)) return [{ level: 'note', topic, text: `${file} is made at the first start.` }]
  const findings: Finding[] = []
  try {
    await using database = await openDatabase(file, { migrate: false })
    const problems = await database.problems()
    if (problems.length === 0) findings.push({ level: 'good', topic, text: `${file} is whole.` })
    else findings.push({ level: 'bad', topic, text: `${file} is damaged: ${problems.join('; ')}`, fix: restore(file) })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    findings.push({ level: 'bad', topic, text: `${file} cannot be opened: ${message}`, fix: restore(file) })
  }
  const { bavail, bsize } = statfsSync(settings.dataDir)
  const freeBytes = bavail * bsize
  if (freeBytes < LEAST_FREE_BYTES) {
    const text = `Only ${Math.round(freeBytes / 1024 / 1024)} MiB are free where ${settings.dataDir} lies.`
    findings.push({
      level: 'warn',
      topic,
      text,
      fix: 'make room: a full disk keeps usage records in the journal and refuses new keys.',
    })
  }
  return findings
}

function restore(file: string): string {
  return `stop the gateway and restore ${file} (with its -wal file) from a backup; or move it away and start anew, then make new API keys.`
}
