import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { hasPostgres, hasRedis, postgres, redis } from './services.ts'

describe.runIf(hasPostgres({ own: true }))('a PostgreSQL of our own', () => {
  it('gives every caller an empty database, and keeps it over a kill', async () => {
    const found = await postgres({ own: true })
    await using server = found!.server!
    const url = await found!.createDatabase()
    expect(await found!.createDatabase()).not.toBe(url)
    await query(url, 'create table kept (n int)')
    await query(url, 'insert into kept values (7)')
    await server.kill()
    await expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }])
  })
})

describe.runIf(hasRedis({ own: true }))('a Redis of our own', () => {
  it('is gone after a kill and comes back on its port', async () => {
    const found = await redis({ own: true })
    await using server = found!.server!
    await found!.kill()
    await server.start()
    expect(server.url).toBe(found!.url)
    expect(found!.pid).toBe(server.pid)
  })
})

describe.runIf(hasPostgres({ own: true }) && hasRedis({ own: true }))('the servers of a process', () => {
  it('end with it, also when it is killed, and leave no files', async () => {
    const module = new URL('services.ts', import.meta.url).href
    const program = `
      import { postgres, redis } from '${module}'
      const own = { own: true }
      const servers = [(await postgres(own)).server, (await redis(own)).server]
      console.log(JSON.stringify(servers.map(({ pid, dir }) => ({ pid, dir }))))
      process.kill(process.pid, 'SIGKILL')`
    const output = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]).catch(
      (error: { stdout: string }) => error,
    )
    const servers: { pid: number; dir: string }[] = JSON.parse(output.stdout)
    expect(servers).toHaveLength(2)
    for (const { pid, dir } of servers) {
      await expect.poll(() => existsSync(dir) || runs(pid), { timeout: 10_000 }).toBe(false)
    }
  })
})

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
