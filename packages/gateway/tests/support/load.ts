// A plain load: so many clients, each asking the next thing when it has its answer.

import { Agent, request as httpRequest } from 'node:http'
import { chat } from './gateway.ts'

/** The failure of a call that nobody answers: worse than one that is broken off, which a client can repeat at once. */
export const NO_ANSWER = 'no answer'
const NO_ANSWER_MS = 5_000

export interface LoadResult {
  /** Whole replies with status 200 and a JSON body that ends. */
  readonly answered: number
  /** `x-request-id` of each of them. */
  readonly requestIds: readonly string[]
  /** Ids of all replies whose status line said 200, whole or not: `requestIds`, and those that were cut. */
  readonly begunIds: readonly string[]
  /** What went wrong, `ECONNRESET` or `status 503`, each as often as it happened. */
  readonly failures: readonly string[]
}

export interface Load {
  readonly answered: number
  /** Lets what is under way end. */
  stop(): Promise<LoadResult>
}

/** @param options `streams`: every other call asks for a stream; `newConnections`: one for each call, where else they are kept */
export function startLoad(
  url: string,
  key: string,
  clients: number,
  options: { readonly streams?: boolean; readonly newConnections?: boolean } = {},
): Load {
  const agent = new Agent({ keepAlive: options.newConnections !== true, maxSockets: clients })
  const requestIds: string[] = []
  const begunIds: string[] = []
  const failures: string[] = []
  const stopping = new AbortController()
  const bodies = [JSON.stringify(chat()), JSON.stringify(chat('Hello!', { stream: options.streams === true }))]
  let calls = 0
  const client = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const body = bodies[calls++ % 2] ?? ''
      const outcome = await callOnce(`${url}/chat/completions`, key, body, agent)
      if (outcome.status === 200) begunIds.push(outcome.requestId)
      if (outcome.failure === undefined) requestIds.push(outcome.requestId)
      else failures.push(outcome.failure)
      // Where nobody listens, failures come as fast as the machine allows.
      if (outcome.failure !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client))
  return {
    get answered() {
      return requestIds.length
    },
    async stop() {
      stopping.abort()
      await running
      agent.destroy()
      return { answered: requestIds.length, requestIds, begunIds, failures }
    },
  }
}

interface Outcome {
  readonly requestId: string
  readonly failure?: string
}

/** One POST over `agent`; resolves when the reply is whole, or with what went wrong. */
export async function callOnce(
  url: string,
  key: string,
  body: string,
  agent?: Agent,
): Promise<Outcome & { readonly status: number }> {
  const { promise, resolve } = Promise.withResolvers<Outcome & { readonly status: number }>()
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  const request = httpRequest(url, { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) })
  request.on('response', (response) => {
    const status = response.statusCode ?? 0
    const requestId = String(response.headers['x-request-id'] ?? '')
    let whole = false
    response.on('end', () => {
      whole = response.complete
    })
    response.on('error', () => undefined)
    response.on('close', () => {
      const failure = !whole ? 'cut' : status === 200 ? undefined : `status ${status}`
      resolve({ requestId, status, ...(failure === undefined ? {} : { failure }) })
    })
    response.resume()
  })
  request.setTimeout(NO_ANSWER_MS, () => request.destroy(new Error(NO_ANSWER)))
  request.on('error', (error: NodeJS.ErrnoException) =>
    resolve({ requestId: '', status: 0, failure: error.code ?? error.message }),
  )
  request.end(body)
  return await promise
}
