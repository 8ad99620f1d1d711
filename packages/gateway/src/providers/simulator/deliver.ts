// Sending a reply: headers, pace, back-pressure, and the faults that strike on the way.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { failure } from './faults.ts'
import type { Directives } from './faults.ts'
import type { Pacer } from './pacer.ts'
import type { Reply, StreamEvent } from './reply.ts'

export interface Delivery {
  readonly response: ServerResponse
  readonly directives: Directives
  readonly tokensPerSecond: number
  readonly pacer: Pacer
  /** Aborted when the client leaves; every wait ends with it. */
  readonly signal: AbortSignal
}

export async function deliver(reply: Reply, delivery: Delivery): Promise<void> {
  if (reply.kind === 'json') await deliverJson(reply.body, delivery)
  else await deliverStream(reply.events, reply.done, delivery)
}

/** A JSON answer has no tokens on the wire: a fault "after n tokens" strikes in the middle of its bytes. */
async function deliverJson(body: unknown, { response, directives, signal }: Delivery): Promise<void> {
  if (directives.failAfterTokens !== undefined) throw failure(500)
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
  const cut = directives.cutAfterTokens !== undefined
  if (!cut && directives.stallAfterTokens === undefined) {
    response.end(bytes)
    return
  }
  await written(response, bytes.subarray(0, bytes.length >> 1))
  if (cut) response.destroy()
  else await gone(signal)
}

async function deliverStream(events: Iterable<StreamEvent>, done: boolean, delivery: Delivery): Promise<void> {
  const { response, directives, pacer, signal } = delivery
  const tokenMs = 1000 / (directives.tokensPerSecond ?? delivery.tokensPerSecond)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.flushHeaders()
  const startMs = pacer.now()
  for (const event of events) {
    const fault = event.opening === true ? undefined : faultAt(event.afterTokens, directives)
    if (fault === 'cut') {
      // Everything before the cut must have reached the wire, or "after n tokens" would be a race.
      await written(response, '')
      response.destroy()
      return
    }
    if (fault === 'stall') return gone(signal)
    if (fault === 'fail') {
      response.end(`data: ${JSON.stringify(failure(500).body())}\n\n`)
      return
    }
    await pacer.until(startMs + event.afterTokens * tokenMs, signal)
    const name = event.name === undefined ? '' : `event: ${event.name}\n`
    if (!response.write(`${name}data: ${JSON.stringify(event.data)}\n\n`)) await once(response, 'drain', { signal })
  }
  response.end(done ? 'data: [DONE]\n\n' : undefined)
}

function faultAt(tokens: number, directives: Directives): 'cut' | 'stall' | 'fail' | undefined {
  if (tokens >= (directives.cutAfterTokens ?? Infinity)) return 'cut'
  if (tokens >= (directives.failAfterTokens ?? Infinity)) return 'fail'
  if (tokens >= (directives.stallAfterTokens ?? Infinity)) return 'stall'
  return undefined
}

function written(response: ServerResponse, bytes: string | Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  response.write(bytes, () => resolve())
  return promise
}

function gone(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
