// Writing the files of a tool, and taking it back. Beside each file that was there a copy of it stays; what was written is
// noted, so that `--undo` knows which files were not there before, and whether somebody has changed one since.
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isMissing, type Change } from './changes.ts'
import type { Place } from './places.ts'

const noteSchema = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      /** Null = there was no such file. */
      backup: z.string().nullable(),
      sha256: z.string(),
      mode: z.int(),
    }),
  ),
})
type Note = z.infer<typeof noteSchema>

/** The copies that were made. */
export async function writeChanges(
  toolId: string,
  changes: readonly Change[],
  place: Place,
  now: Date,
): Promise<readonly string[]> {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const earlier = await readNote(toolId, place)
  const files: Note['files'] = []
  const backups: string[] = []
  for (const { path, before, after, mode } of changes) {
    await mkdir(dirname(path), { recursive: true })
    // A second run must not take the first one's result for what the person had.
    const known = earlier?.files.find((file) => file.path === path && file.sha256 === digest(before ?? ''))
    let backup = known?.backup ?? null
    if (known === undefined && before !== null) {
      backup = `${path}.before-fairlead-${stamp}`
      await writeWhole(backup, before, mode)
      backups.push(backup)
    }
    await writeWhole(path, after, mode)
    files.push({ path, backup, sha256: digest(after), mode })
  }
  const note = noteOf(toolId, place)
  await mkdir(dirname(note), { recursive: true, mode: 0o700 })
  await writeWhole(note, `${JSON.stringify({ files } satisfies Note, null, 2)}\n`, 0o600)
  return backups
}

/**
 * What was done, a line each.
 * @throws with a sentence for the person; nothing has been changed then
 */
export async function undoChanges(toolId: string, place: Place): Promise<readonly string[]> {
  const note = await readNote(toolId, place)
  if (note === undefined) throw new Error('There is nothing to take back: no file of this tool was written from here.')
  for (const { path, sha256, backup } of note.files) {
    const is = await textOf(path)
    if (is !== null && digest(is) !== sha256) {
      const where = backup === null ? 'It did not exist before.' : `As it was before: ${backup}`
      throw new Error(`${path} has been changed since, so it stays as it is. ${where}`)
    }
  }
  const done: string[] = []
  for (const { path, backup, mode } of note.files) {
    if (backup === null) {
      await rm(path, { force: true })
      done.push(`removed   ${path}`)
      continue
    }
    await writeWhole(path, await readFile(backup, 'utf8'), mode)
    await rm(backup)
    done.push(`restored  ${path}`)
  }
  await rm(noteOf(toolId, place), { force: true })
  return done
}

/** There at once and whole, or as before. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(unfinished, text, { mode, flag: 'wx' })
    await chmod(unfinished, mode)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function noteOf(toolId: string, { home }: Place): string {
  return join(home, '.fairlead', 'connect', `${toolId}.json`)
}

async function readNote(toolId: string, place: Place): Promise<Note | undefined> {
  const text = await textOf(noteOf(toolId, place))
  return text === null ? undefined : noteSchema.parse(JSON.parse(text))
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
