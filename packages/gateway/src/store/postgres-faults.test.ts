// What callers of the stores get while PostgreSQL is refused, killed, frozen, crowded or replaced, and that all is well
// again within seconds of its being back, without anybody's doing.
import { CompiledQuery, Kysely } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hasPostgres, PostgresServer, TcpSwitch } from '@fairlead/testkit/services.ts'
import { GatewayError } from '../core/errors.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { PostgresDialect } from './postgres-dialect.ts'
import { PostgresLink, type PostgresLinkOptions } from './postgres-link.ts'
import type { Tables } from './schema.ts'
import { reasonOf } from './unavailable.ts'

const TIMES = { connectMs: 1000, acquireMs: 1500, statementMs: 700, answerMs: 1000 }
const BACK = { timeout: 5000, interval: 50 }

describe.runIf(hasPostgres({ own: true }))('PostgreSQL', () => {
  /** Every test leaves it as it should be: up, and well. */
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
    await migrated(server.url)
  })
  afterEach(() => server.thaw())
  afterAll(() => server[Symbol.asyncDispose]())

  it('refused: 503 with Retry-After at once, and service again when it is there', async () => {
    const { kysely, changes } = connect(server.url)
    await using _ = kysely
    await server.kill()
    await refusals(kysely, 20)
    expect(changes.map(({ up }) => up)).toEqual([false])
    const startedMs = performance.now()
    await expect(write(kysely)).rejects.toThrow(GatewayError)
    expect(performance.now() - startedMs).toBeLessThan(200)
    await server.start()
    await expect.poll(() => well(kysely), BACK).toBe(true)
    expect(changes.map(({ up }) => up)).toEqual([false, true])
  })

  it('away at the start: opens all the same, refuses everybody, and serves when it comes, its schema made', async () => {
    const url = await newDatabase(server.url)
    await server.kill()
    const lines: string[] = []
    const log = {
      info: (_: object, message: string) => void lines.push(message),
      warn: (_: object, message: string) => void lines.push(message),
      error: (_: object, message: string) => void lines.push(message),
    }
    await expect(openDatabase({ url }, { log })).rejects.toThrow(/ECONN(REFUSED|RESET)/)
    await using database = await openDatabase({ url }, { patient: true, log })
    await expect(database.check()).rejects.toThrow(/postgres:.*ECONN(REFUSED|RESET)/)
    await expect(database.keys.findByDigest('x')).rejects.toMatchObject({
      tableCode: 'service_unavailable',
      status: 503,
    })
    await server.start()
    await expect.poll(() => database.check().then(() => 'well', String), { timeout: 10_000 }).toBe('well')
    expect(await database.keys.count()).toBe(0)
    expect(lines).toEqual([
      'the database cannot be reached; starting without it, and asking it again',
      'the database is there',
    ])
  })

  it('says at once what no waiting can mend: a wrong password or database', async () => {
    const url = new URL(server.url)
    url.pathname = '/nowhere'
    await expect(openDatabase({ url: url.href }, { patient: true })).rejects.toThrow(
      'database "nowhere" does not exist',
    )
    url.username = 'nobody'
    await expect(openDatabase({ url: url.href }, { patient: true })).rejects.toThrow('role "nobody" does not exist')
  })

  it('killed with statements and transactions under way: they fail with 503, nothing half done stays', async () => {
    const { kysely } = connect(server.url)
    await using _ = kysely
    const inside = Promise.withResolvers<void>()
    const killed = Promise.withResolvers<void>()
    const transaction = kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('meta').values({ name: 'half', value: '1' }).execute()
      inside.resolve()
      await killed.promise
      await transaction.insertInto('meta').values({ name: 'other half', value: '1' }).execute()
    })
    const settled = transaction.then(
      () => undefined,
      (error: unknown) => error,
    )
    await inside.promise
    await server.kill()
    killed.resolve()
    expect(await settled).toMatchObject({ tableCode: 'service_unavailable', retryAfterSeconds: 5 })
    await server.start()
    await expect.poll(() => well(kysely), BACK).toBe(true)
    const names = await kysely.selectFrom('meta').select('name').where('name', 'like', '%half').execute()
    expect(names).toEqual([])
  })

  it('shut down in order and restarted: the same', async () => {
    const { kysely } = connect(server.url)
    await using _ = kysely
    await server.stop()
    await refusals(kysely, 5)
    await server.start()
    await expect.poll(() => well(kysely), BACK).toBe(true)
  })

  it('frozen: nobody waits longer than the bound, after the first ones nobody waits at all, and thawing is enough', async () => {
    const { kysely } = connect(server.url)
    await using _ = kysely
    await Promise.all(Array.from({ length: 4 }, () => write(kysely)))
    server.freeze()
    const startedMs = performance.now()
    await refusals(kysely, 30)
    expect(performance.now() - startedMs).toBeLessThan(TIMES.acquireMs + TIMES.answerMs + 1000)
    const laterMs = performance.now()
    await refusals(kysely, 30)
    expect(performance.now() - laterMs).toBeLessThan(500)
    server.thaw()
    await expect.poll(() => well(kysely), BACK).toBe(true)
  })

  it('fails over to another server behind the same address', async () => {
    await using second = await PostgresServer.start()
    await using address = await TcpSwitch.start(server.port)
    const url = new URL(server.url)
    url.port = String(address.port)
    const { kysely } = connect(url.href)
    await using _ = kysely
    await migrated(second.url)
    await write(kysely)
    server.freeze()
    address.lead(0)
    await refusals(kysely, 10)
    address.lead(second.port)
    await expect.poll(() => well(kysely), BACK).toBe(true)
  })

  it('takes no answer from a server that only reads', async () => {
    const { kysely } = connect(server.url)
    await using _ = kysely
    // What a demoted server says to a statement on a connection that it left open.
    await expect(
      kysely.connection().execute(async (connection) => {
        await connection.executeQuery(rawQuery('set default_transaction_read_only = on'))
        await write(connection)
      }),
    ).rejects.toMatchObject({ tableCode: 'service_unavailable' })
    await expect.poll(() => well(kysely), BACK).toBe(true)
  })

  it('with all its connections taken: callers wait for their turn, then get 503, and never more', async () => {
    await using small = await PostgresServer.start({ maxConnections: 6 })
    await migrated(small.url)
    const url = await ordinaryUser(small.url)
    const { kysely: greedy } = connect(url, { size: 6 })
    await using _greedy = greedy
    const { kysely } = connect(url)
    await using _ = kysely
    const taken = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    let count = 0
    const holders = Array.from({ length: 6 }, () =>
      greedy.connection().execute(async () => {
        if (++count === 6) taken.resolve()
        await mayEnd.promise
      }),
    )
    await taken.promise
    const startedMs = performance.now()
    await refusals(kysely, 3)
    const waitedMs = performance.now() - startedMs
    expect(waitedMs).toBeGreaterThan(TIMES.acquireMs - 200)
    expect(waitedMs).toBeLessThan(TIMES.acquireMs + 1500)
    const waiting = write(kysely)
    mayEnd.resolve()
    await Promise.all(holders)
    await greedy.destroy()
    await waiting
  })

  it('ends a statement that takes too long at the server, and goes on using the connection', async () => {
    const { kysely, changes } = connect(server.url)
    await using _ = kysely
    await expect(kysely.executeQuery(rawQuery('select pg_sleep(5)'))).rejects.toMatchObject({
      tableCode: 'service_unavailable',
    })
    expect(await well(kysely)).toBe(true)
    expect(changes).toEqual([])
  })
})

