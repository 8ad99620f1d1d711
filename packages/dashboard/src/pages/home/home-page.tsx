import { useSession } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Page } from '../../ui/page.tsx'
import { FirstSteps } from './first-steps.tsx'
import { homeMessages } from './messages.ts'
import { NoAccount } from './no-account.tsx'
import { Overview } from './overview.tsx'
import { Welcome } from './welcome.tsx'

export function HomePage() {
  const t = useMessages(homeMessages)
  const session = useSession()
  if (session === null) return <Welcome />
  if (session.mustAddFactor) return <Page title={t('title')}>{null}</Page>
  if (session.accountId === null) return <NoAccount />
  return (
    <Page title={t('title')}>
      <FirstSteps key={session.accountId} session={session} />
      <Overview key={`overview ${session.accountId}`} />
    </Page>
  )
}
