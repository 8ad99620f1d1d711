import { statSync } from 'node:fs'
import { mustBeFree } from './must-be-free.ts'
import { unhurriedPostgres } from './postgres-database.ts'
import { pgRestore } from './postgres-tools.ts'

/** All or nothing. Throws when a gateway runs on the database, or the dump is none. */
export async function restorePostgres(url: string, file: string): Promise<void> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`${file} does not exist.`)
  {
    await using kysely = unhurriedPostgres(url)
    await mustBeFree(kysely)
  }
  await pgRestore(url, file)
}
