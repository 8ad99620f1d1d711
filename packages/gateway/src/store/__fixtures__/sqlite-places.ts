// SQLite files for tests. The schema is made once and copied: making it takes fifty times as long.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../database.ts'
import type { Places } from './each-database.ts'

export class SqlitePlaces implements Places {
  readonly #folders: string[] = []
  #model: Promise<{ readonly file: string }> | undefined

  async withSchema(): Promise<{ readonly file: string }> {
    const model = await (this.#model ??= makeModel())
    const place = await this.empty()
    copyFileSync(model.file, place.file)
    return place
  }

  async empty(): Promise<{ readonly file: string }> {
    const place = newFile()
    this.#folders.push(join(place.file, '..'))
    return place
  }

  async takeBack(): Promise<void> {
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  }

  async end(): Promise<void> {
    if (this.#model !== undefined) rmSync(join((await this.#model).file, '..'), { recursive: true, force: true })
  }
}

function newFile(): { readonly file: string } {
  return { file: join(mkdtempSync(join(tmpdir(), 'fairlead-database-')), 'fairlead.db') }
}

async function makeModel(): Promise<{ readonly file: string }> {
  const place = newFile()
  // Closed, it is one file: what stood in the write-ahead log is in it.
  await (await openDatabase(place))[Symbol.asyncDispose]()
  return place
}
