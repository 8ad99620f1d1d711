// Money that comes in: by card, by a code, by the operator's hand.
import { useState } from 'react'
import { useAct } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { MoneyField, TextField } from '../../ui/field.tsx'
import { toast } from '../../ui/toast.tsx'
import { Checkbox, Segments } from '../../ui/toggles.tsx'
import { isAmount, plain } from './amounts.ts'
import { walletMessages } from './messages.ts'

interface DialogProps {
  readonly onClose: () => void
}

const PRESETS = ['10', '25', '50', '100'] as const
const SEEN_HERE = ['getWallet', 'listWalletEntries'] as const

export function TopUpDialog({ onClose }: DialogProps) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const [amount, setAmount] = useState('25')
  const [saveCard, setSaveCard] = useState(false)
  const [checked, setChecked] = useState(false)
  const checkout = useAct('createCheckout', { onDone: ({ url }) => location.assign(url) })
  const send = (): void => {
    setChecked(true)
    if (isAmount(amount)) checkout.mutate({ body: { amount: plain(amount), save_card: saveCard } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('topUpTitle')}
      description={t('topUpText')}
      submit={t('topUpGo')}
      busy={checkout.isPending || checkout.isSuccess}
      error={checkout.error}
      onSubmit={send}
    >
      <Segments
        label={t('topUpAmount')}
        value={amount}
        onChange={setAmount}
        options={PRESETS.map((value) => ({ value: String(value), label: format.money(value) }))}
        className="self-start"
      />
      <MoneyField
        label={t('topUpAmount')}
        value={amount}
        onChange={setAmount}
        error={checked && !isAmount(amount) ? t('amountWrong') : undefined}
      />
      <Checkbox label={t('saveCard')} help={t('saveCardHelp')} checked={saveCard} onChange={setSaveCard} />
    </FormDialog>
  )
}

export function RedeemDialog({ onClose }: DialogProps) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const [code, setCode] = useState('')
  const [checked, setChecked] = useState(false)
  const redeem = useAct('redeemCode', {
    invalidates: SEEN_HERE,
    onDone: ({ amount }) => {
      toast(t('redeemed', { amount: format.money(amount) }))
      onClose()
    },
  })
  const send = (): void => {
    setChecked(true)
    if (code.trim() !== '') redeem.mutate({ body: { code: code.trim() } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('redeemTitle')}
      submit={t('redeemGo')}
      busy={redeem.isPending}
      error={redeem.error}
      onSubmit={send}
    >
      <TextField
        label={t('redeemCode')}
        help={t('redeemHelp')}
        value={code}
        onChange={setCode}
        error={checked && code.trim() === '' ? t('redeemNeeded') : undefined}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
      />
    </FormDialog>
  )
}

/** For the operator. */
export function CreditDialog({ accountId, onClose }: DialogProps & { readonly accountId: string }) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const [amount, setAmount] = useState('')
  const [note, setNote] = useState('')
  const [checked, setChecked] = useState(false)
  const credit = useAct('topUpWallet', {
    account: null,
    invalidates: SEEN_HERE,
    onDone: (transfer) => {
      toast(t('credited', { amount: format.money(transfer.amount) }))
      onClose()
    },
  })
  const send = (): void => {
    setChecked(true)
    if (!isAmount(amount)) return
    const body = { amount: plain(amount), ...(note.trim() === '' ? {} : { note: note.trim() }) }
    credit.mutate({ params: { account_id: accountId }, body })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('creditTitle')}
      description={t('creditText')}
      submit={isAmount(amount) ? t('creditGo', { amount: format.money(plain(amount)) }) : t('creditGoPlain')}
      busy={credit.isPending}
      error={credit.error}
      onSubmit={send}
    >
      <MoneyField
        label={t('topUpAmount')}
        autoFocus
        value={amount}
        onChange={setAmount}
        error={checked && !isAmount(amount) ? t('amountWrong') : undefined}
      />
      <TextField label={t('creditNote')} optional maxLength={500} value={note} onChange={setNote} autoComplete="off" />
    </FormDialog>
  )
}
