import { useState } from 'react'
import type { RecoveryCodes } from '../../../api/generated/operations.ts'
import { useAct } from '../../../api/hooks.ts'
import { BRAND } from '../../../app/base.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { securityMessages } from '../messages/security.ts'
import { SecretDialog } from '../parts/secret-dialog.tsx'

/** With so few, it is time for new ones. */
const FEW = 3

interface RecoveryCardProps {
  readonly left: number
  readonly hasSecondFactor: boolean
}

export function RecoveryCard({ left, hasSecondFactor }: RecoveryCardProps) {
  const t = useMessages(securityMessages)
  const [isAsking, setAsking] = useState(false)
  const [codes, setCodes] = useState<RecoveryCodes['codes']>([])
  const make = useAct('makeRecoveryCodes', {
    account: null,
    invalidates: ['getFactors'],
    onDone: (made) => {
      setAsking(false)
      setCodes(made.codes)
    },
  })
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t('recovery')}
          {hasSecondFactor && <Badge tone={left < FEW ? 'warn' : 'good'}>{t('recoveryLeft', { count: left })}</Badge>}
        </span>
      }
      description={hasSecondFactor ? t('recoveryText') : t('recoveryNone')}
      actions={hasSecondFactor && <Button onClick={() => setAsking(true)}>{t('recoveryMake')}</Button>}
      className="[&>div:last-child:empty]:pt-0"
    >
      {isAsking && (
        <ConfirmDialog
          open
          onClose={() => setAsking(false)}
          title={t('recoveryMake')}
          confirm={t('recoveryMake')}
          onConfirm={() => make.mutate({})}
          busy={make.isPending}
          error={make.error}
        >
          {t('recoveryMakeText')}
        </ConfirmDialog>
      )}
      {codes.length > 0 && <RecoveryCodesDialog codes={codes} onClose={() => setCodes([])} />}
    </Card>
  )
}

interface RecoveryCodesDialogProps {
  readonly codes: readonly string[]
  readonly onClose: () => void
}

export function RecoveryCodesDialog({ codes, onClose }: RecoveryCodesDialogProps) {
  const t = useMessages(securityMessages)
  return (
    <SecretDialog
      title={t('recoveryTitle')}
      warning={t('recoveryWarning')}
      text={codes.join('\n')}
      fileName={`${BRAND.toLowerCase()}-recovery-codes.txt`}
      onClose={onClose}
    >
      <ol
        aria-label={t('recoveryTitle')}
        className="m-0 grid list-none grid-cols-1 gap-x-6 gap-y-1.5 rounded-md border border-line bg-sunken p-3 font-mono text-base sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code} className="text-center">
            {code}
          </li>
        ))}
      </ol>
    </SecretDialog>
  )
}
