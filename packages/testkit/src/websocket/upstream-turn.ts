// One turn of a socket: a request to the upstream behind, whose events come back as they are said.
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { SseReader } from '../sse-reader.ts'
import type { Json } from '../upstream/dialects/json.ts'

export interface TurnEvents {
  event(event: Json): void
  refused(status: number, error: unknown): void
  over(): void
  /** What answers broke off in the middle of it. */
  broken(): void
}

export class UpstreamTurn {
  responseId: string | undefined
  snapshot: Json = {}
  readonly steered: { readonly id: string; readonly items: readonly unknown[] }[] = []
  readonly #request
  readonly #body: string
  #aborted = false

  constructor(port: number, headers: IncomingMessage['headers'], body: Json) {
    this.#body = JSON.stringify(body)
    this.#request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/responses',
      headers: {
        ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(this.#body),
      },
    })
  }

  run(events: TurnEvents): void {
    this.#request.on('error', () => undefined)
    this.#request.on('response', (reply) => {
      const status = reply.statusCode ?? 0
      let text = ''
      const reader = new SseReader(({ data }) => this.#onData(data, events))
      reply.on('data', (bytes: Buffer) => {
        if (this.#aborted) return
        if (status !== 200) text += bytes.toString('utf8')
        else reader.push(bytes)
      })
      reply.on('error', () => {
        if (!this.#aborted) events.broken()
      })
      reply.on('end', () => {
        if (this.#aborted) return
        if (status !== 200) events.refused(status, (JSON.parse(text) as Json)['error'])
        events.over()
      })
    })
    this.#request.end(this.#body)
  }

  abort(): void {
    this.#aborted = true
    this.#request.destroy()
  }

  #onData(data: string, events: TurnEvents): void {
    if (data === '[DONE]' || this.#aborted) return
    const event = JSON.parse(data) as Json
    if (typeof event['response'] === 'object' && event['response'] !== null) this.snapshot = event['response'] as Json
    events.event(event)
  }
}
