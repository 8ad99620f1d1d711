import { memo, useCallback, useMemo } from 'react'
import type { Request } from '../../api/generated/operations.ts'
import { useNow } from '../../format/use-now.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { type VirtualColumn, VirtualTable } from '../../ui/virtual-table.tsx'
import { useKeyNames } from '../usage/key-names.ts'
import { requestsMessages } from './messages.ts'
import { StatusBadge } from './status-badge.tsx'

/** Of `2026-11-21`. */
const MONTH_AT = 5

interface RequestTableProps {
  readonly rows: readonly Request[]
  readonly onOpen: (requestId: string) => void
  readonly onEnd?: () => void
}

/** Drawn anew only when there are other rows: what else changes on the page is not its business. */
export const RequestTable = memo(function RequestTable({ rows, onOpen, onEnd }: RequestTableProps) {
  const t = useMessages(requestsMessages)
  const f = useFormatter()
  const { nameOf } = useKeyNames()
  const today = f.dayKey(useNow(300_000) / 1000)
  const columns = useMemo(
    (): readonly VirtualColumn<Request>[] => [
      {
        id: 'time',
        header: t('time'),
        width: 'clamp(4.5rem, 18vw, 11rem)',
        cell: ({ created_at: at }) => (
          <span className="tabular text-soft">
            <span className="sm:hidden">{f.dayKey(at) === today ? f.time(at) : f.dayKey(at).slice(MONTH_AT)}</span>
            <span className="max-sm:hidden">{f.dateTimeExact(at)}</span>
          </span>
        ),
      },
      {
        id: 'model',
        header: t('model'),
        width: 'minmax(7rem, 2fr)',
        cell: ({ model }) => <span className="font-medium">{model}</span>,
      },
      {
        id: 'status',
        header: t('status'),
        width: 'minmax(4.5rem, 1.4fr)',
        cell: ({ status, error }) => (
          <span className="flex items-center gap-2">
            <StatusBadge status={status} error={error} />
            <span className="truncate text-sm text-soft max-sm:hidden">{error}</span>
          </span>
        ),
      },
      {
        id: 'key',
        header: t('key'),
        width: 'minmax(6rem, 1fr)',
        hideOnPhone: true,
        cell: ({ key }) => nameOf(key),
      },
      {
        id: 'duration',
        header: t('duration'),
        width: '6rem',
        align: 'end',
        hideOnPhone: true,
        cell: ({ duration_ms: ms }) => f.duration(ms),
      },
      {
        id: 'first',
        header: t('firstToken'),
        width: '6.5rem',
        align: 'end',
        hideOnPhone: true,
        cell: ({ first_byte_ms: ms, stream }) => (ms === null || !stream ? '' : f.duration(ms)),
      },
      {
        id: 'tokens',
        header: t('tokens'),
        width: '9rem',
        align: 'end',
        hideOnPhone: true,
        cell: ({ tokens }) => `${f.numberShort(tokens.input)} / ${f.numberShort(tokens.output)}`,
      },
      {
        id: 'cost',
        header: t('cost'),
        width: '6.5rem',
        align: 'end',
        hideOnPhone: true,
        cell: ({ cost }) => f.money(cost),
      },
    ],
    [t, f, nameOf, today],
  )
  const open = useCallback(({ id }: Request) => onOpen(id), [onOpen])
  return (
    <VirtualTable
      label={t('title')}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      className="h-[calc(100dvh-19rem)] min-h-80"
      onOpen={open}
      {...(onEnd === undefined ? {} : { onEnd })}
    />
  )
})
