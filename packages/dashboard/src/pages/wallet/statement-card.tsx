import { Download, Receipt } from 'lucide-react'
import { useState } from 'react'
import { callApi } from '../../api/client.ts'
import type { WalletEntry } from '../../api/generated/operations.ts'
import { usePages } from '../../api/hooks.ts'
import { useAttempt } from '../../api/use-attempt.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/cx.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { saveText } from '../usage/save-text.ts'
import { walletMessages } from './messages.ts'

const KINDS = ['usage', 'top_up', 'redeem', 'payment', 'refund', 'chargeback', 'adjustment', 'correction'] as const
type Kind = (typeof KINDS)[number]

/** Every movement with the balance after it, newest first. */
export function StatementCard() {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const attempt = useAttempt()
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const query = { limit: 50, ...(kind === 'all' ? {} : { kind: [kind] }) }
  const list = usePages('listWalletEntries', { query })
  const columns: readonly Column<WalletEntry>[] = [
    {
      id: 'date',
      header: t('date'),
      cell: ({ created_at: at }) => (
        <time
          dateTime={new Date(at * 1000).toISOString()}
          title={format.dateTimeExact(at)}
          className="whitespace-nowrap"
        >
          {format.dateTime(at)}
        </time>
      ),
    },
    {
      id: 'kind',
      header: t('kind'),
      onPhone: 'title',
      cell: ({ kind: what }) => <span className="font-medium">{t(`kind_${what}`)}</span>,
    },
    {
      id: 'note',
      header: t('note'),
      cell: ({ note, reference }) => (
        <span className="break-words">
          {note}
          {reference !== null && <span className="block font-mono text-xs break-all text-soft">{reference}</span>}
        </span>
      ),
    },
    {
      id: 'amount',
      header: t('amount'),
      align: 'end',
      cell: ({ amount }) => (
        <span className={cx('font-medium whitespace-nowrap', Number(amount) > 0 && 'text-good')}>
          {format.moneyChange(amount)}
        </span>
      ),
    },
    {
      id: 'balance',
      header: t('balanceAfter'),
      align: 'end',
      cell: ({ balance }) => <span className="whitespace-nowrap">{format.money(balance)}</span>,
    },
  ]
  const download = async (): Promise<void> => {
    // With format=csv the gateway answers text.
    const text: unknown = await callApi('listWalletEntries', { query: { ...query, limit: undefined, format: 'csv' } })
    saveText('wallet.csv', String(text), 'text/csv')
  }
  return (
    <Card
      flush
      title={t('statement')}
      actions={
        <>
          <div className="w-44">
            <Select
              aria-label={t('kind')}
              value={kind}
              onChange={setKind}
              options={[
                { value: 'all', label: t('allKinds') },
                ...KINDS.map((value) => ({ value, label: t(`kind_${value}`) })),
              ]}
            />
          </div>
          <Button
            busy={attempt.busy}
            icon={<Download aria-hidden className="size-4" />}
            onClick={() => void attempt.run(download)}
          >
            {t('csv')}
          </Button>
        </>
      }
    >
      <ErrorNotice error={attempt.error} />
      {list.error !== null && list.entries.length === 0 ? (
        <ErrorState error={list.error} retry={list.retry} />
      ) : (
        <DataTable
          label={t('statementLabel')}
          columns={columns}
          rows={list.entries}
          rowKey={({ id }) => id}
          isPending={list.isPending}
          more={list}
          empty={
            <EmptyState icon={<Receipt />} title={t('emptyTitle')}>
              {t('emptyText')}
            </EmptyState>
          }
        />
      )}
    </Card>
  )
}
