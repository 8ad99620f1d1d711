// Databases that tests need and a fresh machine may not have: PostgreSQL and Redis.
//
// Where the environment names a server (FAIRLEAD_TEST_DATABASE_URL, FAIRLEAD_TEST_REDIS_URL), that one is used, in a
// database or under a key prefix of the caller's own. Else, where the programs are installed, a private server is
// started in a temporary directory, on a loopback port that was free; it ends with this process however that ends.
// Else there is none, and who asked skips its tests and says so.
import { PostgresServer, postgresBinaries } from './services/postgres-server.ts'
import { createPostgresDatabase, dropPostgresDatabase } from './services/postgres-database.ts'
import { RedisServer, redisBinary } from './services/redis-server.ts'
import { randomBytes } from 'node:crypto'

export { PostgresServer, type PostgresServerOptions } from './services/postgres-server.ts'
export { RedisServer } from './services/redis-server.ts'
export { TcpSwitch } from './services/tcp-switch.ts'

export interface Postgres {
  /** Of the maintenance database; tests belong into one of their own. */
  readonly url: string
  /** Null when the environment named the server: then nobody here may stop it. */
  readonly server: PostgresServer | null
  /** A new empty database; the URL leads to it. It goes away with the server, or at `dropDatabase`. */
  createDatabase(): Promise<string>
  dropDatabase(url: string): Promise<void>
}

export interface Redis {
  readonly url: string
  readonly port: number
  /** Undefined when the environment named the server. */
  readonly pid: number | undefined
  /** For this caller alone; ends in a colon. */
  readonly keyPrefix: string
  /** SIGSTOP: connections stay open and nobody answers. These three throw when the server is not ours. */
  freeze(): void
  thaw(): void
  /** SIGKILL; resolves when it is gone. `server.start()` brings it back on the same port. */
  kill(): Promise<void>
  readonly server: RedisServer | null
}

const POSTGRES_URL = 'FAIRLEAD_TEST_DATABASE_URL'
const REDIS_URL = 'FAIRLEAD_TEST_REDIS_URL'

let sharedPostgres: Promise<PostgresServer> | undefined
let sharedRedis: Promise<RedisServer> | undefined

/** Whether `postgres()` will find one. Nothing is started by asking. */
export function hasPostgres(options: { readonly own?: boolean } = {}): boolean {
  return (options.own !== true && Boolean(process.env[POSTGRES_URL])) || postgresBinaries() !== undefined
}

/** Whether `redis()` will find one. Nothing is started by asking. */
export function hasRedis(options: { readonly own?: boolean } = {}): boolean {
  return (options.own !== true && Boolean(process.env[REDIS_URL])) || redisBinary() !== undefined
}

/**
 * The PostgreSQL of this test process, or null when there is none. `own: true` starts a new private server, for tests
 * that kill and freeze it: dispose of its `server` in the end.
 */
export async function postgres(options: { readonly own?: boolean } = {}): Promise<Postgres | null> {
  const given = process.env[POSTGRES_URL]
  if (options.own !== true && given) return onServer(given, null)
  if (postgresBinaries() === undefined) return null
  const starting = options.own === true ? PostgresServer.start() : (sharedPostgres ??= PostgresServer.start())
  const server = await starting
  return onServer(server.url, server)
}

function onServer(url: string, server: PostgresServer | null): Postgres {
  return {
    url,
    server,
    createDatabase: () => createPostgresDatabase(url),
    dropDatabase: (database) => dropPostgresDatabase(url, database),
  }
}

/** As `postgres`, for Redis. */
export async function redis(options: { readonly own?: boolean } = {}): Promise<Redis | null> {
  const given = process.env[REDIS_URL]
  const keyPrefix = `test-${randomBytes(6).toString('hex')}:`
  if (options.own !== true && given) {
    const url = new URL(given)
    return {
      url: given,
      port: Number(url.port || 6379),
      pid: undefined,
      keyPrefix,
      freeze: notOurs,
      thaw: notOurs,
      kill: notOurs,
      server: null,
    }
  }
  if (redisBinary() === undefined) return null
  const starting = options.own === true ? RedisServer.start() : (sharedRedis ??= RedisServer.start())
  const server = await starting
  return {
    url: server.url,
    port: server.port,
    get pid() {
      return server.pid
    },
    keyPrefix,
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    kill: () => server.kill(),
    server,
  }
}

function notOurs(): never {
  throw new Error(`The Redis of ${REDIS_URL} is not ours to stop. Ask for one with redis({ own: true }).`)
}
