import { useEffect, useState } from 'react'

/** Milliseconds since the epoch, renewed now and then. */
export function useNow(everyMs = 30_000): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}
