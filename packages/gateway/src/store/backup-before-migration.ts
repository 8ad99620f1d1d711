import { readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { backupSqlite } from './backup-sqlite.ts'

/** Older ones of ours are deleted. */
const KEPT = 5
const NAME = /^before-upgrade-from-v\d+-\d{8}T\d{6}Z\.db$/

/** Returns the path of the copy. Throws, so that nothing is migrated, when there is no room for it. */
export async function backupBeforeMigration(
  file: string,
  { dir, version, nowMs }: { readonly dir: string; readonly version: number; readonly nowMs: number },
): Promise<string> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  mustHaveRoom(file, dir)
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const target = join(dir, `before-upgrade-from-v${version}-${time}.db`)
  rmSync(target, { force: true })
  await backupSqlite(file, target)
  const ours = readdirSync(dir)
    .filter((name) => NAME.test(name))
    .map((name) => join(dir, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const old of ours.slice(KEPT)) rmSync(old)
  return target
}

function mustHaveRoom(file: string, dir: string): void {
  const needed = statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0)
  const { bavail, bsize } = statfsSync(dir)
  if (bavail * bsize >= needed) return
  throw new Error(
    `The schema has to be upgraded, and there is no room in ${dir} for a backup before that (${Math.ceil(needed / 1024 / 1024)} MiB). ` +
      'Make room, or upgrade without one: fairlead migrate --no-backup',
  )
}
