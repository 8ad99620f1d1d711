import { createHash } from 'node:crypto'
import type { RedisConnection, RedisReply } from './redis-connection.ts'

/** A Lua script that Redis keeps: it is sent once, and named by its digest from then on. */
export class RedisScript {
  readonly #lua: string
  readonly #sha: string

  constructor(lua: string) {
    this.#lua = lua
    this.#sha = createHash('sha1').update(lua).digest('hex')
  }

  /** Before the first use, so that calls of several scripts stay in their order. */
  async load(connection: RedisConnection): Promise<void> {
    await connection.command('SCRIPT', 'LOAD', this.#lua)
  }

  async run(
    connection: RedisConnection,
    keys: readonly string[],
    ...args: readonly (string | number)[]
  ): Promise<RedisReply> {
    try {
      return await connection.command('EVALSHA', this.#sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A Redis that was restarted has forgotten it.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await connection.command('EVAL', this.#lua, keys.length, ...keys, ...args)
    }
  }
}
