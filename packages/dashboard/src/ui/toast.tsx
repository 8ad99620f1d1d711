import { lazy, Suspense, useSyncExternalStore } from 'react'

const ToastList = lazy(async () => ({ default: (await import('./toast-list.tsx')).ToastList }))

const waiting: string[] = []
const listeners = new Set<() => void>()
let wanted = false
let show: ((text: string) => void) | null = null

/** Says that something was done; the reader goes on meanwhile. What failed stands where it was tried, not here. */
export function toast(text: string): void {
  if (show !== null) {
    show(text)
    return
  }
  waiting.push(text)
  wanted = true
  for (const listener of listeners) listener()
}

/** Where they appear; nothing is loaded before the first. */
export function Toasts() {
  const isWanted = useSyncExternalStore(subscribe, () => wanted)
  return isWanted ? (
    <Suspense fallback={null}>
      <ToastList takeAll={takeAll} />
    </Suspense>
  ) : null
}

function takeAll(next: (text: string) => void): void {
  show = next
  for (const text of waiting.splice(0)) next(text)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
