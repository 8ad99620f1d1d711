// How long each part of a request may take: the whole of it, an upstream's first byte, its silences, and a client that
// does not read what it is sent.
//
// /!\ Hot path: `nextDueMs` runs at every attempt and every stall; nothing here allocates but a reason.

import type { Config } from '../config/config.ts'
import type { Attempt } from './attempt.ts'

/** Silence towards a client that waits for a stream: then a comment, so that nothing between us gives up. */
const KEEP_ALIVE_MS = 10_000

/** Where a request stands. All times are monotonic. */
export interface Progress {
  readonly stream: boolean
  readonly startedMs: number
  readonly attempt: Attempt | null
  /** Since when the client does not take what it is sent; 0 = it does. */
  readonly stalledSinceMs: number
  /** When the client last heard from us. */
  readonly lastSentMs: number
}

export type Overdue =
  | { readonly who: 'nobody' }
  /** Nobody else is to be asked either. */
  | { readonly who: 'all'; readonly detail: string }
  | { readonly who: 'upstream'; readonly detail: string }
  | { readonly who: 'client' }

const NOBODY: Overdue = { who: 'nobody' }
const CLIENT: Overdue = { who: 'client' }

export function whoIsOverdue(progress: Progress, { timeouts, server }: Config, nowMs: number): Overdue {
  const { startedMs, stalledSinceMs, attempt } = progress
  if (nowMs - startedMs >= timeouts.totalMs) {
    return { who: 'all', detail: `no complete answer within ${timeouts.totalMs} ms` }
  }
  if (stalledSinceMs > 0) return nowMs - stalledSinceMs < server.writeStallTimeoutMs ? NOBODY : CLIENT
  if (attempt === null) return NOBODY
  const limitMs = patienceMs(progress, attempt, timeouts)
  if (nowMs - attempt.lastByteMs < limitMs) return NOBODY
  const detail = attempt.firstByteMs < 0 ? `no first byte within ${limitMs} ms` : `silent for ${limitMs} ms`
  return { who: 'upstream', detail }
}

export function wantsKeepAlive({ stream, stalledSinceMs, lastSentMs }: Progress, nowMs: number): boolean {
  return stream && stalledSinceMs === 0 && nowMs - lastSentMs >= KEEP_ALIVE_MS
}

/** When to look again. */
export function nextDueMs(progress: Progress, { timeouts, server }: Config): number {
  const { stream, startedMs, stalledSinceMs, lastSentMs, attempt } = progress
  let dueMs = startedMs + timeouts.totalMs
  if (stalledSinceMs > 0) dueMs = Math.min(dueMs, stalledSinceMs + server.writeStallTimeoutMs)
  else if (attempt !== null) dueMs = Math.min(dueMs, attempt.lastByteMs + patienceMs(progress, attempt, timeouts))
  return stream ? Math.min(dueMs, lastSentMs + KEEP_ALIVE_MS) : dueMs
}

function patienceMs({ stream }: Progress, attempt: Attempt, timeouts: Config['timeouts']): number {
  if (attempt.firstByteMs >= 0) return timeouts.idleMs
  return stream ? timeouts.firstByteMs : timeouts.replyMs
}
