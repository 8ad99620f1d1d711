// `fairlead migrate`: the schema of the database, and the way from SQLite to PostgreSQL.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import type { Settings } from '../config/config.ts'
import { settingsFrom } from '../config/env.ts'
import { backupBeforeMigration } from '../store/backup-before-migration.ts'
import { copyToPostgres } from '../store/copy-to-postgres.ts'
import { databasePlace, nameOfPlace, type DatabasePlace } from '../store/database.ts'
import type { MigrationResult } from '../store/migrate.ts'
import { dumpPostgres } from '../store/postgres-tools.ts'
import { changeSchema, statusOfSchema } from '../store/schema-changes.ts'
import { reasonOf } from '../store/unavailable.ts'
import { showProgress } from './progress.ts'
import { findRunningGateway } from './running-gateway.ts'

const HELP = `usage: fairlead migrate [--no-backup]
       fairlead migrate --status
       fairlead migrate --down [--no-backup]
       fairlead migrate --to postgres://USER@HOST/DATABASE [--force]

Brings the schema of the database up to date, as every start does. The database is the one that
FAIRLEAD_DATABASE_URL names, or the SQLite file in the state directory.

  --status        which versions are there, and which are missing; changes nothing
  --down          one version back, before an older release is started again
  --to URL        copies the SQLite database to PostgreSQL, and checks that all of it arrived. Stop the gateway first.
                  The password may come from the environment (PGPASSWORD): command lines can be seen by others
  --force         with --to: deletes what the target holds
  --no-backup     makes no backup before the schema is changed
  --data-dir DIR  state directory (default ./data)`

const OPTIONS = {
  status: { type: 'boolean' },
  down: { type: 'boolean' },
  to: { type: 'string' },
  force: { type: 'boolean' },
  'no-backup': { type: 'boolean' },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Exit code: 0 done, 1 refused, 2 not understood. */
export async function migrate(args: readonly string[]): Promise<number> {
  let job: () => Promise<void>
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    const settings = settingsFrom({ 'data-dir': values['data-dir'] }, process.env, process.cwd())
    if ([values.status, values.down, values.to].filter((value) => value !== undefined).length > 1) {
      throw new Error('--status, --down and --to exclude each other.')
    }
    const backup = values['no-backup'] !== true
    if (values.status === true) job = () => status(databasePlace(settings))
    else if (values.to !== undefined) {
      // Read as the variable would be, with its rules.
      const { databaseUrl } = settingsFrom({}, { FAIRLEAD_DATABASE_URL: values.to }, process.cwd())
      job = () => copy(settings, databaseUrl, values.force === true)
    } else job = () => change(settings, values.down === true ? 'down' : 'up', backup)
  } catch (error) {
    console.error(`fairlead migrate: ${reasonOf(error)}\n\n${HELP}`)
    return 2
  }
  try {
    await job()
    return 0
  } catch (error) {
    console.error(`fairlead migrate: ${reasonOf(error)}`)
    return 1
  }
}

async function status(place: DatabasePlace): Promise<void> {
  mustExist(place)
  const { applied, pending, oldestCompatible } = await statusOfSchema(place)
  console.log(`${nameOfPlace(place)}\n`)
  for (const { version, name, appliedAtMs } of applied) {
    console.log(`  ${styleText('green', 'applied')}  ${version}  ${name}  ${new Date(appliedAtMs).toISOString()}`)
  }
  for (const { version, name } of pending) console.log(`  ${styleText('yellow', 'missing')}  ${version}  ${name}`)
  if (applied.length > 0) console.log(`\nReleases that know version ${oldestCompatible} or newer can run with it.`)
  console.log(
    pending.length === 0 ? 'Nothing is missing.' : 'The next start brings what is missing; so does: fairlead migrate',
  )
}

async function change(settings: Settings, direction: 'up' | 'down', backup: boolean): Promise<void> {
  const place = databasePlace(settings)
  mustExist(place)
  if (direction === 'down') await mustNotRun(settings, 'It serves with the schema as it is.')
  const nowMs = Date.now()
  const { from, to } = await changeSchema(place, {
    direction,
    nowMs,
    backup: async (result) => {
      if (backup) await backUp(place, settings, result, nowMs)
    },
  })
  if (from === to) console.log(`${nameOfPlace(place)} is up to date, at schema version ${to}.`)
  else console.log(`${nameOfPlace(place)} went from schema version ${from} to ${to}.`)
  if (to < from) console.log('Start the older release now: this one would bring the schema up again.')
}

/** Throws when there is to be one and none can be made. */
async function backUp(
  place: DatabasePlace,
  settings: Settings,
  { from }: MigrationResult,
  nowMs: number,
): Promise<void> {
  if ('file' in place) {
    const dir = join(dirname(place.file), 'backups')
    console.log(`Backup: ${await backupBeforeMigration(place.file, { dir, version: from, nowMs })}`)
    return
  }
  const { file, reason } = await dumpPostgres(place.url, join(settings.dataDir, 'backups'), from)
  if (file === undefined) {
    throw new Error(
      `No backup could be made, so nothing was changed. ${reason}\n` +
        'Make one with the tools that you use for PostgreSQL, then say: fairlead migrate --no-backup',
    )
  }
  console.log(`Backup: ${file}`)
}

async function copy(settings: Settings, url: string, force: boolean): Promise<void> {
  const file = join(settings.dataDir, 'fairlead.db')
  mustExist({ file })
  await mustNotRun(settings, 'What it writes from now on would be missing in the copy.')
  const copied = await (async () => {
    using progress = showProgress()
    return await copyToPostgres(file, url, {
      force,
      onProgress: ({ step, table, doneRows, totalRows }) =>
        progress.update(`${step === 'copy' ? 'copying' : 'checking'} ${table}`, doneRows, totalRows),
    })
  })()
  const width = Math.max(...copied.map(({ table }) => table.length))
  for (const { table, sum } of copied) console.log(`  ${table.padEnd(width)}  ${sum.toString()}`)
  const secret = existsSync(join(settings.dataDir, 'secret.key'))
  console.log(`
All of it is in ${nameOfPlace({ url })}, and was read back and compared. ${file} was only read.
From now on start the gateway with:

  FAIRLEAD_DATABASE_URL=${withoutPassword(url)}${secret ? `\n  FAIRLEAD_SECRET_KEY="$(cat ${join(settings.dataDir, 'secret.key')})"` : ''}`)
}

function mustExist(place: DatabasePlace): void {
  if ('file' in place && !existsSync(place.file)) {
    throw new Error(`${place.file} does not exist; the first start makes it. --data-dir names another state directory.`)
  }
}

async function mustNotRun(settings: Settings, why: string): Promise<void> {
  const gateway = await findRunningGateway(settings.dataDir)
  if (gateway !== undefined)
    throw new Error(`A gateway runs in ${settings.dataDir} (process ${gateway.pid}). ${why} Stop it first.`)
}

function withoutPassword(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '...'
  return url.href
}
