import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useAct, useApi } from '../../api/hooks.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/states.tsx'
import { ArrivalCard } from './arrival-card.tsx'
import { isMailAddress } from './check.ts'
import { arrivalMessages } from './messages.ts'

export function SignUpPage() {
  const t = useMessages(arrivalMessages)
  const ways = useApi('getLogInMethods', {})
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [checked, setChecked] = useState(false)
  const signUp = useAct('signUp')
  const send = (event: FormEvent): void => {
    event.preventDefault()
    setChecked(true)
    if (!isMailAddress(email)) return
    signUp.mutate({ body: { email: email.trim(), ...(name.trim() === '' ? {} : { name: name.trim() }) } })
  }
  const aside = t.rich('haveAccount', {
    link: (inner) => (
      <Link to="/log-in" className="link">
        {inner}
      </Link>
    ),
  })
  if (signUp.isSuccess) return <ArrivalCard title={t('sentTitle')} text={t('signUpSent', { email })} aside={aside} />
  return (
    <ArrivalCard title={t('signUpTitle')} text={t('signUpText')} aside={aside}>
      <Loaded query={ways}>
        {({ sign_up: mode }) =>
          mode === 'open' ? (
            <form noValidate onSubmit={send} className="flex flex-col gap-4">
              <ErrorNotice error={signUp.error} />
              <TextField
                label={t('email')}
                type="email"
                autoComplete="email"
                autoFocus
                maxLength={320}
                value={email}
                onChange={setEmail}
                error={checked && !isMailAddress(email) ? t('emailNeeded') : undefined}
              />
              <TextField
                label={t('name')}
                optional
                autoComplete="name"
                maxLength={200}
                value={name}
                onChange={setName}
              />
              <Button type="submit" tone="primary" busy={signUp.isPending}>
                {t('send')}
              </Button>
            </form>
          ) : (
            <p>
              {t('signUpClosed')} {t('invitationOnly')}
            </p>
          )
        }
      </Loaded>
    </ArrivalCard>
  )
}
