// What is set in somebody's file. A new file and a change of an old one come from the same list, so that the page and
// the command line cannot say different things.

export type Format = 'json' | 'toml' | 'yaml' | 'env'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** As a line takes it. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export interface Edit {
  /** From the root of the file, member by member. */
  readonly at: readonly string[]
  readonly value: Json
  /**
   * `at` is a list: the item whose field of this name is the same as the value's is replaced, or the value is added
   * at the end.
   */
  readonly itemBy?: string
  /** What is there already stays, whatever it says. */
  readonly ifAbsent?: true
}

/** Beside the one of `core/json.ts`, because this room runs in browsers too, not all of which know raw numbers. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Those that have something to do in a file that says this. */
export function neededEdits(before: unknown, edits: readonly Edit[]): readonly Edit[] {
  return edits.filter(({ at, ifAbsent }) => ifAbsent !== true || valueAt(before, at) === undefined)
}

function valueAt(root: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>(
    (member, name) => (isJsonObject(member) && Object.hasOwn(member, name) ? member[name] : undefined),
    root,
  )
}

/** A copy of what a file says, with the edits in it. What is in the way of a path and is no object gives way. */
export function withEdits(before: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce((value, edit) => withEdit(value, edit, 0), before)
}

function withEdit(before: unknown, edit: Edit, depth: number): unknown {
  const name = edit.at[depth]
  if (name === undefined) return edit.itemBy === undefined ? edit.value : withItem(before, edit.value, edit.itemBy)
  const members = isJsonObject(before) ? before : {}
  const member = Object.hasOwn(members, name) ? members[name] : undefined
  return { ...members, [name]: withEdit(member, edit, depth + 1) }
}

function withItem(before: unknown, item: Json, by: string): unknown[] {
  const items: unknown[] = Array.isArray(before) ? [...before] : []
  const index = indexOfItem(items, item, by)
  if (index === -1) items.push(item)
  else items[index] = item
  return items
}

/** -1 = there is none. */
export function indexOfItem(items: readonly unknown[], item: Json, by: string): number {
  const wanted = isJsonObject(item) ? item[by] : undefined
  return items.findIndex((one) => isJsonObject(one) && one[by] === wanted)
}
