// The upstream of the benchmark: OpenAI's chat endpoint as cheap as Node can make it, so that the server under test is
// what runs out first. Raw sockets, replies built once, no JSON.parse. It runs inside the load generator's process:
// one clock for both, no context switch between them, and the direct run shows how fast the two are together.
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { HttpMessageParser } from './http-message-parser.ts'
import { StreamPacer } from './stream-pacer.ts'
import { jsonReply, streamReply } from './workload.ts'
import type { ReplyPlan } from './workload.ts'

/** Running totals, for the check that every reply a client got was really fetched here. */
export type MockTotals = { requests: number; abortedStreams: number }

export type MockUpstream = {
  port: number
  totals: MockTotals
  /** How streamed answers are paced from now on. Change it only while nothing is in flight. */
  setPlan(plan: ReplyPlan): void
  close(): Promise<void>
}

const JSON_BYTES = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\n` +
    `content-length: ${Buffer.byteLength(jsonReply())}\r\n\r\n${jsonReply()}`,
)
const MODELS = '{"object":"list","data":[{"id":"gpt-4o","object":"model","created":1760000000,"owned_by":"bench"}]}'
const MODELS_BYTES = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${MODELS.length}\r\n\r\n${MODELS}`,
)
const NOT_FOUND_BYTES = Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

function framed(event: string): string {
  return `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`
}

const EVENTS = streamReply()
const OPENING = Buffer.from(STREAM_HEAD + framed(EVENTS.role))
const CONTENT = Buffer.from(framed(EVENTS.content))
const FINISH = Buffer.from(framed(EVENTS.finish))
const CLOSING = Buffer.from(`${framed(EVENTS.done)}0\r\n\r\n`)
const CLOSING_WITH_USAGE = Buffer.from(`${framed(EVENTS.usage)}${framed(EVENTS.done)}0\r\n\r\n`)

/** Starts the mock on 127.0.0.1, any port. */
export async function startMockUpstream(): Promise<MockUpstream> {
  const totals: MockTotals = { requests: 0, abortedStreams: 0 }
  const pacer = new StreamPacer(CONTENT)
  let plan: ReplyPlan = { contentChunks: 20, gapUs: 0 }
  const sockets = new Set<Socket>()

  function accept(socket: Socket): void {
    let target = ''
    let stream = false
    let usage = false
    let open = false
    sockets.add(socket)
    const parser = new HttpMessageParser({
      onHead: (head) => {
        target = head.slice(0, head.indexOf(' HTTP/'))
        stream = usage = false
      },
      // Only the two ends of what arrived are searched: that is where clients and gateways put these fields, and a
      // full search of 256 KiB would cost more than everything else here.
      onBody: (bytes, start, end) => {
        stream ||= mentions(bytes, start, end, '"stream":true')
        usage ||= mentions(bytes, start, end, '"include_usage":true')
      },
      onEnd: () => {
        totals.requests++
        if (!target.startsWith('POST') || !target.endsWith('/chat/completions')) {
          socket.write(target.endsWith('/models') ? MODELS_BYTES : NOT_FOUND_BYTES)
        } else if (stream) {
          open = true
          socket.write(OPENING)
          const closing = usage ? CLOSING_WITH_USAGE : CLOSING
          pacer.start(socket, plan.contentChunks, plan.gapUs, () => {
            open = false
            socket.write(FINISH)
            socket.write(closing)
          })
        } else {
          socket.write(JSON_BYTES)
        }
      },
    })
    socket.on('data', (bytes: Buffer) => parser.feed(bytes))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (open) totals.abortedStreams++
      sockets.delete(socket)
    })
  }

  const server = createServer({ noDelay: true }, accept)
  server.listen(0, '127.0.0.1', 4096)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    totals,
    setPlan: (next) => {
      plan = next
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const EDGE = 512

function mentions(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start <= 2 * EDGE) return bytes.subarray(start, end).includes(text)
  return bytes.subarray(start, start + EDGE).includes(text) || bytes.subarray(end - EDGE, end).includes(text)
}
