// Which group holds for an account. The file's groups and the database's are one list, and the file's win.
import type { Group, GroupStore } from './group-store.ts'

/** Where no group of this name is defined, it restricts nothing: the operator's own account is in it. */
export const DEFAULT_GROUP = 'default'

export interface FoundGroup {
  /** null = nothing is restricted. */
  readonly group: Group | null
  /** The account's group does not exist (any more), though groups do. */
  readonly missing: boolean
}

const UNRESTRICTED: FoundGroup = Object.freeze({ group: null, missing: false })
const MISSING: FoundGroup = Object.freeze({ group: null, missing: true })

/** @param name '' means `default` @param configured the file's */
export async function findGroup(
  name: string,
  configured: readonly Group[],
  store: Pick<GroupStore, 'find' | 'any'>,
): Promise<FoundGroup> {
  const wanted = name || DEFAULT_GROUP
  const group = configured.find((candidate) => candidate.name === wanted) ?? (await store.find(wanted))
  if (group !== undefined) return { group, missing: false }
  if (wanted === DEFAULT_GROUP) return UNRESTRICTED
  // Without a single group nothing is limited, and every account may use every model.
  return configured.length > 0 || (await store.any()) ? MISSING : UNRESTRICTED
}
