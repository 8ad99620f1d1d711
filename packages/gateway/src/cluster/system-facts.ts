// The machine room as the operator sees it: sizes on disk, the last look at the books, who serves.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { MoneyGuard } from '../billing/wallets/money-guard.ts'
import type { FolderFigures, SystemFacts } from '../http/system-ports.ts'
import type { Database } from '../store/database.ts'

export interface SystemFactsOptions {
  readonly database: Pick<Database, 'kind' | 'name' | 'figures'>
  readonly dataDir: string
  readonly redis: boolean
  readonly guard: Pick<MoneyGuard, 'looked' | 'counts' | 'violations'>
  readonly workers: () => SystemFacts['workers']
}

export async function systemFacts(options: SystemFactsOptions): Promise<SystemFacts> {
  const { database, dataDir, guard } = options
  return {
    node: process.version,
    pid: process.pid,
    database: {
      kind: database.kind,
      name: database.name,
      // A page that says what is wrong must not fail with it.
      figures: await database.figures().catch(() => null),
    },
    redis: options.redis,
    folders: [
      folder('journal', join(dataDir, 'journal')),
      folder('backups', join(dataDir, 'backups')),
      folder('config-history', join(dataDir, 'config-history')),
      ...(database.kind === 'sqlite' ? [databaseLog(database.name)] : []),
    ],
    money: {
      lookedAtMs: guard.looked.atMs,
      lookedFullyAtMs: guard.looked.fullAtMs,
      looks: guard.counts.looks,
      violations: guard.violations,
    },
    workers: options.workers(),
    memoryBytes: process.memoryUsage.rss(),
  }
}

function folder(name: FolderFigures['name'], path: string): FolderFigures {
  let bytes = 0
  let files = 0
  for (const entry of entriesOf(path)) {
    const stat = statSync(join(path, entry), { throwIfNoEntry: false })
    if (stat?.isFile() !== true) continue
    bytes += stat.size
    files += 1
  }
  return { name, bytes, files }
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    // Not made yet: it is when the first file goes there.
    return []
  }
}

/** What SQLite has written and not yet put into its file. */
function databaseLog(file: string): FolderFigures {
  const stat = statSync(`${file}-wal`, { throwIfNoEntry: false })
  return { name: 'database-log', bytes: stat?.size ?? 0, files: stat === undefined ? 0 : 1 }
}
