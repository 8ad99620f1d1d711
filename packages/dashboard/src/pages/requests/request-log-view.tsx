// The list itself, with what comes in live on top of it. Apart from the page, so that scrolling and loading draw nothing
// else anew.
import { ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx'
import { requestsMessages } from './messages.ts'
import { filterOf, isFiltered, type RequestsSearch } from './request-filters.ts'
import { type RequestLog, useRequestLog } from './request-log.ts'
import { type StreamState, useRequestStream } from './request-stream.ts'
import { RequestTable } from './request-table.tsx'
import { requestsRoute } from './routes.ts'

interface RequestLogViewProps {
  readonly search: RequestsSearch
  readonly accountId: string | null
  readonly isLive: boolean
  readonly onState: (state: StreamState) => void
  readonly onReload: () => void
}

/** Of one question: another one is another view. */
export function RequestLogView({ search, accountId, isLive, onState, onReload }: RequestLogViewProps) {
  const t = useMessages(requestsMessages)
  const navigate = requestsRoute.useNavigate()
  // "The last hour" is that before the list was opened: the list goes on from there.
  const [openedMs] = useState(() => Date.now())
  const filter = useMemo(() => filterOf(search, Math.floor(openedMs / 1000)), [search, openedMs])
  const log = useRequestLog(filter)
  const { arrived, showFresh } = log
  const [skipped, setSkipped] = useState(false)
  const [atTop, setAtTop] = useState(true)
  const onSkipped = useCallback(() => setSkipped(true), [])
  const state = useRequestStream(isLive, filter, accountId, { onRequest: arrived, onSkipped })
  useEffect(() => onState(state), [state, onState])
  // Nobody loses the place where they read: what comes in waits until they are at the top, or ask for it.
  const isWaiting = atTop && log.fresh.length > 0 && !log.isPending
  useEffect(() => {
    if (isWaiting) showFresh()
  }, [isWaiting, showFresh])
  const openRow = useCallback(
    (requestId: string) => void navigate({ to: '/requests/$requestId', params: { requestId }, search: {} }),
    [navigate],
  )
  if (log.isPending) {
    return (
      <div className="p-4">
        <SkeletonLines lines={8} />
      </div>
    )
  }
  if (log.error !== null && log.rows.length === 0) return <ErrorState error={log.error} retry={onReload} />
  if (log.rows.length === 0) {
    return <Nothing filtered={isFiltered(search)} clear={() => void navigate({ search: {}, replace: true })} />
  }
  return (
    <div className="relative" onScrollCapture={(event) => setAtTop(scrollTopOf(event.target) < 8)}>
      {!atTop && log.fresh.length > 0 && (
        <div className="absolute inset-x-0 top-11 z-20 flex justify-center">
          <Button size="sm" tone="primary" icon={<ArrowUp aria-hidden className="size-4" />} onClick={showFresh}>
            {t('fresh', { count: log.fresh.length })}
          </Button>
        </div>
      )}
      <RequestTable rows={log.rows} onOpen={openRow} {...(log.hasMore ? { onEnd: log.loadMore } : {})} />
      <Foot log={log} skipped={skipped} again={onReload} />
    </div>
  )
}

interface FootProps {
  readonly log: RequestLog
  readonly skipped: boolean
  readonly again: () => void
}

function Foot({ log, skipped, again }: FootProps) {
  const t = useMessages(requestsMessages)
  return (
    <div className="flex min-h-10 flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2 text-sm text-soft">
      <span role="status">
        {t('shown', { count: log.rows.length })}
        {log.isLoadingMore ? ` ${t('loadingMore')}` : log.hasMore ? '' : ` ${t('allLoaded')}`}
      </span>
      {skipped && (
        <button type="button" className="link" onClick={again}>
          {t('skipped')}
        </button>
      )}
      {log.error !== null && (
        <button type="button" className="link text-bad" onClick={log.loadMore}>
          {log.error.message}
        </button>
      )}
    </div>
  )
}

function Nothing({ filtered, clear }: { readonly filtered: boolean; readonly clear: () => void }) {
  const t = useMessages(requestsMessages)
  if (filtered) {
    return (
      <EmptyState title={t('noneFound')} action={<Button onClick={clear}>{t('clearFilters')}</Button>}>
        {t('noneFoundHint')}
      </EmptyState>
    )
  }
  return (
    <EmptyState title={t('none')} action={<ButtonLink to="/docs">{t('openDocs')}</ButtonLink>}>
      {t('noneHint')}
    </EmptyState>
  )
}

function scrollTopOf(target: EventTarget): number {
  return target instanceof HTMLElement ? target.scrollTop : 0
}
