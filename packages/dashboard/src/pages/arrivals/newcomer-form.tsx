import { type FormEvent, useState } from 'react'
import { callApi, type Reply, surroundings } from '../../api/client.ts'
import { canUsePasskeys, makePasskey } from '../../api/passkeys.ts'
import { useAttempt } from '../../api/use-attempt.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { TextField } from '../../ui/field.tsx'
import { toast } from '../../ui/toast.tsx'
import { Segments } from '../../ui/toggles.tsx'
import { isMailAddress } from './check.ts'
import type { LinkKind } from './link-page.tsx'
import { arrivalMessages } from './messages.ts'
import { PasswordField, passwordProblem } from './password-field.tsx'

interface NewcomerFormProps {
  readonly kind: LinkKind
  readonly token: string
  /** Whose the link is; null = whoever has it says who they are. */
  readonly email: string | null
  readonly onSecond: (methods: Reply<'logInWithLink'>['methods']) => void
  readonly onDone: () => Promise<void>
}

const BUTTONS = { 'set-up': 'setUpGo', reset: 'resetGo', confirm: 'confirmGo', invitation: 'invitationGo' } as const

/** Who they are, and how they will log in from now on: with a password, or with a passkey alone. */
export function NewcomerForm({ kind, token, email: known, onSecond, onDone }: NewcomerFormProps) {
  const t = useMessages(arrivalMessages)
  const attempt = useAttempt()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [way, setWay] = useState<'password' | 'passkey'>('password')
  const [checked, setChecked] = useState(false)
  const asksForEmail = known === null
  const problem = way === 'password' ? passwordProblem(password) : null

  const send = (event: FormEvent): void => {
    event.preventDefault()
    setChecked(true)
    if ((asksForEmail && !isMailAddress(email)) || problem !== null) return
    void attempt.run(async () => {
      const came = await arrive(kind, {
        token,
        email: asksForEmail ? email.trim() : undefined,
        name: name.trim() === '' ? undefined : name.trim(),
        password: way === 'password' ? password : undefined,
      })
      if (came.state === 'second_factor') {
        onSecond(came.methods)
        return
      }
      if (way === 'passkey') {
        surroundings.csrfToken = came.session?.csrf_token ?? ''
        if (!(await addPasskey())) toast(t('noPasskeyYet'))
      }
      await onDone()
    })
  }
  return (
    <form noValidate onSubmit={send} className="flex flex-col gap-4">
      <ErrorNotice error={attempt.error} />
      {asksForEmail && (
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
      )}
      {kind !== 'reset' && (
        <TextField label={t('name')} optional autoComplete="name" maxLength={200} value={name} onChange={setName} />
      )}
      {canUsePasskeys() && (
        <Segments
          label={t('wayLabel')}
          value={way}
          onChange={setWay}
          options={[
            { value: 'password', label: t('wayPassword') },
            { value: 'passkey', label: t('wayPasskey') },
          ]}
          className="self-start"
        />
      )}
      {way === 'password' ? (
        <PasswordField
          isNew
          value={password}
          onChange={setPassword}
          error={checked && problem !== null ? t(problem) : undefined}
        />
      ) : (
        <p className="text-sm text-soft">{t('passkeyHelp')}</p>
      )}
      <Button type="submit" tone="primary" busy={attempt.busy}>
        {t(BUTTONS[kind])}
      </Button>
    </form>
  )
}

interface Newcomer {
  readonly token: string
  readonly email: string | undefined
  readonly name: string | undefined
  readonly password: string | undefined
}

async function arrive(kind: LinkKind, { email, ...body }: Newcomer): Promise<Reply<'logInWithLink'>> {
  if (kind === 'confirm') return await callApi('confirmSignUp', { body })
  if (kind === 'invitation') return await callApi('joinByInvitation', { body: { ...body, email } })
  return await callApi('logInWithLink', { body: { ...body, email } })
}

/** They are in already; without a passkey they are told, and led to where one is added. */
async function addPasskey(): Promise<boolean> {
  try {
    const { options } = await callApi('beginPasskey', {}, { account: null })
    await callApi('addPasskey', { body: { credential: await makePasskey(options) } }, { account: null })
    return true
  } catch {
    return false
  }
}
