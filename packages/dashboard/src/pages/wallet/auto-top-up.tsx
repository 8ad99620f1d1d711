import { useState } from 'react'
import type { AutoTopUp } from '../../api/generated/operations.ts'
import { useAct } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { MoneyField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.tsx'
import { isAmount, plain } from './amounts.ts'
import { walletMessages } from './messages.ts'

/** The saved card is charged when the balance gets low. */
export function AutoTopUpCard({ autoTopUp }: { readonly autoTopUp: AutoTopUp | null }) {
  const t = useMessages(walletMessages)
  const format = useFormatter()
  const [editing, setEditing] = useState(false)
  const stop = useAct('updateWallet', { invalidates: ['getWallet'], onDone: () => toast(t('autoSaved')) })
  return (
    <Card
      title={t('autoTitle')}
      description={t('autoText')}
      actions={
        <>
          {autoTopUp !== null && (
            <Button busy={stop.isPending} onClick={() => stop.mutate({ body: { auto_top_up: null } })}>
              {t('autoStop')}
            </Button>
          )}
          <Button onClick={() => setEditing(true)}>{autoTopUp === null ? t('autoSet') : t('autoChange')}</Button>
        </>
      }
    >
      <ErrorNotice error={stop.error} />
      {autoTopUp === null ? (
        <p>{t('autoOff')}</p>
      ) : (
        <p>
          {t('autoOn', {
            threshold: format.money(autoTopUp.threshold),
            amount: format.money(autoTopUp.amount),
            cap: format.money(autoTopUp.daily_cap),
          })}
        </p>
      )}
      {autoTopUp !== null && autoTopUp.paused !== null && (
        <Notice tone="warn" className="mt-3">
          {t('autoPaused', { reason: autoTopUp.paused })}
        </Notice>
      )}
      {editing && <AutoTopUpDialog autoTopUp={autoTopUp} onClose={() => setEditing(false)} />}
    </Card>
  )
}

interface AutoTopUpDialogProps {
  readonly autoTopUp: AutoTopUp | null
  readonly onClose: () => void
}

function AutoTopUpDialog({ autoTopUp, onClose }: AutoTopUpDialogProps) {
  const t = useMessages(walletMessages)
  const [threshold, setThreshold] = useState(autoTopUp === null ? '5' : String(Number(autoTopUp.threshold)))
  const [amount, setAmount] = useState(autoTopUp === null ? '25' : String(Number(autoTopUp.amount)))
  const [cap, setCap] = useState(autoTopUp === null ? '100' : String(Number(autoTopUp.daily_cap)))
  const [checked, setChecked] = useState(false)
  const save = useAct('updateWallet', {
    invalidates: ['getWallet'],
    onDone: () => {
      toast(t('autoSaved'))
      onClose()
    },
  })
  const send = (): void => {
    setChecked(true)
    if (![threshold, amount, cap].every(isAmount)) return
    save.mutate({
      body: { auto_top_up: { threshold: plain(threshold), amount: plain(amount), daily_cap: plain(cap) } },
    })
  }
  const fields = [
    { label: t('autoThreshold'), value: threshold, set: setThreshold },
    { label: t('autoAmount'), value: amount, set: setAmount },
    { label: t('autoCap'), value: cap, set: setCap },
  ]
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('autoTitle')}
      description={t('autoText')}
      submit={t('autoSave')}
      busy={save.isPending}
      error={save.error}
      onSubmit={send}
    >
      {fields.map(({ label, value, set }) => (
        <MoneyField
          key={label}
          label={label}
          value={value}
          onChange={set}
          error={checked && !isAmount(value) ? t('amountWrong') : undefined}
        />
      ))}
    </FormDialog>
  )
}
