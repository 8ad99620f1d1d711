import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nowMs } from './deadlines.ts'
import { connectRaw } from './raw-client.ts'

let server: Server
let port: number
let accepted: Socket[]

beforeEach(async () => {
  accepted = []
  server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {})
    accepted.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  for (const socket of accepted) socket.destroy()
  server.close()
})

async function peer(): Promise<Socket> {
  if (accepted.length === 0) await once(server, 'connection')
  return accepted[0]!
}

test('drips bytes at deadlines', async () => {
  await using client = await connectRaw(port)
  const socket = await peer()
  let text = ''
  socket.on('data', (bytes: Buffer) => (text += bytes.toString()))
  const startMs = nowMs()
  await client.drip('slowly does it', 5)
  expect(nowMs() - startMs).toBeGreaterThanOrEqual(14 * 5 - 1)
  while (text.length < 14) await once(socket, 'data')
  expect(text).toBe('slowly does it')
})

test('half-closes and still reads what comes', async () => {
  await using client = await connectRaw(port)
  const socket = await peer()
  socket.resume()
  client.halfClose()
  await once(socket, 'end')
  socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  expect((await client.response()).body.toString()).toBe('ok')
})

test('resets', async () => {
  await using client = await connectRaw(port)
  const socket = await peer()
  socket.resume()
  client.reset()
  const [error] = await once(socket, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

test('takes no more bytes than it is told', async () => {
  await using client = await connectRaw(port, { paused: true })
  const socket = await peer()
  socket.write('x'.repeat(100_000))
  client.readSlowly(2000)
  const startMs = nowMs()
  await client.until(() => client.receivedBytes >= 400)
  const seconds = (nowMs() - startMs) / 1000
  expect(client.receivedBytes / Math.max(seconds, 0.15)).toBeLessThan(3500)
  client.resumeReading()
  await client.until(() => client.receivedBytes === 100_000)
})

test('says what ended a response that never became whole', async () => {
  await using client = await connectRaw(port)
  const socket = await peer()
  socket.end('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf')
  await expect(client.response()).rejects.toThrow('closed inside a length body')
})
