// What would be written, before anything is: each file as it is and as it would be.
import { readFile, realpath, stat } from 'node:fs/promises'
import { CannotMerge, mergeFile } from '../../connect/merge/merge.ts'
import { renderFile } from '../../connect/render.ts'
import type { ConnectFile, Guide } from '../../connect/tool.ts'
import { errorCode } from '../../core/error-code.ts'
import { pathOf, type Place } from './places.ts'

export interface Change {
  /** As people write it. */
  readonly shown: string
  /** Where it really is: settings are often links into a folder of dotfiles. */
  readonly path: string
  /** Null = there is no such file yet. */
  readonly before: string | null
  readonly after: string
  /** Of the file that is there; settings of tools may hold secrets, so a new one is its owner's alone. */
  readonly mode: number
}

export function filesOf(guide: Guide): readonly ConnectFile[] {
  return guide.steps.flatMap((step) => (step.kind === 'file' ? [step.file] : []))
}

/** @throws with a sentence for the person; nothing has been written then */
export async function changesFor(guide: Guide, place: Place): Promise<readonly Change[]> {
  return await Promise.all(filesOf(guide).map((file) => changeOf(file, place)))
}

async function changeOf(file: ConnectFile, place: Place): Promise<Change> {
  const path = await realPathOf(pathOf(file, place))
  const { text: before, mode } = await read(path)
  try {
    return { shown: file.path, path, before, after: mergeFile(file.format, before, file.edits), mode }
  } catch (error) {
    if (!(error instanceof CannotMerge)) throw error
    const lines = renderFile(file.format, file.edits).replaceAll(/^(?=.)/gm, '    ')
    throw new Error(`${file.path}: ${error.message}.\nNothing was changed. Put this in by hand:\n\n${lines}`, {
      cause: error,
    })
  }
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (isMissing(error)) return path
    throw error
  }
}

async function read(path: string): Promise<{ readonly text: string | null; readonly mode: number }> {
  try {
    const { mode } = await stat(path)
    return { text: await readFile(path, 'utf8'), mode: mode & 0o777 }
  } catch (error) {
    if (isMissing(error)) return { text: null, mode: 0o600 }
    throw error
  }
}

export function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT'
}
