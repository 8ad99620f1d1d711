// Clients that spend one wallet's money as fast as they are let, and remember what each of them was told and when: one
// half of the evidence, beside the upstream's own count of what it served.

import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { chat } from './gateway.ts'
import { nanosOf } from './shop.ts'

export interface Purchase {
  /** Where it was made. */
  readonly url: string
  /** Milliseconds of this process's clock. */
  readonly fromMs: number
  readonly toMs: number
  /** 0 = no status line came. */
  readonly status: number
  /** Of an error that the gateway told; '' = none. */
  readonly code: string
  readonly message: string
  readonly requestId: string
  /** The reply came to its good end. */
  readonly whole: boolean
  /** What the client was told that it cost; null = it was not told. */
  readonly costNanos: number | null
  /** Whole seconds; 0 = the header was missing. */
  readonly retryAfterS: number
}

export interface SpendOptions {
  /** Base URLs with `/v1`; spender n uses the n-th of them, round and round. */
  readonly urls: readonly string[]
  readonly key: string
  readonly spenders: number
  /** In turn; default `ERRANDS`. */
  readonly bodies?: readonly string[]
  /** A spender goes home at the first 402; false = it comes again, after a moment. */
  readonly leaveWhenBroke?: boolean
  /** How long a call may take. */
  readonly patienceMs?: number
}

export interface Spending {
  /** So far. */
  readonly purchases: readonly Purchase[]
  /** Ends by itself when everybody has gone home; else with `stop`. */
  readonly over: Promise<readonly Purchase[]>
  /** Lets what is under way end. */
  stop(): Promise<readonly Purchase[]>
}

/** The most that an errand's answer may have. */
export const MOST_TOKENS = 20

/** JSON and streams, answers as long as allowed and shorter ones; of the streams, one that asks for its cost and one that does not. */
export const ERRANDS: readonly string[] = [
  errand(MOST_TOKENS),
  errand(7),
  errand(MOST_TOKENS, { stream: true, stream_options: { include_usage: true } }),
  errand(3),
  errand(12, { stream: true }, 2),
]

/** Those whose clients are told what they cost. */
export const TOLD_ERRANDS = ERRANDS.slice(0, 4)

/** An answer of `tokens` tokens is asked for, where `MOST_TOKENS` are allowed. */
export function errand(tokens: number, extra: Readonly<Record<string, unknown>> = {}, gapMs = 0): string {
  return JSON.stringify(
    chat(`[[testkit: tokens=${tokens} gapMs=${gapMs}]] Hello!`, { max_tokens: MOST_TOKENS, ...extra }),
  )
}

const DEFAULT_PATIENCE_MS = 10_000
/** Whoever was not served for another reason than money comes again after this. */
const COME_AGAIN_MS = 25

export function spend(options: SpendOptions): Spending {
  const { urls, key, spenders, bodies = ERRANDS, leaveWhenBroke = true, patienceMs = DEFAULT_PATIENCE_MS } = options
  const purchases: Purchase[] = []
  const stopping = new AbortController()
  let errands = 0
  const spender = async (at: number): Promise<void> => {
    // A connection for each, so that they are spread over the workers.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!stopping.signal.aborted) {
      const body = bodies[errands++ % bodies.length] ?? ''
      const purchase = await buy(`${urls[at % urls.length]}/chat/completions`, key, body, { agent, patienceMs })
      purchases.push(purchase)
      if (purchase.status === 402 && leaveWhenBroke) break
      if (purchase.status !== 200) await sleep(COME_AGAIN_MS)
    }
    agent.destroy()
  }
  const over = Promise.all(Array.from({ length: spenders }, (_, at) => spender(at))).then(() => purchases)
  return {
    purchases,
    over,
    async stop() {
      stopping.abort()
      return await over
    },
  }
}

/** One POST; resolves when it is over, however it ends. */
export async function buy(
  url: string,
  key: string,
  body: string,
  { agent, patienceMs = DEFAULT_PATIENCE_MS }: { readonly agent?: Agent; readonly patienceMs?: number } = {},
): Promise<Purchase> {
  const { promise, resolve } = Promise.withResolvers<Purchase>()
  const fromMs = performance.now()
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  const request = httpRequest(url, { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) })
  request.on('response', (response) => {
    let text = ''
    let whole = false
    response.setEncoding('utf8')
    response.on('data', (piece: string) => (text += piece))
    response.on('end', () => (whole = response.complete))
    response.on('error', () => undefined)
    response.on('close', () => resolve({ url, ...told(fromMs, response, text, whole) }))
  })
  request.setTimeout(patienceMs, () => request.destroy(new Error('no answer')))
  request.on('error', (error: NodeJS.ErrnoException) =>
    resolve({ url, ...untold(fromMs, error.code ?? error.message) }),
  )
  request.end(body)
  return await promise
}

type Answered = Omit<Purchase, 'url'>

function told(fromMs: number, response: IncomingMessage, text: string, complete: boolean): Answered {
  const status = response.statusCode ?? 0
  const streams = String(response.headers['content-type'] ?? '').startsWith('text/event-stream')
  const whole = complete && status === 200 && (!streams || (text.includes('[DONE]') && !text.includes('"error"')))
  const error = status === 200 && !streams ? {} : errorIn(text)
  return {
    fromMs,
    toMs: performance.now(),
    status,
    code: error.code ?? '',
    message: error.message ?? '',
    requestId: String(response.headers['x-request-id'] ?? ''),
    whole,
    costNanos: whole ? costIn(response, text) : null,
    retryAfterS: Number(response.headers['retry-after'] ?? 0),
  }
}

function untold(fromMs: number, message: string): Answered {
  const nothing = { status: 0, code: '', requestId: '', whole: false, costNanos: null, retryAfterS: 0 }
  return { fromMs, toMs: performance.now(), message, ...nothing }
}

/** Of a JSON reply the header, of a stream the last `usage.cost`; the header of a stream is an estimate. */
function costIn(response: IncomingMessage, text: string): number | null {
  const header = response.headers['x-fairlead-cost']
  if (header !== undefined && response.headers['x-fairlead-cost-estimated'] === undefined)
    return nanosOf(String(header))
  const last = [...text.matchAll(/"cost":(\d+(?:\.\d+)?)/g)].at(-1)?.[1]
  return last === undefined ? null : nanosOf(last)
}

function errorIn(text: string): { readonly code?: string; readonly message?: string } {
  const source = /\{"error":.*\}/s.exec(text)?.[0]?.split('\n')[0]
  if (source === undefined) return {}
  try {
    const { error } = JSON.parse(source) as { readonly error: { readonly code?: string; readonly message?: string } }
    return error
  } catch {
    return {}
  }
}
