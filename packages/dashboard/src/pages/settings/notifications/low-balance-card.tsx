import { type FormEvent, useState } from 'react'
import type { OwnWallet } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { MoneyField, TextField } from '../../../ui/field.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { notificationsMessages } from '../messages/notifications.ts'
import { isMailAddress } from '../parts/mail-address.ts'
import { isThreshold, isWebhookUrl, plainAmount } from './low-balance-rules.ts'

const FIRST_THRESHOLD = '5.00'

export function LowBalanceCard({ wallet }: { readonly wallet: OwnWallet }) {
  const t = useMessages(notificationsMessages)
  const format = useFormatter()
  const isOn = wallet.low_balance !== null
  const [isLeaving, setLeaving] = useState(false)
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t('low')}
          <Badge tone={isOn ? 'good' : 'neutral'}>{isOn ? t('lowOn') : t('lowOff')}</Badge>
        </span>
      }
      description={t('lowText')}
      actions={isOn && <Button onClick={() => setLeaving(true)}>{t('switchOff')}</Button>}
    >
      <div className="flex flex-col gap-4">
        {wallet.billing === 'off' ? (
          <Notice>{t('notCharged')}</Notice>
        ) : (
          <p className="tabular text-soft">{t('balanceNow', { amount: format.money(wallet.balance) })}</p>
        )}
        <LowBalanceForm wallet={wallet} />
      </div>
      {isLeaving && <SwitchOff onClose={() => setLeaving(false)} />}
    </Card>
  )
}

function LowBalanceForm({ wallet: { low_balance: low } }: { readonly wallet: OwnWallet }) {
  const t = useMessages(notificationsMessages)
  const format = useFormatter()
  const explain = useErrorText()
  const [threshold, setThreshold] = useState(low === null ? FIRST_THRESHOLD : plainAmount(low.threshold))
  const [email, setEmail] = useState(low?.email ?? '')
  const [webhook, setWebhook] = useState(low?.webhook_url ?? '')
  const [problems, setProblems] = useState({ threshold: '', email: '', webhook: '', nobody: '' })
  const save = useAct('updateWallet', {
    invalidates: ['getWallet'],
    onDone: ({ low_balance: now }) => {
      const told = [now?.email ?? '', now?.webhook_url == null ? '' : t('theWebhook')].filter((one) => one !== '')
      toast(t('saved', { list: format.list(told) }))
    },
  })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = { threshold: threshold.trim(), email: email.trim(), webhook: webhook.trim() }
    const found = {
      threshold: isThreshold(wanted.threshold) ? '' : t('thresholdWrong'),
      email: wanted.email === '' || isMailAddress(wanted.email) ? '' : t('emailWrong'),
      webhook: wanted.webhook === '' || isWebhookUrl(wanted.webhook) ? '' : t('webhookWrong'),
      nobody: wanted.email === '' && wanted.webhook === '' ? t('nobody') : '',
    }
    setProblems(found)
    if (Object.values(found).some((one) => one !== '')) return
    const { threshold: amount, email: address, webhook: url } = wanted
    save.mutate({
      body: { low_balance: { threshold: amount, email: address || null, webhook_url: url || null } },
    })
  }
  return (
    <form noValidate onSubmit={send} className="flex flex-col gap-4">
      <MoneyField
        label={t('threshold')}
        value={threshold}
        onChange={setThreshold}
        error={problems.threshold}
        className="sm:max-w-48"
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('email')}
          type="email"
          inputMode="email"
          autoComplete="email"
          placeholder="team@example.com"
          optional
          value={email}
          onChange={setEmail}
          error={problems.email}
        />
        <TextField
          label={t('webhook')}
          help={t('webhookHelp')}
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://hooks.example.com/ai"
          optional
          value={webhook}
          onChange={setWebhook}
          error={problems.webhook}
        />
      </div>
      {problems.nobody !== '' && <Notice tone="bad">{problems.nobody}</Notice>}
      {save.error !== null && (
        <Notice tone="bad" title={explain(save.error).title}>
          {explain(save.error).detail !== null && <span lang="en">{explain(save.error).detail}</span>}
        </Notice>
      )}
      <Button type="submit" tone="primary" busy={save.isPending} className="self-start">
        {low === null ? t('switchOn') : t('save')}
      </Button>
    </form>
  )
}

function SwitchOff({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(notificationsMessages)
  const off = useAct('updateWallet', {
    invalidates: ['getWallet'],
    onDone: () => {
      toast(t('off'))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('switchOffTitle')}
      confirm={t('switchOff')}
      onConfirm={() => off.mutate({ body: { low_balance: null } })}
      busy={off.isPending}
      error={off.error}
    >
      {t('switchOffText')}
    </ConfirmDialog>
  )
}
