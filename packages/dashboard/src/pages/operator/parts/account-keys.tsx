import { useMemo } from 'react'
import type { Reply } from '../../../api/client.ts'
import { usePages } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Card } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { EmptyState, ErrorState } from '../../../ui/states.tsx'
import { accountMessages } from '../messages/accounts.ts'

type Key = Reply<'listAccountKeys'>['data'][number]

export function AccountKeys({ accountId }: { readonly accountId: string }) {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  const keys = usePages(
    'listAccountKeys',
    { params: { account_id: accountId }, query: { limit: 50 } },
    { account: null },
  )
  const columns = useMemo(
    (): Column<Key>[] => [
      {
        id: 'key',
        header: t('key'),
        onPhone: 'title',
        cell: ({ name, prefix, last4 }) => (
          <span className="flex flex-col">
            <span className="font-medium break-words">{name}</span>
            <span className="font-mono text-xs text-soft">{`${prefix}…${last4}`}</span>
          </span>
        ),
      },
      {
        id: 'status',
        header: t('status'),
        cell: ({ revoked_at: at }) =>
          at === null ? (
            <Badge tone="good" dot>
              {t('active')}
            </Badge>
          ) : (
            <Badge>{t('revoked')}</Badge>
          ),
      },
      { id: 'created', header: t('created'), cell: (key) => format.date(key.created_at) },
      {
        id: 'used',
        header: t('lastUsed'),
        align: 'end',
        cell: ({ last_used_at: at }) => (at === null ? t('never') : format.ago(at)),
      },
    ],
    [t, format],
  )
  return (
    <Card title={t('keys')} flush>
      {keys.error !== null && keys.entries.length === 0 ? (
        <ErrorState error={keys.error} retry={keys.retry} />
      ) : (
        <DataTable
          label={t('keys')}
          columns={columns}
          rows={keys.entries}
          rowKey={({ id }) => id}
          isPending={keys.isPending}
          more={keys}
          isFaint={({ revoked_at: at }) => at !== null}
          empty={<EmptyState title={t('keysEmpty')} className="py-6" />}
        />
      )}
    </Card>
  )
}
