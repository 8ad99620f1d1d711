// A plain client of the Responses API and of what is stored: replies as text and as JSON, streams as their events.

import { post, type Reply } from './gateway.ts'

export interface StreamedEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface ResponsesClient {
  create(body: Readonly<Record<string, unknown>>): Promise<Reply>
  /** @param path below `/v1` */
  call(method: string, path: string, body?: unknown): Promise<Reply>
  /** The events of a stream, to its end. @param path below `/v1`; null = a new response with this body */
  stream(path: string | null, body?: Readonly<Record<string, unknown>>): Promise<readonly StreamedEvent[]>
  /** Asks until the response has one of these statuses. */
  until(id: string, ...statuses: readonly string[]): Promise<Reply>
}

const FINAL = ['completed', 'incomplete', 'failed', 'cancelled'] as const
const ASK_EVERY_MS = 25

/** @param url with `/v1` */
export function responsesClient(url: string, key: string): ResponsesClient {
  const call: ResponsesClient['call'] = async (method, path, body) =>
    await post(url + path, key, body, { method, ...(body === undefined ? { body: null } : {}) })
  return {
    call,
    create: async (body) => await post(`${url}/responses`, key, body),
    async stream(path, body) {
      const response = await fetch(url + (path ?? '/responses'), {
        method: path === null ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return eventsIn(await response.text())
    },
    async until(id, ...statuses) {
      const wanted = statuses.length === 0 ? FINAL : statuses
      for (;;) {
        const reply = await call('GET', `/responses/${id}`)
        if (reply.status !== 200) throw new Error(`${id}: ${reply.status} ${reply.text}`)
        if (wanted.includes(String(reply.json['status']))) return reply
        await new Promise((resolve) => {
          setTimeout(resolve, ASK_EVERY_MS)
        })
      }
    },
  }
}

/** Without the end mark. */
function eventsIn(text: string): readonly StreamedEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: {'))
    .map((block) => ({
      name: /^event: (.*)$/m.exec(block)?.[1] ?? '',
      data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as Record<string, unknown>,
    }))
}

/** The text of a response's answer. */
export function outputText(response: Readonly<Record<string, unknown>>): string {
  const output = response['output'] as readonly { readonly content?: readonly { readonly text?: string }[] }[]
  return output
    .flatMap(({ content }) => content ?? [])
    .map(({ text }) => text ?? '')
    .join('')
}
