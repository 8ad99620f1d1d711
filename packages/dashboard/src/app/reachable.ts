// Whether the gateway answers. Asked when a call found nobody, and then until somebody is there again.
import { useSyncExternalStore } from 'react'
import { UnreachableError } from '../api/errors.ts'
import { BASE_PATH } from './base.ts'
import { queryClient } from './query-client.ts'

const ASK_AGAIN_MS = 3_000

const listeners = new Set<() => void>()
let reachable = true

export function useReachable(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => reachable,
  )
}

/** Watches every answer that the app waits for. */
export function watchReachable(): void {
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated') return
    if (event.action.type === 'failed' && event.action.error instanceof UnreachableError) lost()
    if (event.action.type === 'success') found()
  })
  queryClient.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error' && event.action.error instanceof UnreachableError)
      lost()
  })
}

function lost(): void {
  if (!reachable) return
  tell(false)
  const timer = setInterval(() => {
    void fetch(`${BASE_PATH}/health/live`, { cache: 'no-store' }).then(
      () => {
        clearInterval(timer)
        found()
      },
      () => undefined,
    )
  }, ASK_AGAIN_MS)
}

function found(): void {
  if (reachable) return
  tell(true)
  void queryClient.refetchQueries({ predicate: ({ state }) => state.status === 'error' })
}

function tell(now: boolean): void {
  reachable = now
  for (const listener of listeners) listener()
}
