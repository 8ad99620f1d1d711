import { connectRaw, type RawClient } from '@fairlead/testkit'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { GatewayError } from '../core/errors.ts'
import { BodyReader, type BodyLimits } from './read-body.ts'

type Outcome = number | GatewayError['code']

interface Reading extends AsyncDisposable {
  readonly bodies: BodyReader
  /** The length of the body that was read, or the error's code. */
  readonly outcomes: readonly Outcome[]
  send(head: string): Promise<RawClient>
  until(count: number): Promise<void>
}

/** A server that does nothing but read bodies, with a grace of 300 ms in place of ten seconds. */
async function reading(limits: Partial<BodyLimits> = {}): Promise<Reading> {
  const all = { maxBodyBytes: 1_000_000, minBytesPerSecond: 1_000, maxPendingBytes: 10_000_000, ...limits }
  const bodies = new BodyReader(() => all, { graceMs: 300, sweepMs: 30 })
  const outcomes: Outcome[] = []
  let look = (): void => undefined
  const server = createServer((request: IncomingMessage) => {
    bodies.read(request, (error, body) => {
      outcomes.push(error === null ? body.length : error.code)
      look()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const clients: RawClient[] = []
  return {
    bodies,
    outcomes,
    async send(lines) {
      const client = await connectRaw((server.address() as AddressInfo).port)
      clients.push(client)
      await client.send(`POST / HTTP/1.1\r\nHost: test\r\n${lines}`)
      return client
    },
    async until(count) {
      while (outcomes.length < count) {
        await new Promise<void>((resolve) => {
          look = resolve
        })
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close()
      bodies[Symbol.dispose]()
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

describe('BodyReader', () => {
  it('gives up a body that drips, and one that stops after a quick beginning', async () => {
    await using r = await reading()
    const startedMs = performance.now()
    const drip = await r.send('Content-Length: 1000\r\n\r\n')
    void drip.drip('x'.repeat(1_000), 50)
    await r.send(`Content-Length: 900000\r\n\r\n${'x'.repeat(800_000)}`)
    await r.until(2)
    expect(r.outcomes).toEqual(['request_timeout', 'request_timeout'])
    expect(performance.now() - startedMs).toBeGreaterThan(290)
    expect(r.bodies.pendingBytes).toBe(0)
  })

  it('waits for a body that keeps the pace, however long it takes', async () => {
    await using r = await reading()
    const client = await r.send('Content-Length: 2000\r\n\r\n')
    await client.drip('x'.repeat(2_000), 50, 100)
    await r.until(1)
    expect(r.outcomes).toEqual([2_000])
  })

  it('waits for any body when there is no slowest speed', async () => {
    await using r = await reading({ minBytesPerSecond: 0 })
    const client = await r.send('Content-Length: 12\r\n\r\n')
    await client.drip('x'.repeat(12), 60)
    await r.until(1)
    expect(r.outcomes).toEqual([12])
  })

  it('refuses the body that makes all of them together too large, and counts none twice', async () => {
    await using r = await reading({ maxPendingBytes: 1_500_000, minBytesPerSecond: 0 })
    const first = await r.send(`Content-Length: 900000\r\n\r\n${'x'.repeat(899_999)}`)
    // Whose bytes come over the limit is refused: that shall be the second.
    await expect.poll(() => r.bodies.pendingBytes).toBe(899_999)
    await r.send(`Content-Length: 900000\r\n\r\n${'x'.repeat(899_999)}`)
    await r.until(1)
    expect(r.outcomes).toEqual(['service_unavailable'])
    await first.send('x')
    await r.until(2)
    expect(r.outcomes[1]).toBe(900_000)
    expect(r.bodies.pendingBytes).toBe(0)
  })

  it('counts out a body whose client has left', async () => {
    await using r = await reading()
    const client = await r.send(`Content-Length: 900000\r\n\r\n${'x'.repeat(1_000)}`)
    await expect.poll(() => r.bodies.pendingBytes).toBe(1_000)
    client.reset()
    await expect.poll(() => r.bodies.pendingBytes).toBe(0)
    expect(r.outcomes).toEqual([])
  })
})
