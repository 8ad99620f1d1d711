// How the gateway is, as somebody outside sees it: asked from this browser, again and again while the page is looked at.
import { useEffect, useRef, useState } from 'react'
import { BASE_PATH } from '../../app/base.ts'

export type HealthState = 'checking' | 'operational' | 'degraded' | 'down' | 'unknown'

export interface Health {
  readonly state: HealthState
  /** Of `degraded`. */
  readonly reason: 'database' | 'upstreams' | null
  /** Whether anything answered at all; null before the first answer. */
  readonly reachable: boolean | null
  readonly latencyMs: number | null
  readonly version: string | null
  readonly uptimeMs: number | null
  readonly upstreams: { readonly total: number; readonly healthy: number } | null
}

const CHECKING: Health = {
  state: 'checking',
  reason: null,
  reachable: null,
  latencyMs: null,
  version: null,
  uptimeMs: null,
  upstreams: null,
}
/** Longer than the gateway waits for its own database before it says that it is not well. */
const TIMEOUT_MS = 8_000
const ASK_AGAIN_MS = 15_000
/** After a failure: sooner, then less and less often. */
const FIRST_RETRY_MS = 1_000

export function useHealth(): readonly [Health, checkNow: () => void] {
  const [health, setHealth] = useState(CHECKING)
  const ask = useRef<() => void>(() => undefined)
  useEffect(() => {
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    const askNow = async (): Promise<void> => {
      clearTimeout(timer)
      if (document.hidden) return
      const now = await askHealth(stop.signal)
      if (stop.signal.aborted) return
      setHealth(now)
      failures = now.state === 'operational' ? 0 : failures + 1
      const waitMs = failures === 0 ? ASK_AGAIN_MS : Math.min(ASK_AGAIN_MS, FIRST_RETRY_MS * 2 ** (failures - 1))
      timer = setTimeout(() => void askNow(), waitMs)
    }
    const onShown = (): void => void (document.hidden ? clearTimeout(timer) : askNow())
    document.addEventListener('visibilitychange', onShown)
    ask.current = () => void askNow()
    void askNow()
    return () => {
      stop.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onShown)
    }
  }, [])
  const checkNow = (): void => {
    setHealth((before) => ({ ...before, state: 'checking' }))
    ask.current()
  }
  return [health, checkNow]
}

async function askHealth(stop: AbortSignal): Promise<Health> {
  const startedMs = performance.now()
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)])
  let reply: Response
  let text: string
  try {
    reply = await fetch(`${BASE_PATH}/api/status`, { cache: 'no-store', signal })
    text = await reply.text()
  } catch {
    return { ...CHECKING, state: 'down', reachable: false }
  }
  const reached = { ...CHECKING, reachable: true, latencyMs: performance.now() - startedMs }
  const status = readStatus(text)
  if (status === null) return { ...reached, state: 'unknown' }
  const { success, startedAt, ...shown } = status
  const facts = { ...shown, uptimeMs: Math.max(0, Date.now() - startedAt * 1000) }
  if (!success) return { ...reached, ...facts, state: 'degraded', reason: 'database' }
  const { total, healthy } = facts.upstreams
  if (healthy < total) return { ...reached, ...facts, state: 'degraded', reason: 'upstreams' }
  return { ...reached, ...facts, state: reply.ok ? 'operational' : 'unknown' }
}

interface Status {
  readonly success: boolean
  readonly version: string
  readonly startedAt: number
  readonly upstreams: { readonly total: number; readonly healthy: number }
}

/** Null for what is no status of this gateway: a page of a proxy, or of somebody else. */
function readStatus(text: string): Status | null {
  try {
    const { success, data } = JSON.parse(text) as { success?: unknown; data?: Partial<Record<string, unknown>> }
    const { version, start_time: startedAt, upstreams } = data ?? {}
    const { total, healthy } = (upstreams ?? {}) as { total?: unknown; healthy?: unknown }
    if (typeof success !== 'boolean' || typeof version !== 'string' || typeof startedAt !== 'number') return null
    if (typeof total !== 'number' || typeof healthy !== 'number') return null
    return { success, version, startedAt, upstreams: { total, healthy } }
  } catch {
    return null
  }
}
