// The calls that the page has: pages of the list, appended as the reader scrolls, and calls that come in live, on top.
// A hundred thousand of them may come together, so a page is appended and nothing that is there is looked at again.
import { useCallback, useEffect, useRef, useState } from 'react'
import { callApi } from '../../api/client.ts'
import type { Request } from '../../api/generated/operations.ts'
import type { RequestFilter } from './request-filters.ts'

const FIRST_PAGE = 100
const PAGE = 500
/** Calls that wait to be shown; of more, the newest. */
const MOST_FRESH = 500

export interface RequestLog {
  readonly rows: readonly Request[]
  readonly isPending: boolean
  readonly isLoadingMore: boolean
  readonly hasMore: boolean
  readonly error: Error | null
  readonly loadMore: () => void
  /** Came in, and not shown yet: oldest first. */
  readonly fresh: readonly Request[]
  readonly arrived: (request: Request) => void
  /** Puts what has come in on top. */
  readonly showFresh: () => void
}

interface State {
  readonly rows: readonly Request[]
  readonly after: string | null
  readonly phase: 'first' | 'more' | 'rest' | 'failed'
  readonly error: Error | null
  readonly fresh: readonly Request[]
}

const NOTHING: State = { rows: [], after: null, phase: 'first', error: null, fresh: [] }

/** @param filter the same object as long as the log lives */
export function useRequestLog(filter: RequestFilter): RequestLog {
  const [state, setState] = useState(NOTHING)
  const known = useRef(new Set<string>())

  const load = useCallback(
    async (after: string | null, signal: AbortSignal | undefined): Promise<void> => {
      try {
        const query = { ...filter, limit: after === null ? FIRST_PAGE : PAGE, ...(after === null ? {} : { after }) }
        const page = await callApi('listRequests', { query }, { signal })
        const rows = page.data.filter(({ id }) => !known.current.has(id))
        for (const { id } of rows) known.current.add(id)
        setState((before) => ({
          ...before,
          rows: [...before.rows, ...rows],
          after: page.next_after ?? null,
          phase: 'rest',
          error: null,
        }))
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') return
        const reason = error instanceof Error ? error : new Error(String(error))
        setState((before) => ({ ...before, phase: 'failed', error: reason }))
      }
    },
    [filter],
  )

  useEffect(() => {
    const end = new AbortController()
    void load(null, end.signal)
    return () => end.abort()
  }, [load])

  const { rows, after, phase, error, fresh } = state
  const loadMore = useCallback(() => {
    if (phase === 'more' || after === null) return
    setState((before) => ({ ...before, phase: 'more' }))
    void load(after, undefined)
  }, [phase, after, load])
  const arrived = useCallback((request: Request) => {
    if (known.current.has(request.id)) return
    known.current.add(request.id)
    setState((before) => ({ ...before, fresh: [...before.fresh.slice(1 - MOST_FRESH), request] }))
  }, [])
  const showFresh = useCallback(() => {
    setState((before) => ({ ...before, rows: [...before.fresh.toReversed(), ...before.rows], fresh: [] }))
  }, [])
  return {
    rows,
    fresh,
    error,
    isPending: phase === 'first',
    isLoadingMore: phase === 'more',
    hasMore: after !== null,
    loadMore,
    arrived,
    showFresh,
  }
}
