import { Fingerprint } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { callApi, type Reply } from '../../api/client.ts'
import { ApiError } from '../../api/errors.ts'
import { askPasskey, canUsePasskeys } from '../../api/passkeys.ts'
import { useAttempt } from '../../api/use-attempt.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { TextField } from '../../ui/field.tsx'
import { ArrivalCard, OrLine } from './arrival-card.tsx'
import { arrivalMessages } from './messages.ts'

type LogIn = Reply<'logInWithPassword'>

interface SecondFactorProps {
  readonly methods: LogIn['methods']
  readonly onDone: () => Promise<void>
  readonly onStartOver: () => void
}

/** After the password, or a link: what somebody has besides. */
export function SecondFactor({ methods, onDone, onStartOver }: SecondFactorProps) {
  const t = useMessages(arrivalMessages)
  const attempt = useAttempt()
  const hasApp = methods.includes('totp')
  const [byRecovery, setByRecovery] = useState(!hasApp)
  const [code, setCode] = useState('')
  const [missing, setMissing] = useState(false)
  const usesPasskey = methods.includes('passkey') && canUsePasskeys()
  const typesCode = hasApp || (byRecovery && methods.includes('recovery_code'))

  const send = (event: FormEvent): void => {
    event.preventDefault()
    setMissing(code.trim() === '')
    if (code.trim() === '') return
    void attempt.run(async () => {
      await callApi(byRecovery ? 'logInWithRecoveryCode' : 'logInWithCode', { body: { code: code.trim() } })
      await onDone()
    })
  }
  const passkey = async (): Promise<void> => {
    const { options } = await callApi('askForPasskey', { body: {} })
    await callApi('logInWithPasskey', { body: { credential: await askPasskey(options) } })
    await onDone()
  }
  const isWrong = attempt.error instanceof ApiError && attempt.error.status === 401
  return (
    <ArrivalCard title={t('codeTitle')} text={t('codeText')}>
      <ErrorNotice error={attempt.error} {...(isWrong ? { title: t('wrongCode') } : {})} />
      {usesPasskey && (
        <Button
          tone="primary"
          busy={attempt.busy}
          icon={<Fingerprint aria-hidden className="size-4" />}
          onClick={() => void attempt.run(passkey)}
        >
          {t('passkey')}
        </Button>
      )}
      {usesPasskey && typesCode && <OrLine>{t('or')}</OrLine>}
      {typesCode && (
        <form noValidate onSubmit={send} className="flex flex-col gap-4">
          <TextField
            key={byRecovery ? 'recovery' : 'app'}
            label={byRecovery ? t('recoveryCode') : t('code')}
            value={code}
            onChange={setCode}
            autoFocus
            autoComplete="one-time-code"
            inputMode={byRecovery ? 'text' : 'numeric'}
            maxLength={100}
            error={missing && code.trim() === '' ? t('codeNeeded') : undefined}
          />
          <Button type="submit" tone="primary" busy={attempt.busy}>
            {t('logIn')}
          </Button>
        </form>
      )}
      <div className="flex flex-wrap justify-between gap-2">
        {methods.includes('recovery_code') && hasApp && (
          <Button
            tone="quiet"
            size="sm"
            onClick={() => {
              setByRecovery(!byRecovery)
              setCode('')
              setMissing(false)
            }}
          >
            {byRecovery ? t('useApp') : t('useRecovery')}
          </Button>
        )}
        {!hasApp && !byRecovery && methods.includes('recovery_code') && (
          <Button tone="quiet" size="sm" onClick={() => setByRecovery(true)}>
            {t('useRecovery')}
          </Button>
        )}
        <Button tone="quiet" size="sm" onClick={onStartOver}>
          {t('startOver')}
        </Button>
      </div>
    </ArrivalCard>
  )
}
