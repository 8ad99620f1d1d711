import { once } from 'node:events'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { testCertificate } from '@fairlead/testkit/upstream/certificates.ts'
import { expect, it } from 'vitest'
import { createLookup } from '../dns-lookup.ts'
import { classifyConnectError } from '../upstreams.ts'
import { Asked } from './__fixtures__/asked.ts'
import { RawServer } from './__fixtures__/raw-server.ts'
import { Connector } from './connect.ts'
import { ConnectionPool } from './connection-pool.ts'
import { RequestHeads } from './request-head.ts'

const GOOD = testCertificate('good')
const TLS = { key: GOOD.key, cert: GOOD.cert, ALPNProtocols: ['h2', 'http/1.1'] }

function poolFor(port: number, ca: string | undefined): ConnectionPool {
  const hostname = 'localhost'
  const address = { isSecure: true, hostname, port, timeoutMs: 2_000, lookup: createLookup() }
  const connector = new Connector({ ...address, ...(ca === undefined ? {} : { ca }) })
  return new ConnectionPool({ connector, heads: new RequestHeads(`${hostname}:${port}`), maxConnections: 4 })
}

async function answered(pool: ConnectionPool, body: string): Promise<Asked> {
  const asked = new Asked()
  pool.send('/v1/chat', [], Buffer.from(body), asked)
  await asked.over.promise
  return asked
}

function echo(socket: Socket, body: string): void {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}

it('speaks HTTP/1.1 over TLS, whatever the size, and uses the connection again', async () => {
  await using server = await RawServer.start(echo, TLS)
  const pool = poolFor(server.port, GOOD.ca)
  for (const size of [1, 16 * 1024 + 1, 2_000_000]) {
    const body = 'abcdefghij'.repeat(size / 10 + 1).slice(0, size)
    expect((await answered(pool, body)).body === body, `${size} bytes`).toBe(true)
  }
  expect(server.sockets).toHaveLength(1)
  expect(tls(server.sockets[0]).alpnProtocol).toBe('http/1.1')
  pool.destroy()
})

it('shortens the handshake of the next connection by the session of the last', async () => {
  await using server = await RawServer.start(echo, TLS)
  const pool = poolFor(server.port, GOOD.ca)
  await answered(pool, 'first')
  const closed = once(tls(server.sockets[0]), 'close')
  pool.sweep(Infinity)
  await closed
  await answered(pool, 'second')
  expect(tls(server.sockets[1]).isSessionReused()).toBe(true)
  pool.destroy()
})

it('does not go on without an authority that it knows', async () => {
  await using server = await RawServer.start(echo, TLS)
  const pool = poolFor(server.port, undefined)
  const asked = new Asked()
  let cause: string | undefined
  asked.onResponseError = (_controller, error) => {
    cause = classifyConnectError(error)
    asked.over.resolve()
  }
  pool.send('/v1/chat', [], Buffer.from('secret'), asked)
  await asked.over.promise
  expect(cause).toBe('tls')
  expect(server.bodies).toEqual([])
  pool.destroy()
})

it('reads no faster than it is let, and every byte in the end', async () => {
  const body = 'x'.repeat(20_000_000)
  await using server = await RawServer.start((socket) => echo(socket, body), TLS)
  const pool = poolFor(server.port, GOOD.ca)
  const asked = new Asked()
  asked.onChunk = ({ controller }) => controller?.pause()
  pool.send('/v1/chat', [], Buffer.from('hello'), asked)
  await asked.begun.promise
  await expect.poll(() => server.sockets[0]?.writableLength ?? 0).toBeGreaterThan(0)
  expect(asked.body.length).toBeLessThan(1_000_000)
  asked.onChunk = () => {}
  asked.controller?.resume()
  await asked.over.promise
  expect(asked.body.length).toBe(body.length)
  pool.destroy()
})

function tls(socket: Socket | undefined): TLSSocket {
  return socket instanceof TLSSocket ? socket : expect.unreachable()
}
