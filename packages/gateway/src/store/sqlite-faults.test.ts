// What callers of the stores get while the SQLite file is locked, full, gone or cut off, and that all is well again by
// itself when the trouble is over.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './schema.ts'
import { openSqlite, SqliteDialect } from './sqlite-dialect.ts'
import { isUnavailable, reasonOf } from './unavailable.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-sqlite-faults-'))
  file = join(dir, 'fairlead.db')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const BUSY_WAIT_MS = 600

describe('a file that another process has locked', () => {
  it('makes writers wait, then answers them with 503; readers pass, and the event loop never stands still', async () => {
    const busyWaitMs = 1_500
    await using kysely = await connected(busyWaitMs)
    await using lock = await lockedByAnother()
    let longestBlockMs = 0
    let lastMs = performance.now()
    const watch = setInterval(() => {
      const nowMs = performance.now()
      longestBlockMs = Math.max(longestBlockMs, nowMs - lastMs)
      lastMs = nowMs
    }, 5)
    const startedMs = performance.now()
    const writers = Array.from({ length: 5 }, () => failureOf(write(kysely)))
    const transaction = failureOf(kysely.transaction().execute((inside) => write(inside)))
    // While all of them wait for the lock:
    for (let count = 0; count < 20; count++) await read(kysely)
    expect(performance.now() - startedMs).toBeLessThan(busyWaitMs)
    for (const error of await Promise.all([...writers, transaction])) {
      expect(error).toMatchObject({ tableCode: 'service_unavailable', status: 503, retryAfterSeconds: 5 })
      expect(reasonOf(error)).toContain('locked')
    }
    const waitedMs = performance.now() - startedMs
    expect(waitedMs).toBeGreaterThanOrEqual(busyWaitMs)
    // Together, not one after the other.
    expect(waitedMs).toBeLessThan(busyWaitMs * 3)
    clearInterval(watch)
    expect(longestBlockMs).toBeLessThan(300)
    await lock[Symbol.asyncDispose]()
    await write(kysely)
  })

  it('is written to as soon as the lock is gone', async () => {
    await using kysely = await connected(5000)
    await using lock = await lockedByAnother()
    const waiting = Promise.all([write(kysely), kysely.transaction().execute((inside) => write(inside))])
    await read(kysely)
    await lock[Symbol.asyncDispose]()
    await waiting
  })

  it('is not well, and the reason names the file', async () => {
    await using database = await openDatabase(file)
    await using _lock = await lockedByAnother()
    await expect(database.check()).rejects.toThrow(`${file}: database is locked`)
  })
})

describe('a full disk', () => {
  it('is 503 for writers; what was there stays, transactions leave nothing half done, and room is enough', async () => {
    const handle = openSqlite(file)
    await using kysely = new Kysely<Tables>({ dialect: new SqliteDialect(handle) })
    await migrate(kysely, { nowMs: 1 })
    await write(kysely)
    const pages = Number(handle.prepare('PRAGMA page_count').get()?.['page_count'])
    handle.exec(`PRAGMA max_page_count = ${pages}`)
    const large = { name: 'large', value: 'x'.repeat(100_000) }
    const error = await failureOf(kysely.insertInto('meta').values(large).execute())
    expect(error).toMatchObject({ tableCode: 'service_unavailable', status: 503 })
    expect(reasonOf(error)).toContain('full')
    const inTransaction = await failureOf(
      kysely.transaction().execute(async (inside) => {
        await inside.insertInto('meta').values({ name: 'half', value: '' }).execute()
        await inside.insertInto('meta').values(large).execute()
      }),
    )
    expect(isUnavailable(inTransaction)).toBe(true)
    expect(await read(kysely)).toEqual(['test'])
    handle.exec('PRAGMA max_page_count = 1000000')
    await kysely.insertInto('meta').values(large).execute()
    expect(await read(kysely)).toEqual(['large', 'test'])
  })
})

describe('a file that', () => {
  it('was deleted while it is open: not well, and another open makes a new one', async () => {
    await using database = await openDatabase(file)
    await database.check()
    rmSync(file)
    await expect(database.check()).rejects.toThrow('deleted or replaced')
    await expect(database.check()).rejects.toThrow('Restart the gateway')
  })

  it('was only half written when the power went: what was committed before is there, and nothing is damaged', async () => {
    const count = 200
    const kysely = await connected()
    for (let index = 0; index < count; index++) {
      await kysely
        .insertInto('meta')
        .values({ name: `row ${index}`, value: 'x'.repeat(500) })
        .execute()
      // As the disk has it at that moment, its log included; nobody closes anything.
      if (index % 40 !== 39) continue
      const after = mkdtempSync(join(dir, 'power-cut-'))
      for (const name of readdirSync(dir).filter((name) => name.startsWith('fairlead.db') && !name.endsWith('-shm'))) {
        copyFileSync(join(dir, name), join(after, name))
      }
      await using reopened = await openDatabase(join(after, 'fairlead.db'))
      expect(await reopened.problems()).toEqual([])
      await using found = new Kysely<Tables>({ dialect: new SqliteDialect(openSqlite(join(after, 'fairlead.db'))) })
      const rows = await found.selectFrom('meta').select('name').where('name', 'like', 'row %').execute()
      expect(rows.length).toBe(index + 1)
    }
    await kysely.destroy()
    expect(existsSync(`${file}-wal`)).toBe(false)
  })
})

async function connected(busyWaitMs = BUSY_WAIT_MS): Promise<Kysely<Tables>> {
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect(openSqlite(file), { busyWaitMs }) })
  await migrate(kysely, { nowMs: 1 })
  await write(kysely)
  return kysely
}

/** As a backup tool or a shell does that somebody forgot about. Given up when disposed of. */
async function lockedByAnother(): Promise<AsyncDisposable> {
  const program = `
    const { DatabaseSync } = require('node:sqlite')
    const handle = new DatabaseSync(process.argv[1])
    handle.exec('begin immediate')
    console.log('locked')
    process.stdin.resume()`
  const child = spawn(process.execPath, ['-e', program, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  await once(createInterface(child.stdout), 'line')
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function write(kysely: Kysely<Tables>): Promise<void> {
  await kysely
    .insertInto('meta')
    .values({ name: 'test', value: '1' })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: '2' }))
    .execute()
}

async function read(kysely: Kysely<Tables>): Promise<string[]> {
  const rows = await kysely
    .selectFrom('meta')
    .select('name')
    .where('name', 'in', ['test', 'large', 'half'])
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => new Error('it worked'),
    (error: unknown) => error,
  )
}
