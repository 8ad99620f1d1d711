import { Plus, Ticket } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useAct, usePages } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog, Dialog, FormDialog } from '../../ui/dialog.tsx'
import { MoneyField, TextField } from '../../ui/field.tsx'
import { MenuItem, RowMenu } from '../../ui/menu.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { redeemMessages } from './messages/redeem-codes.ts'

type Batch = Reply<'getRedeemCodeBatch'>
type Code = Reply<'listRedeemCodes'>['data'][number]

const SHOWS = ['listRedeemCodeBatches', 'listRedeemCodes'] as const
const DAY_S = 86_400

export function RedeemCodesPage() {
  const t = useMessages(redeemMessages)
  const format = useFormatter()
  const [isAdding, setAdding] = useState(false)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const [asked, setAsked] = useState<{ readonly what: 'void' | 'look'; readonly batch: Batch } | null>(null)
  const batches = usePages('listRedeemCodeBatches', { query: { limit: 100 } }, { account: null })
  const columns = useMemo(
    (): Column<Batch>[] => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        cell: ({ name }) => <span className="font-medium break-words">{name}</span>,
      },
      { id: 'state', header: t('state'), cell: (batch) => <BatchState batch={batch} /> },
      {
        id: 'value',
        header: t('value'),
        align: 'end',
        sortBy: ({ amount }) => Number(amount),
        cell: ({ amount }) => format.money(amount),
      },
      {
        id: 'redeemed',
        header: t('redeemed'),
        align: 'end',
        cell: ({ redeemed, count }) =>
          t('redeemedOf', { redeemed: format.number(redeemed), count: format.number(count) }),
      },
      {
        id: 'expires',
        header: t('expires'),
        align: 'end',
        cell: ({ expires_at: at }) => (at === null ? t('never') : format.date(at)),
      },
      {
        id: 'created',
        header: t('created'),
        align: 'end',
        sortBy: (batch) => batch.created_at,
        cell: (batch) => format.date(batch.created_at),
      },
      {
        id: 'menu',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (batch) => (
          <RowMenu label={batch.name}>
            <MenuItem onSelect={() => setAsked({ what: 'look', batch })}>{t('look')}</MenuItem>
            {batch.voided_at === null && batch.redeemed < batch.count && (
              <MenuItem tone="danger" onSelect={() => setAsked({ what: 'void', batch })}>
                {t('void')}
              </MenuItem>
            )}
          </RowMenu>
        ),
      },
    ],
    [t, format],
  )
  return (
    <Page
      title={t('title')}
      description={t('description')}
      actions={
        <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
    >
      <Card flush>
        {batches.error !== null && batches.entries.length === 0 ? (
          <ErrorState error={batches.error} retry={batches.retry} />
        ) : (
          <DataTable
            label={t('title')}
            columns={columns}
            rows={batches.entries}
            rowKey={({ id }) => id}
            isPending={batches.isPending}
            more={batches}
            isFaint={(batch) => batch.voided_at !== null}
            empty={<EmptyState icon={<Ticket />} title={t('empty')} />}
          />
        )}
      </Card>
      {isAdding && (
        <MakeCodes
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false)
            setCodes(made)
          }}
        />
      )}
      {codes !== null && (
        <Dialog
          open
          firm
          size="md"
          onClose={() => setCodes(null)}
          title={t('madeTitle', { count: codes.length })}
          description={t('madeText')}
          footer={
            <Button tone="primary" onClick={() => setCodes(null)}>
              {t('done')}
            </Button>
          }
        >
          <CodeBlock code={codes.join('\n')} label={t('codes')} />
        </Dialog>
      )}
      {asked?.what === 'void' && <VoidCodes batch={asked.batch} onClose={() => setAsked(null)} />}
      {asked?.what === 'look' && <CodesDialog batch={asked.batch} onClose={() => setAsked(null)} />}
    </Page>
  )
}

function isOver(expiresAt: number | null): boolean {
  return expiresAt !== null && expiresAt * 1000 < Date.now()
}

