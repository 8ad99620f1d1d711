import { Link } from '@tanstack/react-router'
import type { Request } from '../../api/generated/operations.ts'
import type { useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { StatusBadge } from '../requests/status-badge.tsx'
import { homeMessages } from './messages.ts'

interface RecentRequestsProps {
  readonly requests: ReturnType<typeof useApi<'listRequests'>>
}

export function RecentRequests({ requests }: RecentRequestsProps) {
  const t = useMessages(homeMessages)
  const format = useFormatter()
  const columns: readonly Column<Request>[] = [
    {
      id: 'model',
      header: t('model'),
      onPhone: 'title',
      cell: ({ id, model }) => (
        <Link to="/requests/$requestId" params={{ requestId: id }} className="link font-medium break-all">
          {model}
        </Link>
      ),
    },
    {
      id: 'when',
      header: t('when'),
      cell: ({ created_at: at }) => <span title={format.dateTimeExact(at)}>{format.ago(at)}</span>,
    },
    {
      id: 'state',
      header: t('state'),
      cell: (request) => <StatusBadge status={request.status} error={request.error} />,
    },
    { id: 'time', header: t('time'), align: 'end', cell: ({ duration_ms: ms }) => format.duration(ms) },
    { id: 'cost', header: t('cost'), align: 'end', cell: ({ cost }) => format.money(cost) },
  ]
  if (requests.error !== null && requests.data === undefined)
    return <ErrorState error={requests.error} retry={() => void requests.refetch()} />
  return (
    <DataTable
      label={t('recentTitle')}
      columns={columns}
      rows={requests.data?.data ?? []}
      rowKey={({ id }) => id}
      isPending={requests.isPending}
      empty={<EmptyState title={t('emptyTitle')} />}
    />
  )
}
