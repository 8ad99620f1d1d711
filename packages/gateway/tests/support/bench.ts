// One fake upstream behind one gateway, and the figures that must be back at nothing when everybody has gone home.

import {
  connectRaw,
  startFakeUpstream,
  type FakeUpstream,
  type FakeUpstreamOptions,
  type RawClient,
  type RawClientOptions,
} from '@fairlead/testkit'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { chat, providersYaml, startGateway, type TestGateway } from './gateway.ts'

export interface Bench extends AsyncDisposable {
  readonly upstream: FakeUpstream
  readonly gateway: TestGateway
  readonly port: number
  /** The gateway's side of its clients' connections. */
  readonly sockets: ReadonlySet<Socket>
  connect(options?: RawClientOptions): Promise<RawClient>
  /** Resolves when nothing is being served and no client's socket is left; rejects with what is. */
  untilQuiet(timeoutMs?: number): Promise<void>
}

interface BenchOptions {
  readonly upstream?: FakeUpstreamOptions
  /** Further members of `server`. */
  readonly server?: string
  /** Further sections of the configuration. */
  readonly yaml?: string
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const upstream = await startFakeUpstream(options.upstream)
  const yaml = providersYaml([upstream.url], options.yaml ?? 'health: { check: off }\n')
  const gateway = await startGateway(yaml, options.server === undefined ? {} : { server: options.server })
  const sockets = new Set<Socket>()
  gateway.app.plane.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const port = Number(new URL(gateway.origin).port)
  return {
    upstream,
    gateway,
    port,
    sockets,
    connect: async (connection = {}) => await connectRaw(port, connection),
    async untilQuiet(timeoutMs = 3_000) {
      // A socket that was reset tells of an error first, and `close` all the same.
      const closed = [...sockets].map(async (socket) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        socket.once('close', () => resolve())
        await promise
      })
      await Promise.race([Promise.all(closed), sleep(timeoutMs, undefined, { ref: false })])
      await upstream.ledger.until(({ totals }) => totals.openRequests === 0, timeoutMs)
      const { inFlight, heldBytes } = gateway.app.plane.metrics
      if (sockets.size > 0 || inFlight > 0 || heldBytes > 0) {
        throw new Error(`Left over: ${sockets.size} sockets, ${inFlight} requests, ${heldBytes} bytes.`)
      }
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

/** The head of a chat request; `lines` end in CRLF each. */
export function requestHead(key: string, lines: string): string {
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${lines}\r\n`
}

/** A whole chat request. */
export function chatRequest(key: string, extra: Record<string, unknown> = {}, lines = ''): string {
  const body = JSON.stringify(chat('Hello!', extra))
  return `${requestHead(key, `${lines}Content-Length: ${Buffer.byteLength(body)}\r\n`)}${body}`
}

interface ErrorBody {
  readonly message: string
  readonly type: string
  readonly param: string | null
  readonly code: string
}

/** The error of a reply in OpenAI's shape; throws when a member is missing or of another type. */
export function openAiError(body: Buffer | string): ErrorBody {
  const text = body.toString()
  const error: unknown = (JSON.parse(text) as { error?: unknown }).error
  if (typeof error !== 'object' || error === null)
    throw new Error(`Not an error in OpenAI's shape: ${text.slice(0, 200)}`)
  const { message, type, param, code } = error as Record<string, unknown>
  if (
    typeof message !== 'string' ||
    message === '' ||
    typeof type !== 'string' ||
    typeof code !== 'string' ||
    (param !== null && typeof param !== 'string')
  ) {
    throw new Error(`A member is missing in the error: ${text.slice(0, 200)}`)
  }
  return { message, type, param, code }
}
