// `fairlead backup`, `restore` and `migrate` as a person uses them, on a real state directory.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import { hasPostgres, postgres } from '@fairlead/testkit/services.ts'
import { latestVersion, migrate } from '../store/migrate.ts'
import type { Tables } from '../store/schema.ts'
import { openSqlite, SqliteDialect } from '../store/sqlite-dialect.ts'
import { commandLine } from './__fixtures__/command-line.ts'

const LATEST = latestVersion()

const line = commandLine()
const { fairlead, alone, open } = line

/** As one that runs in the state directory is found by the command line. */
async function pretendToRun(): Promise<void> {
  const server = createServer((_, response) => response.end('{}'))
  const socketPath = join(line.dir, 'control.sock')
  server.listen(socketPath)
  await once(server, 'listening')
  open.push(() => server.close())
  const run = { pid: process.pid, socketPath, operatorToken: 'token', url: 'http://127.0.0.1:8080' }
  writeFileSync(join(line.dataDir, 'run.json'), JSON.stringify(run), { mode: 0o600 })
}

async function keyNames(env: Record<string, string> = {}): Promise<string[]> {
  const { out } = await fairlead(['keys', 'list', '--json'], env)
  return (JSON.parse(out) as { data: { name: string }[] }).data.map(({ name }) => name)
}

describe('backup and restore', () => {
  it('bring back what was there, also when the backup was made while a gateway ran', async () => {
    await fairlead(['keys', 'create', '--name', 'kept'])
    await pretendToRun()
    const made = await alone(['backup', 'mine.db'])
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining(join(line.dir, 'mine.db')) })
    expect(made.err).toContain(join(line.dataDir, 'secret.key'))
    expect(await fairlead(['backup', 'mine.db'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('exists already'),
    })
    const refused = await fairlead(['restore', 'mine.db'])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Stop it first') })
    for (const close of open.splice(0)) close()
    await fairlead(['keys', 'create', '--name', 'too late'])
    const { code, out } = await fairlead(['restore', 'mine.db'])
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('What was there before') })
    expect(await keyNames()).toEqual(['kept'])
  })

  it.each([
    [['backup'], 1, 'there is nothing to back up yet'],
    [['backup', 'a', 'b'], 2, 'too much'],
    [['restore'], 2, 'name one FILE'],
    [['restore', 'nowhere.db'], 1, 'does not exist'],
    [['migrate', '--status'], 1, 'does not exist; the first start makes it'],
    [['migrate', '--down', '--status'], 2, 'exclude each other'],
    [['migrate', '--to', 'mysql://db/x'], 2, 'postgres://'],
  ])('answers %j with exit code %d and a reason', async (args, code, reason) => {
    const outcome = await fairlead(args)
    expect(outcome.code).toBe(code)
    expect(outcome.err).toContain(reason)
    expect(outcome.err).not.toMatch(/\n\s+at /)
  })
})

describe('migrate', () => {
  it('shows what is there, steps down with a backup, and up again', async () => {
    await fairlead(['keys', 'create', '--name', 'kept'])
    expect((await fairlead(['migrate', '--status'])).out).toMatch(
      /applied {2}1 {2}keys-and-usage[^]*Nothing is missing/,
    )
    const down = await fairlead(['migrate', '--down'])
    expect(down.out).toContain(`from schema version ${LATEST} to ${LATEST - 1}`)
    expect(down.out).toContain('Start the older release now')
    expect(readdirSync(join(line.dataDir, 'backups'))[0]).toContain(`before-upgrade-from-v${LATEST}`)
    expect((await fairlead(['migrate', '--status'])).out).toContain(`missing  ${LATEST}`)
    expect((await fairlead(['doctor'])).out).toContain(`the next start brings it to ${LATEST}`)
    expect((await fairlead(['migrate', '--no-backup'])).out).toContain(`to ${LATEST}`)
    expect((await fairlead(['migrate'])).out).toContain('is up to date')
    await pretendToRun()
    expect(await fairlead(['migrate', '--down'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Stop it first'),
    })
  })

  it('brings an installation of the first release up to date, its keys and all', async () => {
    mkdirSync(line.dataDir, { mode: 0o700 })
    const kysely = new Kysely<Tables>({ dialect: new SqliteDialect(openSqlite(join(line.dataDir, 'fairlead.db'))) })
    await migrate(kysely, { nowMs: 1, target: 2 })
    await kysely.destroy()
    expect((await fairlead(['migrate'])).out).toContain(`from schema version 2 to ${LATEST}`)
    await fairlead(['keys', 'create', '--name', 'new'])
    expect(await keyNames()).toEqual(['new'])
  })
})

describe.runIf(hasPostgres())('with PostgreSQL', () => {
  it('everything moves there, keys go on working, and it can be backed up, restored and examined', async () => {
    const { out: key } = await fairlead(['keys', 'create', '--name', 'moved'])
    const server = await postgres()
    const url = (await server?.createDatabase()) ?? ''
    open.push(() => server?.dropDatabase(url))
    await pretendToRun()
    expect(await fairlead(['migrate', '--to', url])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Stop it first'),
    })
    for (const close of open.splice(1)) close()
    const moved = await alone(['migrate', '--to', url])
    expect(moved).toMatchObject({ code: 0, out: expect.stringMatching(/api_keys +1 rows, checksum [0-9a-f]{16}/) })
    expect(moved.out).toContain(`FAIRLEAD_DATABASE_URL=${url}`)
    expect(await fairlead(['migrate', '--to', url])).toMatchObject({
      code: 1,
      err: expect.stringContaining('not empty'),
    })
    expect(await fairlead(['migrate', '--to', url, '--force'])).toMatchObject({ code: 0 })

    const env = { FAIRLEAD_DATABASE_URL: url }
    expect(await fairlead(['keys', 'list'], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining('FAIRLEAD_SECRET_KEY must be set'),
    })
    const whole = { ...env, FAIRLEAD_SECRET_KEY: readFileSync(join(line.dataDir, 'secret.key'), 'utf8').trim() }
    expect(await keyNames(whole)).toEqual(['moved'])
    expect(key).toMatch(/^sk-fl-/)
    expect((await fairlead(['doctor'], whole)).out).toMatch(
      /ok {4}database: postgres:\/\/127.0.0.1:\d+\/\w+ answers in/,
    )
    expect((await fairlead(['doctor'], { ...whole, FAIRLEAD_DATABASE_URL: 'postgres://127.0.0.1:1/x' })).out).toMatch(
      /FAIL {2}database: .*ECONNREFUSED/,
    )
    expect((await alone(['migrate', '--status'], whole)).out).toContain('Nothing is missing')

    expect(await fairlead(['backup', 'mine.dump'], whole)).toMatchObject({ code: 0 })
    await fairlead(['keys', 'create', '--name', 'too late'], whole)
    expect(await fairlead(['restore', 'mine.dump'], whole)).toMatchObject({ code: 0 })
    expect(await keyNames(whole)).toEqual(['moved'])
    expect((await fairlead(['migrate', '--down'], whole)).out).toMatch(/Backup: .*\.dump[^]*went from/)
  }, 60_000)
})
