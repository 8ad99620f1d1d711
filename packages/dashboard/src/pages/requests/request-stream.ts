// The live log: server-sent events, read with `fetch` because the account is told in a header, which an EventSource
// cannot send. It comes back by itself after a break, and goes on where it was.
import { useEffect, useState } from 'react'
import { surroundings } from '../../api/client.ts'
import type { Request } from '../../api/generated/operations.ts'
import { BASE_PATH } from '../../app/base.ts'
import type { RequestFilter } from './request-filters.ts'

export type StreamState = 'off' | 'connecting' | 'live' | 'denied'

interface Listener {
  readonly onRequest: (request: Request) => void
  /** There were more than were told. */
  readonly onSkipped: () => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/** While it is on, and the page is looked at. */
export function useRequestStream(
  isOn: boolean,
  filter: RequestFilter,
  account: string | null,
  listener: Listener,
): StreamState {
  const [state, setState] = useState<StreamState>('connecting')
  const { onRequest, onSkipped } = listener
  const question = JSON.stringify([filter, account])
  useEffect(() => {
    if (!isOn) return
    const end = new AbortController()
    void follow(JSON.parse(question)[0] as RequestFilter, { onRequest, onSkipped, setState }, end.signal)
    return () => end.abort()
  }, [isOn, question, onRequest, onSkipped])
  return isOn ? state : 'off'
}

async function follow(
  filter: RequestFilter,
  listener: Listener & { readonly setState: (state: StreamState) => void },
  signal: AbortSignal,
): Promise<void> {
  let place = ''
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    await untilSeen(signal)
    listener.setState('connecting')
    try {
      const response = await fetch(addressOf(filter), { headers: headersFrom(place), cache: 'no-store', signal })
      if (response.status === 401 || response.status === 403) {
        listener.setState('denied')
        return
      }
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`)
      listener.setState('live')
      pauseMs = FIRST_PAUSE_MS
      for await (const event of eventsIn(response.body)) {
        if (event.id !== '') place = event.id
        if (event.name === 'request') listener.onRequest(JSON.parse(event.data) as Request)
        if (event.name === 'skipped') listener.onSkipped()
        if (event.name === 'ended') {
          listener.setState('denied')
          return
        }
      }
    } catch {
      // Cut off, or nobody there: once more, a little later.
    }
    if (signal.aborted) return
    listener.setState('connecting')
    await pause(pauseMs, signal)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
  }
}

interface StreamEvent {
  readonly id: string
  readonly name: string
  readonly data: string
}

/** As the standard has it, as far as our gateway uses it: an event ends with an empty line. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    text += value
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield eventOf(text.slice(0, end))
      text = text.slice(end + 2)
    }
  }
}

function eventOf(block: string): StreamEvent {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart()
  }
  return { id: fields['id'] ?? '', name: fields['event'] ?? '', data: fields['data'] ?? '' }
}

function addressOf({ model, key, status, error }: RequestFilter): string {
  const query = new URLSearchParams()
  for (const [name, list] of Object.entries({ model, key, status, error })) {
    if (list !== undefined) query.set(name, list.join(','))
  }
  return `${BASE_PATH}/api/requests/events?${query.toString()}`
}

function headersFrom(place: string): Record<string, string> {
  const { account } = surroundings
  return {
    ...(account === null ? {} : { 'x-fairlead-account': account }),
    ...(place === '' ? {} : { 'last-event-id': place }),
  }
}

async function untilSeen(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return
  await new Promise<void>((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
