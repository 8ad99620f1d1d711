// The mail address that somebody logs in with, and the way to another one: asked for here, confirmed by the link in its mailbox.
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { usePerson } from '../../../app/session.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { FormDialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'
import { toast } from '../../../ui/toast.tsx'
import { profileMessages } from '../messages/profile.ts'
import { isMailAddress } from '../parts/mail-address.ts'
import { useFactorAct } from '../parts/use-factor-act.ts'

interface DialogProps {
  readonly onClose: () => void
}

export function EmailAddress() {
  const t = useMessages(profileMessages)
  const { person } = usePerson()
  const [isChanging, setChanging] = useState(false)
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 break-all">{person.email}</span>
        <Badge tone={person.email_verified ? 'good' : 'warn'}>
          {person.email_verified ? t('verified') : t('unverified')}
        </Badge>
        <Button size="sm" onClick={() => setChanging(true)} aria-label={t('emailChangeTitle')}>
          {t('emailChange')}
        </Button>
      </span>
      <span className="block text-sm text-soft">{person.email_verified ? t('emailHelp') : t('unverifiedText')}</span>
      {isChanging && <ChangeEmail onClose={() => setChanging(false)} />}
    </>
  )
}

function ChangeEmail({ onClose }: DialogProps) {
  const t = useMessages(profileMessages)
  const ui = useMessages(uiMessages)
  const { person } = usePerson()
  // An address that nobody has confirmed may be confirmed as it is.
  const [email, setEmail] = useState(person.email_verified ? '' : person.email)
  const [problem, setProblem] = useState('')
  const address = email.trim().toLowerCase()
  const change = useAct('changeEmail', {
    account: null,
    onDone: () => {
      toast(t('emailSent', { email: address }))
      onClose()
    },
  })
  const problemOf = (): string => {
    if (address === '') return ui('required')
    if (!isMailAddress(address)) return t('emailWrong')
    return address === person.email && person.email_verified ? t('emailSame') : ''
  }
  const send = (): void => {
    const found = problemOf()
    setProblem(found)
    if (found === '') change.mutate({ body: { email: address } })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t('emailChangeTitle')}
      description={t('emailChangeText')}
      submit={t('emailSend')}
      onSubmit={send}
      busy={change.isPending}
      error={change.error}
    >
      <TextField
        label={t('emailNew')}
        type="email"
        inputMode="email"
        autoComplete="email"
        value={email}
        onChange={setEmail}
        error={problem}
      />
    </FormDialog>
  )
}

/** Where the link in the mail leads. Its token stands behind the #, and leaves the address at once. */
export function ConfirmEmail() {
  const t = useMessages(profileMessages)
  const navigate = useNavigate()
  const hash = useRouterState({ select: ({ location }) => location.hash })
  const [token, setToken] = useState('')
  if (hash !== '' && hash !== token) setToken(hash)
  useEffect(() => {
    if (hash !== '')
      void navigate({ to: '/settings/$section', params: { section: 'profile' }, hash: '', replace: true })
  }, [hash, navigate])
  const confirm = useFactorAct('confirmEmail', ({ email }) => {
    toast(t('emailConfirmed', { email }))
    setToken('')
  })
  if (token === '') return null
  return (
    <FormDialog
      open
      onClose={() => setToken('')}
      title={t('emailConfirmTitle')}
      description={t('emailConfirmText')}
      submit={t('emailConfirm')}
      onSubmit={() => confirm.mutate({ body: { token } })}
      busy={confirm.isPending}
      error={confirm.error}
    >
      {null}
    </FormDialog>
  )
}
