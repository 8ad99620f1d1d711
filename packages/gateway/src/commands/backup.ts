// `fairlead backup`: a consistent copy of the database, while the gateway runs.
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Settings } from '../config/config.ts'
import { settingsFrom } from '../config/env.ts'
import { backupSqlite } from '../store/backup-sqlite.ts'
import { databasePlace, nameOfPlace } from '../store/database.ts'
import { pgDump } from '../store/postgres-tools.ts'
import { reasonOf } from '../store/unavailable.ts'
import { showProgress } from './progress.ts'

const HELP = `usage: fairlead backup [FILE] [--data-dir DIR]

Copies the database as it is at this moment, also while the gateway runs and writes. FILE must not exist; the
default is a name with the time in the state directory's "backups". With PostgreSQL it is pg_dump that makes it.

The secret key is not in it: keep secret.key (or FAIRLEAD_SECRET_KEY) apart, and do keep it. Without it the API keys
in the backup are of no use to anybody, you included.

  --data-dir DIR  state directory (default ./data)`

export async function backup(args: readonly string[]): Promise<number> {
  let settings: Settings
  let file: string | undefined
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    if (positionals.length > 1) throw new Error(`"${positionals.slice(1).join(' ')}" is too much: one FILE.`)
    settings = settingsFrom({ 'data-dir': values['data-dir'] }, process.env, process.cwd())
    file = positionals[0]
  } catch (error) {
    console.error(`fairlead backup: ${reasonOf(error)}\n\n${HELP}`)
    return 2
  }
  try {
    const target = await run(settings, file === undefined ? undefined : resolve(file), Date.now())
    console.log(`${target}  ${mebibytes(statSync(target).size)}`)
    console.error(`Keep the secret key as well, in another place: ${secretKeyPlace(settings)}.`)
    return 0
  } catch (error) {
    console.error(`fairlead backup: ${reasonOf(error)}`)
    return 1
  }
}

async function run(settings: Settings, file: string | undefined, nowMs: number): Promise<string> {
  const place = databasePlace(settings)
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const target = file ?? join(settings.dataDir, 'backups', `fairlead-${time}.${'url' in place ? 'dump' : 'db'}`)
  if ('url' in place) {
    await pgDump(place.url, target)
    return target
  }
  if (!existsSync(place.file)) throw new Error(`${nameOfPlace(place)} does not exist: there is nothing to back up yet.`)
  using progress = showProgress()
  await backupSqlite(place.file, target, ({ donePages, totalPages }) =>
    progress.update(`backing up ${place.file}`, donePages, totalPages),
  )
  return target
}

function secretKeyPlace(settings: Settings): string {
  return process.env['FAIRLEAD_SECRET_KEY'] ? 'FAIRLEAD_SECRET_KEY' : join(settings.dataDir, 'secret.key')
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
