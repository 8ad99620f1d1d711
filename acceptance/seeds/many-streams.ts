import * as c from '../lib/check.ts'
import { describeError } from '../lib/describe-error.ts'
import { open } from '../lib/http.ts'
import { sseEvents } from '../lib/sse.ts'
import type { Endpoint } from './context.ts'

export interface OpenStream {
  /** True from the first text that reached the client. */
  begun: boolean
  /** Resolves at the first text, or at the end of a stream that has none. */
  readonly firstText: Promise<void>
  readonly ended: Promise<void>
  /** `complete`: [DONE]. `error-event`: an error in the client's dialect, after text. `cut`: neither. `refused`: not 200. */
  outcome: 'complete' | 'error-event' | 'cut' | 'refused' | undefined
  reason: string
}

/** Opens chat streams at once, without waiting for any; none of the promises rejects. */
export function openStreams(endpoint: Endpoint, count: number, content: string): OpenStream[] {
  return Array.from({ length: count }, (_, index) => openStream(endpoint, `Stream ${index}. ${content}`))
}

function openStream({ url, key }: Endpoint, content: string): OpenStream {
  const first = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const stream: OpenStream = {
    begun: false,
    firstText: first.promise,
    ended: ended.promise,
    outcome: undefined,
    reason: '',
  }

  async function follow(): Promise<void> {
    const body = { model: 'gpt-4o', stream: true, messages: [{ role: 'user', content }] }
    const response = await open(`${url}/v1/chat/completions`, { key, body, timeoutMs: 60_000 })
    if (response.status !== 200 || response.body === null) {
      stream.outcome = 'refused'
      stream.reason = `${response.status} ${(await response.text()).slice(0, 200)}`
      return
    }
    for await (const data of sseEvents(response.body)) {
      if (data === '[DONE]') {
        stream.outcome ??= 'complete'
        continue
      }
      const event: unknown = JSON.parse(data)
      if (c.at(event, 'error') !== undefined) {
        stream.outcome = 'error-event'
        stream.reason = data.slice(0, 200)
      }
      if (c.at(event, 'choices.0.delta.content')) {
        stream.begun = true
        first.resolve()
      }
    }
  }

  void follow()
    .catch((error: unknown) => {
      // A connection that breaks after an error event has said all that there is to say.
      stream.reason ||= describeError(error)
    })
    .finally(() => {
      stream.outcome ??= 'cut'
      first.resolve()
      ended.resolve()
    })
  return stream
}
