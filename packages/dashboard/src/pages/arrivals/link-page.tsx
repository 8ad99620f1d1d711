// Behind a one-time link: the gateway's set-up link, a reset, a sign-up to be confirmed, an invitation. The token stands
// behind the #, so no server and no log ever sees it in an address, and it leaves the address at once.
import { useQuery } from '@tanstack/react-query'
import { Link, useRouter, useRouterState } from '@tanstack/react-router'
import { useState } from 'react'
import { callApi, type Reply } from '../../api/client.ts'
import { ApiError } from '../../api/errors.ts'
import { useAct } from '../../api/hooks.ts'
import { type Session, sessionChanged, useSession } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { useRoleNames } from '../../shell/role-names.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { ErrorState, SkeletonLines } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { ArrivalCard } from './arrival-card.tsx'
import { arrivalMessages } from './messages.ts'
import { NewcomerForm } from './newcomer-form.tsx'
import { SecondFactor } from './second-factor.tsx'

export type LinkKind = 'set-up' | 'reset' | 'confirm' | 'invitation'

const KINDS: readonly LinkKind[] = ['set-up', 'reset', 'confirm', 'invitation']
const TITLES = {
  'set-up': 'setUpTitle',
  reset: 'resetTitle',
  confirm: 'confirmTitle',
  invitation: 'invitationTitle',
} as const

/** Read once, before the address forgets it. */
let taken: { readonly path: string; readonly token: string } | null = null

function takeToken(path: string): string {
  const token = location.hash.slice(1)
  // Whoever looks over a shoulder, or into the history, finds nothing.
  if (token !== '') {
    taken = { path, token }
    history.replaceState(history.state, '', location.pathname)
  }
  return taken?.path === path ? taken.token : ''
}

export function LinkPage() {
  const path = useRouterState({ select: ({ location: { pathname } }) => pathname })
  const kind = KINDS.find((one) => path.endsWith(`/${one}`)) ?? 'invitation'
  const [token] = useState(() => takeToken(path))
  const t = useMessages(arrivalMessages)
  const router = useRouter()
  const session = useSession()
  const [second, setSecond] = useState<Reply<'logInWithLink'>['methods'] | null>(null)
  const link = useQuery({
    queryKey: ['link', kind, token],
    queryFn: async () => await lookAt(kind, token),
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const done = async (): Promise<void> => {
    const found = await sessionChanged()
    toast(t('welcome'))
    await router.navigate(
      found?.mustAddFactor === true ? { to: '/settings/$section', params: { section: 'security' } } : { to: '/' },
    )
  }
  const title = t(TITLES[kind])
  if (token === '') return <ArrivalCard title={title} text={t('noToken')} aside={<LogInLink />} />
  if (link.error instanceof ApiError && link.error.status < 500)
    return <ArrivalCard title={title} text={t('badToken')} aside={<LogInLink />} />
  if (link.error !== null) return <ErrorState error={link.error} retry={() => void link.refetch()} />
  if (second !== null) return <SecondFactor methods={second} onDone={done} onStartOver={() => setSecond(null)} />
  if (link.data === undefined) {
    return (
      <ArrivalCard title={title} text={t('checking')}>
        <SkeletonLines />
      </ArrivalCard>
    )
  }
  const { email, invitation } = link.data
  return (
    <ArrivalCard
      title={title}
      text={<LinkText kind={kind} invitation={invitation} />}
      aside={kind === 'invitation' && session === null ? <KnownHint /> : undefined}
    >
      {email !== null && session === null && <p className="font-medium">{t('for', { email })}</p>}
      {kind === 'invitation' && session !== null ? (
        <AcceptForm session={session} token={token} />
      ) : (
        <NewcomerForm kind={kind} token={token} email={email} onSecond={setSecond} onDone={done} />
      )}
    </ArrivalCard>
  )
}

interface FoundLink {
  /** Whose it is; null = whoever has it. */
  readonly email: string | null
  readonly invitation: { readonly account: string; readonly role: Reply<'lookAtInvitation'>['role'] } | null
}

async function lookAt(kind: LinkKind, token: string): Promise<FoundLink> {
  if (kind !== 'invitation') {
    const { email } = await callApi('lookAtLink', { body: { token } })
    return { email, invitation: null }
  }
  const { email, account_name: account, role } = await callApi('lookAtInvitation', { body: { token } })
  return { email, invitation: { account, role } }
}

function LinkText({ kind, invitation }: { readonly kind: LinkKind; readonly invitation: FoundLink['invitation'] }) {
  const t = useMessages(arrivalMessages)
  const roles = useRoleNames()
  if (invitation !== null) return t('invitationText', { account: invitation.account, role: roles[invitation.role] })
  return kind === 'set-up' ? t('setUpText') : kind === 'reset' ? t('resetText') : t('confirmText')
}

function AcceptForm({ session, token }: { readonly session: Session; readonly token: string }) {
  const t = useMessages(arrivalMessages)
  const router = useRouter()
  const accept = useAct('acceptInvitation', {
    account: null,
    onDone: () => {
      void sessionChanged().then(() => router.navigate({ to: '/' }))
    },
  })
  return (
    <>
      <ErrorNotice error={accept.error} />
      <p>{t('invitationAs', { email: session.person.email })}</p>
      <Button tone="primary" busy={accept.isPending} onClick={() => accept.mutate({ body: { token } })}>
        {t('invitationAccept')}
      </Button>
    </>
  )
}

function LogInLink() {
  const t = useMessages(arrivalMessages)
  return (
    <Link to="/log-in" className="link">
      {t('backToLogIn')}
    </Link>
  )
}

function KnownHint() {
  const t = useMessages(arrivalMessages)
  return t.rich('invitationKnown', {
    link: (inner) => (
      <Link to="/log-in" search={{ next: '/invitation' }} className="link">
        {inner}
      </Link>
    ),
  })
}
