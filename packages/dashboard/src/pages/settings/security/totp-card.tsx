import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RecoveryCodes, Totp } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { CopyButton } from '../../../ui/copy.tsx'
import { ConfirmDialog, FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { securityMessages } from '../messages/security.ts'
import { useFactorAct } from '../parts/use-factor-act.ts'
import { QrCode } from './qr-code.tsx'
import { RecoveryCodesDialog } from './recovery-card.tsx'

export function TotpCard({ isOn }: { readonly isOn: boolean }) {
  const t = useMessages(securityMessages)
  const explain = useErrorText()
  const client = useQueryClient()
  const [begun, setBegun] = useState<Totp | null>(null)
  const [codes, setCodes] = useState<RecoveryCodes['codes']>([])
  const [isRemoving, setRemoving] = useState(false)
  // Whoever has an app elsewhere meanwhile is told so, and sees it.
  const begin = useAct('beginTotp', {
    account: null,
    onDone: (made) => {
      setBegun(made)
      void client.invalidateQueries({ queryKey: ['getFactors'] })
    },
  })
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t('totp')}
          <Badge tone={isOn ? 'good' : 'neutral'}>{isOn ? t('inUse') : t('notSet')}</Badge>
        </span>
      }
      description={t('totpText')}
      actions={
        isOn ? (
          <Button onClick={() => setRemoving(true)}>{t('totpRemove')}</Button>
        ) : (
          <Button busy={begin.isPending} onClick={() => begin.mutate({})}>
            {t('totpSetUp')}
          </Button>
        )
      }
      className="[&>div:last-child:empty]:pt-0"
    >
      {begin.error !== null && (
        <Notice tone="bad" title={explain(begin.error).title}>
          {explain(begin.error).detail !== null && <span lang="en">{explain(begin.error).detail}</span>}
        </Notice>
      )}
      {begun !== null && (
        <ConfirmTotp
          totp={begun}
          onClose={() => setBegun(null)}
          onDone={(made) => {
            setBegun(null)
            setCodes(made)
          }}
        />
      )}
      {codes.length > 0 && <RecoveryCodesDialog codes={codes} onClose={() => setCodes([])} />}
      {isRemoving && <RemoveTotp onClose={() => setRemoving(false)} />}
    </Card>
  )
}

interface ConfirmTotpProps {
  readonly totp: Totp
  readonly onClose: () => void
  /** With recovery codes, where there were none yet. */
  readonly onDone: (codes: RecoveryCodes['codes']) => void
}

function ConfirmTotp({ totp, onClose, onDone }: ConfirmTotpProps) {
  const t = useMessages(securityMessages)
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState('')
  const confirm = useFactorAct('confirmTotp', ({ codes }) => {
    // Codes come first: nothing may stand before them.
    if (codes.length === 0) toast(t('totpDone'))
    onDone(codes)
  })
  const send = (): void => {
    const wanted = code.replaceAll(/\s/g, '')
    const isCode = /^\d{6}$/.test(wanted)
    setProblem(isCode ? '' : t('totpCodeWrong'))
    if (isCode) confirm.mutate({ body: { code: wanted } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('totpTitle')}
      submit={t('totpConfirm')}
      onSubmit={send}
      busy={confirm.isPending}
      error={confirm.error}
    >
      <p className="text-soft">{t('totpScan')}</p>
      <QrCode text={totp.url} label={t('totpQr')} className="mx-auto w-48 rounded-md border border-line sm:w-52" />
      <a href={totp.url} className="link self-center text-sm">
        {t('totpOpen')}
      </a>
      <div className="min-w-0">
        <p className="text-sm font-medium">{t('totpSecret')}</p>
        <p className="mt-1 flex items-center justify-between gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-2.5">
          <code className="min-w-0 font-mono text-sm break-words">{grouped(totp.secret)}</code>
          <CopyButton small text={totp.secret} label={t('totpSecret')} />
        </p>
      </div>
      <TextField
        label={t('totpCode')}
        help={t('totpCodeHelp')}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={9}
        value={code}
        onChange={setCode}
        error={problem}
      />
    </FormDialog>
  )
}

function RemoveTotp({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages(securityMessages)
  const remove = useFactorAct('removeTotp', () => {
    toast(t('totpRemoved'))
    onClose()
  })
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('totpRemove')}
      confirm={t('totpRemove')}
      onConfirm={() => remove.mutate({})}
      busy={remove.isPending}
      error={remove.error}
    >
      {t('totpRemoveText')}
    </ConfirmDialog>
  )
}

/** In fours, for who types it. */
function grouped(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ')
}
