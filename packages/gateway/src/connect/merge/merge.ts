// Changes in a file that somebody else has written: what is to be set is set, and every other character stays, comments
// and order included. Before a change is handed out it is read again: where the file would not say what it said before
// plus the edits, nothing is changed, and the person is told to do it by hand.
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, neededEdits, withEdits, type Edit, type Format } from '../edit.ts'
import { renderFile } from '../render.ts'
import { mergeEnv, readEnv } from './env.ts'
import { mergeJson, readJson } from './json.ts'
import { mergeToml, readToml } from './toml.ts'
import { mergeYaml, readYaml } from './yaml.ts'

/** The file is not what its format allows, or cannot be changed without changing more than asked. */
export class CannotMerge extends Error {
  override readonly name = 'CannotMerge'
}

interface Editor {
  /** @throws anything where the text is not of the format */
  read(text: string): unknown
  merge(text: string, edits: readonly Edit[]): string
}

const EDITORS: Readonly<Record<Format, Editor>> = {
  json: { read: readJson, merge: mergeJson },
  toml: { read: readToml, merge: mergeToml },
  yaml: { read: readYaml, merge: mergeYaml },
  env: { read: readEnv, merge: mergeEnv },
}

/**
 * @param before null = there is no such file yet
 * @throws {CannotMerge} with a sentence for the person
 */
export function mergeFile(format: Format, before: string | null, edits: readonly Edit[]): string {
  if (before === null || before.trim() === '') return renderFile(format, edits)
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : ''
  const isWindows = before.includes('\r\n')
  const text = before.slice(mark.length).replaceAll('\r\n', '\n')
  const { read, merge } = EDITORS[format]
  const was = attempt(() => read(text), 'it cannot be read')
  const needed = neededEdits(was, edits)
  const after = attempt(() => merge(text, needed), 'it cannot be changed safely')
  const is = attempt(() => read(after), 'the change would break it')
  const shouldBe = withEdits(was ?? {}, needed)
  if (!isJsonObject(was ?? {}) || !isDeepStrictEqual(plain(is), plain(shouldBe))) {
    throw new CannotMerge('it cannot be changed safely: more than these settings would change')
  }
  return mark + (isWindows ? after.replaceAll('\n', '\r\n') : after)
}

function attempt<T>(act: () => T, sentence: string): T {
  try {
    return act()
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new CannotMerge(`${sentence}: ${reason}`, { cause: error })
  }
}

/** Without prototypes and special numbers, which the readers do not agree on. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? Number(member) : member)),
  )
}