function connect(url: string, options: Partial<PostgresLinkOptions> = {}) {
  const changes: { up: boolean; reason: string }[] = []
  const link = new PostgresLink({ url, times: TIMES, onChange: (change) => changes.push(change), ...options })
  return { kysely: new Kysely<Tables>({ dialect: new PostgresDialect(link) }), changes }
}

async function migrated(url: string): Promise<void> {
  const { kysely } = connect(url, { times: { statementMs: 0, answerMs: 0 } })
  await migrate(kysely, { nowMs: 1 })
  await kysely.destroy()
}

/** Without a schema. */
async function newDatabase(serverUrl: string): Promise<string> {
  const { kysely } = connect(serverUrl)
  await kysely.executeQuery(rawQuery('create database fresh'))
  await kysely.destroy()
  const url = new URL(serverUrl)
  url.pathname = '/fresh'
  return url.href
}

/** A superuser has connections of his own set aside. */
async function ordinaryUser(url: string): Promise<string> {
  const { kysely } = connect(url)
  await kysely.executeQuery(rawQuery('create role ordinary login'))
  await kysely.executeQuery(rawQuery('grant all on all tables in schema public to ordinary'))
  await kysely.destroy()
  const ordinary = new URL(url)
  ordinary.username = 'ordinary'
  return ordinary.href
}

async function write(kysely: Kysely<Tables>): Promise<void> {
  await kysely
    .insertInto('meta')
    .values({ name: 'test', value: '1' })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: '2' }))
    .execute()
}

async function well(kysely: Kysely<Tables>): Promise<boolean> {
  return await write(kysely).then(
    () => true,
    () => false,
  )
}

/** So many callers at once; all of them must be told the same, and why. */
async function refusals(kysely: Kysely<Tables>, callers: number): Promise<void> {
  const errors = await Promise.all(
    Array.from({ length: callers }, () =>
      write(kysely).then(
        () => new Error('it was written'),
        (error: unknown) => error,
      ),
    ),
  )
  for (const error of errors) {
    expect(error).toMatchObject({
      name: 'GatewayError',
      tableCode: 'service_unavailable',
      status: 503,
      retryAfterSeconds: 5,
    })
    expect(reasonOf(error)).not.toContain('not available at the moment')
  }
}

function rawQuery(text: string) {
  return CompiledQuery.raw(text)
}
