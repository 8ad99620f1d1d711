import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useAct } from '../../api/hooks.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { TextField } from '../../ui/field.tsx'
import { ArrivalCard } from './arrival-card.tsx'
import { isMailAddress } from './check.ts'
import { arrivalMessages } from './messages.ts'

export function ForgotPage() {
  const t = useMessages(arrivalMessages)
  const [email, setEmail] = useState('')
  const [checked, setChecked] = useState(false)
  const forgot = useAct('forgotPassword')
  const send = (event: FormEvent): void => {
    event.preventDefault()
    setChecked(true)
    if (isMailAddress(email)) forgot.mutate({ body: { email: email.trim() } })
  }
  const back = (
    <Link to="/log-in" className="link">
      {t('backToLogIn')}
    </Link>
  )
  // The same for every address: whether somebody is known here is nobody's business.
  if (forgot.isSuccess) return <ArrivalCard title={t('sentTitle')} text={t('sentText', { email })} aside={back} />
  return (
    <ArrivalCard title={t('forgotTitle')} text={t('forgotText')} aside={back}>
      <form noValidate onSubmit={send} className="flex flex-col gap-4">
        <ErrorNotice error={forgot.error} />
        <TextField
          label={t('email')}
          type="email"
          autoComplete="username"
          autoFocus
          maxLength={320}
          value={email}
          onChange={setEmail}
          error={checked && !isMailAddress(email) ? t('emailNeeded') : undefined}
        />
        <Button type="submit" tone="primary" busy={forgot.isPending}>
          {t('send')}
        </Button>
      </form>
    </ArrivalCard>
  )
}
