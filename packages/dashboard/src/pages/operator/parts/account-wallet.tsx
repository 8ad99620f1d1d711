import { useMemo, useState } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useAct, useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card, Stat } from '../../../ui/card.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { FormDialog } from '../../../ui/dialog.tsx'
import { MoneyField, TextField } from '../../../ui/field.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { EmptyState, Loaded } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { accountMessages } from '../messages/accounts.ts'

type Entry = Reply<'listAccountWalletEntries'>['data'][number]
type Asked = 'top-up' | 'adjust' | 'lock'

const SHOWS = ['getAccountWallet', 'listAccountWalletEntries', 'listWallets'] as const
const KINDS: Readonly<Record<Entry['kind'], PlainKey<typeof accountMessages>>> = {
  usage: 'kindUsage',
  top_up: 'kindTopUp',
  redeem: 'kindRedeem',
  payment: 'kindPayment',
  refund: 'kindRefund',
  chargeback: 'kindChargeback',
  adjustment: 'kindAdjustment',
  correction: 'kindCorrection',
}

interface WalletProps {
  readonly accountId: string
  readonly name: string
}

export function AccountWallet({ accountId, name }: WalletProps) {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  const [asked, setAsked] = useState<Asked | null>(null)
  const params = { account_id: accountId }
  const wallet = useApi('getAccountWallet', { params }, { account: null })
  const entries = useApi('listAccountWalletEntries', { params, query: { limit: 5 } }, { account: null })
  const unlock = useAct('unlockWallet', { account: null, invalidates: SHOWS, onDone: () => toast(t('unlocked')) })
  const columns = useMemo(
    (): Column<Entry>[] => [
      {
        id: 'what',
        header: t('what'),
        onPhone: 'title',
        cell: ({ kind, note }) => `${t(KINDS[kind])}${note ? ` · ${note}` : ''}`,
      },
      { id: 'when', header: t('when'), cell: ({ created_at: at }) => format.dateTime(at) },
      { id: 'amount', header: t('amount'), align: 'end', cell: ({ amount }) => format.moneyChange(amount) },
    ],
    [t, format],
  )
  return (
    <Card
      title={t('wallet')}
      actions={
        <>
          <Button size="sm" onClick={() => setAsked('top-up')}>
            {t('topUp')}
          </Button>
          <Button size="sm" tone="quiet" onClick={() => setAsked('adjust')}>
            {t('adjust')}
          </Button>
          {wallet.data?.state === 'locked' ? (
            <Button size="sm" tone="quiet" busy={unlock.isPending} onClick={() => unlock.mutate({ params })}>
              {t('unlock')}
            </Button>
          ) : (
            <Button size="sm" tone="quiet" onClick={() => setAsked('lock')}>
              {t('lock')}
            </Button>
          )}
        </>
      }
    >
      <Loaded query={wallet}>
        {(data) => (
          <>
            {data.state === 'locked' && (
              <Notice tone="bad" className="mb-3">
                {t('walletLocked', { reason: data.lock_reason ?? '' })}
              </Notice>
            )}
            <div className="grid grid-cols-3 gap-4">
              <Stat label={t('balance')} value={format.money(data.balance)} />
              <Stat label={t('held')} value={format.money(data.held)} />
              <Stat label={t('available')} value={format.money(data.available)} />
            </div>
          </>
        )}
      </Loaded>
      <h3 className="mt-4 mb-1 text-sm font-medium text-soft">{t('entries')}</h3>
      <Loaded query={entries}>
        {({ data }) => (
          <DataTable
            label={t('entries')}
            columns={columns}
            rows={data}
            rowKey={({ id }) => id}
            empty={<EmptyState title={t('entriesEmpty')} className="py-4" />}
          />
        )}
      </Loaded>
      {asked === 'top-up' && <MoveMoney what="top-up" accountId={accountId} onClose={() => setAsked(null)} />}
      {asked === 'adjust' && <MoveMoney what="adjust" accountId={accountId} onClose={() => setAsked(null)} />}
      {asked === 'lock' && <LockWallet accountId={accountId} name={name} onClose={() => setAsked(null)} />}
    </Card>
  )
}

interface MoveProps {
  readonly what: 'top-up' | 'adjust'
  readonly accountId: string
  readonly onClose: () => void
}

function MoveMoney({ what, accountId, onClose }: MoveProps) {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  const [amount, setAmount] = useState('')
  const [note, setNote] = useState('')
  const [tried, setTried] = useState(false)
  const isTopUp = what === 'top-up'
  const text = amount.trim().replace(',', '.').replace('\u2212', '-')
  const isAmount = (isTopUp ? /^\d+(\.\d{1,9})?$/ : /^-?\d+(\.\d{1,9})?$/).test(text) && Number(text) !== 0
  const hasNote = isTopUp || note.trim() !== ''
  const done = (key: 'toppedUp' | 'adjusted') => () => {
    toast(t(key, { amount: isTopUp ? format.money(text) : format.moneyChange(text) }))
    onClose()
  }
  const topUp = useAct('topUpWallet', { account: null, invalidates: SHOWS, onDone: done('toppedUp') })
  const adjust = useAct('adjustWallet', { account: null, invalidates: SHOWS, onDone: done('adjusted') })
  const act = isTopUp ? topUp : adjust
  const send = (): void => {
    setTried(true)
    if (!isAmount || !hasNote) return
    const params = { account_id: accountId }
    if (isTopUp) topUp.mutate({ params, body: { amount: text, ...(note.trim() === '' ? {} : { note: note.trim() }) } })
    else adjust.mutate({ params, body: { amount: text, note: note.trim() } })
  }
  const title = isTopUp ? t('topUp') : t('adjust')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={title}
      submit={title}
      busy={act.isPending}
      error={act.error}
      onSubmit={send}
    >
      <MoneyField
        label={t('amount')}
        value={amount}
        onChange={setAmount}
        {...(isTopUp ? {} : { help: t('adjustHelp') })}
        error={tried && !isAmount ? t(isTopUp ? 'amountWrong' : 'adjustWrong') : ''}
      />
      <TextField
        label={t('note')}
        value={note}
        onChange={setNote}
        optional={isTopUp}
        error={tried && !hasNote ? t('reasonMissing') : ''}
        maxLength={200}
      />
    </FormDialog>
  )
}

function LockWallet({ accountId, name, onClose }: WalletProps & { readonly onClose: () => void }) {
  const t = useMessages(accountMessages)
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const act = useAct('lockWallet', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('locked'))
      onClose()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('lockTitle', { name })}
      description={t('lockText')}
      submit={t('lock')}
      tone="danger"
      busy={act.isPending}
      error={act.error}
      onSubmit={() => {
        setTried(true)
        if (reason.trim() !== '') act.mutate({ params: { account_id: accountId }, body: { reason: reason.trim() } })
      }}
    >
      <TextField
        label={t('lockReason')}
        value={reason}
        onChange={setReason}
        error={tried && reason.trim() === '' ? t('reasonMissing') : ''}
        maxLength={200}
      />
    </FormDialog>
  )
}
