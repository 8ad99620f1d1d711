import { hasRedis, redis, type Redis, type RedisServer } from '@fairlead/testkit/services.ts'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RedisChannel } from './redis-channel.ts'
import { RedisConnection, RedisGone } from './redis-connection.ts'

const log = pino({ level: 'silent' })

function isBack(connection: RedisConnection): Promise<void> {
  return new Promise((resolve) => {
    connection.onBack(resolve)
  })
}

describe('RedisConnection', () => {
  it('does not wait for a Redis that is not there', async () => {
    using connection = new RedisConnection({ url: 'redis://127.0.0.1:1', log })
    expect(connection.usable).toBe(false)
    await expect(connection.command('PING')).rejects.toThrow(RedisGone)
  })

  it('is not usable where something listens and never speaks', async () => {
    const mute = createServer().listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const address = mute.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    {
      using connection = new RedisConnection({ url: `redis://127.0.0.1:${port}`, log })
      await once(mute, 'connection')
      expect(connection.usable).toBe(false)
      await expect(connection.command('PING')).rejects.toThrow(RedisGone)
    }
    mute.close()
  })
})

const suite = hasRedis({ own: true }) ? describe : describe.skip
suite('with a Redis', () => {
  let server: RedisServer
  let service: Redis
  beforeEach(async () => {
    const found = await redis({ own: true })
    if (found?.server == null) throw new Error('there was a Redis a moment ago')
    service = found
    server = found.server
  })
  afterEach(async () => {
    server.thaw()
    await server[Symbol.asyncDispose]()
  })

  it('waits for a frozen one a tenth of a second once, then not at all, and is back by itself', async () => {
    using connection = new RedisConnection({ url: service.url, log })
    await isBack(connection)
    expect(await connection.command('PING')).toBe('PONG')
    server.freeze()
    const startedMs = performance.now()
    const failures = await Promise.allSettled(Array.from({ length: 100 }, () => connection.command('PING')))
    const tookMs = performance.now() - startedMs
    expect(failures.every(({ status }) => status === 'rejected')).toBe(true)
    expect(tookMs).toBeGreaterThanOrEqual(99)
    expect(tookMs).toBeLessThan(250)
    expect(connection.usable).toBe(false)
    const againMs = performance.now()
    await expect(connection.command('PING')).rejects.toThrow(RedisGone)
    expect(performance.now() - againMs).toBeLessThan(20)
    const back = isBack(connection)
    server.thaw()
    await back
    expect(await connection.command('PING')).toBe('PONG')
  })

  it('is back after a restart', async () => {
    using connection = new RedisConnection({ url: service.url, log })
    await isBack(connection)
    const gone = new Promise<void>((resolve) => {
      connection.onGone(resolve)
    })
    await server.kill()
    await gone
    const back = isBack(connection)
    await server.start()
    await back
    expect(await connection.command('PING')).toBe('PONG')
  })

  it('hands on what the server refuses, and stays', async () => {
    using connection = new RedisConnection({ url: service.url, log })
    await isBack(connection)
    await expect(connection.command('NO-SUCH-COMMAND')).rejects.toThrow(/unknown command/i)
    expect(connection.usable).toBe(true)
  })

  it('does not take a long nap of its own for a silence of the server', async () => {
    using connection = new RedisConnection({ url: service.url, log })
    await isBack(connection)
    const reply = connection.command('PING')
    const untilMs = performance.now() + 300
    while (performance.now() < untilMs);
    expect(await reply).toBe('PONG')
    expect(connection.usable).toBe(true)
  })

  it('carries messages to everybody who listens, and tells when some may be missing', async () => {
    using connection = new RedisConnection({ url: service.url, log })
    await isBack(connection)
    const heard: string[] = []
    let wake = (): void => undefined
    const next = (): Promise<void> =>
      new Promise((resolve) => {
        wake = resolve
      })
    const gap = Promise.withResolvers<void>()
    using channel = new RedisChannel({
      url: service.url,
      channel: 'news',
      connection,
      onMessage: (text) => {
        heard.push(text)
        wake()
      },
      onGap: gap.resolve,
    })
    while (!channel.listening) await new Promise((resolve) => setTimeout(resolve, 5))
    const first = next()
    channel.publish('one')
    await first
    await server.kill()
    await server.start()
    await gap.promise
    while (!connection.usable) await new Promise((resolve) => setTimeout(resolve, 5))
    const second = next()
    channel.publish('two')
    await second
    expect(heard).toEqual(['one', 'two'])
  })
})
