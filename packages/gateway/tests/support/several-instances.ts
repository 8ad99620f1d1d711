// Several gateways that share one PostgreSQL and one Redis, all of them processes of their own, as on several machines.
// Both servers are private to the test: it may freeze and kill them.

import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import {
  hasPostgres,
  hasRedis,
  postgres,
  redis,
  type PostgresServer,
  type RedisServer,
} from '@fairlead/testkit/services.ts'
import { chat } from './gateway.ts'
import { callOnce } from './load.ts'
import { spawnGateway, type GatewayProcess, type SpawnOptions } from './processes.ts'
import { mustBeSound } from './sound-books.ts'

/** Where these are not installed, the tests are skipped. */
export const HAS_SERVERS = hasPostgres({ own: true }) && hasRedis({ own: true })

export interface SeveralInstances extends AsyncDisposable {
  readonly gateways: readonly GatewayProcess[]
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  /** Of the database that they share. */
  readonly databaseUrl: string
  /** Kills one with all of its workers, as a machine that loses its power: SIGKILL, at once. */
  kill(at: number): Promise<void>
  /** Starts the one that was killed again, in its folder and on another port. */
  startAgain(at: number): Promise<GatewayProcess>
  /** POSTs a chat to one of them over a connection of its own, or over `agent`. */
  call(at: number, key: string, agent?: Agent): Promise<{ readonly status: number }>
  /** The same with the reply's headers. */
  ask(at: number, key: string): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>
  /** So many calls, spread over all of them in turn, some at once; how many were let through, and all statuses. */
  flood(
    key: string,
    calls: number,
    atOnce: number,
  ): Promise<{ readonly through: number; readonly statuses: ReadonlySet<number> }>
}

export async function startInstances(
  count: number,
  options: Pick<SpawnOptions, 'yaml' | 'workers' | 'server'>,
): Promise<SeveralInstances> {
  const [database, cache] = await Promise.all([postgres({ own: true }), redis({ own: true })])
  if (database?.server == null || cache?.server == null) throw new Error('PostgreSQL or Redis is not installed here.')
  const { server } = database
  const redisServer = cache.server
  const gateways: GatewayProcess[] = []
  /** Those that were killed: the folder goes away with the first that was started in it. */
  const gone: GatewayProcess[] = []
  const dispose = async (): Promise<void> => {
    redisServer.thaw()
    server.thaw()
    await Promise.all([...gateways, ...gone].map(async (gateway) => await gateway[Symbol.asyncDispose]()))
    try {
      await mustBeSound({ url: databaseUrl })
    } finally {
      await Promise.all([server[Symbol.asyncDispose](), redisServer[Symbol.asyncDispose]()])
    }
  }
  const databaseUrl = await database.createDatabase()
  const env = {
    FAIRLEAD_DATABASE_URL: databaseUrl,
    FAIRLEAD_REDIS_URL: cache.url,
    FAIRLEAD_SECRET_KEY: randomBytes(32).toString('hex'),
  }
  try {
    const starting = Array.from({ length: count }, async () => {
      gateways.push(await spawnGateway({ ...options, env }))
    })
    await Promise.all(starting)
  } catch (error) {
    await dispose()
    throw error
  }
  const body = JSON.stringify(chat())
  const urlOf = (at: number): string => `${gateways[at % count]?.url}/chat/completions`
  return {
    gateways,
    postgres: server,
    redis: redisServer,
    databaseUrl,
    kill: async (at) => {
      const gateway = gateways[at]
      if (gateway?.child.pid === undefined) throw new Error(`there is no instance ${at}`)
      process.kill(-gateway.child.pid, 'SIGKILL')
      await gateway.ended
    },
    startAgain: async (at) => {
      const before = gateways[at]
      if (before === undefined) throw new Error(`there is no instance ${at}`)
      const gateway = await spawnGateway({ ...options, env, folder: before.folder })
      gateways[at] = gateway
      gone.push(before)
      return gateway
    },
    call: async (at, key, agent) => await callOnce(urlOf(at), key, body, agent),
    ask: async (at, key) => {
      const response = await fetch(urlOf(at), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
        body,
      })
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    flood: async (key, calls, atOnce) => {
      const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
      const statuses = new Set<number>()
      let begun = 0
      let through = 0
      const client = async (): Promise<void> => {
        while (begun < calls) {
          const { status } = await callOnce(urlOf(begun++), key, body, agent)
          statuses.add(status)
          if (status === 200) through++
        }
      }
      await Promise.all(Array.from({ length: atOnce }, client))
      agent.destroy()
      return { through, statuses }
    },
    [Symbol.asyncDispose]: dispose,
  }
}
