import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import { Fingerprint, LogIn as LogInIcon } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { callApi, type Reply } from '../../api/client.ts'
import { ApiError } from '../../api/errors.ts'
import { useApi } from '../../api/hooks.ts'
import { askPasskey, canUsePasskeys } from '../../api/passkeys.ts'
import { useAttempt } from '../../api/use-attempt.ts'
import { BASE_PATH, BRAND } from '../../app/base.ts'
import { sessionChanged, useSession } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/states.tsx'
import { ArrivalCard, OrLine } from './arrival-card.tsx'
import { isMailAddress } from './check.ts'
import { IssuerFailure } from './issuer-failure.tsx'
import { issuerMessages } from './messages/issuer.ts'
import { arrivalMessages } from './messages.ts'
import { PasswordField } from './password-field.tsx'
import { SecondFactor } from './second-factor.tsx'

const route = getRouteApi('/arrival/log-in')

export function LogInPage() {
  const t = useMessages(arrivalMessages)
  const router = useRouter()
  const { next = '/', failed, why, issuer = '' } = route.useSearch()
  const session = useSession()
  const ways = useApi('getLogInMethods', {})
  const [second, setSecond] = useState<Reply<'logInWithPassword'>['methods'] | null>(null)
  const done = async (): Promise<void> => {
    await sessionChanged()
    // It is a path of the app; the gateway may stand under a path of a proxy.
    router.history.push(BASE_PATH + next)
  }
  const title = ways.data?.issuers.find(({ name }) => name === issuer)?.title || issuer
  const failure = failed === undefined ? null : <IssuerFailure code={failed} why={why} title={title} />
  if (session !== null) return failure === null ? <GoOn to={next} /> : <StillIn to={next}>{failure}</StillIn>
  if (second !== null) {
    return <SecondFactor methods={second} onDone={done} onStartOver={() => setSecond(null)} />
  }
  return (
    <ArrivalCard
      title={t('logInTo', { brand: BRAND })}
      aside={
        ways.data?.sign_up === 'open'
          ? t.rich('newHere', {
              link: (inner) => (
                <Link to="/sign-up" className="link">
                  {inner}
                </Link>
              ),
            })
          : ways.data !== undefined && t('invitationOnly')
      }
    >
      {failure}
      <Loaded query={ways}>
        {({ password, issuers }) => (
          <>
            {password && <PasswordForm onSecond={setSecond} onDone={done} />}
            {password && (canUsePasskeys() || issuers.length > 0) && <OrLine>{t('or')}</OrLine>}
            {canUsePasskeys() && <PasskeyButton onDone={done} />}
            {issuers.map(({ name, title, url }) => (
              <a key={name} href={`${BASE_PATH}${url}?return_to=${encodeURIComponent(next)}`} className={buttonClass()}>
                <LogInIcon aria-hidden className="size-4" />
                {t('with', { issuer: title || name })}
              </a>
            ))}
            {!password && issuers.length === 0 && !canUsePasskeys() && <p>{t('noWayIn')}</p>}
          </>
        )}
      </Loaded>
    </ArrivalCard>
  )
}

/** For who is logged in already. */
function GoOn({ to }: { readonly to: string }) {
  const router = useRouter()
  useEffect(() => router.history.replace(BASE_PATH + to), [router, to])
  return null
}

/** For who was logged in when the issuer refused: they have read it before they go on. */
function StillIn({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  const t = useMessages(issuerMessages)
  const session = useSession()
  return (
    <ArrivalCard title={t('stillIn', { email: session?.person.email ?? '' })}>
      {children}
      <a href={BASE_PATH + to} className={buttonClass('primary')}>
        {t('goOn')}
      </a>
    </ArrivalCard>
  )
}

interface PasswordFormProps {
  readonly onSecond: (methods: Reply<'logInWithPassword'>['methods']) => void
  readonly onDone: () => Promise<void>
}

function PasswordForm({ onSecond, onDone }: PasswordFormProps) {
  const t = useMessages(arrivalMessages)
  const attempt = useAttempt()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const emailError = checked && !isMailAddress(email) ? t('emailNeeded') : undefined
  const passwordError = checked && password === '' ? t('passwordNeeded') : undefined
  const isWrong = attempt.error instanceof ApiError && attempt.error.status === 401

  const send = (event: FormEvent): void => {
    event.preventDefault()
    setChecked(true)
    if (!isMailAddress(email) || password === '') return
    void attempt.run(async () => {
      const came = await callApi('logInWithPassword', { body: { email: email.trim(), password } })
      if (came.state === 'second_factor') onSecond(came.methods)
      else await onDone()
    })
  }
  return (
    <form noValidate onSubmit={send} className="flex flex-col gap-4">
      <ErrorNotice error={attempt.error} {...(isWrong ? { title: t('wrong') } : {})} />
      <TextField
        label={t('email')}
        type="email"
        autoComplete="username"
        autoFocus
        maxLength={320}
        value={email}
        onChange={setEmail}
        error={emailError}
      />
      <PasswordField value={password} onChange={setPassword} error={passwordError} />
      <Button type="submit" tone="primary" busy={attempt.busy}>
        {t('logIn')}
      </Button>
      <Link to="/forgot" className="link self-start text-sm">
        {t('forgot')}
      </Link>
    </form>
  )
}

function PasskeyButton({ onDone }: { readonly onDone: () => Promise<void> }) {
  const t = useMessages(arrivalMessages)
  const attempt = useAttempt()
  const logIn = async (): Promise<void> => {
    const { options } = await callApi('askForPasskey', { body: {} })
    await callApi('logInWithPasskey', { body: { credential: await askPasskey(options) } })
    await onDone()
  }
  return (
    <>
      <ErrorNotice error={attempt.error} />
      <Button
        busy={attempt.busy}
        icon={<Fingerprint aria-hidden className="size-4" />}
        onClick={() => void attempt.run(logIn)}
      >
        {t('passkey')}
      </Button>
    </>
  )
}
