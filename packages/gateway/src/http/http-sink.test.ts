import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HttpSink } from './http-sink.ts'

interface Served extends AsyncDisposable {
  readonly port: number
}

async function serve(
  answer: (sink: HttpSink, request: IncomingMessage, response: ServerResponse) => void,
): Promise<Served> {
  const server = createServer((request, response) => answer(new HttpSink(response, [], 5_000), request, response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function fetchBody(port: number): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1' }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve(Buffer.concat(parts)))
      response.on('error', reject)
    }).on('error', reject)
  })
}

/** Everything that comes until the other side closes. */
async function readAll(socket: Socket): Promise<string> {
  let text = ''
  for await (const part of socket) text += String(part)
  return text
}

describe('a stream', () => {
  test('arrives as it was written, whatever its chunks are and however they are given', async () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 16_000, maxLength: 40_000 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ bytes: piece, asText: fc.boolean(), turn: fc.boolean() })),
        async (pieces) => {
          await using served = await serve((sink) => {
            const write = async (): Promise<void> => {
              sink.head(200, ['content-type', 'text/event-stream'])
              for (const { bytes, asText, turn } of pieces) {
                const chunk = Buffer.from(bytes)
                sink.write(asText ? chunk.toString('latin1') : chunk)
                if (turn) await sleep(0)
              }
              sink.end()
            }
            void write()
          })
          expect(await fetchBody(served.port)).toEqual(Buffer.concat(pieces.map(({ bytes }) => bytes)))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('leaves the connection usable: two requests at once on one are answered in their order', async () => {
    await using served = await serve((sink, request) => {
      sink.head(200, ['content-type', 'text/event-stream'])
      const name = request.url ?? ''
      const write = async (): Promise<void> => {
        for (let count = 0; count < 3; count += 1) {
          sink.write(`${name}${count};`)
          await sleep(name === '/a' ? 5 : 0)
        }
        sink.end()
      }
      void write()
    })
    const socket = connect(served.port, '127.0.0.1')
    socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const text = await readAll(socket)
    expect(text.match(/\/[ab]\d;/g)).toEqual(['/a0;', '/a1;', '/a2;', '/b0;', '/b1;', '/b2;'])
    expect(text.match(/\r\n0\r\n\r\n/g)).toHaveLength(2)
  })

  test('has no chunks towards a client of HTTP/1.0', async () => {
    await using served = await serve((sink) => {
      sink.head(200, ['content-type', 'text/event-stream'])
      sink.write('one')
      sink.write(Buffer.from('two'))
      sink.end()
    })
    const socket = connect(served.port, '127.0.0.1')
    socket.write('GET / HTTP/1.0\r\n\r\n')
    const text = await readAll(socket)
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe('onetwo')
  })

  test('tells when a slow client has caught up, and loses nothing', async () => {
    let drained = 0
    const chunk = Buffer.alloc(10_000, 'x')
    await using served = await serve((sink) => {
      let left = 2_000
      const more = (): void => {
        while (left > 0) {
          left -= 1
          if (!sink.write(chunk)) return
        }
        sink.end()
      }
      sink.listener = {
        replyDrained: () => {
          drained += 1
          more()
        },
        replyGone: () => undefined,
      }
      sink.head(200, ['content-type', 'text/event-stream'])
      more()
    })
    expect((await fetchBody(served.port)).length).toBe(2_000 * chunk.length)
    expect(drained).toBeGreaterThan(0)
  })

  test('that is cut off does not look whole', async () => {
    await using served = await serve((sink) => {
      sink.head(200, ['content-type', 'text/event-stream'])
      sink.write('half')
      setTimeout(() => sink.cut(), 10)
    })
    await expect(fetchBody(served.port)).rejects.toThrow('aborted')
  })
})
