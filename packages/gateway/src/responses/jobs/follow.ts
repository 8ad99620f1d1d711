// Following a background response: what is kept of its stream, then what comes, then its end. Its events stand in the
// database before anybody is shown them, so whoever comes back finds what he saw, and it does not matter which gateway
// does the work.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ResponseLibrary } from '../response-library.ts'
import { eventText, sseOf } from './job-events.ts'
import type { FollowedEvents } from './job-port.ts'
import { terminalEventType } from './response-states.ts'

const EVENTS_AT_ONCE = 500
/** How often another gateway's doings are looked for; this one's are heard of. */
const LOOK_EVERY_MS = 500
const LONGEST_WAIT_MS = 10_000

/** Waits for the first event, some seconds at most. Null = unknown, or no background response. */
export async function followEvents(
  library: Pick<ResponseLibrary, 'jobs' | 'get'>,
  accountId: string,
  responseId: string,
  from: number,
  signal?: AbortSignal,
): Promise<FollowedEvents | null> {
  const untilMs = performance.now() + LONGEST_WAIT_MS
  let changed = new AbortController()
  const unwatch = library.jobs.watch(accountId, responseId, () => changed.abort())
  try {
    for (;;) {
      changed = new AbortController()
      const found = await library.jobs.events(accountId, responseId, from, EVENTS_AT_ONCE)
      if (found === null) return null
      const { events, done } = found
      if (done) {
        const stored = await library.get(accountId, responseId)
        return stored === null ? null : { events, ended: { response: stored.response, status: stored.status } }
      }
      if (events.length > 0 || performance.now() >= untilMs || signal?.aborted === true) return { events, ended: null }
      const wake = signal === undefined ? changed.signal : AbortSignal.any([changed.signal, signal])
      await sleep(LOOK_EVERY_MS, undefined, { signal: wake, ref: false }).catch(() => undefined)
    }
  } finally {
    unwatch()
  }
}

export type NextEvents = (from: number) => Promise<FollowedEvents | null>

/**
 * The stream as a client reads it, from event number `from` to its end; comments between, so that nobody takes silence
 * for death. Ends early where the response is deleted meanwhile.
 */
export async function* replay(next: NextEvents, from: number): AsyncGenerator<string> {
  let at = from
  for (;;) {
    const found = await next(at)
    if (found === null) return
    for (const { sequence, text } of found.events) {
      at = sequence + 1
      yield sseOf(text)
    }
    if (found.ended !== null) {
      if (at > from || (await isLast(next, at))) yield ending(found.ended, at)
      yield 'data: [DONE]\n\n'
      return
    }
    if (found.events.length === 0) yield ': ping\n\n'
  }
}

/** Whether the end is still to be told to somebody who asks for `at` and finds no event: he may have seen it. */
async function isLast(next: NextEvents, at: number): Promise<boolean> {
  if (at === 0) return true
  const before = await next(at - 1)
  return before !== null && before.events.length > 0
}

function ending({ response, status }: NonNullable<FollowedEvents['ended']>, sequence: number): string {
  return sseOf(eventText(terminalEventType(status), sequence, `"response":${response}`))
}
