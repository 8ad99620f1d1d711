// Name resolution with a cap and a memory of failures.
// The system's resolver may take half a minute to say no, and each question holds one of four threads meanwhile.

import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'

type Callback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void
export type Lookup = (hostname: string, options: LookupOptions, callback: Callback) => void

export interface LookupSettings {
  readonly resolve?: Lookup
  readonly timeoutMs?: number
  /** A failure is remembered this long. */
  readonly negativeTtlMs?: number
  readonly now?: () => number
}

export function createLookup(settings: LookupSettings = {}): Lookup {
  const { resolve = systemLookup, timeoutMs = 2_000, negativeTtlMs = 5_000, now = () => performance.now() } = settings
  const failures = new Map<string, { readonly error: NodeJS.ErrnoException; readonly untilMs: number }>()

  return function lookup(hostname, options, callback) {
    const failure = failures.get(hostname)
    if (failure) {
      if (now() < failure.untilMs) {
        queueMicrotask(() => callback(failure.error, ''))
        return
      }
      failures.delete(hostname)
    }
    let answered = false
    const answer: Callback = (error, address, family) => {
      if (answered) return
      answered = true
      clearTimeout(timer)
      // A name that came to be wrong by a typing error must not grow this for ever.
      if (error && failures.size < 1_000) failures.set(hostname, { error, untilMs: now() + negativeTtlMs })
      callback(error, address, family)
    }
    const timer = setTimeout(() => {
      const error: NodeJS.ErrnoException = new Error(`no answer for ${hostname} within ${timeoutMs} ms`)
      error.code = 'EAI_AGAIN'
      answer(error, '')
    }, timeoutMs)
    timer.unref()
    resolve(hostname, options, answer)
  }
}
