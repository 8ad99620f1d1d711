// PostgreSQL databases for tests. Making one and its schema takes half a second and more, emptying it some milliseconds;
// so a test that leaves the schema alone gets one that another test had, with the rows of a new one.
import { Client } from 'pg'
import { postgres, type Postgres } from '@fairlead/testkit/services.ts'
import { openDatabase } from '../database.ts'
import type { Places } from './each-database.ts'

interface Reusable {
  readonly url: string
  /** Makes the rows again what they were at first. */
  readonly restoring: string
  readonly bytes: number
}

/** One that a test has filled is not used again: dead rows would slow down all that come after. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024

export class PostgresPlaces implements Places {
  readonly #free: Reusable[] = []
  readonly #given: Reusable[] = []
  readonly #thrownAway: string[] = []

  async withSchema(): Promise<{ readonly url: string }> {
    const database = this.#free.pop() ?? (await makeReusable(await server()))
    this.#given.push(database)
    return { url: database.url }
  }

  async empty(): Promise<{ readonly url: string }> {
    const url = await (await server()).createDatabase()
    this.#thrownAway.push(url)
    return { url }
  }

  async takeBack(): Promise<void> {
    for (const database of this.#given.splice(0)) {
      if (await isRestored(database)) this.#free.push(database)
      else this.#thrownAway.push(database.url)
    }
    for (const url of this.#thrownAway.splice(0)) await (await server()).dropDatabase(url)
  }

  async end(): Promise<void> {
    for (const { url } of this.#free.splice(0)) await (await server()).dropDatabase(url)
  }
}

async function server(): Promise<Postgres> {
  const found = await postgres()
  if (found === null) throw new Error('PostgreSQL was there a moment ago.')
  return found
}

async function makeReusable(on: Postgres): Promise<Reusable> {
  const url = await on.createDatabase()
  await (await openDatabase({ url }))[Symbol.asyncDispose]()
  return await ask(url, async (client) => ({
    url,
    restoring: await restoringStatements(client),
    bytes: await sizeOf(client),
  }))
}

/** False when it must not be used again. */
async function isRestored({ url, restoring, bytes }: Reusable): Promise<boolean> {
  return await ask(url, async (client) => {
    if ((await sizeOf(client)) - bytes > MAX_GROWTH_BYTES) return false
    // The ledger forbids deletion by triggers, which a superuser alone can pass by.
    if (!(await isSuperuser(client))) return false
    await client.query(restoring)
    return true
  })
}

async function restoringStatements(client: Client): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'",
  )
  const statements = ['begin', 'set local session_replication_role = replica']
  for (const { name } of tables) {
    statements.push(`delete from ${name}`)
    const { rows } = await client.query<{ text: string | null }>(
      `select quote_literal(jsonb_agg(${name})) as text from ${name}`,
    )
    const text = rows[0]?.text ?? null
    if (text !== null)
      statements.push(`insert into ${name} overriding system value
        select * from jsonb_populate_recordset(null::${name}, ${text})`)
  }
  const { rows: sequences } = await client.query<{ statement: string }>(
    `select format('select setval(%L, %s, %L)', format('%I.%I', schemaname, sequencename),
       coalesce(last_value, start_value), last_value is not null) as statement from pg_sequences`,
  )
  return [...statements, ...sequences.map(({ statement }) => statement), 'commit'].join(';\n')
}

async function sizeOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes')
  return Number(rows[0]?.bytes)
}

async function isSuperuser(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ on: string }>("select current_setting('is_superuser') as on")
  return rows[0]?.on === 'on'
}

async function ask<T>(url: string, question: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await question(client)
  } finally {
    await client.end()
  }
}
