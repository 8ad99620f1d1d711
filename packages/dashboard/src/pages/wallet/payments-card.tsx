import { CreditCard, Printer } from 'lucide-react'
import { useState } from 'react'
import type { PaymentOrder } from '../../api/generated/operations.ts'
import { usePages } from '../../api/hooks.ts'
import { BRAND } from '../../app/base.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { walletMessages } from './messages.ts'

const TONES: Readonly<Record<PaymentOrder['state'], Tone>> = {
  paid: 'good',
  pending: 'accent',
  failed: 'bad',
  expired: 'neutral',
}

/** What was paid by card, each with its receipt. */
export function PaymentsCard({ accountName }: { readonly accountName: string }) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const [shown, setShown] = useState<PaymentOrder | null>(null)
  const list = usePages('listPayments', { query: { limit: 20 } })
  const columns: readonly Column<PaymentOrder>[] = [
    { id: 'date', header: t('date'), onPhone: 'title', cell: ({ created_at: at }) => format.dateTime(at) },
    {
      id: 'state',
      header: t('state'),
      cell: ({ state, kind, failure }) => (
        <span className="inline-flex flex-wrap gap-1.5">
          <Badge tone={TONES[state]}>{t(state)}</Badge>
          {kind === 'auto' && <Badge>{t('automatic')}</Badge>}
          {failure !== null && <span className="text-sm text-bad">{failure}</span>}
        </span>
      ),
    },
    { id: 'amount', header: t('amount'), align: 'end', cell: ({ amount }) => format.money(amount) },
    {
      id: 'receipt',
      header: '',
      align: 'end',
      onPhone: 'bare',
      cell: (order) =>
        order.state === 'paid' && (
          <Button tone="quiet" size="sm" onClick={() => setShown(order)}>
            {t('receipt')}
          </Button>
        ),
    },
  ]
  return (
    <Card flush title={t('payments')}>
      <DataTable
        label={t('paymentsLabel')}
        columns={columns}
        rows={list.entries}
        rowKey={({ id }) => id}
        isPending={list.isPending}
        more={list}
        empty={<EmptyState icon={<CreditCard />} title={t('paymentsEmpty')} />}
      />
      {shown !== null && <Receipt order={shown} accountName={accountName} onClose={() => setShown(null)} />}
    </Card>
  )
}

interface ReceiptProps {
  readonly order: PaymentOrder
  readonly accountName: string
  readonly onClose: () => void
}

function Receipt({ order, accountName, onClose }: ReceiptProps) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const { id, amount, paid_at: paidAt, payment, reversed } = order
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('receiptTitle', { id })}
      footer={
        <Button icon={<Printer aria-hidden className="size-4" />} onClick={() => print()}>
          {t('print')}
        </Button>
      }
    >
      <p className="mb-3 font-medium">{BRAND}</p>
      <p className="mb-3">{t('receiptFor', { account: accountName })}</p>
      <Details
        items={[
          { label: t('amount'), value: <strong className="tabular">{format.money(amount)}</strong> },
          ...(paidAt === null ? [] : [{ label: t('receiptPaidAt'), value: format.dateTime(paidAt) }]),
          ...(payment === null
            ? []
            : [{ label: t('receiptPayment'), value: <code className="font-mono">{payment}</code> }]),
          ...(Number(reversed) === 0 ? [] : [{ label: t('receiptReversed'), value: format.money(reversed) }]),
        ]}
      />
    </Dialog>
  )
}
