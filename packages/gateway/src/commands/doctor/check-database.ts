import { existsSync, statfsSync } from 'node:fs'
import { secretKeyProblem } from '../../config/env.ts'
import { databasePlace, nameOfPlace, openDatabase, type DatabasePlace } from '../../store/database.ts'
import { latestVersion, mustServe } from '../../store/migrate.ts'
import { statusOfSchema } from '../../store/schema-changes.ts'
import { reasonOf } from '../../store/unavailable.ts'
import type { Examination, Finding } from './finding.ts'

const topic = 'database'
const LEAST_FREE_BYTES = 500 * 1024 * 1024
const SLOW_MS = 50
const PLAIN_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', ''])

export async function checkDatabase(examination: Examination): Promise<readonly Finding[]> {
  const place = databasePlace(examination.settings)
  return 'url' in place ? await checkServer(place, examination) : await checkFile(place, examination)
}

async function checkFile(place: { readonly file: string }, { settings }: Examination): Promise<readonly Finding[]> {
  const { file } = place
  if (!existsSync(file)) return [{ level: 'note', topic, text: `${file} is made at the first start.` }]
  const findings: Finding[] = []
  try {
    const problems = await problemsOf(place)
    if (problems.length === 0) findings.push({ level: 'good', topic, text: `${file} is whole.` })
    else
      findings.push({ level: 'bad', topic, text: `${file} is damaged: ${problems.join('; ')}`, fix: restoreFix(file) })
    findings.push(...(await checkSchema(place)))
  } catch (error) {
    findings.push({ level: 'bad', topic, text: `${file} cannot be opened: ${reasonOf(error)}`, fix: restoreFix(file) })
  }
  const { bavail, bsize } = statfsSync(settings.dataDir)
  const freeBytes = bavail * bsize
  if (freeBytes < LEAST_FREE_BYTES) {
    const text = `Only ${Math.round(freeBytes / 1024 / 1024)} MiB are free where ${settings.dataDir} lies.`
    const fix = 'make room: a full disk keeps usage records in the journal and refuses new keys.'
    findings.push({ level: 'warn', topic, text, fix })
  }
  return findings
}

async function checkServer(
  place: { readonly url: string },
  { settings, env }: Examination,
): Promise<readonly Finding[]> {
  const name = nameOfPlace(place)
  const findings: Finding[] = []
  const problem = secretKeyProblem(settings, env)
  if (problem !== undefined)
    findings.push({ level: 'bad', topic, text: 'FAIRLEAD_SECRET_KEY is not set.', fix: problem })
  try {
    const problems = await problemsOf(place)
    if (problems.length > 0)
      findings.push({ level: 'bad', topic, text: `${name} has problems: ${problems.join('; ')}` })
    const answerMs = await fastestAnswerMs(place)
    findings.push(
      answerMs < SLOW_MS
        ? { level: 'good', topic, text: `${name} answers in ${answerMs.toFixed(1)} ms.` }
        : {
            level: 'warn',
            topic,
            text: `${name} takes ${answerMs.toFixed(0)} ms to answer the smallest question.`,
            fix: 'bring gateway and database closer to each other: a new key is looked up once per worker.',
          },
    )
    findings.push(...(await checkSchema(place)))
  } catch (error) {
    const fix =
      'start PostgreSQL, and check FAIRLEAD_DATABASE_URL: host, port, user, password, database, and sslmode where the server wants TLS.'
    findings.push({ level: 'bad', topic, text: `${name} cannot be used: ${reasonOf(error)}`, fix })
  }
  if (goesUnencrypted(place.url)) {
    const text = `The connection to ${name} is not encrypted.`
    const fix =
      'add ?sslmode=verify-full to FAIRLEAD_DATABASE_URL (and &sslrootcert=FILE for an authority of your own).'
    findings.push({ level: 'warn', topic, text, fix })
  }
  return findings
}

async function checkSchema(place: DatabasePlace): Promise<readonly Finding[]> {
  const status = await statusOfSchema(place)
  const latest = latestVersion()
  try {
    mustServe(status, latest)
  } catch (error) {
    return [{ level: 'bad', topic, text: reasonOf(error) }]
  }
  if (status.pending.length > 0) {
    const text = `Its schema is at version ${status.version}; the next start brings it to ${latest}, after a backup.`
    return [{ level: 'note', topic, text }]
  }
  if (status.version > latest) {
    const text = `A newer release has brought its schema to version ${status.version}, which this one can serve.`
    return [{ level: 'note', topic, text }]
  }
  return []
}

async function problemsOf(place: DatabasePlace): Promise<readonly string[]> {
  await using database = await openDatabase(place, { migrate: false })
  return await database.problems()
}

/** Of three, so that connecting does not count. */
async function fastestAnswerMs(place: { readonly url: string }): Promise<number> {
  await using database = await openDatabase(place, { migrate: false })
  let fastestMs = Infinity
  for (let count = 0; count < 3; count++) {
    const startedMs = performance.now()
    await database.ping()
    fastestMs = Math.min(fastestMs, performance.now() - startedMs)
  }
  return fastestMs
}

function goesUnencrypted(text: string): boolean {
  const url = new URL(text)
  const mode = url.searchParams.get('sslmode') ?? ''
  return !PLAIN_HOSTS.has(url.hostname) && !url.searchParams.has('ssl') && (mode === '' || mode === 'disable')
}

function restoreFix(file: string): string {
  return `stop the gateway and restore a backup: fairlead restore FILE. The automatic ones are beside ${file}, in "backups". Without any, move it away and start anew, then make new API keys.`
}
