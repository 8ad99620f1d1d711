import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { someKey } from './__fixtures__/some-data.ts'
import { latestVersion, migrate, schemaStatus } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'
import type { Migration } from './migrations/migration.ts'

const LATEST = latestVersion()

/** What a release after this one might bring. */
function newer(oldestCompatible: number): Migration {
  return {
    version: LATEST + 1,
    name: 'from-the-future',
    oldestCompatible,
    async up(database) {
      await database.schema.alterTable('api_keys').addColumn('colour', 'text').execute()
    },
    async down(database) {
      await database.schema.alterTable('api_keys').dropColumn('colour').execute()
    },
  }
}

describe('the list of migrations', () => {
  it('counts up, and never demands more than it brings', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1))
    for (const { version, oldestCompatible } of MIGRATIONS) expect(oldestCompatible).toBeLessThanOrEqual(version)
  })
})

describeEachDatabase('migrate', (open) => {
  it('goes up, down and up again', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    expect(await migrate(kysely, { nowMs: 5 })).toEqual({ from: 0, to: LATEST })
    expect(await migrate(kysely, { nowMs: 6 })).toEqual({ from: LATEST, to: LATEST })
    expect(await migrate(kysely, { nowMs: 7, target: 0 })).toEqual({ from: LATEST, to: 0 })
    expect((await kysely.introspection.getTables()).map(({ name }) => name)).toEqual(['schema_migrations'])
    expect(await migrate(kysely, { nowMs: 8 })).toEqual({ from: 0, to: LATEST })
    const applied = await kysely.selectFrom('schema_migrations').selectAll().orderBy('version').execute()
    expect(applied).toEqual(
      MIGRATIONS.map(({ version, name, oldestCompatible }) => ({
        version,
        name,
        oldest_compatible: oldestCompatible,
        applied_at: 8,
      })),
    )
  })

  it('steps down from each version to the one before, and up again', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    await migrate(kysely, { nowMs: 5 })
    for (let version = LATEST; version > 0; version--) {
      expect(await migrate(kysely, { nowMs: 6, target: version - 1 })).toEqual({ from: version, to: version - 1 })
      await migrate(kysely, { nowMs: 7, target: version })
      await migrate(kysely, { nowMs: 8, target: version - 1 })
    }
  })

  it('tells what is applied and what is missing, and changes nothing by that', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    expect(await schemaStatus(kysely)).toMatchObject({ version: 0, applied: [], pending: MIGRATIONS })
    expect(await kysely.introspection.getTables()).toEqual([])
    await migrate(kysely, { nowMs: 5, target: 1 })
    expect(await schemaStatus(kysely)).toEqual({
      version: 1,
      oldestCompatible: 1,
      applied: [{ version: 1, name: 'keys-and-usage', oldestCompatible: 1, appliedAtMs: 5 }],
      pending: MIGRATIONS.slice(1),
    })
  })

  it('asks for a backup once, before the first change, and changes nothing when there is none to be had', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    const asked: object[] = []
    const beforeChange = async (change: object): Promise<void> => {
      asked.push(change)
    }
    await migrate(kysely, { nowMs: 5, target: 1, beforeChange })
    expect(asked).toEqual([])
    const refused = migrate(kysely, { nowMs: 5, beforeChange: () => Promise.reject(new Error('no room')) })
    await expect(refused).rejects.toThrow('no room')
    expect((await schemaStatus(kysely)).version).toBe(1)
    await migrate(kysely, { nowMs: 5, beforeChange })
    await migrate(kysely, { nowMs: 5, beforeChange })
    expect(asked).toEqual([{ from: 1, to: LATEST }])
  })

  it('refuses a schema that only a newer release can serve, and says what to do', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    await migrate(kysely, { nowMs: 5, migrations: [...MIGRATIONS, newer(LATEST + 1)] })
    await expect(migrate(kysely, { nowMs: 6 })).rejects.toThrow(
      new RegExp(`version ${LATEST + 1}.*this one knows up to ${LATEST}.*Start the newer release`),
    )
  })

  it('cannot step down from what it does not know', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    await migrate(kysely, { nowMs: 5, migrations: [...MIGRATIONS, newer(1)] })
    await expect(migrate(kysely, { nowMs: 6, target: LATEST })).rejects.toThrow('came with a newer release')
  })

  it('leaves nothing behind when a step fails', async () => {
    await using kysely = kyselyOn(await open.emptyPlace())
    const broken: Migration = { ...newer(1), up: () => Promise.reject(new Error('no')) }
    await expect(migrate(kysely, { nowMs: 5, migrations: [...MIGRATIONS, broken] })).rejects.toThrow('no')
    expect(await kysely.introspection.getTables()).toEqual([])
  })

  it('lets processes that start at once all succeed', async () => {
    const module = new URL('database.ts', import.meta.url).href
    const program = `import { openDatabase } from '${module}'; await using d = await openDatabase(JSON.parse(process.argv[1])); await d.check(); console.log('well')`
    const place = await open.emptyPlace()
    const run = async (): Promise<string> => {
      const args = ['--input-type=module', '-e', program, JSON.stringify(place)]
      return (await promisify(execFile)(process.execPath, args)).stdout
    }
    expect(await Promise.all([run(), run(), run()])).toEqual(['well\n', 'well\n', 'well\n'])
  })
})

describeEachDatabase('two releases side by side', (open) => {
  const migrations = [...MIGRATIONS, newer(1)]

  it('work on one schema when the newer one says that they can', async () => {
    const place = await open.emptyPlace()
    const old = await open(place)
    const next = await open(place, { migrations, backup: false })
    await old.keys.insert(someKey('key_old'))
    await next.keys.insert(someKey('key_new'))
    expect((await next.keys.findById('key_old'))?.name).toBe('some key')
    expect((await old.keys.findById('key_new'))?.name).toBe('some key')
    await old.check()
    await next.check()
    // Restarted beside it, the older one leaves the schema as it is.
    const again = await open(place)
    await again.check()
    await next.check()
  })

  it('stop the older one when the newer one says that they cannot: it is not ready any more, and cannot start', async () => {
    const place = await open.emptyPlace()
    const old = await open(place)
    await open(place, { migrations: [...MIGRATIONS, newer(LATEST + 1)], backup: false })
    await expect(old.check()).rejects.toThrow(`needs a release that knows version ${LATEST + 1}`)
    await expect(open(place)).rejects.toThrow('Start the newer release again')
  })
})
