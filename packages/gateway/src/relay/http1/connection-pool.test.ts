import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Asked } from './__fixtures__/asked.ts'
import { RawServer } from './__fixtures__/raw-server.ts'
import { ConnectionPool } from './connection-pool.ts'
import { createLookup } from '../dns-lookup.ts'
import { Connector } from './connect.ts'
import { RequestHeads } from './request-head.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const LINES = ['content-type', 'application/json']

const open: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

function poolFor(port: number, { maxConnections = 10 } = {}): ConnectionPool {
  const hostname = '127.0.0.1'
  const connector = new Connector({ isSecure: false, hostname, port, timeoutMs: 2_000, lookup: createLookup() })
  const pool = new ConnectionPool({ connector, heads: new RequestHeads(`${hostname}:${port}`), maxConnections })
  open.push(() => pool.destroy())
  return pool
}

function ask(pool: ConnectionPool, body = 'hello', asked = new Asked()): Asked {
  pool.send('/v1/chat', LINES, Buffer.from(body), asked)
  return asked
}

async function answered(pool: ConnectionPool, body = 'hello'): Promise<Asked> {
  const asked = ask(pool, body)
  await asked.over.promise
  return asked
}

describe('a pool of connections', () => {
  it('sends what it is given and hands back what comes', async () => {
    await using server = await RawServer.start((socket) => socket.write(OK))
    const asked = await answered(poolFor(server.port), '{"a":1}')
    expect(asked.heard).toEqual(['queued', 'start', '200', 'end'])
    expect(asked.body).toBe('ok')
    expect(server.bodies).toEqual(['{"a":1}'])
    expect(server.heads[0]).toMatch(/^POST \/v1\/chat HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/)
  })

  it('uses a connection again', async () => {
    await using server = await RawServer.start((socket) => socket.write(OK))
    const pool = poolFor(server.port)
    for (let count = 0; count < 5; count++) await answered(pool)
    expect(server.sockets).toHaveLength(1)
  })

  it('sends large bodies whole, and takes large answers whole', async () => {
    await using server = await RawServer.start((socket, body) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
    )
    const pool = poolFor(server.port)
    for (const size of [0, 1, 16 * 1024, 16 * 1024 + 1, 3_000_000]) {
      const body = 'abcdefghij'.repeat(size / 10 + 1).slice(0, size)
      expect((await answered(pool, body)).body === body, `${size} bytes`).toBe(true)
    }
    expect(server.sockets).toHaveLength(1)
  })

  it('opens no more connections than it may; the others wait and are served in their order', async () => {
    await using server = await RawServer.start((socket) => setImmediate(() => socket.write(OK)))
    const pool = poolFor(server.port, { maxConnections: 2 })
    const all = Array.from({ length: 20 }, (_, index) => ask(pool, `${index}`))
    await Promise.all(all.map(({ over }) => over.promise))
    expect(all.every(({ body }) => body === 'ok')).toBe(true)
    expect(server.sockets).toHaveLength(2)
    expect(server.bodies.map(Number)).toEqual(server.bodies.map(Number).toSorted((a, b) => a - b))
  })

  it('forgets a request that is given up while it waits, and sends nothing of it', async () => {
    const held: Socket[] = []
    await using server = await RawServer.start((socket) => held.push(socket))
    const pool = poolFor(server.port, { maxConnections: 1 })
    const first = ask(pool, 'first')
    const second = ask(pool, 'second')
    const third = ask(pool, 'third')
    second.controller?.abort(new Error('no longer wanted'))
    expect(second.heard).toEqual(['queued', 'error: no longer wanted'])
    await expect.poll(() => held.length).toBe(1)
    held[0]?.write(OK)
    await first.over.promise
    await expect.poll(() => held.length).toBe(2)
    held[1]?.write(OK)
    await third.over.promise
    expect(server.bodies).toEqual(['first', 'third'])
  })

  it('sends nothing of a request that is given up at its very start, and keeps the connection', async () => {
    await using server = await RawServer.start((socket) => socket.write(OK))
    const pool = poolFor(server.port)
    await answered(pool)
    const asked = new Asked()
    asked.onStart = ({ controller }) => controller?.abort(new Error('too late'))
    ask(pool, 'never', asked)
    expect(asked.heard).toEqual(['start', 'error: too late'])
    await answered(pool, 'next')
    expect(server.bodies).toEqual(['hello', 'next'])
    expect(server.sockets).toHaveLength(1)
  })

  it('closes the connection of a request that is given up on its way, at once', async () => {
    await using server = await RawServer.start((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab'),
    )
    const pool = poolFor(server.port)
    const asked = ask(pool)
    await asked.begun.promise
    const closed = once(server.sockets[0] ?? expect.unreachable(), 'close')
    asked.controller?.abort(new Error('the client is gone'))
    expect(asked.heard.at(-1)).toBe('error: the client is gone')
    await closed
    asked.controller?.abort(new Error('again'))
    expect(asked.heard.filter((what) => what.startsWith('error'))).toHaveLength(1)
  })

  it('is not moved by a request that is over already', async () => {
    await using server = await RawServer.start((socket) => socket.write(OK))
    const pool = poolFor(server.port)
    const first = await answered(pool)
    first.controller?.abort(new Error('too late'))
    first.controller?.pause()
    expect((await answered(pool)).body).toBe('ok')
    expect(server.sockets).toHaveLength(1)
  })

  it('tells each waiting request that no connection could be made', async () => {
    const server = await RawServer.start(() => {})
    const { port } = server
    await server[Symbol.asyncDispose]()
    const all = Array.from({ length: 3 }, () => ask(poolFor(port)))
    await Promise.all(all.map(({ over }) => over.promise))
    for (const { heard } of all) expect(heard).toEqual(['queued', expect.stringContaining('ECONNREFUSED')])
  })

  it('gives up a connection that does not come about in time', async () => {
    // A name that is never resolved holds a connection up as well as a host that never answers.
    const settings = { isSecure: false, hostname: 'never.example', port: 1, timeoutMs: 50, lookup: () => {} }
    const connector = new Connector(settings)
    const stuck = new ConnectionPool({ connector, heads: new RequestHeads('never.example'), maxConnections: 1 })
    open.push(() => stuck.destroy())
    const asked = ask(stuck)
    await asked.over.promise
    expect(asked.heard).toEqual(['queued', 'error: no connection to never.example:1 within 50 ms'])
  })

  it('tells a request whose connection breaks, before and in the middle of the answer', async () => {
    for (const part of ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc']) {
      await using server = await RawServer.start((socket) => socket.end(part))
      const asked = await answered(poolFor(server.port))
      expect(asked.heard.at(-1)).toBe('error: the upstream closed the connection')
    }
    await using server = await RawServer.start((socket) => socket.resetAndDestroy())
    expect((await answered(poolFor(server.port))).heard.at(-1)).toMatch(/ECONNRESET|closed the connection/)
  })

  it('opens another connection for those who wait when one breaks', async () => {
    await using server = await RawServer.start((socket, _body, nth) =>
      nth === 1 ? socket.destroy() : socket.write(OK),
    )
    const pool = poolFor(server.port, { maxConnections: 1 })
    const first = ask(pool, 'first')
    const second = ask(pool, 'second')
    await Promise.all([first.over.promise, second.over.promise])
    expect(first.heard.at(-1)).toMatch(/^error/)
    expect(second.body).toBe('ok')
  })

  it.each([
    ['says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['sends more than its reply', `${OK}HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n`],
  ])('takes a new connection after a server that %s', async (_what, reply) => {
    await using server = await RawServer.start((socket) => socket.write(reply))
    const pool = poolFor(server.port)
    expect((await answered(pool)).body).toBe('ok')
    expect((await answered(pool)).body).toBe('ok')
    expect(server.sockets).toHaveLength(2)
  })

  it('takes the end of the connection for the end of a body without a length', async () => {
    await using server = await RawServer.start((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nto the end'))
    const asked = await answered(poolFor(server.port))
    expect(asked.heard.at(-1)).toBe('end')
    expect(asked.body).toBe('to the end')
  })

  it('does not use a connection again that the server has ended, or on which it says something unasked', async () => {
    for (const act of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.write('HTTP/1.1 408 Timeout\r\n\r\n'),
    ]) {
      await using server = await RawServer.start((socket) => socket.write(OK))
      const pool = poolFor(server.port)
      await answered(pool)
      const first = server.sockets[0] ?? expect.unreachable()
      const closed = once(first, 'close')
      act(first)
      await closed
      expect((await answered(pool)).body).toBe('ok')
      expect(server.sockets).toHaveLength(2)
    }
  })

  it('takes a new connection when the answer came before the question was out', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.pause().write('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno'))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const sockets: Socket[] = []
    server.on('connection', (socket) => sockets.push(socket))
    open.push(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const pool = poolFor((server.address() as AddressInfo).port)
    const large = 'x'.repeat(30_000_000)
    for (const count of [1, 2]) {
      const asked = await answered(pool, large)
      expect(asked.heard).toEqual(['queued', 'start', '413', 'end'])
      expect(sockets).toHaveLength(count)
    }
  })

  it('closes what has been idle for as long as the server keeps it', async () => {
    await using server = await RawServer.start((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nkeep-alive: timeout=10\r\ncontent-length: 2\r\n\r\nok'),
    )
    const pool = poolFor(server.port)
    await answered(pool)
    pool.sweep(performance.now() + 7_000)
    await answered(pool)
    expect(server.sockets).toHaveLength(1)
    const closed = once(server.sockets[0] ?? expect.unreachable(), 'close')
    pool.sweep(performance.now() + 8_001)
    await closed
  })

  it('reads no faster than it is let', async () => {
    const size = 20_000_000
    await using server = await RawServer.start((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`)
      socket.write(Buffer.alloc(size, 'x'))
    })
    const asked = new Asked()
    asked.onChunk = ({ controller }) => controller?.pause()
    ask(poolFor(server.port), 'hello', asked)
    await asked.begun.promise
    await expect.poll(() => server.sockets[0]?.writableLength ?? 0).toBeGreaterThan(0)
    const paused = asked.body.length
    // Whatever fits between the two has been sent by now; nothing of it may have been read.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(asked.body.length).toBe(paused)
    expect(server.sockets[0]?.writableLength).toBeGreaterThan(0)
    asked.onChunk = () => {}
    asked.controller?.resume()
    await asked.over.promise
    expect(asked.body.length).toBe(size)
  })

  it('goes on with a connection whose last answer was paused', async () => {
    await using server = await RawServer.start((socket) => socket.write(OK))
    const pool = poolFor(server.port)
    const first = new Asked()
    first.onChunk = ({ controller }) => controller?.pause()
    ask(pool, 'hello', first)
    await first.over.promise
    expect((await answered(pool)).body).toBe('ok')
    expect(server.sockets).toHaveLength(1)
  })

  it('hands an error of its handler back to it, and goes on', async () => {
    await using server = await RawServer.start((socket) => socket.write(OK))
    const pool = poolFor(server.port)
    const broken = new Asked()
    broken.onChunk = () => {
      throw new Error('a fault of ours')
    }
    ask(pool, 'hello', broken)
    await broken.over.promise
    expect(broken.heard.at(-1)).toBe('error: a fault of ours')
    expect((await answered(pool)).body).toBe('ok')
  })

  it('lets nobody else suffer from a handler that fails at its end', async () => {
    await using server = await RawServer.start((socket) => setImmediate(() => socket.write(OK)))
    const pool = poolFor(server.port, { maxConnections: 1 })
    const broken = new Asked()
    broken.onResponseEnd = () => {
      throw new Error('a fault of ours')
    }
    ask(pool, 'first', broken)
    const second = ask(pool, 'second')
    await second.over.promise
    expect(second.body).toBe('ok')
    expect(server.bodies).toEqual(['first', 'second'])
  })

  it('that closes serves what it has, and is over then', async () => {
    const held: Socket[] = []
    await using server = await RawServer.start((socket) => held.push(socket))
    const pool = poolFor(server.port, { maxConnections: 1 })
    const first = ask(pool, 'first')
    const second = ask(pool, 'second')
    pool.close()
    expect(pool.isOver).toBe(false)
    await expect.poll(() => held.length).toBe(1)
    held[0]?.write(OK)
    await first.over.promise
    await expect.poll(() => held.length).toBe(2)
    held[1]?.write(OK)
    await second.over.promise
    expect([first.body, second.body]).toEqual(['ok', 'ok'])
    expect(pool.isOver).toBe(true)
  })

  it('that is destroyed tells everybody, and takes nothing more', async () => {
    await using server = await RawServer.start(() => {})
    const pool = poolFor(server.port, { maxConnections: 1 })
    const all = [ask(pool, 'first'), ask(pool, 'second')]
    await expect.poll(() => server.bodies.length).toBe(1)
    pool.destroy()
    for (const { heard } of all) expect(heard.at(-1)).toBe('error: the gateway is shutting down')
    expect(() => ask(pool)).toThrow(/shutting down/)
    expect(pool.isOver).toBe(true)
  })
})
