import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openSqlite } from './sqlite-dialect.ts'
import { SqliteCheckpoints } from './sqlite-checkpoints.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fairlead-checkpoints-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('brings the log into the file while the connection that wrote it does something else', async () => {
  const file = join(dir, 'fairlead.db')
  using handle = openSqlite(file)
  handle.exec(`create table numbers (n integer); insert into numbers values (1), (2), (3)`)
  // The file alone, as if the log were lost.
  const inFile = (): number => {
    const copy = join(dir, 'copy.db')
    spawnSync('cp', [file, copy])
    using alone = new DatabaseSync(copy)
    const tables = alone.prepare(`select count(*) as count from sqlite_schema`).get()?.['count']
    return tables === 0 ? 0 : Number(alone.prepare('select count(*) as count from numbers').get()?.['count'])
  }
  expect(inFile()).toBe(0)
  const checkpoints = new SqliteCheckpoints(file)
  checkpoints.wrote(10)
  checkpoints.wrote(100_000)
  await vi.waitUntil(() => inFile() === 3, { timeout: 5000 })
  handle.exec('insert into numbers values (4)')
  expect(handle.prepare('select count(*) as count from numbers').get()).toEqual({ count: 4 })
})

it('does not keep the process alive', () => {
  const program = `
    import { SqliteCheckpoints } from '${new URL('sqlite-checkpoints.ts', import.meta.url).href}'
    new SqliteCheckpoints('${join(dir, 'none.db')}').wrote(100_000)`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 10_000 })
  expect(status).toBe(0)
})
