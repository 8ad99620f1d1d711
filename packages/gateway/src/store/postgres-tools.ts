// PostgreSQL's own programs, where they are installed: the right way to back up and to restore it. Passwords go to them
// in the environment, never on a command line that every user of the machine can read.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const DEBIAN = '/usr/lib/postgresql'

export interface DumpResult {
  /** Undefined when none was made; `reason` says why. */
  readonly file: string | undefined
  readonly reason: string
}

/** Dumps into `dir`, under a name with the schema version and the time. Never rejects. */
export async function dumpPostgres(url: string, dir: string, version: number): Promise<DumpResult> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  try {
    const file = join(dir, `before-upgrade-from-v${version}-${time}.dump`)
    await pgDump(url, file)
    return { file, reason: '' }
  } catch (error) {
    return { file: undefined, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** In pg_dump's custom format, 0600. Throws when pg_dump is not installed, is older than the server, or fails. */
export async function pgDump(url: string, file: string): Promise<void> {
  if (existsSync(file)) throw new Error(`${file} exists already.`)
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  const unfinished = `${file}.unfinished`
  try {
    await run('pg_dump', ['--format=custom', '--no-owner', '--no-privileges', `--file=${unfinished}`], url)
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** Whatever is there but extensions, tables of a newer schema included: they would stand in the way of the next upgrade. */
const CLEAR = `do $$ declare name text; begin
  for name in select tablename from pg_tables where schemaname = current_schema() loop
    execute format('drop table %I cascade', name);
  end loop;
  for name in select p.oid::regprocedure::text from pg_proc p where p.pronamespace = current_schema()::regnamespace and p.prokind = 'f'
      and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e') loop
    execute 'drop function ' || name || ' cascade';
  end loop;
end $$;`

/** Replaces what the database holds, all or nothing. Throws when the programs are not installed, or one of them fails. */
export async function pgRestore(url: string, file: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-restore-'))
  try {
    const [clear, script] = [join(dir, 'clear.sql'), join(dir, 'dump.sql')]
    writeFileSync(clear, CLEAR)
    await run('pg_restore', ['--no-owner', '--no-privileges', `--file=${script}`, file], url)
    const files = [`--file=${clear}`, `--file=${script}`]
    await run('psql', ['--no-psqlrc', '--quiet', '--single-transaction', '--set=ON_ERROR_STOP=1', ...files], url)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function run(name: string, args: readonly string[], url: string): Promise<void> {
  const file = find(name)
  if (file === undefined) throw new Error(`${name} was not found; it comes with PostgreSQL's client programs.`)
  // Files that it makes are for their owner only.
  const shell = ['-c', 'umask 077; exec "$0" "$@"', file, ...args]
  try {
    await promisify(execFile)('/bin/sh', shell, { env: { ...process.env, ...environmentOf(url) } })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(`${name} failed: ${said || String(error)}`, { cause: error })
  }
}

function environmentOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '') || searchParams.get('host') || ''
  const parts: Record<string, string> = {
    PGHOST: decodeURIComponent(host),
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    // `no-verify` is the driver's own word for "encrypt, and ask no questions".
    PGSSLMODE: (searchParams.get('sslmode') ?? '').replace('no-verify', 'require'),
    PGSSLROOTCERT: searchParams.get('sslrootcert') ?? '',
    PGSSLCERT: searchParams.get('sslcert') ?? '',
    PGSSLKEY: searchParams.get('sslkey') ?? '',
  }
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''))
}

/** The newest: pg_dump refuses a server that is newer than itself. */
function find(name: string): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return places.map((place) => join(place, name)).find((file) => existsSync(file))
}
