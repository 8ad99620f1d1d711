// The name of a journal directory. Several machines may share one database, where the position of every segment is kept;
// a position may only be forgotten by the machine on whose disk the segment lay, so each directory has a name of its own.
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../../core/error-code.ts'

const FILE = 'directory-name'

/** Makes the name when there is none yet; whoever is first wins. The directory must exist. */
export function journalDirectoryName(dir: string): string {
  const file = join(dir, FILE)
  const known = read(file)
  if (known !== '') return known
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `dir_${randomBytes(10).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return read(file)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}
