// `fairlead restore`: a backup in the place of the database.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Settings } from '../config/config.ts'
import { settingsFrom } from '../config/env.ts'
import { databasePlace, nameOfPlace } from '../store/database.ts'
import { restorePostgres } from '../store/restore-postgres.ts'
import { restoreSqlite } from '../store/restore-sqlite.ts'
import { latestVersion } from '../store/migrate.ts'
import { reasonOf } from '../store/unavailable.ts'
import { findRunningGateway } from './running-gateway.ts'

const HELP = `usage: fairlead restore FILE [--data-dir DIR]

Puts a backup in the place of the database. The gateway must be stopped. The backup is examined first; the database
that it replaces is kept in the state directory's "backups". With PostgreSQL it is pg_restore that does it, in one
transaction, and what was there is gone: make a backup before.

  --data-dir DIR  state directory (default ./data)`

export async function restore(args: readonly string[]): Promise<number> {
  let settings: Settings
  let file: string
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
    if (positionals[0] === undefined || positionals.length > 1) throw new Error('name one FILE, the backup.')
    settings = settingsFrom({ 'data-dir': values['data-dir'] }, process.env, process.cwd())
    file = resolve(positionals[0])
  } catch (error) {
    console.error(`fairlead restore: ${reasonOf(error)}\n\n${HELP}`)
    return 2
  }
  try {
    await run(settings, file)
    return 0
  } catch (error) {
    console.error(`fairlead restore: ${reasonOf(error)}`)
    return 1
  }
}

async function run(settings: Settings, file: string): Promise<void> {
  const gateway = await findRunningGateway(settings.dataDir)
  if (gateway !== undefined) {
    throw new Error(`A gateway runs in ${settings.dataDir} (process ${gateway.pid}). Stop it first.`)
  }
  const place = databasePlace(settings)
  if ('url' in place) {
    await restorePostgres(place.url, file)
    console.log(`${nameOfPlace(place)} holds what ${file} held.`)
    return
  }
  const { version, replaced } = await restoreSqlite(file, place.file, Date.now())
  console.log(`${place.file} holds what ${file} held, at schema version ${version}.`)
  if (replaced !== undefined) console.log(`What was there before: ${replaced}`)
  if (version < latestVersion()) console.log(`The next start brings it to version ${latestVersion()}.`)
}