function BatchState({ batch }: { readonly batch: Batch }) {
  const t = useMessages(redeemMessages)
  if (batch.voided_at !== null) return <Badge>{t('stateVoided')}</Badge>
  if (batch.redeemed >= batch.count) return <Badge tone="accent">{t('stateUsed')}</Badge>
  if (isOver(batch.expires_at)) return <Badge tone="warn">{t('stateExpired')}</Badge>
  return <Badge tone="good">{t('stateOpen')}</Badge>
}

interface MakeProps {
  readonly onClose: () => void
  readonly onMade: (codes: readonly string[]) => void
}

function MakeCodes({ onClose, onMade }: MakeProps) {
  const t = useMessages(redeemMessages)
  const [name, setName] = useState('')
  const [amount, setAmount] = useState('')
  const [count, setCount] = useState('10')
  const [days, setDays] = useState('')
  const [tried, setTried] = useState(false)
  const make = useAct('createRedeemCodes', { account: null, invalidates: SHOWS, onDone: (made) => onMade(made.codes) })
  const sum = amount.trim().replace(',', '.')
  const wrong = {
    name: name.trim() === '' ? t('nameMissing') : '',
    amount: /^\d+(\.\d{1,9})?$/.test(sum) && Number(sum) > 0 ? '' : t('amountWrong'),
    count: /^\d{1,4}$/.test(count.trim()) && Number(count) >= 1 && Number(count) <= 1000 ? '' : t('countWrong'),
    days: /^\d{0,5}$/.test(days.trim()) ? '' : t('daysWrong'),
  }
  const send = (): void => {
    setTried(true)
    if (Object.values(wrong).some((text) => text !== '')) return
    const expiry = days.trim() === '' ? {} : { expires_in: Number(days) * DAY_S }
    make.mutate({ query: {}, body: { name: name.trim(), amount: sum, count: Number(count), ...expiry } })
  }
  const shown = (text: string): string => (tried ? text : '')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('add')}
      submit={t('add')}
      busy={make.isPending}
      error={make.error}
      onSubmit={send}
    >
      <TextField
        label={t('name')}
        help={t('nameHelp')}
        value={name}
        onChange={setName}
        error={shown(wrong.name)}
        maxLength={100}
        autoComplete="off"
      />
      <MoneyField label={t('amount')} value={amount} onChange={setAmount} error={shown(wrong.amount)} />
      <TextField label={t('count')} value={count} onChange={setCount} error={shown(wrong.count)} inputMode="numeric" />
      <TextField
        label={t('days')}
        help={t('daysHelp')}
        optional
        value={days}
        onChange={setDays}
        error={shown(wrong.days)}
        inputMode="numeric"
      />
    </FormDialog>
  )
}

interface BatchProps {
  readonly batch: Batch
  readonly onClose: () => void
}

function VoidCodes({ batch, onClose }: BatchProps) {
  const t = useMessages(redeemMessages)
  const { name } = batch
  const act = useAct('voidRedeemCodes', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('voided', { name }))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('voidTitle', { name })}
      confirm={t('void')}
      busy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate({ params: { batch_id: batch.id } })}
    >
      {t('voidText', { count: batch.count - batch.redeemed })}
    </ConfirmDialog>
  )
}

function CodesDialog({ batch, onClose }: BatchProps) {
  const t = useMessages(redeemMessages)
  const format = useFormatter()
  const codes = usePages(
    'listRedeemCodes',
    { params: { batch_id: batch.id }, query: { limit: 100 } },
    { account: null },
  )
  const columns: Column<Code>[] = [
    {
      id: 'code',
      header: t('code'),
      onPhone: 'title',
      cell: ({ last4 }) => <span className="font-mono text-sm">…{last4}</span>,
    },
    {
      id: 'by',
      header: t('redeemedBy'),
      cell: (code) => <span className="font-mono text-sm break-all">{code.redeemed_by ?? '–'}</span>,
    },
    {
      id: 'when',
      header: t('when'),
      align: 'end',
      cell: ({ redeemed_at: at }) => (at === null ? '–' : format.dateTime(at)),
    },
  ]
  return (
    <Dialog open side onClose={onClose} title={batch.name}>
      <DataTable
        label={t('codes')}
        columns={columns}
        rows={codes.entries}
        rowKey={({ id }) => id}
        isPending={codes.isPending}
        more={codes}
        empty={<EmptyState title={t('empty')} />}
      />
    </Dialog>
  )
}
