import * as c from './check.ts'

const TERMINAL = /^response\.(?:completed|incomplete|failed)$/
const TURN_TIMEOUT_MS = 30_000

/** A session of the Responses API over a WebSocket: opened with nothing but the Authorization header. */
export interface ResponsesSocket extends Disposable {
  /** Sends `response.create` with these fields, and returns all events of that turn. Rejects when the socket closes first. */
  turn(fields: Readonly<Record<string, unknown>>): Promise<readonly unknown[]>
}

/** @param url of the gateway, without a path. Rejects when the socket does not open */
export async function openResponsesSocket(url: string, key: string): Promise<ResponsesSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/responses`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const events: unknown[] = []
  let waiting: PromiseWithResolvers<void> | undefined
  let ended: string | undefined
  const end = (why: string): void => {
    ended ??= why
    waiting?.reject(new Error(why))
  }
  const opened = Promise.withResolvers<void>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', () => opened.reject(new Error('the WebSocket did not open')))
  socket.addEventListener('close', ({ code, reason }) => end(`the WebSocket was closed: ${code} ${reason}`))
  socket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') return end('a binary frame came')
    const event: unknown = JSON.parse(data)
    events.push(event)
    // An `error` that is no event of a response but a frame of its own has a status.
    if (TERMINAL.test(String(c.at(event, 'type'))) || c.at(event, 'status') !== undefined) waiting?.resolve()
  })
  await opened.promise
  return {
    async turn(fields) {
      if (ended !== undefined) throw new Error(ended)
      events.length = 0
      waiting = Promise.withResolvers()
      const timer = setTimeout(() => end(`the turn did not end; ${events.length} events came`), TURN_TIMEOUT_MS)
      socket.send(JSON.stringify({ type: 'response.create', ...fields }))
      try {
        await waiting.promise
      } finally {
        clearTimeout(timer)
      }
      return [...events]
    },
    [Symbol.dispose]: () => socket.close(),
  }
}
